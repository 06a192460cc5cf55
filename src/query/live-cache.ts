// A QueryClient under events: wires the parts that apply operations, repair what older fetches overwrite, and see to it that what
// cannot be known here is fetched. One per QueryClient, shared by whoever works on it. What follows from an event is bind-query-client.ts.
import { notifyManager, type Query, type QueryClient } from '@tanstack/react-query'
import { type Clock, systemClock } from '../base/clock.ts'
import { createEmitter, throwLater, type Undo } from '../base/emitter.ts'
import { createScope } from '../base/scope.ts'
import type { Position } from '../protocol/frames.ts'
import { type Applier, createApplier } from './applier.ts'
import type { Cause } from './cause.ts'
import { createConfirmer } from './confirmer.ts'
import { createHopes, type Hopes } from './hopes.ts'
import { createJournal, tailMs } from './journal.ts'
import type { Lineage } from './lineage.ts'
import type { InvalidateOptions } from './operations.ts'
import { createOptimistic } from './optimistic.ts'
import { createQueryIndex } from './query-index.ts'
import { isCaughtUp } from './record.ts'
import { createRecords } from './records.ts'
import { createRefetcher } from './refetcher.ts'
import { createSettler } from './settler.ts'
import { createWriter } from './writer.ts'

export interface LiveCache {
  readonly batch: Applier['batch']
  invalidate(query: Query, options?: InvalidateOptions): void
  /** Events on this query may have been missed: it is fetched again, and not live until that is done. */
  resync(query: Query, cause: Cause): void
  /** Events up to here were not heard, so results that are older have to be fetched again. */
  notHeardUpTo(positions: Readonly<Record<string, Position>>): void
  /** Access was withdrawn: what these queries hold goes, also from the screen, and what was told of it. */
  purge(queries: readonly Query[], isWithdrawn: (cause: Cause) => boolean): void
  /** Whether the query may lack something that was missed. */
  awaitsResync(query: Query): boolean
  /** Whether the data says how new it is, and has come as far as anything that was not heard. */
  isUpToDate(query: Query): boolean
  lineage(): readonly Lineage[]
  /** Hears of data that was not fetched here: hydrated, or restored. */
  onForeignData(listener: (query: Query) => void): Undo
  readonly hopes: Hopes
}

const held = new WeakMap<QueryClient, { cache: LiveCache; holders: number; dispose: Undo }>()

/** The one that looks after this QueryClient, until each holder has let go. */
export function retainLiveCache(queryClient: QueryClient, clock: Clock = systemClock): [LiveCache, Undo] {
  const known = held.get(queryClient) ?? { ...createLiveCache(queryClient, clock), holders: 0 }
  held.set(queryClient, known)
  known.holders++
  let isHeld = true
  const release = () => {
    if (!isHeld) return
    isHeld = false
    if (--known.holders > 0) return
    held.delete(queryClient)
    known.dispose()
  }
  return [known.cache, release]
}

/** The one that is held by somebody. */
export const liveCacheOf = (queryClient: QueryClient): LiveCache | undefined => held.get(queryClient)?.cache

function createLiveCache(queryClient: QueryClient, clock: Clock): { cache: LiveCache; dispose: Undo } {
  const cache = queryClient.getQueryCache()
  const scope = createScope(clock)
  const index = createQueryIndex(cache)
  const journal = createJournal(clock.now)
  const refetcher = createRefetcher(clock)
  const confirmer = createConfirmer(clock, (query) => refetcher.invalidate(query))
  const optimistic = createOptimistic(index, throwLater)
  const foreignData = createEmitter<Query>(throwLater)
  const writer = createWriter(cache, optimistic, (write) => records.quietly(write))
  const hopes = createHopes({
    optimistic,
    index,
    scope,
    clock,
    tick: journal.tick,
    recordOf: (query) => records.of(query),
    // What is being changed is shown when all of it is done.
    show: (record) => applier.isChanging(record) || writer.show(record, record.base),
    fetch: refetcher.invalidate,
  })
  const records = createRecords({
    cache,
    journal,
    onResult: (...result) => settle(...result),
    onBegin: refetcher.began,
    onEnd: refetcher.ended,
    onWrite(record) {
      applier.overwritten(record)
      record.base = record.query.state.data
      record.isBaked = optimistic.on(record.query).length > 0
      refetcher.written(record.query)
    },
    onSeen: refetcher.seen,
    onForeignData: ({ query }) => foreignData.emit(query),
    onRemoved: forgetQuery,
  })
  const shared = { clock, index, journal, refetcher, confirmer, writer }
  const applier = createApplier({ ...shared, queryClient, records, onDone: prune })
  const settle = createSettler({ ...shared, hopes, applier })
  let cancelPrune: Undo | null = null

  /** What is kept for late results goes by time. */
  function prune() {
    journal.prune()
    cancelPrune ??= scope.timeout(() => {
      cancelPrune = null
      if (journal.place > journal.start) prune()
    }, tailMs)
  }

  function forgetQuery(query: Query) {
    refetcher.forget(query)
    confirmer.forget(query)
  }

  /** Empties a query that somebody looks at, who sees what the server has to say now. */
  function empty(query: Query) {
    void query.cancel({ silent: true })
    const record = records.of(query)
    record.asOf.clear()
    record.base = undefined
    record.shown = undefined
    const nothing = { data: undefined, dataUpdatedAt: 0, status: 'pending', fetchStatus: 'idle' } as const
    records.quietly(() => query.setState({ ...query.resetState, ...nothing }))
    refetcher.invalidate(query, { minGapMs: 0 })
  }

  /** Fetches that wait for a running one are still made. */
  function endWhenDone() {
    if (refetcher.waiting === 0) return records.dispose()
    // Later than the records, which listen for longer: they have had what ends a fetch follow on it.
    const unsubscribe = cache.subscribe(({ type }) => {
      if (type === 'observerResultsUpdated' || refetcher.waiting > 0) return
      unsubscribe()
      records.dispose()
    })
  }

  return {
    cache: {
      batch: applier.batch,
      invalidate: refetcher.invalidate,
      resync(query, cause) {
        const record = records.of(query)
        record.awaitsResync = true
        applier.fetchSoon(record, cause)
      },
      notHeardUpTo(positions) {
        for (const [stream, position] of Object.entries(positions)) journal.raiseFloor(stream, position)
      },
      purge(queries, isWithdrawn) {
        notifyManager.batch(() => {
          for (const query of queries) {
            forgetQuery(query)
            applier.discard(records.of(query))
            if (query.getObserversCount() === 0) cache.remove(query)
            else empty(query)
          }
          // What they were told must not come back with the result of a fetch.
          journal.forget(isWithdrawn)
        })
      },
      awaitsResync: (query) => records.get(query)?.awaitsResync ?? false,
      isUpToDate(query) {
        const record = records.get(query)
        return record !== undefined && isCaughtUp(record, journal.floorOf)
      },
      lineage: () =>
        [...records.all]
          .filter(({ history }) => history.length > 0)
          .map(({ query, history }) => ({ queryKey: query.queryKey, changes: [...history] })),
      onForeignData: foreignData.on,
      hopes,
    },
    dispose() {
      // What runs began before events that are shown: without this its result would put them back, and pass for fresh.
      for (const { query, fetch } of records.all) {
        if (fetch && journal.since(fetch.place).some(({ operation }) => index.names(operation.target, query)))
          refetcher.invalidate(query)
      }
      hopes.end()
      confirmer.dispose()
      scope.dispose()
      index.dispose()
      refetcher.dispose()
      endWhenDone()
    },
  }
}
