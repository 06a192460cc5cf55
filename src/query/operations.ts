// What an event may do to the cache, as data. How it is done to one query's data is change.ts.
import type { QueryKey } from '@tanstack/react-query'
import { RealtimeError } from '../base/errors.ts'
import type { EntityId } from './entity.ts'
import type { Lens } from './lists.ts'
import type { DataOf, ItemOf, QueryTarget, Target } from './targets.ts'

/** Reads how new a value is; of two, the one with the greater number is newer. Undefined where it does not say. */
export type VersionOf<Value = never> = (value: Value) => number | undefined

interface Common {
  readonly target: Target
  /** False: nothing is fetched to confirm it. */
  readonly confirm?: boolean
}

export interface PatchOperation extends Common {
  readonly kind: 'patch'
  /** One entity in the data instead of the data as a whole. */
  readonly id?: EntityId
  readonly update: (value: unknown) => unknown
  /** The change names some fields, so one that comes too late cannot be made good by the newer one. */
  readonly isPartial: boolean
  readonly version?: VersionOf
  readonly lens?: Lens
}

export interface UpsertOperation extends Common {
  readonly kind: 'upsert'
  readonly entity: { readonly id: EntityId }
  readonly where?: (entity: never, queryKey: QueryKey) => boolean | undefined
  readonly sort?: (a: never, b: never) => number
  readonly at: 'start' | 'end'
  readonly version?: VersionOf
  readonly lens?: Lens
  /** Where the entity is there, it is the truth. */
  readonly onlyIfAbsent?: boolean
}

export interface RemoveOperation extends Common {
  readonly kind: 'remove'
  readonly id: EntityId
  readonly lens?: Lens
}

export interface SetOperation extends Common {
  readonly kind: 'set'
  readonly target: QueryTarget
  readonly value: unknown
  readonly version?: VersionOf
}

export interface InvalidateOperation extends InvalidateOptions {
  readonly kind: 'invalidate'
  readonly target: Target
}

export interface InvalidateOptions {
  /** Least time between two fetches of a query, in ms. @default 1_000 */
  readonly minGapMs?: number
  /**
   * The fetch begins by chance within this time, in ms, so that one event does not make all clients fetch in the same instant.
   * @default 2_000 for events of streams that many listen to, 0 for those of one user (`user:…`) and one's own
   */
  readonly spreadMs?: number
}

/** Changes the data of a query. */
export type DataOperation = PatchOperation | UpsertOperation | RemoveOperation | SetOperation

/** One change to the cache, as data: what `patch`, `upsert`, `remove`, `set` and `invalidate` return. */
export type Operation = DataOperation | InvalidateOperation

export interface ChangeOptions<Value> {
  /**
   * Reads how new a value is, such as `(goal) => goal.version`: of two the newer is kept, whichever way it came, and nothing
   * has to be fetched to confirm it.
   */
  version?: VersionOf<Value>
  /** False: nothing is fetched to confirm the change where no `version` tells how new it is. @default true */
  confirm?: boolean
}

interface ListOptions {
  /** Where the list is, in data that is neither an array, nor `{ items }`, nor pages of those. */
  lens?: Lens
}

/** Stands for a type that the target tells. */
declare const told: unique symbol
type Told = typeof told
type Or<Given, Found> = Given extends Told ? Found : Given

/** Fields of a plain object, or a pure function from the old value to the new one. */
export type Changes<Value> = unknown extends Value
  ? (value: Value) => Value
  : Value extends readonly unknown[] | string | number | boolean | null | undefined | { pages: unknown[] }
    ? (value: Value) => Value
    : Partial<Value> | ((value: Value) => Value)

/**
 * Changes what queries hold: the data itself, or with `id` the entity of that id in a list. A query without data is left to its own
 * fetch, so that no half of an entity passes for a whole; one whose last fetch failed is fetched again.
 * @param changes fields to overwrite (of a plain object), or a pure function from the old value to the new one. It may be
 *   called again with what it made, so `n => n + 1` is an `invalidate`.
 */
export function patch<Entity = Told, const Wanted extends Target = Target>(
  target: Wanted,
  changes: Changes<Or<NoInfer<Entity>, ItemOf<DataOf<Wanted>>>>,
  options: { id: EntityId } & ListOptions & ChangeOptions<Or<Entity, ItemOf<DataOf<Wanted>>>>,
): Operation
export function patch<Data = Told, const Wanted extends Target = Target>(
  target: Wanted,
  changes: Changes<Or<NoInfer<Data>, DataOf<Wanted>>>,
  options?: ChangeOptions<Or<Data, DataOf<Wanted>>>,
): Operation
export function patch(target: Target, changes: unknown, options: object = {}): Operation {
  const isPartial = typeof changes !== 'function'
  const update = (isPartial ? mergeOf(changes) : changes) as PatchOperation['update']
  return { kind: 'patch', target, ...options, isPartial, update }
}

export interface UpsertOptions<Entity> extends ChangeOptions<Entity>, ListOptions {
  /** Whether the entity belongs to the list under this key. Undefined: who knows, fetch it. @default that is not known of any list */
  where?: (entity: Entity, queryKey: QueryKey) => boolean | undefined
  /** The order of the lists, as of `Array.sort`: a new entity goes to its place, one whose place has changed moves. */
  sort?: (a: Entity, b: Entity) => number
  /** Where a new entity goes, where `sort` does not say. @default 'end' */
  at?: 'start' | 'end'
}

/**
 * Puts an entity into lists: replaces the one with its `id`; where there is none, adds it to the lists that `where` says it
 * belongs to and fetches the others again. An entity that no longer belongs to a list leaves it. A query that holds just
 * this entity has it replaced.
 */
export function upsert<Entity extends { readonly id: EntityId }>(
  target: Target,
  entity: Entity,
  options: UpsertOptions<NoInfer<Entity>> = {},
): Operation {
  return { kind: 'upsert', target, entity, at: 'end', ...options }
}

/** Takes the entity with this id out of lists; a query that holds just this entity is fetched again. */
export function remove(target: Target, id: EntityId, options: ListOptions & { confirm?: boolean } = {}): Operation {
  return { kind: 'remove', target, id, ...options }
}

/**
 * Makes `value` the data of one query, as if it had been fetched now, also where there was none. Only for values that are whole: a
 * part of one would pass for all of it.
 */
export function set<const Wanted extends QueryTarget>(
  target: Wanted,
  value: DataOf<Wanted>,
  options: ChangeOptions<DataOf<Wanted>> = {},
): Operation {
  return { kind: 'set', target, value, ...options }
}

/**
 * Marks queries stale; those on screen are fetched again: at most one fetch running and one waiting per query, a second apart, for
 * however many events ask for it.
 */
export function invalidate(target: Target, options: InvalidateOptions = {}): Operation {
  return { kind: 'invalidate', target, ...options }
}

function mergeOf(changes: unknown): (value: unknown) => unknown {
  return (value) => {
    if (!isPlainObject(value) || !isPlainObject(changes)) {
      throw new RealtimeError(
        'invalid-operation',
        'patch() was given plain changes for data that is no plain object, so there is nothing to merge them into. Give it a function from the old value to the new one, or the id of an entity in the list.',
      )
    }
    for (const key in changes) {
      if (!Object.is(value[key], changes[key])) return { ...value, ...changes }
    }
    return value
  }
}

function isPlainObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && [Object.prototype, null].includes(Object.getPrototypeOf(value))
}
