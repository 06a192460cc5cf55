// The word by which the app learns that something may have been missed.
import type { RealtimeEvent } from '../protocol/event.ts'

/** What may have been missed, so that the queries concerned are fetched again. */
export interface Resync {
  /** Names of streams; `all` where it cannot be told which. */
  streams: readonly string[] | 'all'
  /**
   * `joined`: listening begins now, so what was fetched before may already be old. `lost`: the server no longer has what
   * came in between, or it did not arrive. `unconfirmed`: a plain server cannot say whether anything did. `requested`: the server
   * asked for it. `overflow`: more came than the app could take.
   */
  cause: 'joined' | 'lost' | 'unconfirmed' | 'requested' | 'overflow'
  /** Where one subscription of several begins: the types and patterns it listens to. Left out: whatever is listened to. */
  events?: readonly string[]
}

/** What was missed with these events. Where one of them belongs to no stream, nobody can tell what it concerned. */
export function streamsOf(events: readonly RealtimeEvent[]): readonly string[] | 'all' {
  const streams = new Set<string>()
  for (const { stream } of events) {
    if (stream === undefined) return 'all'
    streams.add(stream)
  }
  return [...streams]
}
