// Applies operations: finds their queries, lets each change its data, writes once per query and batch, and asks for what has to be
// fetched because of it. What an operation does to data is change.ts.
import { notifyManager, type Query, type QueryClient } from '@tanstack/react-query'
import type { Clock } from '../base/clock.ts'
import type { Cause } from './cause.ts'
import { change, type DataDraft, draftData, type Outcome } from './change.ts'
import type { Confirmer } from './confirmer.ts'
import type { Journal } from './journal.ts'
import { noteChange } from './lineage.ts'
import type { DataOperation, InvalidateOptions, Operation, SetOperation } from './operations.ts'
import type { QueryIndex } from './query-index.ts'
import { isExact, learn, limitOf, pagesWithout, type QueryRecord } from './record.ts'
import type { Records } from './records.ts'
import { defaultMinGapMs, type Refetcher } from './refetcher.ts'
import { keyOf } from './targets.ts'
import type { Writer } from './writer.ts'

/**
 * Does one operation; throws what a function of the app threw, once all queries that are concerned have had their turn.
 * @param touched takes up the queries that hold the change now
 */
export type Apply = (operation: Operation, cause: Cause, touched?: Set<Query>) => void

export interface Applier {
  /** Everything that `work` applies is written once, and told to React at once. */
  batch(work: (apply: Apply) => void): void
  /** The query is fetched, at the end of the batch. */
  fetchSoon(record: QueryRecord, cause: Cause, options?: InvalidateOptions): void
  /** The query is fetched once it is quiet, if nothing else has confirmed it by then. */
  confirm(record: QueryRecord, cause: Cause): void
  /** The app wrote data in the middle of a batch. */
  overwritten(record: QueryRecord): void
  isChanging(record: QueryRecord): boolean
  /** What this batch has done to the query so far goes. */
  discard(record: QueryRecord): void
}

export interface ApplierParts {
  queryClient: QueryClient
  clock: Clock
  index: QueryIndex
  journal: Journal
  records: Pick<Records, 'of'>
  refetcher: Refetcher
  confirmer: Confirmer
  writer: Writer
  /** A batch is done. */
  onDone: () => void
}

/** In ms, for what many clients hear at once. */
const tenantSpreadMs = 2_000

const exactly = ({ target }: SetOperation) => ({ queryKey: keyOf(target), exact: true })

export function createApplier(parts: ApplierParts): Applier {
  const { queryClient, clock, index, journal, records, refetcher, confirmer, writer, onDone } = parts
  const drafts = new Map<QueryRecord, DataDraft>()
  /** Records whose data is whole and new, not just changed. */
  const renewed = new Set<QueryRecord>()
  const toFetch = new Map<Query, InvalidateOptions>()
  let depth = 0

  function commit() {
    const due = [...drafts]
    drafts.clear()
    for (const [record, draft] of due) writer.show(record, draft.data, renewed.has(record))
    renewed.clear()
    for (const [query, options] of toFetch) refetcher.invalidate(query, options)
    toFetch.clear()
    onDone()
  }

  const apply: Apply = (operation, cause, touched) => {
    journal.add(operation, cause)
    if (operation.kind === 'set') ensureQuery(operation)
    let failure: { error: unknown } | null = null
    for (const query of index.find(operation.kind === 'set' ? exactly(operation) : operation.target)) {
      if (operation.kind === 'invalidate') fetchSoon(records.of(query), cause, operation)
      else {
        try {
          if (applyTo(query, operation, cause)) touched?.add(query)
        } catch (error) {
          fetchSoon(records.of(query), cause)
          failure ??= { error }
        }
      }
    }
    if (failure !== null) throw failure.error
  }

  /** A whole value may be the first that is known of a query. */
  function ensureQuery({ target }: SetOperation) {
    const options = queryClient.defaultQueryOptions({ queryKey: keyOf(target) })
    queryClient.getQueryCache().build(queryClient, options)
  }

  /** @returns whether the query holds the change now */
  function applyTo(query: Query, operation: DataOperation, cause: Cause): boolean {
    const record = records.of(query)
    learn(record, operation)
    const isWhole = operation.kind === 'set'
    const { data, status } = query.state
    // What never loaded, or failed, is not completed by a change: a part would pass for the whole. What is on its way will be.
    if (!isWhole && (data === undefined || status !== 'success')) {
      if (record.fetch !== null) confirmLater(record, operation, cause)
      else if (data === undefined) refetcher.markStale(query)
      else fetchSoon(record, cause)
      return false
    }
    const allows = pagesWithout(record, cause)
    if (allows === null) return skip(record, cause)
    const draft = drafts.get(record) ?? draftData(record.base)
    drafts.set(record, draft)
    if (isWhole) renewed.add(record)
    const outcome = change(draft, operation, {
      queryKey: query.queryKey,
      limit: () => limitOf(record, record.base),
      allows,
      gone: record.gone,
      entityVersion: cause.entityVersion,
    })
    // An updater of the app may have removed the query.
    if (queryClient.getQueryCache().get(query.queryHash) !== query) return false
    follow(record, outcome, operation, cause)
    if (outcome === 'done' && draft.movedTotals && operation.confirm !== false) confirm(record, cause)
    return outcome !== 'none' && outcome !== 'unknown'
  }

  function skip(record: QueryRecord, cause: Cause): true {
    noteChange(record.history, 'skipped', cause, clock.now())
    return true
  }

  /** What an outcome asks for: a fetch, a confirmation, or nothing. */
  function follow(record: QueryRecord, outcome: Outcome, operation: DataOperation, cause: Cause) {
    const id = operation.kind === 'patch' ? (operation.id ?? null) : null
    switch (outcome) {
      case 'done':
        noteChange(record.history, 'changed', cause, clock.now())
        if (operation.kind === 'patch' && operation.isPartial && operation.version) record.partial.add(id)
        return confirmLater(record, operation, cause)
      case 'unknown':
        return fetchSoon(record, cause)
      case 'part':
        // Between the two some fields may be nobody's: those that only the older change has named.
        if (record.partial.has(id)) confirm(record, cause)
        return void skip(record, cause)
      case 'older':
        return void skip(record, cause)
      case 'none':
        return
      default:
        outcome satisfies never
    }
  }

  function confirmLater(record: QueryRecord, operation: DataOperation, cause: Cause) {
    if (!isExact(record, operation, cause)) confirm(record, cause)
  }

  function confirm({ query }: QueryRecord, { isPersonal }: Cause) {
    confirmer.note(query, journal.place, isPersonal ? 0 : tenantSpreadMs)
  }

  function fetchSoon({ query, history }: QueryRecord, cause: Cause, given: InvalidateOptions = {}) {
    noteChange(history, 'fetched', cause, clock.now())
    const { minGapMs = defaultMinGapMs, spreadMs = cause.isPersonal ? 0 : tenantSpreadMs } = given
    const known = toFetch.get(query)
    // Who cannot wait is not held up by who can.
    const options = {
      spreadMs: Math.min(spreadMs, known?.spreadMs ?? Infinity),
      minGapMs: Math.min(minGapMs, known?.minGapMs ?? Infinity),
    }
    if (depth > 0) toFetch.set(query, options)
    else refetcher.invalidate(query, options)
  }

  return {
    batch(work) {
      notifyManager.batch(() => {
        depth++
        try {
          work(apply)
        } finally {
          if (--depth === 0) commit()
        }
      })
    },
    fetchSoon,
    confirm,
    overwritten: (record) => drafts.get(record)?.replace(record.query.state.data),
    isChanging: (record) => drafts.has(record),
    discard(record) {
      drafts.delete(record)
      renewed.delete(record)
      toFetch.delete(record.query)
    },
  }
}
