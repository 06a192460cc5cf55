// Which streams of the log one session reads, by its token and by what it asks for.
import { matchesAnyStream, streamMatcher, type SubscriptionSpec } from '../protocol/filter.ts'
import { type Identity, namedStreams } from './access.ts'
import type { EventLog } from './event-log.ts'
import type { Reach } from './reach.ts'
import { sortNames } from './stream-names.ts'

export function reads(reach: Reach, spec: SubscriptionSpec, stream: string): boolean {
  return (spec.streams === undefined || matchesAnyStream(spec.streams, stream)) && reach.may(stream)
}

/**
 * Those named outright count before their first event too, so that a client has a position to go on from. `compared`: how much work that
 * was, as a number of comparisons.
 */
export function streamsOf(
  log: EventLog,
  reach: Reach,
  reader: Identity,
  spec: SubscriptionSpec,
): { found: string[]; compared: number } {
  const known = new Set([...knownTo(log, reach, reader), ...namedStreams(reader, spec.streams)])
  const isWanted = spec.streams === undefined ? () => true : streamMatcher(spec.streams)
  const found = [...known].filter((stream) => isWanted(stream) && reach.may(stream))
  return { found, compared: known.size * Math.max(1, spec.streams?.length ?? 1) }
}

/** The streams of the log that this one may read, without a look at all the others. */
export function knownTo(log: EventLog, reach: Reach, reader: Identity): string[] {
  const { names, heads } = sortNames(reader.streams)
  const found = new Set(names.filter(log.has))
  for (const head of heads) for (const stream of log.streamsUnder(head)) found.add(stream)
  return [...found].filter((stream) => reach.may(stream))
}
