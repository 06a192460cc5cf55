// What becomes of the result of a fetch: it may have been answered before events that are known here. What is newer is put back,
// and what has happened since is done to it again, before React sees it.
import { change, type ChangeContext, draftData, type DataDraft, isOlder, type Outcome } from './change.ts'
import { type EntityId, idOf } from './entity.ts'
import type { Entry, Journal } from './journal.ts'
import { draftList, everyPage, type Found, type ListDraft, type PageFilter } from './lists.ts'
import type { QueryIndex } from './query-index.ts'
import { contains, type Fetch, isExact, limitOf, pageNames, type Positions, type QueryRecord } from './record.ts'

export interface Rebased {
  data: unknown
  /** It cannot be made new enough from here: it has to be fetched again. */
  mustRefetch: boolean
  /** The last change that was done again and that nothing but a fetch can confirm; null where there is none. */
  unconfirmed: Entry | null
  repeated: readonly Entry[]
}

export interface RebaseTools {
  journal: Journal
  index: QueryIndex
  /** Told what an updater of the app threw. */
  onError: (error: unknown, entry: Entry) => void
}

/**
 * Whether a result is so old that what is held should stay: older than the result before it (what that one knew and no event told would
 * be lost), or older than what is remembered here.
 */
export function isTooOld(record: QueryRecord, fetch: Fetch, journal: Journal): boolean {
  const { base, asOf, uselessResults } = record
  if (fetch.isMore || base === undefined) return false
  return (
    isBeyondReach(fetch, journal) ||
    [...fetch.asOf].some(([page, positions]) => isBefore(positions, asOf.get(page))) ||
    // Which of two logs is the newer is a guess, so it is given up after a while.
    (uselessResults < maxDoubts &&
      [...fetch.asOf].some(([page, positions]) => isOfEarlierLog(positions, asOf.get(page), journal)))
  )
}

/** With the growing gap between them: about half a minute. */
const maxDoubts = 5

/**
 * Whether what is held belongs to a log that nothing was heard of yet, and this to the one that was: then an API that lags has read it
 * before the log was replaced. Events will tell of that only when the link is back.
 */
function isOfEarlierLog(positions: Positions, held: Positions | undefined, journal: Journal): boolean {
  return Object.entries(held ?? {}).some(([stream, { epoch }]) => {
    const other = Object.hasOwn(positions, stream) ? positions[stream]!.epoch : epoch
    return other !== epoch && journal.isKnown(stream, other) && !journal.isKnown(stream, epoch)
  })
}

function isBefore(positions: Positions, held: Positions | undefined): boolean {
  return Object.entries(positions).some(([stream, { epoch, seq }]) => {
    const before = held !== undefined && Object.hasOwn(held, stream) ? held[stream]! : null
    return before !== null && before.epoch === epoch && seq < before.seq
  })
}

/** @param record its `asOf` already tells of this result, its `base` is what was there before */
export function rebase(record: QueryRecord, result: unknown, fetch: Fetch, tools: RebaseTools): Rebased {
  const { journal } = tools
  const carried = fetch.isMore ? pageNames(record.base) : []
  const fetched = fetch.isMore ? withPagesOf(record.base, result) : result
  const draft = draftData(fetched)
  keepNewer(draft, record, fetched)
  const repeated: Entry[] = []
  let mustRefetch = isBeyondReach(fetch, journal) || journal.start > fetch.place
  let unconfirmed: Entry | null = null
  for (const entry of entriesFor(record, fetch, tools)) {
    const outcome = repeat(draft, entry, record, { fetch, carried, fetched }, tools)
    if (outcome === null) continue
    repeated.push(entry)
    mustRefetch ||= outcome === 'unknown'
    if (isUnconfirmed(outcome, entry, record)) unconfirmed = entry
  }
  if (draft.list !== null) dropDoubles(draft.list, record, pageNames(fetched), journal)
  return { data: draft.data, mustRefetch, unconfirmed, repeated }
}

/** Whether events are missing here between what the answers hold and what is remembered. */
function isBeyondReach({ asOf }: Fetch, journal: Journal): boolean {
  return [...asOf.values()].some((positions) =>
    Object.entries(positions).some(([stream, { epoch, seq }]) => {
      const floor = journal.floorOf(stream)
      return journal.isRetired(stream, epoch) || (floor !== undefined && floor.epoch === epoch && seq < floor.seq)
    }),
  )
}

function entriesFor({ query }: QueryRecord, fetch: Fetch, { journal, index }: RebaseTools): readonly Entry[] {
  const from = fetch.asOf.size > 0 ? journal.start : fetch.place
  return journal.since(from).filter(({ operation }) => index.names(operation.target, query))
}

/** One page more comes with the others as they were shown when it was asked for; since then they have been changed. */
function withPagesOf(base: unknown, result: unknown): unknown {
  const held = new Map(pageNames(base).map((name, index) => [name, (base as { pages: unknown[] }).pages[index]]))
  const { pages, ...rest } = result as { pages: readonly unknown[] }
  return { ...rest, pages: pageNames(result).map((name, index) => held.get(name) ?? pages[index]) }
}

interface Fetched {
  readonly fetch: Fetch
  /** The names of pages that were not fetched this time, and hold all changes. */
  readonly carried: readonly string[]
  readonly fetched: unknown
}

/** Null where the result holds it already. */
function repeat(
  draft: DataDraft,
  entry: Entry,
  record: QueryRecord,
  { fetch, carried, fetched }: Fetched,
  { onError }: RebaseTools,
): Outcome | null {
  const { operation, cause } = entry
  const lacking = pageNames(fetched).map((name) => !carried.includes(name) && lacks(record, fetch, name, entry))
  if (!lacking.includes(true)) return null
  // Without a position the fetch itself was made for it, or one is waiting.
  if (operation.kind === 'invalidate') return fetch.asOf.size > 0 ? 'unknown' : null
  const { query, gone } = record
  const allows: PageFilter = (page) => lacking[page] ?? true
  const context: ChangeContext = {
    queryKey: query.queryKey,
    limit: () => limitOf(record, fetched),
    allows,
    gone,
    entityVersion: cause.entityVersion,
  }
  try {
    return change(draft, operation, context)
  } catch (error) {
    onError(error, entry)
    return 'unknown'
  }
}

/** Whether a page may lack a change: by its position where that is known, else because the fetch began before it. */
function lacks({ asOf }: QueryRecord, fetch: Fetch, page: string, { place, cause }: Entry): boolean {
  const isContained = contains(asOf.get(page), cause)
  return isContained === null ? place >= fetch.place : !isContained
}

function isUnconfirmed(outcome: Outcome, { operation, cause }: Entry, record: QueryRecord): boolean {
  if (operation.kind === 'invalidate' || outcome === 'none' || outcome === 'older') return false
  return !isExact(record, operation, cause)
}

/** Puts back what was there in a newer version, and leaves out what is known to have gone since. */
function keepNewer(draft: DataDraft, record: QueryRecord, fetched: unknown) {
  const { base, wholeVersion, entityVersion, gone } = record
  if (isOlder(draft.data, base, wholeVersion)) return draft.replace(base)
  const { list } = draft
  if (entityVersion === undefined || list === null) return
  const known = itemsById(base)
  const newer: { found: Found; item: unknown }[] = []
  const goners: Found[] = []
  list.each((found) => {
    const id = idOf(found.item)
    if (id === undefined) return
    const item = known?.get(id)
    if (item !== undefined && isOlder(found.item, item, entityVersion)) newer.push({ found, item })
    else if (gone.size > 0 && gone.isGone(id, entityVersion(found.item as never))) goners.push(found)
  })
  if (record.sort === undefined) for (const { found, item } of newer) list.replace(found, item)
  else goners.push(...newer.map(({ found }) => found))
  removeAll(list, goners)
  if (record.sort === undefined) return
  const placement = { sort: record.sort, at: 'end' as const, limit: limitOf(record, fetched) }
  for (const { item } of newer) list.insert(item, placement, everyPage)
}

function removeAll(list: ListDraft, found: readonly Found[]) {
  // From the last one on: those before it keep their places.
  for (const one of found.toSorted((a, b) => b.page - a.page || b.index - a.index)) list.remove(one)
}

function itemsById(data: unknown): Map<EntityId, unknown> | null {
  const list = draftList(data)
  if (list === null) return null
  const items = new Map<EntityId, unknown>()
  list.each(({ item }) => {
    const id = idOf(item)
    if (id !== undefined) items.set(id, item)
  })
  return items
}

/**
 * Pages that were fetched one after the other may both hold what moved meanwhile: the newer one stays, by its version, else by how new its
 * page is, else the one fetched last.
 */
function dropDoubles(list: ListDraft, record: QueryRecord, names: readonly string[], journal: Journal) {
  if (list.pages < 2) return
  const kept = new Map<EntityId, Found>()
  const doubles: Found[] = []
  const asOf = ({ page }: Found) => record.asOf.get(names[page]!)
  list.each((found) => {
    const id = idOf(found.item)
    if (id === undefined) return
    const before = kept.get(id)
    const isBehind =
      before !== undefined &&
      (isOlder(found.item, before.item, record.entityVersion) || isOlderPage(asOf(found), asOf(before), journal))
    if (before !== undefined) doubles.push(isBehind ? found : before)
    if (!isBehind) kept.set(id, found)
  })
  removeAll(list, doubles)
}

const isOlderPage = (positions: Positions | undefined, other: Positions | undefined, journal: Journal): boolean =>
  positions !== undefined && (isBefore(positions, other) || isOfEarlierLog(positions, other, journal))
