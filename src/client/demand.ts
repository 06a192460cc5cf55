// Whether a link is wanted, and for whom: who holds the client, the feature flag, a pause, the user. How one is come by is connection.ts.
import type { Undo } from '../base/emitter.ts'
import { RealtimeError } from '../base/errors.ts'
import type { Scope } from '../base/scope.ts'
import type { Transport } from '../transports/transport.ts'
import type { Connection } from './connection.ts'
import { noteHeld } from './notices.ts'
import type { RealtimeClient } from './realtime-client.ts'

export interface DemandParts {
  connection: Pick<Connection, 'state' | 'dials' | 'start' | 'restart' | 'stop' | 'rest'>
  transports: readonly Transport[]
  scope: Scope
  /** What one user received or wanted to say is nothing to another. */
  forget: () => void
}

export interface Demand extends Pick<RealtimeClient, 'hold' | 'configure' | 'reconnect' | 'pause' | 'resume'> {
  /** Somebody holds the client. */
  isHeld(): boolean
  /** Begins or ends the link as it is wanted now. */
  connectAsWanted(): void
}

export function createDemand({ connection, transports, scope, forget }: DemandParts): Demand {
  let holders = 0
  let enabled = true
  let paused = false
  let identity: unknown

  function connectAsWanted() {
    if (scope.disposed) return
    if (!enabled) connection.rest()
    else if (paused) connection.stop('paused')
    else if (holders === 0) connection.stop('nobody uses it')
    else connection.start()
  }

  function hold(): Undo {
    if (scope.disposed) {
      throw new RealtimeError('disposed', 'This client was disposed, so it cannot connect again. Create a new one.')
    }
    if (holders++ === 0) {
      noteHeld(transports, scope, () => holders > 0 && !scope.disposed)
      connectAsWanted()
    }
    let held = true
    return () => {
      if (!held) return
      held = false
      holders--
      // A task later: StrictMode and a moved provider let go and take hold again within this one.
      if (holders === 0) scope.timeout(() => holders === 0 && connectAsWanted(), 0)
    }
  }

  function configure(settings: { identity?: unknown; enabled?: boolean }) {
    if (scope.disposed) return
    // What is not named stays as it is.
    const named = { identity, enabled, ...settings }
    // Who it is from the start is no change: what was published before it was said is theirs.
    const isFirstWord = connection.dials === 0 && identity === undefined
    const sameUser = isFirstWord || Object.is(named.identity, identity)
    const wasEnabled = enabled
    identity = named.identity
    enabled = named.enabled ?? true
    if (!sameUser) forget()
    if (holders === 0) {
      // The link of the old user may still be up, if whoever held it has left in this very task.
      if (!sameUser && connection.state.name !== 'idle') connection.stop('another user')
      return
    }
    if (enabled !== wasEnabled) connectAsWanted()
    else if (!sameUser && enabled && !paused) connection.restart()
  }

  return {
    isHeld: () => holders > 0,
    connectAsWanted,
    hold,
    configure,
    reconnect() {
      paused = false
      if (holders > 0 && enabled && !scope.disposed) connection.restart()
    },
    pause() {
      paused = true
      connectAsWanted()
    },
    resume() {
      paused = false
      connectAsWanted()
    },
  }
}
