// How clients of other libraries come back, from the defaults that their documentation names. Only the numbers are theirs: what
// each package does besides (fallback transports, several hosts) is left out, and so is every option that an app could set.
import type { Policy } from './simulation.ts'

/** Before retry 1, 2, 3…, in ms; null gives up. @param now ms since the link was lost */
type Delay = (retry: number, now: number) => number | null

function peer(name: string, delays: (random: () => number) => Delay): Policy {
  return {
    name,
    join(random) {
      const delayMs = delays(random)
      let retry = 0
      return { waitMs: (now) => delayMs(++retry, now) }
    },
  }
}

export const peers: readonly Policy[] = [
  // minReconnectionDelay is drawn once a page, from 1 to 5 s; each delay is 1.3 times the last one, up to 10 s.
  peer('partysocket', (random) => {
    const firstMs = 1_000 + random() * 4_000
    return (retry) => Math.min(firstMs * 1.3 ** (retry - 1), 10_000)
  }),
  // reconnectInterval 5 s, reconnectAttempts 20.
  peer('react-use-websocket', () => (retry) => (retry > 20 ? null : 5_000)),
  // 1 s after a link was lost, then every 15 s.
  peer('pusher-js', () => (retry) => (retry === 1 ? 1_000 : 15_000)),
  // 1, 2, 5, then every 10 s.
  peer('supabase realtime', () => (retry) => [1_000, 2_000, 5_000][retry - 1] ?? 10_000),
  // reconnectionDelay 1 s, doubled, ± randomizationFactor 0.5, reconnectionDelayMax 5 s.
  peer(
    'socket.io-client',
    (random) => (retry) => Math.min(1_000 * 2 ** (retry - 1) * (1 + 0.5 * (2 * random() - 1)), 5_000),
  ),
  // minReconnectDelay 500 ms plus a random share of what doubles from there, maxReconnectDelay 20 s.
  peer(
    'centrifuge',
    (random) => (retry) => Math.min(500 + random() * Math.min(20_000, 500 * 2 ** (retry - 1)), 20_000),
  ),
  // At once, then disconnectedRetryTimeout 15 s, grown up to twofold, times 0.8 to 1; after 2 min suspendedRetryTimeout 30 s.
  peer('ably', (random) => (retry, now) => {
    if (now > 120_000) return 30_000
    return retry === 1 ? 0 : 15_000 * Math.min((retry + 1) / 3, 2) * (1 - 0.2 * random())
  }),
]
