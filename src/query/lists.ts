// Lists as apps keep them in the cache: an array, an object with `items`, or the pages of an infinite query. References of
// whatever does not change are kept, so that React renders only what did.
import { isObject } from '../base/json.ts'
import type { EntityId } from './operations.ts'

type Entity = { readonly id: EntityId }
type Items = readonly unknown[]

/** The entity with this id put through `update`; `data` itself where it holds none or nothing changed. */
export function updateEntity(data: unknown, id: EntityId, update: (entity: unknown) => unknown): unknown {
  return mapLists(data, (items) => mapItems(items, (item) => (hasId(item, id) ? update(item) : item)))
}

export function removeEntity(data: unknown, id: EntityId): unknown {
  return mapLists(data, (items) =>
    items.some((item) => hasId(item, id)) ? items.filter((item) => !hasId(item, id)) : items,
  )
}

/** Adds to the first or the last list there is; `data` itself where it holds none. */
export function insertEntity(data: unknown, entity: Entity, at: 'start' | 'end'): unknown {
  const last = countLists(data) - 1
  return mapLists(data, (items, index) => {
    if (at === 'start') return index === 0 ? [entity, ...items] : items
    return index === last ? [...items, entity] : items
  })
}

export function hasEntity(data: unknown, id: EntityId): boolean {
  let found = false
  mapLists(data, (items) => {
    found ||= items.some((item) => hasId(item, id))
    return items
  })
  return found
}

export function isList(data: unknown): boolean {
  return countLists(data) > 0
}

function countLists(data: unknown): number {
  let count = 0
  mapLists(data, (items) => {
    count++
    return items
  })
  return count
}

/** Calls `change` with each list in `data`, numbered from the first page on. */
function mapLists(data: unknown, change: (items: Items, index: number) => Items): unknown {
  let index = 0
  const visit = (value: unknown): unknown => {
    if (Array.isArray(value)) return change(value, index++)
    if (!isObject(value)) return value
    if (Array.isArray(value['items'])) return withField(value, 'items', change(value['items'], index++))
    // Pages may themselves be arrays or hold `items`.
    if (Array.isArray(value['pages'])) return withField(value, 'pages', mapItems(value['pages'], visit))
    return value
  }
  return visit(data)
}

function withField(value: Record<string, unknown>, field: string, next: unknown): unknown {
  return next === value[field] ? value : { ...value, [field]: next }
}

function mapItems(items: Items, change: (item: unknown) => unknown): Items {
  let copy: unknown[] | null = null
  for (const [index, item] of items.entries()) {
    const next = change(item)
    if (next !== item) (copy ??= [...items])[index] = next
  }
  return copy ?? items
}

const hasId = (item: unknown, id: EntityId): boolean => isObject(item) && item['id'] === id
