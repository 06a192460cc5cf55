// Which streams of the log one session reads, by its token and by what it asks for.
import { matchesAnyStream, type SubscriptionSpec } from '../protocol/filter.ts'
import { type Identity, namedStreams } from './access.ts'
import type { EventLog } from './event-log.ts'
import type { Reach } from './reach.ts'
import { sortNames } from './stream-names.ts'

export interface Reading {
  reads(spec: SubscriptionSpec, stream: string): boolean
  /** Those named outright count before their first event too, so that a client has a position to go on from. */
  streamsOf(reader: Identity, spec: SubscriptionSpec): string[]
  /** The streams of the log that this one may read, without a look at all the others. */
  knownTo(reader: Identity): string[]
}

export function createReading(log: EventLog, reach: Reach): Reading {
  function reads(spec: SubscriptionSpec, stream: string): boolean {
    return (spec.streams === undefined || matchesAnyStream(spec.streams, stream)) && reach.may(stream)
  }

  function knownTo(reader: Identity): string[] {
    const { names, heads } = sortNames(reader.streams)
    const found = new Set(names.filter(log.has))
    for (const head of heads) for (const stream of log.streamsUnder(head)) found.add(stream)
    return [...found].filter(reach.may)
  }

  return {
    reads,
    streamsOf(reader, spec) {
      const known = new Set([...knownTo(reader), ...namedStreams(reader, spec.streams)])
      return [...known].filter((stream) => reads(spec, stream))
    },
    knownTo,
  }
}
