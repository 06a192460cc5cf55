// What lists hold: things with an id.
import { isObject } from '../base/json.ts'

/** What an entity is known by. 7 and "7" are two ids. */
export type EntityId = string | number

/** The `id` of what has one. */
export function idOf(item: unknown): EntityId | undefined {
  const id = isObject(item) ? item['id'] : undefined
  return typeof id === 'string' || typeof id === 'number' ? id : undefined
}
