// Which queries a stream feeds: what is fetched again when events of it may have been missed.
import type { Query, QueryClient } from '@tanstack/react-query'
import { matchesStream } from '../protocol/filter.ts'
import { filtersOf, type Target } from './operations.ts'

/** Patterns of streams (`tenant:*`) to the queries they feed: each query that a rule changes belongs into a row. */
export type StreamBindings = Readonly<Record<string, readonly Target[]>>

/**
 * The queries that may be out of date once events of these streams were missed (`all`: of any stream in the table). Without
 * a table, or where one of the streams is in no row of it, that is every query: fetching too much is dear, showing what is
 * wrong is worse.
 */
export function queriesFedBy(
  queryClient: QueryClient,
  streams: readonly string[] | 'all',
  bindings: StreamBindings | undefined,
): readonly Query[] {
  const cache = queryClient.getQueryCache()
  if (bindings === undefined) return cache.getAll()
  const rows = Object.entries(bindings)
  const rowsOf = (stream: string) => rows.filter(([pattern]) => matchesStream(pattern, stream))
  if (streams !== 'all' && streams.some((stream) => rowsOf(stream).length === 0)) return cache.getAll()
  const concerned = streams === 'all' ? rows : streams.flatMap(rowsOf)
  const targets = new Set(concerned.flatMap(([, row]) => row))
  return [...new Set([...targets].flatMap((target) => cache.findAll(filtersOf(target))))]
}
