// Follows the queries of a cache: which fetch began when, what came of it, and who else wrote data.
import type { Query, QueryCache, QueryCacheNotifyEvent } from '@tanstack/react-query'
import type { Undo } from '../base/emitter.ts'
import { forgetAsOf, takeAsOf } from './as-of.ts'
import type { Journal } from './journal.ts'
import { createRecord, type Fetch, type QueryRecord } from './record.ts'

export interface RecordsOptions {
  cache: QueryCache
  journal: Journal
  /** A fetch has answered: the query holds its result. */
  onResult: (record: QueryRecord, fetch: Fetch) => void
  onBegin: (query: Query, isMore: boolean) => void
  /** A fetch ended without a result. */
  onEnd: (query: Query, how: 'error' | 'cancelled') => void
  /** The app wrote data. */
  onWrite: (record: QueryRecord) => void
  /** Data that was fetched elsewhere, at some time: hydrated or restored. */
  onForeignData: (record: QueryRecord) => void
  /** Somebody begins to look at it. */
  onSeen: (query: Query) => void
  onRemoved: (query: Query) => void
}

export interface Records {
  of(query: Query): QueryRecord
  /** Undefined where nothing is known of it. */
  get(query: Query): QueryRecord | undefined
  /** Lets a write pass that is none of the app's. */
  quietly(write: () => void): void
  readonly all: Iterable<QueryRecord>
  dispose: Undo
}

export function createRecords(options: RecordsOptions): Records {
  const { cache, journal, onResult, onBegin, onEnd, onWrite, onForeignData, onSeen, onRemoved } = options
  const records = new Map<Query, QueryRecord>()
  let isQuiet = false

  function of(query: Query): QueryRecord {
    const known = records.get(query)
    if (known) return known
    const record = createRecord(query)
    records.set(query, record)
    return record
  }

  function begin(query: Query, isMore: boolean) {
    forgetAsOf(query)
    follow(query, isMore)
    onBegin(query, isMore)
  }

  function follow(query: Query, isMore: boolean) {
    const record = of(query)
    record.fetch?.unpin()
    // Without a function of its own it waits for a promise that was begun on a server.
    const isForeign = query.options.queryFn === undefined && query.observers.length === 0
    record.fetch = { place: journal.place, tick: journal.tick(), isMore, unpin: journal.pin(), isForeign }
  }

  /** One that began before anybody followed it is older than everything that is known. */
  const unknownFetch = () => ({ place: journal.start, tick: 0, isMore: false, isForeign: false, unpin: () => {} })

  function endFetch(record: QueryRecord): Fetch {
    const began = record.fetch ?? unknownFetch()
    record.fetch = null
    return { ...began, asOf: takeAsOf(record.query) }
  }

  function succeeded(query: Query) {
    const record = of(query)
    const fetch = endFetch(record)
    try {
      onResult(record, fetch)
      if (fetch.isForeign) onForeignData(record)
    } finally {
      fetch.unpin()
    }
  }

  function stateSet(query: Query) {
    const record = records.get(query)
    const hasEnded = query.state.fetchStatus === 'idle' && record?.fetch != null
    if (hasEnded) endFetch(record).unpin()
    if (hasEnded) onEnd(query, 'cancelled')
    // A cancelled fetch sets the state back, data included; only what came from elsewhere brings another.
    if (record?.shown === query.state.data) return
    const touched = of(query)
    touched.asOf.clear()
    touched.base = query.state.data
    touched.isBaked = true
    touched.shown = query.state.data
    // `initialData` that comes late counts no update.
    if (query.state.data !== undefined && query.state.dataUpdateCount > 0) onForeignData(touched)
  }

  function updated({ query, action }: Extract<QueryCacheNotifyEvent, { type: 'updated' }>) {
    switch (action.type) {
      case 'fetch':
        return begin(query, isFetchingMore(action.meta ?? null, query))
      case 'success': {
        if (action.manual !== true) succeeded(query)
        else if (!isQuiet) onWrite(of(query))
        const record = records.get(query)
        if (record) record.shown = query.state.data
        return
      }
      case 'error': {
        const record = records.get(query)
        if (record?.fetch != null) endFetch(record).unpin()
        return onEnd(query, 'error')
      }
      case 'setState':
        return isQuiet ? undefined : stateSet(query)
      default:
    }
  }

  // Components below a provider begin theirs before it has bound the cache.
  for (const query of cache.getAll()) {
    if (query.state.fetchStatus !== 'idle') follow(query, isFetchingMore(query.state.fetchMeta, query))
  }
  const unsubscribe = cache.subscribe((event) => {
    const { query } = event
    if (event.type === 'updated') updated(event)
    else if (event.type === 'added') {
      // Data from the start: hydrated, if it has been fetched before; else `initialData`, which the app answers for.
      if (query.state.data !== undefined && query.state.dataUpdateCount > 0) onForeignData(of(query))
    } else if (event.type === 'observerAdded') onSeen(query)
    else if (event.type === 'removed') {
      records.get(query)?.fetch?.unpin()
      records.delete(query)
      onRemoved(query)
    }
  })

  return {
    of,
    get: (query) => records.get(query),
    quietly(write) {
      const before = isQuiet
      isQuiet = true
      try {
        write()
      } finally {
        isQuiet = before
      }
    },
    get all() {
      return records.values()
    },
    dispose() {
      unsubscribe()
      for (const record of records.values()) record.fetch?.unpin()
    },
  }
}

/** Where nothing is held yet, the first page is the whole. */
const isFetchingMore = (meta: Query['state']['fetchMeta'], { state }: Query): boolean =>
  meta?.fetchMore !== undefined && state.data !== undefined
