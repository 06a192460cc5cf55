// Many clients that lose one server and come back to it, in simulated time: from moment to moment, without waiting. How long each
// waits before it dials is its policy's; the server takes whoever comes.
import { seededRandom } from '../seeded-random.ts'
import { percentile } from '../statistics.ts'

/** How the clients of one library come back. */
export interface Policy {
  readonly name: string
  /** A client whose link is about to break. @param random its chance, uniform in [0, 1) */
  join(random: () => number): Returning
}

export interface Returning {
  /**
   * The link broke, or the last attempt failed.
   * @param now ms since the server was lost
   * @returns how long until the next attempt, in ms; null where it gave up
   */
  waitMs(now: number): number | null
}

export interface Outage {
  clients: number
  /** How long the server is away, in ms. */
  lengthMs: number
  /** How long an attempt takes to fail meanwhile, in ms. Left out: it is refused, which takes a round trip. */
  silentForMs?: number
  seed: number
}

export interface Recovery {
  /** Attempts per second in the busiest 100 ms after the server is back. */
  peakPerSecond: number
  /** From the moment the server is back until a client is, in ms. */
  p50Ms: number
  p99Ms: number
  /** Attempts of one client while the server was away, on average. */
  attemptsInVain: number
  gaveUp: number
}

/** The time a message takes there and back, in ms: from, and up to. */
const roundTripMs = [20, 60] as const
const windowMs = 100

export function simulate(policy: Policy, outage: Outage): Recovery {
  const random = seededRandom(outage.seed)
  const returns = Array.from({ length: outage.clients }, () => comeBack(policy.join(random), outage, random))
  const back = returns.filter((one) => one.arrivedAt !== null)
  const backAfterMs = back.map(({ arrivedAt, tripMs }) => arrivedAt + tripMs / 2 - outage.lengthMs)
  return {
    peakPerSecond: peakOf(back.map(({ arrivedAt }) => arrivedAt - outage.lengthMs)) * (1_000 / windowMs),
    p50Ms: percentile(backAfterMs, 0.5),
    p99Ms: percentile(backAfterMs, 0.99),
    attemptsInVain: returns.reduce((sum, { inVain }) => sum + inVain, 0) / outage.clients,
    gaveUp: outage.clients - back.length,
  }
}

function comeBack(client: Returning, { lengthMs, silentForMs }: Outage, random: () => number) {
  const tripMs = roundTripMs[0] + random() * (roundTripMs[1] - roundTripMs[0])
  let now = tripMs / 2
  for (let inVain = 0; ; inVain++) {
    const waitMs = client.waitMs(now)
    if (waitMs === null) return { arrivedAt: null, tripMs, inVain }
    const arrivedAt = now + waitMs + tripMs / 2
    if (arrivedAt >= lengthMs) return { arrivedAt, tripMs, inVain }
    now += waitMs + (silentForMs ?? tripMs)
  }
}

/** How many at most fall into one window. */
function peakOf(moments: readonly number[]): number {
  const windows = new Map<number, number>()
  for (const moment of moments) {
    const window = Math.floor(moment / windowMs)
    windows.set(window, (windows.get(window) ?? 0) + 1)
  }
  return Math.max(0, ...windows.values())
}
