// Which events changed a query, by which rule, and how long that took since they happened: for `inspect()`.
import type { QueryKey } from '@tanstack/react-query'
import type { Cause } from './cause.ts'

/**
 * `changed`: the data was. `fetched`: the query is fetched again. `skipped`: what it holds is newer. `repeated`: done again to the
 * result of a fetch that was older.
 */
export type Effect = 'changed' | 'fetched' | 'skipped' | 'repeated'

export interface Change {
  readonly effect: Effect
  /** The name of the rule in the table; `meta.realtime`, `response`, `resync`. */
  readonly rule: string
  /** The type of the event; null where it was none. */
  readonly type: string | null
  readonly eventId: string | null
  readonly stream: string | null
  readonly seq: number | null
  /** When, epoch ms by this machine's clock. */
  readonly at: number
  /** From the server's time of the event to this change, in ms: clocks may differ. Null where the server gave no time. */
  readonly latencyMs: number | null
}

export interface Lineage {
  readonly queryKey: QueryKey
  /** The oldest first. */
  readonly changes: readonly Change[]
}

/** So many are kept of each query. */
export const maxChanges = 20

export function noteChange(history: Change[], effect: Effect, cause: Cause, at: number) {
  const { rule, type, eventId, stream = null, seq = null, time } = cause
  if (history.length >= maxChanges) history.shift()
  history.push({ effect, rule, type, eventId, stream, seq, at, latencyMs: time === null ? null : at - time })
}
