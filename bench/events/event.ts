// The events of the benchmarks, as far as the pages that receive them need to know them too. Their bytes are bytes.ts.

/** As a livecache server says it, as most others do, or in the wire of a peer. */
export type Form = 'livecache' | 'plain' | 'socket.io' | 'centrifuge'

export const eventType = 'goal.updated'
export const stream = 'tenant:3'
export const epoch = 'e1'
/** What centrifuge calls a stream. */
export const channel = 'rows'
/** How many rows are changed in turn, so that no event of a burst is superseded before all others had theirs. */
export const rowCount = 500

export interface Row {
  id: string
  /** The number of the event that said it; 0 before the first. */
  value: number
  version: number
  note: string
}

export interface RowEvent {
  type: typeof eventType
  payload: Row
}

export const rowId = (index: number): string => `G-${index}`

/** The last value of each row after events 1 to `events`. */
export function lastValues(events: number, rows = rowCount): number[] {
  return Array.from({ length: rows }, (_, row) => {
    const last = events - ((((events - row) % rows) + rows) % rows)
    return Math.max(0, last)
  })
}
