// What follows on the result of a fetch: it is set right by what is known to be newer, and judged, before anybody sees it.
import { throwLater } from '../base/emitter.ts'
import type { Clock } from '../base/clock.ts'
import type { Applier } from './applier.ts'
import type { Confirmer } from './confirmer.ts'
import type { Hopes } from './hopes.ts'
import type { Journal } from './journal.ts'
import { noteChange } from './lineage.ts'
import { lastItemOf } from './lists.ts'
import type { QueryIndex } from './query-index.ts'
import { isTooOld, rebase } from './rebase.ts'
import { type Fetch, pageNames, type QueryRecord } from './record.ts'
import { defaultMinGapMs, type Refetcher } from './refetcher.ts'
import type { Writer } from './writer.ts'

export interface SettlerParts {
  clock: Clock
  index: QueryIndex
  journal: Journal
  refetcher: Refetcher
  confirmer: Confirmer
  hopes: Hopes
  writer: Writer
  applier: Pick<Applier, 'confirm'>
}

/** Between fetches whose results do not do, in ms. */
const maxGapMs = 30_000

/** @returns what to call when a query holds the result of a fetch */
export function createSettler(parts: SettlerParts): (record: QueryRecord, fetch: Fetch) => void {
  const { clock, index, journal, refetcher, confirmer, hopes, writer, applier } = parts

  /** @returns whether the result is as new as it has to be */
  function settle(record: QueryRecord, fetch: Fetch): boolean {
    const { query } = record
    // Told by a fetch of all pages that was cut short: those that are carried along are none of its.
    if (fetch.isMore) for (const name of pageNames(record.base)) fetch.asOf.delete(name)
    const result = query.state.data
    if (fetch.asOf.size > 0) journal.keepTail()
    if (isTooOld(record, fetch, journal)) {
      writer.show(record, record.base)
      return false
    }
    learnAsOf(record, fetch, result)
    const { data, mustRefetch, unconfirmed, repeated } = rebase(record, result, fetch, {
      journal,
      index,
      onError: (error, { cause }) => cause.report(error),
    })
    if (!fetch.isMore) forgetBefore(record)
    for (const { cause } of repeated) noteChange(record.history, 'repeated', cause, clock.now())
    hopes.settle(record, fetch)
    writer.show(record, data)
    confirmer.answered(query, fetch.isMore ? -1 : fetch.place)
    if (unconfirmed) applier.confirm(record, unconfirmed.cause)
    return !mustRefetch
  }

  return (record, fetch) => {
    let isEnough = true
    try {
      isEnough = settle(record, fetch)
    } catch (error) {
      // It runs in the middle of TanStack Query's own work, which must go on with what was fetched.
      record.base = record.query.state.data
      throwLater(error)
    }
    record.uselessResults = isEnough ? 0 : record.uselessResults + 1
    refetcher.ended(record.query, 'success')
    // An API that does not catch up is asked less and less often.
    const minGapMs = Math.min(defaultMinGapMs * 2 ** (record.uselessResults - 1), maxGapMs)
    if (!isEnough) refetcher.invalidate(record.query, { minGapMs })
    // One that began before is not it.
    if (!refetcher.wants(record.query)) record.awaitsResync = false
  }
}

function learnAsOf(record: QueryRecord, fetch: Fetch, result: unknown) {
  const known = fetch.isMore ? new Map([...record.asOf, ...fetch.asOf]) : fetch.asOf
  const names = new Set(pageNames(result))
  record.asOf = new Map([...known].filter(([name]) => names.has(name)))
  const isLastCarried = fetch.isMore && pageNames(record.base).includes(pageNames(result).at(-1)!)
  if (!isLastCarried) record.lastFetched = lastItemOf(result)
}

/** A whole new result makes good what was known to be lacking. */
function forgetBefore(record: QueryRecord) {
  record.partial.clear()
  record.isBaked = false
}
