// What an event may do to the cache, as data. How it is done is bind-query-client.ts.
import type { QueryFilters, QueryKey } from '@tanstack/react-query'
import { RealtimeError } from '../base/errors.ts'

/** Which queries: a key (and all keys that begin with it), `queryOptions(...)`, filters or a predicate, as in TanStack Query. */
export type Target =
  | QueryKey
  | { readonly queryKey: QueryKey; readonly queryFn?: unknown }
  | QueryFilters
  | (QueryFilters['predicate'] & {})

export type EntityId = string | number

export type Operation =
  | {
      readonly kind: 'patch'
      readonly target: Target
      /** One entity in the data instead of the data as a whole. */
      readonly id?: EntityId
      readonly update: (value: unknown) => unknown
    }
  | {
      readonly kind: 'upsert'
      readonly target: Target
      readonly entity: { readonly id: EntityId }
      readonly where?: (entity: never, queryKey: QueryKey) => boolean
      readonly at: 'start' | 'end'
    }
  | { readonly kind: 'remove'; readonly target: Target; readonly id: EntityId }
  | { readonly kind: 'invalidate'; readonly target: Target }

/**
 * Changes what queries hold: the data itself, or with `id` the entity of that id in a list. Queries that have no data, or
 * failed, are fetched again instead, so that no half of an entity passes for a whole.
 * @param changes fields to overwrite (of a plain object), or a pure function from the old value to the new one. It may be
 *   called twice with what it made, so `n => n + 1` is an `invalidate`.
 */
export function patch<Data>(
  target: Target,
  changes: Partial<Data> | ((value: Data) => Data),
  options: { id?: EntityId } = {},
): Operation {
  const update = typeof changes === 'function' ? changes : mergeOf(changes)
  return { kind: 'patch', target, ...options, update: update as (value: unknown) => unknown }
}

/**
 * Puts an entity into lists: replaces the one with its `id`; where there is none, adds it to the lists that `where` says it
 * belongs to and fetches the others again. An entity that no longer belongs to a list leaves it.
 * @param options.at where a new entity goes. @default 'end'
 */
export function upsert<Entity extends { readonly id: EntityId }>(
  target: Target,
  entity: Entity,
  options: { where?: (entity: Entity, queryKey: QueryKey) => boolean; at?: 'start' | 'end' } = {},
): Operation {
  return { kind: 'upsert', target, entity, at: 'end', ...options }
}

/** Takes the entity with this id out of lists. */
export function remove(target: Target, id: EntityId): Operation {
  return { kind: 'remove', target, id }
}

/** Marks queries stale; those on screen are fetched again, once for however many events ask for it. */
export function invalidate(target: Target): Operation {
  return { kind: 'invalidate', target }
}

/** As filters of TanStack Query. */
export function filtersOf(target: Target): QueryFilters {
  if (Array.isArray(target)) return { queryKey: target }
  if (typeof target === 'function') return { predicate: target }
  if (typeof target !== 'object' || target === null) {
    throw new RealtimeError(
      'invalid-operation',
      `An operation was aimed at ${JSON.stringify(target)}, which names no query. Give it a query key such as ['goals'], queryOptions(...), filters or a predicate.`,
    )
  }
  // queryOptions are for one query, so their key is meant exactly; plain filters say what they mean.
  const { queryKey } = target as QueryFilters
  if ('queryFn' in target && queryKey !== undefined) return { queryKey, exact: true }
  return target as QueryFilters
}

function mergeOf(changes: unknown): (value: unknown) => unknown {
  return (value) => {
    if (!isPlainObject(value) || !isPlainObject(changes)) {
      throw new RealtimeError(
        'invalid-operation',
        'patch() was given plain changes for data that is no plain object, so there is nothing to merge them into. Give it a function from the old value to the new one, or the id of an entity in the list.',
      )
    }
    const same = Object.entries(changes).every(([key, change]) => Object.is(value[key], change))
    return same ? value : { ...value, ...changes }
  }
}

function isPlainObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && [Object.prototype, null].includes(Object.getPrototypeOf(value))
}
