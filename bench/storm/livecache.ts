// How clients of ours come back: by the parts of the client that decide it, not by a copy of their numbers.
import { type BackoffOptions, resolveBackoff } from '../../src/client/backoff.ts'
import { type ConnectionState, step } from '../../src/client/connection-machine.ts'
import { createRecovery, type Ending } from '../../src/client/recovery.ts'
import { fateOfClose } from '../../src/protocol/codes.ts'
import type { Policy, Returning } from './simulation.ts'

const cut: Ending = { fate: fateOfClose(1006), reason: 'cut' }

/** A link that held. */
const connected: ConnectionState = {
  name: 'connected',
  attempt: 0,
  transport: 'websocket',
  server: 'livecache',
  connectionId: null,
  since: 0,
  resumed: false,
  latencyMs: null,
  degraded: false,
}

function returning(random: () => number, options: BackoffOptions, ending: Ending): Returning {
  let now = 0
  let state = connected
  let why = ending
  const recovery = createRecovery({
    clock: { now: () => now, random, timeout: () => () => {} },
    backoff: resolveBackoff(options),
    suspendAfterMs: 120_000,
    hasToken: false,
    isOffline: () => false,
  })
  return {
    waitMs(at) {
      now = at
      const event = recovery.after(why, state, 'livecache')
      why = cut
      state = step(step(state, event), { type: 'due' })
      return event.type === 'dropped' ? event.retryAt - at : null
    },
  }
}

const policy = (name: string, options: BackoffOptions = {}, ending = cut): Policy => ({
  name,
  join: (random) => returning(random, options, ending),
})

export const ladder = policy('livecache')
export const phased = policy("livecache, policy: 'phased'", { policy: 'phased' })

/** The server says before it goes that it will be back, and when. */
export const hinted = (afterMs: number, spreadMs: number, options: BackoffOptions = {}): Policy =>
  policy(`livecache, reconnect{${afterMs}, ${spreadMs}}${options.policy ? `, '${options.policy}'` : ''}`, options, {
    fate: { kind: 'asked', afterMs, spreadMs },
    reason: 'asked',
  })

export const restarted = policy('livecache, closed with 1012', {}, { fate: fateOfClose(1012), reason: 'restart' })
