// Writes data to a query as nothing else does: its age, its being invalidated and whatever of its references can be kept are kept.
import { type Query, type QueryCache, replaceEqualDeep } from '@tanstack/react-query'
import type { Optimistic } from './optimistic.ts'
import type { QueryRecord } from './record.ts'
import type { Records } from './records.ts'

export interface Writer {
  /** The query holds `base`, and shows what is hoped for on top of it. @param isRenewed the data is whole and new, not just changed */
  show(record: QueryRecord, base: unknown, isRenewed?: boolean): void
}

/** The new data with the references of the old one, where it is the same, as the query's options say. */
function shared({ options: { structuralSharing } }: Query, old: unknown, data: unknown): unknown {
  if (typeof structuralSharing === 'function') return structuralSharing(old, data)
  return structuralSharing === false ? data : replaceEqualDeep(old, data)
}

export function createWriter(cache: QueryCache, optimistic: Optimistic, quietly: Records['quietly']): Writer {
  function write({ query, shown }: QueryRecord, data: unknown, isRenewed: boolean) {
    // An updater of the app may have removed it.
    if (cache.get(query.queryHash) !== query) return
    const { dataUpdatedAt, isInvalidated } = query.state
    // The result of a fetch that nobody has seen: what is compared with is what they see. Written as it is, or TanStack Query
    // would share references with that result.
    if (shown !== query.state.data && !isRenewed)
      return quietly(() => query.setState({ data: shared(query, shown, data) }))
    quietly(() => {
      // Not setQueryData: it would hash the key in its own way. Either by itself would make a partly patched query count as
      // fresh, and forget that it was to be fetched.
      query.setData(data, { manual: true, ...(!isRenewed && { updatedAt: dataUpdatedAt }) })
      if (isInvalidated && !isRenewed) query.invalidate()
    })
  }

  return {
    show(record, base, isRenewed = false) {
      record.base = base
      const next = optimistic.over(record)
      if (next === record.query.state.data && !isRenewed) return
      write(record, next, isRenewed)
      // With its references kept, where it is the same thing.
      if (next === base) record.base = record.query.state.data
    },
  }
}
