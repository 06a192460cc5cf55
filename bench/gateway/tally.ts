// What has arrived of some events that are sent to all, and when.
import { percentile } from '../statistics.ts'
import { now } from './clock.ts'

export interface Latencies {
  /** Of all deliveries, from when an event was handed to the server until a client had read it, in ms. */
  readonly p50: number
  readonly p95: number
  readonly p99: number
  /** Until the last client had it, in ms: the median of the events. */
  readonly last: number
}

export interface Tally {
  /** A client has received `events` more, the first of which was its event number `first`. */
  add(first: number, events: number): void
  /** Resolves once all have arrived everywhere; rejects after `deadlineMs`. */
  complete(deadlineMs: number): Promise<void>
  /** @param sentAt when each event was sent */
  latencies(sentAt: readonly number[]): Latencies
}

/** @param first the number of the first event, as each client counts */
export function createTally(clients: number, first: number, events: number): Tally {
  const arrivedAt = new Float64Array(clients * events)
  const counts = new Uint32Array(events)
  let missing = clients * events
  let fault: string | null = null
  let settle: (() => void) | null = null

  return {
    add(from, count) {
      const at = now()
      for (let event = from - first; event < from - first + count; event++) {
        if (event >= events) fault = 'An event came twice, or one that nobody sent.'
        else arrivedAt[event * clients + counts[event]!++] = at
      }
      missing -= count
      if (missing <= 0) settle?.()
    },
    async complete(deadlineMs) {
      const complete = new Promise<void>((resolve) => (settle = resolve))
      const timer = setTimeout(() => {
        fault = `${missing} of ${clients * events} deliveries did not arrive within ${deadlineMs} ms.`
        settle?.()
      }, deadlineMs)
      if (missing > 0) await complete
      clearTimeout(timer)
      if (fault !== null) throw new Error(fault)
    },
    latencies(sentAt) {
      // The arrivals of an event stand in the order they happened.
      const last = sentAt.map((sent, event) => arrivedAt[(event + 1) * clients - 1]! - sent)
      const all = arrivedAt.map((at, index) => at - sentAt[Math.floor(index / clients)]!).toSorted()
      const at = (share: number) => all[Math.min(all.length - 1, Math.floor(share * all.length))]!
      return { p50: at(0.5), p95: at(0.95), p99: at(0.99), last: percentile(last, 0.5) }
    },
  }
}
