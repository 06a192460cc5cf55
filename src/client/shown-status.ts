// The status as people should see it: calm. A blip is not shown, and a word that is shown stays long enough to be read.
// What the link really does is connection-machine.ts.
import { type Clock, systemClock } from '../base/clock.ts'
import { createEmitter, throwLater, type Undo } from '../base/emitter.ts'
import { createScope, type Scope } from '../base/scope.ts'
import type { ConnectionState, ConnectionStatus } from './connection-machine.ts'

/** The states of the link, and `paused`: closed because somebody asked for it. */
export type ShownStatus = ConnectionStatus | 'paused'

/** `bad` needs a person. */
export type Tone = 'good' | 'working' | 'off' | 'bad'

/** The tone of each word. */
export const toneOf: Readonly<Record<ShownStatus, Tone>> = {
  idle: 'off',
  connecting: 'working',
  authenticating: 'working',
  connected: 'good',
  reconnecting: 'working',
  suspended: 'off',
  offline: 'off',
  closed: 'off',
  paused: 'off',
  unauthorized: 'bad',
  failed: 'bad',
}

export interface ShownStatusOptions {
  /** How long a loss of the link is kept to oneself, in ms. @default 2_500 */
  graceMs?: number
  /** How long each word stays at least, in ms. @default 1_000 */
  minShowMs?: number
  /** Time; tests bring their own. @default that of the system */
  clock?: Clock
}

export interface ShownStatusStore {
  getSnapshot(): ShownStatus
  /** Timers run only while somebody listens. */
  subscribe(listener: () => void): Undo
}

interface StateSource {
  getState(): ConnectionState
  onState(listener: () => void): Undo
}

/** The calm status of a client as a store, for other frameworks; `useShownStatus` is the same for React. */
export function createShownStatus(source: StateSource, options: ShownStatusOptions = {}): ShownStatusStore {
  const { graceMs = 2_500, minShowMs = 1_000, clock = systemClock } = options
  const changes = createEmitter<void>(throwLater)
  let shown = wordFor(source.getState(), 'idle')
  let shownAt = -Infinity
  /** When the state first wanted another word than the one shown. */
  let differsSince: number | null = null
  let scope: Scope | null = null
  let cancelLook: Undo | null = null

  function look() {
    cancelLook?.()
    cancelLook = null
    const wanted = wordFor(source.getState(), shown)
    if (wanted === shown) {
      differsSince = null
      return
    }
    const now = clock.now()
    // A clock that was set back must not keep a word for as long.
    shownAt = Math.min(shownAt, now)
    differsSince = Math.min(differsSince ?? now, now)
    const dueAt = Math.max(shownAt + minShowMs, isBlip(shown, wanted) ? differsSince + graceMs : now)
    if (dueAt > now) {
      cancelLook = scope?.timeout(look, dueAt - now) ?? null
      return
    }
    shown = wanted
    shownAt = now
    differsSince = null
    changes.emit()
  }

  function begin() {
    scope = createScope(clock)
    scope.own(source.onState(look))
    differsSince = null
    const word = wordFor(source.getState(), shown)
    // What happened while nobody listened is not smoothed: it is simply how things are. The same word (a remount) goes on.
    if (word !== shown) shownAt = -Infinity
    shown = word
  }

  return {
    getSnapshot: () => shown,
    subscribe(listener) {
      if (scope === null) begin()
      const off = changes.on(listener)
      return () => {
        off()
        if (changes.size > 0) return
        scope?.dispose()
        scope = null
      }
    },
  }
}

/** What may be over before anybody needs to know. */
function isBlip(shown: ShownStatus, wanted: ShownStatus): boolean {
  if (shown === 'connected') return wanted === 'reconnecting' || wanted === 'offline'
  return shown === 'connecting' && wanted === 'authenticating'
}

/** An attempt after a link was shown is a reconnect to whoever watches; one of many that fail is not worth another word. */
function wordFor(state: ConnectionState, shown: ShownStatus): ShownStatus {
  switch (state.name) {
    case 'connecting':
    case 'authenticating':
      if (state.attempt > 0 && (shown === 'suspended' || shown === 'offline')) return shown
      return state.attempt > 0 || shown === 'connected' || shown === 'reconnecting' ? 'reconnecting' : state.name
    case 'closed':
      return state.reason === 'paused' ? 'paused' : 'closed'
    default:
      return state.name
  }
}
