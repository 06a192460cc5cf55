// What an event does to the cache: as people write it by hand, and as a rule of livecache.
import type { QueryClient } from '@tanstack/react-query'
import { invalidate, type Operation, patch } from 'livecache'
import type { Row, RowEvent } from '../../events/event.ts'
import type { Effect, Topology } from '../setup.ts'
import { listKey, rowKey } from './rows.tsx'

export type Write = (queryClient: QueryClient, event: RowEvent) => void
export type RowRule = (event: { payload: Row }) => Operation

/** By hand. */
export function writeOf(effect: Effect, topology: Topology): Write {
  if (effect.kind === 'invalidate') {
    const cancelRefetch = effect.way !== 'no-cancel'
    return (queryClient) => void queryClient.invalidateQueries({ queryKey: listKey }, { cancelRefetch })
  }
  if (topology === 'entities') {
    return (queryClient, { payload }) =>
      queryClient.setQueryData<Row>(rowKey(payload.id), (row) => row && { ...row, ...payload })
  }
  return (queryClient, { payload }) =>
    queryClient.setQueryData<Row[]>(listKey, (rows) =>
      rows?.map((row) => (row.id === payload.id ? { ...row, ...payload } : row)),
    )
}

const version = (row: Row) => row.version

export function ruleOf(effect: Effect, topology: Topology): RowRule {
  if (effect.kind === 'invalidate') {
    // Events of a tenant are spread over 2 s by default, so that its clients do not fetch all at once.
    const options = effect.way === 'gap-33' ? { minGapMs: 33, spreadMs: 0 } : {}
    return () => invalidate(listKey, options)
  }
  if (topology === 'entities') {
    return ({ payload: { id, ...changes } }) => patch<Row>(rowKey(id), changes, { version })
  }
  return ({ payload: { id, ...changes } }) => patch<Row>(listKey, changes, { id, version })
}
