// Which queries are meant: by key, `queryOptions(...)`, filters or a predicate, as everywhere in TanStack Query.
import type { DataTag, InfiniteData, QueryFilters, QueryKey } from '@tanstack/react-query'
import { RealtimeError } from '../base/errors.ts'

/** Which queries: a key (and all keys that begin with it), `queryOptions(...)`, filters or a predicate, as in TanStack Query. */
export type Target =
  | QueryKey
  | { readonly queryKey: QueryKey; readonly queryFn?: unknown }
  | QueryFilters
  | (QueryFilters['predicate'] & {})

/** One query: its key, or its `queryOptions(...)`. */
export type QueryTarget = QueryKey | { readonly queryKey: QueryKey }

type TagOf<Key> = Key extends DataTag<unknown, infer Data, unknown> ? Data : unknown

/** What the queries of a target hold, where `queryOptions(...)` or its key say so; else unknown. */
export type DataOf<Wanted> = Wanted extends { readonly queryKey: infer Key } ? TagOf<Key> : TagOf<Wanted>

/** One entity of a list: of an array, of `{ items }`, or of the pages of an infinite query. */
export type ItemOf<Data> = unknown extends Data
  ? unknown
  : Data extends readonly (infer Item)[]
    ? Item
    : Data extends InfiniteData<infer Page>
      ? ItemOf<Page>
      : Data extends { readonly items: readonly (infer Item)[] }
        ? Item
        : unknown

/** As filters of TanStack Query. Throws `invalid-operation` for what names no query. */
export function filtersOf(target: Target): QueryFilters {
  if (Array.isArray(target)) return { queryKey: target }
  if (typeof target === 'function') return { predicate: target }
  if (typeof target !== 'object' || target === null) {
    throw new RealtimeError(
      'invalid-operation',
      `An operation was aimed at ${JSON.stringify(target)}, which names no query. Give it a query key such as ['goals'], queryOptions(...), filters or a predicate.`,
    )
  }
  // queryOptions are for one query, so their key is meant exactly; plain filters say what they mean.
  const { queryKey } = target as QueryFilters
  if ('queryFn' in target && queryKey !== undefined) return { queryKey, exact: true }
  return target as QueryFilters
}

/** The key of the one query that is meant. */
export function keyOf(target: QueryTarget): QueryKey {
  return 'queryKey' in target ? target.queryKey : target
}
