// Faults at the server's end: what sessions send is lost, doubled, turned round or kept back before a real socket carries it, for the
// mock server. Faults around a client's transport are faults.ts; a socket is cut by whoever holds it.
import type { Clock } from '../base/clock.ts'
import type { Undo } from '../base/emitter.ts'
import { isObject } from '../base/json.ts'
import { createScope } from '../base/scope.ts'
import { serverFrameFields } from '../protocol/frames.ts'
import type { SessionSink } from './session-port.ts'

/** Which frames meet a fault: events alone, or also what is said about them (`subscribed`, `ping` …). */
export type FaultyFrames = 'events' | 'all'

export interface ServerFaultsOptions {
  clock: Clock
  /** How long the first of several frames waits at most to be overtaken by the others, in ms. @default 5_000 */
  reorderLimitMs?: number
}

/**
 * Each of `lose`, `duplicate` and `reorder` concerns the links there are when it is called, each of them alike, and replaces what the
 * last such call left over. Several may meet one frame.
 */
export interface ServerFaults {
  /** The sink with faults in front of it, all of them ruled by this. */
  wrap(sink: SessionSink): SessionSink
  /** The next `count` frames are lost. */
  lose(count: number, frames?: FaultyFrames): void
  /** The next `count` frames come twice. */
  duplicate(count: number, frames?: FaultyFrames): void
  /** The next `count` events come in reverse order, once all of them are there. */
  reorder(count: number): void
  /** For `ms` nothing is sent on any link, new ones included: what is said meanwhile is lost, and an end waits. `mute(0)` ends it. */
  mute(ms: number): void
  /** Ends every link, as the session behind it could. */
  end(code: number, reason: string): void
  /** Takes back what has not happened yet; what is kept back arrives. */
  clear(): void
  /** What is still to happen: the most that any link has left. */
  readonly pending: PendingFaults
  /** Ends all timers. */
  dispose(): void
}

export interface PendingFaults {
  mutedForMs: number
  losing: number
  duplicating: number
  reordering: number
}

interface Order {
  left: number
  readonly frames: FaultyFrames
}

interface Link {
  losing: Order
  duplicating: Order
  /** Frames still to be gathered, and those that are. */
  turn: { left: number; readonly held: string[]; cancel: Undo | null } | null
  letGo(): void
  end(code: number, reason: string): void
}

const nothing: Order = { left: 0, frames: 'events' }

/** Creates faults for the server's end of links; none until it is asked for some. */
export function createServerFaults({ clock, reorderLimitMs = 5_000 }: ServerFaultsOptions): ServerFaults {
  const scope = createScope(clock)
  /** Weakly, since nobody says when a client has left. */
  const links = new Set<WeakRef<Link>>()
  const endings: (() => void)[] = []
  let mutedUntil = -Infinity
  let isMuted = false
  let cancelMute: Undo | null = null

  function known(): Link[] {
    const found: Link[] = []
    for (const reference of [...links]) {
      const link = reference.deref()
      if (link === undefined) links.delete(reference)
      else found.push(link)
    }
    return found
  }

  function unmute() {
    isMuted = false
    mutedUntil = -Infinity
    for (const end of endings.splice(0)) end()
  }

  function wrap(sink: SessionSink): SessionSink {
    let isEnded = false
    const link: Link = { losing: nothing, duplicating: nothing, turn: null, letGo, end }
    links.add(new WeakRef(link))

    function arrive(text: string, isEvent: boolean) {
      if (isMuted || isEnded) return
      if (isEvent && sink.sendEvent !== undefined) sink.sendEvent(text)
      else sink.send(text)
    }

    function letGo() {
      if (link.turn === null) return
      const { held, cancel } = link.turn
      link.turn = null
      cancel?.()
      for (const text of held.toReversed()) arrive(text, true)
    }

    function keepBack(turn: NonNullable<Link['turn']>, text: string) {
      if (turn.held.length === 0) turn.cancel = scope.timeout(letGo, reorderLimitMs)
      turn.held.push(text)
      if (--turn.left === 0) letGo()
    }

    function carry(text: string) {
      const isEvent = isEventFrame(text)
      if (isMuted || takes(link.losing, isEvent)) return
      const copies = takes(link.duplicating, isEvent) ? 2 : 1
      for (let copy = 0; copy < copies; copy++) {
        if (isEvent && link.turn !== null) keepBack(link.turn, text)
        else arrive(text, isEvent)
      }
    }

    function send(text: string, isEvent: boolean) {
      const isFaulty = link.losing.left > 0 || link.duplicating.left > 0 || link.turn !== null
      if (isFaulty) framesIn(text).forEach(carry)
      else arrive(text, isEvent)
    }

    function end(code: number, reason: string) {
      if (isEnded) return
      if (isMuted) {
        endings.push(() => end(code, reason))
        return
      }
      letGo()
      isEnded = true
      sink.close(code, reason)
    }

    return {
      send: (text) => send(text, false),
      // Its being there says that events may be packed.
      ...(sink.sendEvent && { sendEvent: (text: string) => send(text, true) }),
      close: end,
      buffered: () => sink.buffered?.() ?? 0,
      ping() {
        if (!isMuted) sink.ping?.()
      },
    }
  }

  return {
    wrap,
    lose(count, frames = 'events') {
      for (const link of known()) link.losing = { left: count, frames }
    },
    duplicate(count, frames = 'events') {
      for (const link of known()) link.duplicating = { left: count, frames }
    },
    reorder(count) {
      for (const link of known()) {
        link.letGo()
        link.turn = { left: count, held: [], cancel: null }
      }
    },
    mute(ms) {
      cancelMute?.()
      if (ms <= 0) return unmute()
      isMuted = true
      mutedUntil = clock.now() + ms
      cancelMute = scope.timeout(unmute, ms)
    },
    end(code, reason) {
      for (const link of known()) link.end(code, reason)
    },
    clear() {
      cancelMute?.()
      unmute()
      for (const link of known()) {
        link.losing = link.duplicating = nothing
        link.letGo()
      }
    },
    get pending() {
      const found = known()
      return {
        mutedForMs: Math.max(0, mutedUntil - clock.now()),
        losing: Math.max(0, ...found.map(({ losing }) => losing.left)),
        duplicating: Math.max(0, ...found.map(({ duplicating }) => duplicating.left)),
        reordering: Math.max(0, ...found.map(({ turn }) => turn?.left ?? 0)),
      }
    },
    dispose: scope.dispose,
  }
}

function takes(order: Order, isEvent: boolean): boolean {
  if (order.left === 0 || (!isEvent && order.frames === 'events')) return false
  order.left--
  return true
}

/** One by one, where several events travel in one message. */
function framesIn(text: string): string[] {
  if (!text.startsWith('[')) return [text]
  return (JSON.parse(text) as unknown[]).map((frame) => JSON.stringify(frame))
}

function isEventFrame(text: string): boolean {
  const frame: unknown = JSON.parse(text)
  return isObject(frame) && !Object.hasOwn(serverFrameFields, String(frame['type']))
}
