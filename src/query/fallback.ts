// While nothing is pushed, what is on screen is fetched on a clock.
import type { ConnectionState, ConnectionStatus } from '../client/connection-machine.ts'
import type { RealtimeClient } from '../client/realtime-client.ts'
import type { Clock } from '../base/clock.ts'
import type { Undo } from '../base/emitter.ts'
import { createScope } from '../base/scope.ts'

/**
 * States in which nothing comes, and asking might help: an app that has switched realtime off (`idle`) polls as one whose link is
 * down. Offline it would not; signed out or paused it was not wanted.
 */
const polls: Readonly<Record<ConnectionStatus, boolean>> = {
  idle: true,
  connecting: true,
  authenticating: true,
  connected: false,
  reconnecting: true,
  suspended: true,
  offline: false,
  closed: false,
  unauthorized: false,
  failed: true,
}

export const isPolled = ({ name }: ConnectionState): boolean => polls[name]

/** @param intervalMs `Infinity`: never */
export function startFallback(client: RealtimeClient, clock: Clock, intervalMs: number, fetchAll: () => void): Undo {
  const scope = createScope(clock)
  let cancel: Undo | null = null

  function tick() {
    cancel = scope.timeout(tick, intervalMs)
    fetchAll()
  }

  function follow() {
    if (!isPolled(client.getState())) {
      cancel?.()
      cancel = null
    } else cancel ??= scope.timeout(tick, intervalMs)
  }

  scope.own(client.onState(follow))
  follow()
  return scope.dispose
}
