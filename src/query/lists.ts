// Lists as apps keep them in the cache: an array, an object with `items`, or the pages of an infinite query; a lens says where
// any other is. A draft takes many changes and is read once: what does not change is kept by reference, so that React renders only what did.
import { isObject } from '../base/json.ts'
import { type EntityId, idOf } from './entity.ts'

/** Where the list is in data of another shape. `set` must not change what it is given. */
export interface Lens<Data = any, Item = any> {
  get(data: Data): readonly Item[]
  set(data: Data, items: readonly Item[]): Data
}

/** Of the pages of a list, those a change is for: a page fetched later than the change already holds it. */
export type PageFilter = (page: number) => boolean

export const everyPage: PageFilter = () => true

export interface Placement {
  readonly at: 'start' | 'end'
  readonly sort?: ((a: never, b: never) => number) | undefined
  /**
   * The last item as it was fetched, where more follows after it: what comes later belongs to pages that are not held. Null where
   * all there is is held.
   */
  readonly limit: Limit | null
}

/** Undefined where there was none to go by. */
export interface Limit {
  readonly item: unknown
}

export interface ListDraft {
  /** The entity with this id; undefined where there is none. Pages that overlap may both hold it: one that `allows` names comes first. */
  find(id: EntityId, allows: PageFilter): Found | undefined
  replace(found: Found, item: unknown): void
  remove(found: Found): void
  /** False where its place is on a page that is not held, or not to be changed. */
  insert(item: unknown, placement: Placement, allows: PageFilter): boolean
  /** Calls for each item, from the first page on; the visitor may replace it, and must not move any. */
  each(visit: (found: Found) => void): void
  /** Whether `item` stands where `sort` puts it among the neighbours of what was found. */
  isInPlace(found: Found, item: unknown, placement: Placement): boolean
  readonly pages: number
  /** Whether an item came or went beside a number that may count them. */
  readonly movedTotals: boolean
  /** The data with all changes; the very same where there were none. */
  finish(): unknown
}

export interface Found {
  readonly page: number
  readonly index: number
  readonly item: unknown
}

interface Page {
  items: unknown[]
  isCopy: boolean
  /** The page with these items instead. */
  readonly rebuild: (items: readonly unknown[]) => unknown
  readonly countsItems: boolean
}

/** After so many look-ups an index is worth its making. */
const lookupsBeforeIndex = 4

/** @returns null where `data` holds no list */
export function draftList(data: unknown, lens?: Lens): ListDraft | null {
  const parsed = lens ? throughLens(data, lens) : parse(data)
  if (parsed === null) return null
  const { pages, rebuild } = parsed
  let index: Map<EntityId, Found> | null = null
  let lookups = 0
  let movedTotals = false

  function itemsToChange(page: number): unknown[] {
    const it = pages[page]!
    if (!it.isCopy) {
      it.items = [...it.items]
      it.isCopy = true
    }
    return it.items
  }

  function findByScan(id: EntityId, allows: PageFilter): Found | undefined {
    for (const [page, { items }] of pages.entries()) {
      if (!allows(page)) continue
      for (let at = 0; at < items.length; at++) if (idOf(items[at]) === id) return { page, index: at, item: items[at] }
    }
    return undefined
  }

  function makeIndex() {
    const made = new Map<EntityId, Found>()
    each((found) => {
      const id = idOf(found.item)
      if (id !== undefined && !made.has(id)) made.set(id, found)
    })
    return made
  }

  function each(visit: (found: Found) => void) {
    for (let page = 0; page < pages.length; page++) {
      for (let at = 0; at < pages[page]!.items.length; at++) visit({ page, index: at, item: pages[page]!.items[at] })
    }
  }

  /** The item before (-1) or after (+1), on whatever page; undefined at the ends. */
  function neighbour({ page, index: at }: Found, step: 1 | -1): unknown {
    const beside = pages[page]!.items[at + step]
    if (beside !== undefined) return beside
    for (let next = page + step; pages[next] !== undefined; next += step) {
      const { items } = pages[next]!
      if (items.length > 0) return items.at(step === 1 ? 0 : -1)
    }
    return undefined
  }

  function moved(page: number) {
    index = null
    lookups = 0
    movedTotals ||= pages[page]!.countsItems
  }

  function insertAt(page: number, at: number, item: unknown) {
    itemsToChange(page).splice(at, 0, item)
    moved(page)
  }

  return {
    find(id, allows) {
      if (index === null && ++lookups < lookupsBeforeIndex) return findByScan(id, allows) ?? findByScan(id, everyPage)
      index ??= makeIndex()
      const found = index.get(id)
      return found === undefined || allows(found.page) ? found : (findByScan(id, allows) ?? found)
    },
    replace({ page, index: at, item: old }, item) {
      itemsToChange(page)[at] = item
      const id = idOf(item)
      if (id !== undefined && id === idOf(old)) index?.set(id, { page, index: at, item })
      else index = null
    },
    remove({ page, index: at }) {
      itemsToChange(page).splice(at, 1)
      moved(page)
    },
    insert(item, placement, allows) {
      const place = placeOf(item, pages, placement)
      if (place === null) return false
      const before = place.page - 1
      if (allows(place.page)) insertAt(place.page, place.index, item)
      // Between two pages, and not on the one that would hold it already: so it belongs to the other.
      else if (place.index === 0 && before >= 0 && allows(before)) insertAt(before, pages[before]!.items.length, item)
      else return false
      return true
    },
    each,
    isInPlace(found, item, { sort, limit }) {
      if (sort === undefined) return true
      const compare = sort as (a: unknown, b: unknown) => number
      const before = neighbour(found, -1)
      const after = neighbour(found, 1)
      if (before !== undefined && compare(before, item) > 0) return false
      return after === undefined ? isWithin(item, sort, limit) : compare(item, after) <= 0
    },
    get pages() {
      return pages.length
    },
    get movedTotals() {
      return movedTotals
    },
    finish() {
      if (!pages.some(({ isCopy }) => isCopy)) return data
      return rebuild(pages.map((page) => (page.isCopy ? page.rebuild(page.items) : null)))
    },
  }
}

/** Where a new item goes; null where that is after the last page that is held. */
function placeOf(
  item: unknown,
  pages: readonly Page[],
  { at, sort, limit }: Placement,
): { page: number; index: number } | null {
  const last = pages.length - 1
  if (last < 0) return null
  if (sort === undefined) {
    if (at === 'start') return { page: 0, index: 0 }
    return limit ? null : { page: last, index: pages[last]!.items.length }
  }
  const compare = sort as (a: unknown, b: unknown) => number
  for (const [page, { items }] of pages.entries()) {
    const index = items.findIndex((other) => compare(item, other) < 0)
    if (index !== -1) return { page, index }
  }
  return isWithin(item, sort, limit) ? { page: last, index: pages[last]!.items.length } : null
}

function isWithin(item: unknown, sort: (a: never, b: never) => number, limit: Limit | null): boolean {
  if (limit === null) return true
  return limit.item !== undefined && (sort as (a: unknown, b: unknown) => number)(item, limit.item) <= 0
}

/** The last item that the data holds; undefined where it holds none. */
export function lastItemOf(data: unknown): unknown {
  return parse(data)
    ?.pages.findLast(({ items }) => items.length > 0)
    ?.items.at(-1)
}

interface Parsed {
  pages: Page[]
  /** The data with the pages that changed (null: as it was). */
  rebuild: (pages: readonly unknown[]) => unknown
}

function parse(data: unknown): Parsed | null {
  const single = pageOf(data)
  if (single !== null) return { pages: [single], rebuild: ([page]) => page }
  if (!isObject(data) || !Array.isArray(data['pages'])) return null
  const given: readonly unknown[] = data['pages']
  // Pages may themselves be arrays or hold `items`.
  const pages = given.map(pageOf)
  if (pages.some((page) => page === null)) return null
  return {
    pages: pages as Page[],
    rebuild: (changed) => ({ ...data, pages: given.map((page, index) => changed[index] ?? page) }),
  }
}

function pageOf(value: unknown): Page | null {
  if (Array.isArray(value)) return { items: value, isCopy: false, rebuild: (items) => items, countsItems: false }
  if (!isObject(value) || !Array.isArray(value['items'])) return null
  return {
    items: value['items'],
    isCopy: false,
    rebuild: (items) => ({ ...value, items }),
    countsItems: Object.values(value).some((field) => typeof field === 'number'),
  }
}

function throughLens(data: unknown, lens: Lens): Parsed | null {
  const { get, set }: Lens<unknown, unknown> = lens
  const items = get(data)
  if (!Array.isArray(items)) return null
  const page = { items: items as unknown[], isCopy: false, rebuild: (changed: readonly unknown[]) => changed }
  return {
    pages: [{ ...page, countsItems: false }],
    rebuild: ([changed]) => (changed === null ? data : set(data, changed as readonly unknown[])),
  }
}
