// Does to a QueryClient what an operation says. When, and in which batch, is bind-query-client.ts.
import type { Query, QueryClient } from '@tanstack/react-query'
import { hasEntity, insertEntity, isList, removeEntity, updateEntity } from './lists.ts'
import { filtersOf, type Operation } from './operations.ts'
import type { Refetcher } from './refetcher.ts'

/** @returns what applies one operation to every query it is aimed at; throws what an updater threw, the others changed. */
export function createApply(queryClient: QueryClient, refetcher: Refetcher): (operation: Operation) => void {
  const { invalidate, markStale } = refetcher
  const cache = queryClient.getQueryCache()

  /** Puts the data of a query through `change`, keeping its age and a lost invalidation. */
  function rewrite(query: Query, change: (data: unknown) => unknown) {
    const { data, status, isInvalidated, dataUpdatedAt, fetchStatus } = query.state
    // What never loaded, or failed, is not completed by a change: a part would pass for the whole.
    if (data === undefined) return fetchStatus === 'fetching' ? invalidate(query) : markStale(query)
    if (status !== 'success') return invalidate(query)
    let next: unknown
    try {
      next = change(data)
    } catch (error) {
      invalidate(query)
      throw error
    }
    if (next !== data) {
      // Not setQueryData: it would hash the key in its own way. Either by itself would make a partly patched query count as
      // fresh, and forget that it was to be fetched.
      query.setData(next, { updatedAt: dataUpdatedAt, manual: true })
      if (isInvalidated) markStale(query)
    }
    // The running fetch may have been answered before the event happened: its result is confirmed by one more.
    if (fetchStatus === 'fetching') invalidate(query)
  }

  function applyTo(query: Query, operation: Exclude<Operation, { kind: 'invalidate' }>) {
    switch (operation.kind) {
      case 'patch': {
        const { id, update } = operation
        return rewrite(query, (data) => (id === undefined ? update(data) : updateEntity(data, id, update)))
      }
      case 'remove':
        return rewrite(query, (data) => removeEntity(data, operation.id))
      case 'upsert':
        return upsertInto(query, operation)
      default:
        operation satisfies never
    }
  }

  function upsertInto(query: Query, { entity, where, at }: Extract<Operation, { kind: 'upsert' }>) {
    const { data } = query.state
    if (data !== undefined && !isList(data)) return invalidate(query)
    if (data === undefined) return rewrite(query, (list) => list)
    const belongs = where?.(entity as never, query.queryKey)
    const present = hasEntity(data, entity.id)
    if (belongs === false) {
      if (present) rewrite(query, (list) => removeEntity(list, entity.id))
    } else if (present) rewrite(query, (list) => updateEntity(list, entity.id, () => entity))
    else if (belongs) rewrite(query, (list) => insertEntity(list, entity, at))
    else invalidate(query)
  }

  return (operation) => {
    let failure: { error: unknown } | null = null
    for (const query of cache.findAll(filtersOf(operation.target))) {
      if (operation.kind === 'invalidate') {
        invalidate(query)
        continue
      }
      try {
        applyTo(query, operation)
      } catch (error) {
        failure ??= { error }
      }
    }
    if (failure !== null) throw failure.error
  }
}
