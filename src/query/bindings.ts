// Which queries a stream feeds: what is fetched again when events of it may have been missed, and taken away when it is withdrawn.
import type { Query, QueryClient } from '@tanstack/react-query'
import { isPattern, matchesStream } from '../protocol/filter.ts'
import { realtimeMeta } from './rules.ts'
import { filtersOf, type Target } from './targets.ts'

/** Patterns of streams (`tenant:*`) to the queries they feed: each query that a rule changes belongs into a row. */
export type StreamBindings = Readonly<Record<string, readonly Target[]>>

type Streams = readonly string[] | 'all'

/**
 * The queries that may be out of date once events of these streams were missed (`all`: of any stream). A query that names its
 * streams in `meta.realtime` is judged by those. For the others, without a table, or where one of the streams is in no row of it,
 * that is every query: fetching too much is dear, showing what is wrong is worse.
 */
export function queriesFedBy(
  queryClient: QueryClient,
  streams: Streams,
  bindings: StreamBindings | undefined,
): readonly Query[] {
  const all = queryClient.getQueryCache().getAll()
  const isBound = boundBy(queryClient, streams, bindings)
  const rows = Object.keys(bindings ?? {})
  const isUnknown =
    bindings === undefined ||
    (streams !== 'all' && streams.some((stream) => !rows.some((pattern) => matchesStream(pattern, stream))))
  return all.filter((query) => (realtimeMeta(query).streams === undefined && isUnknown ? true : isBound(query)))
}

/** The queries that the table or their own `meta.realtime` says are fed by these streams, and no others. */
export function queriesBoundTo(
  queryClient: QueryClient,
  streams: Streams,
  bindings: StreamBindings | undefined,
): readonly Query[] {
  return queryClient
    .getQueryCache()
    .getAll()
    .filter(boundBy(queryClient, streams, bindings))
}

/** Names and patterns of the streams that feed a query; empty where nothing says so. */
export function streamsOf(
  queryClient: QueryClient,
  query: Query,
  bindings: StreamBindings | undefined,
): readonly string[] {
  const { streams } = realtimeMeta(query)
  if (streams !== undefined) return streams
  const cache = queryClient.getQueryCache()
  return Object.entries(bindings ?? {})
    .filter(([, row]) => row.some((target) => cache.findAll(filtersOf(target)).includes(query)))
    .map(([pattern]) => pattern)
}

function boundBy(queryClient: QueryClient, streams: Streams, bindings: StreamBindings = {}): (query: Query) => boolean {
  const cache = queryClient.getQueryCache()
  const concerns = (pattern: string) => streams === 'all' || streams.some((stream) => overlap(pattern, stream))
  const targets = Object.entries(bindings).flatMap(([pattern, row]) => (concerns(pattern) ? row : []))
  const inTable = new Set([...new Set(targets)].flatMap((target) => cache.findAll(filtersOf(target))))
  return (query) => realtimeMeta(query).streams?.some(concerns) ?? inTable.has(query)
}

/** A withdrawn subscription may name streams by a pattern. */
const overlap = (pattern: string, stream: string) =>
  matchesStream(pattern, stream) || (isPattern(stream) && matchesStream(stream, pattern))
