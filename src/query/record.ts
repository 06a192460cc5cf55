// What is known of one query beyond what TanStack Query keeps: what its data would be without optimistic changes, how new it is,
// and the fetch that is under way.
import { hashKey, type InfiniteData, type Query } from '@tanstack/react-query'
import type { Undo } from '../base/emitter.ts'
import { isObject } from '../base/json.ts'
import type { Position } from '../protocol/frames.ts'
import type { Cause } from './cause.ts'
import type { EntityId } from './entity.ts'
import type { Change } from './lineage.ts'
import { everyPage, lastItemOf, type Limit, type PageFilter } from './lists.ts'
import type { DataOperation, UpsertOperation, VersionOf } from './operations.ts'
import { createTombstones, type Tombstones } from './tombstones.ts'

/** How far each stream is contained in a result. */
export type Positions = Readonly<Record<string, Position>>

export interface RunningFetch {
  /** The place of the journal at which it began. */
  readonly place: number
  /** The same by `tick()`. */
  readonly tick: number
  /** It fetches one page more, and carries the others along as they were. */
  readonly isMore: boolean
  readonly unpin: Undo
  /** It waits for a promise that was begun elsewhere, nobody knows when. */
  readonly isForeign: boolean
}

/** A fetch that has answered. */
export interface Fetch extends RunningFetch {
  /** How new the answers are, by page (`''`: the whole). */
  readonly asOf: Map<string, Positions>
}

export interface QueryRecord {
  readonly query: Query
  /** The data as the server and the events have it, without what is only hoped for. */
  base: unknown
  /** The data that was last seen, to tell a new one from one that was set back. */
  shown: unknown
  /** The app wrote data that holds optimistic changes, so they can no longer be told apart. */
  isBaked: boolean
  fetch: RunningFetch | null
  /** By page (`''`: the whole). */
  asOf: Map<string, Positions>
  /** The last item of the last page as it was fetched: what comes after it is on pages that are not held. */
  lastFetched: unknown
  /** Read the versions of the data as a whole, and of the entities in it. */
  wholeVersion?: VersionOf | undefined
  entityVersion?: VersionOf | undefined
  /** The order of the list. */
  sort?: UpsertOperation['sort']
  readonly gone: Tombstones
  /** Entities (null: the whole) that were given some newer fields since the last fetch, and may lack others. */
  readonly partial: Set<EntityId | null>
  /** Events may have been missed, and no fetch that began since has answered. */
  awaitsResync: boolean
  /** How many results in a row were too old to do. */
  uselessResults: number
  history: Change[]
}

export function createRecord(query: Query): QueryRecord {
  return {
    query,
    base: query.state.data,
    shown: query.state.data,
    isBaked: false,
    fetch: null,
    asOf: new Map(),
    lastFetched: lastItemOf(query.state.data),
    gone: createTombstones(),
    partial: new Set(),
    awaitsResync: false,
    uselessResults: 0,
    history: [],
  }
}

/** What an operation says of the data it is aimed at holds for all that is done to it. */
export function learn(record: QueryRecord, operation: DataOperation) {
  if (operation.kind === 'upsert' && operation.sort) record.sort = operation.sort
  if (operation.kind === 'remove' || operation.version === undefined) return
  const isWhole = operation.kind === 'set' || (operation.kind === 'patch' && operation.id === undefined)
  if (isWhole) record.wholeVersion = operation.version
  else record.entityVersion = operation.version
}

/** By which name a page is known: that of the parameter it was fetched with. */
export const pageName = (pageParam: unknown): string => (pageParam === undefined ? '' : hashKey([pageParam]))

/** The names of the pages that `data` consists of. */
export function pageNames(data: unknown): readonly string[] {
  const isInfinite = isObject(data) && Array.isArray(data['pages']) && Array.isArray(data['pageParams'])
  return isInfinite ? (data as unknown as InfiniteData<unknown>).pageParams.map(pageName) : ['']
}

/** Whether a result that is as new as these positions contains the event. Null where they say nothing of its stream. */
export function contains(positions: Positions | undefined, { stream, epoch, seq }: Cause): boolean | null {
  if (positions === undefined || stream === undefined || seq === undefined) return null
  const position = Object.hasOwn(positions, stream) ? positions[stream] : undefined
  return position === undefined || position.epoch !== epoch ? null : seq <= position.seq
}

/** The pages of the data of a query that do not hold the event yet; null where all of them do. */
export function pagesWithout({ asOf, base }: QueryRecord, cause: Cause): PageFilter | null {
  if (asOf.size === 0) return everyPage
  const lacking = pageNames(base).map((name) => contains(asOf.get(name), cause) !== true)
  return lacking.includes(true) ? (page) => lacking[page] ?? true : null
}

/** Whether nothing has to be fetched to know that the operation had the right effect. */
export function isExact({ asOf, base, entityVersion }: QueryRecord, operation: DataOperation, cause: Cause): boolean {
  if (operation.confirm === false) return true
  if (operation.kind === 'remove' ? entityVersion !== undefined : operation.version !== undefined) return true
  return asOf.size > 0 && pageNames(base).every((name) => contains(asOf.get(name), cause) !== null)
}

/** Where what is held of the list ends, if it goes on after that. */
export function limitOf({ query, lastFetched }: QueryRecord, data: unknown): Limit | null {
  const { getNextPageParam } = query.options as {
    getNextPageParam?: (last: unknown, pages: unknown[], lastParam: unknown, params: unknown[]) => unknown
  }
  if (getNextPageParam === undefined || !isObject(data)) return null
  const { pages, pageParams } = data as unknown as InfiniteData<unknown>
  if (!Array.isArray(pages) || pages.length === 0) return null
  const next = getNextPageParam(pages.at(-1), pages, pageParams.at(-1), pageParams)
  return next == null ? null : { item: lastFetched }
}

/** Whether the data says how new it is, and has come as far as anything that was not heard. */
export function isCaughtUp({ asOf, base }: QueryRecord, floorOf: (stream: string) => Position | undefined): boolean {
  return pageNames(base).every((name) => {
    const positions = Object.entries(asOf.get(name) ?? {})
    return (
      positions.length > 0 &&
      positions.every(([stream, { epoch, seq }]) => {
        const floor = floorOf(stream)
        return floor !== undefined && floor.epoch === epoch && seq >= floor.seq
      })
    )
  })
}
