// What a session missed, from what it says it has.
import type { Position } from '../protocol/frames.ts'
import { type EventLog, type LoggedEvent, timeOf } from './event-log.ts'

/** What a session knows of one stream. */
export interface StreamKnowledge {
  /** Where it says it is; undefined where it never heard of the stream. */
  position: Position | undefined
  /** The head it was told when it subscribed. */
  toldSeq: number
  /** The place in the whole log of the last event it names; undefined where it names none that is still known. */
  lastIndex: number | undefined
  /** When it began to be told of everything, in epoch ms by the log's own clock; undefined where it does not say. */
  sinceMs: number | undefined
}

/** The events of `stream` behind what the session has, or null where they are no longer all known. */
export function missedIn(log: EventLog, stream: string, known: StreamKnowledge): readonly LoggedEvent[] | null {
  const { position, toldSeq, lastIndex = -1, sinceMs = -Infinity } = known
  if (position !== undefined) return position.epoch === log.epoch ? log.since(stream, position.seq) : null
  // It knew nothing of this stream, so what was published since it subscribed is all it could have missed…
  const since = log.since(stream, toldSeq) ?? []
  // …unless it says how far it had come in the log as a whole, or since when it would have heard of every stream.
  if (lastIndex === -1 && sinceMs === -Infinity) return since
  const all = log.since(stream, 0) ?? since
  return all.filter((event) => event.index > lastIndex && timeOf(event) >= sinceMs)
}

/** In the order of publishing, across streams. */
export function inOrder(events: readonly LoggedEvent[]): readonly LoggedEvent[] {
  return events.toSorted((a, b) => a.index - b.index)
}
