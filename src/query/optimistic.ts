// Changes that are hoped for: of mutations that the server has not confirmed. They lie on top of what the server and the events
// say, so taking one away leaves all others. When they begin and end is own-echo.ts.
import type { Query } from '@tanstack/react-query'
import { change, type DataDraft, draftData } from './change.ts'
import { type EntityId, idOf } from './entity.ts'
import { everyPage } from './lists.ts'
import type { DataOperation, Operation } from './operations.ts'
import type { QueryIndex } from './query-index.ts'
import { limitOf, type QueryRecord } from './record.ts'
import { createTombstones } from './tombstones.ts'

export interface Hope {
  readonly mutationId: string
  operations: readonly DataOperation[]
  /** When the server had answered, and by the `tick()` of the journal; null as long as it has not. A fetch that begins later holds the change. */
  answeredAt: { readonly tick: number; readonly at: number } | null
  /** What the rules made of the event that tells of the same change; nothing before it has come. */
  echo: readonly Operation[]
  /** Queries that hold the change itself by now. */
  readonly fulfilled: WeakSet<Query>
}

export interface Optimistic {
  add(mutationId: string, operations: readonly DataOperation[]): Hope
  get(mutationId: string): Hope | undefined
  end(hope: Hope): void
  /** What lies on a query, the oldest first. */
  on(query: Query): readonly Hope[]
  /** The queries that a hope is about and that do not hold the change itself. */
  queriesOf(hope: Hope): readonly Query[]
  /** The data as it is shown. */
  over(record: QueryRecord): unknown
  readonly all: Iterable<Hope>
}

/** @param onError told what an operation of a mutation threw; the others are applied */
export function createOptimistic(index: QueryIndex, onError: (error: unknown) => void): Optimistic {
  const hopes = new Map<string, Hope>()

  const isAbout = ({ operations, fulfilled }: Hope, query: Query) =>
    !fulfilled.has(query) && operations.some(({ target }) => index.names(target, query))

  /** @returns whether what was hoped for is there by itself */
  function lay(draft: DataDraft, operation: DataOperation, record: QueryRecord): boolean {
    const limit = () => limitOf(record, record.base)
    const context = { queryKey: record.query.queryKey, limit, allows: everyPage, gone: createTombstones() }
    try {
      return change(draft, operation, context) === 'none' && operation.kind === 'upsert' && !!operation.onlyIfAbsent
    } catch (error) {
      onError(error)
      return false
    }
  }

  const on = (query: Query) => [...hopes.values()].filter((hope) => isAbout(hope, query))

  return {
    add(mutationId, operations) {
      const hope: Hope = { mutationId, operations, answeredAt: null, echo: [], fulfilled: new WeakSet() }
      hopes.set(mutationId, hope)
      return hope
    },
    get: (mutationId) => hopes.get(mutationId),
    end: ({ mutationId }) => void hopes.delete(mutationId),
    on,
    queriesOf: (hope) => [
      ...new Set(
        hope.operations.flatMap(({ target }) => index.find(target)).filter((query) => !hope.fulfilled.has(query)),
      ),
    ],
    over(record) {
      const { query, base } = record
      if (hopes.size === 0 || base === undefined) return base
      const draft = draftData(base)
      for (const hope of on(query)) {
        const own = hope.operations.filter(({ target }) => index.names(target, query))
        const came = own.map((operation) => lay(draft, operation, record))
        // It came by an event or a fetch that did not say whose it is. If it goes again, it has gone.
        if (came.every((isTrue) => isTrue)) hope.fulfilled.add(query)
      }
      return draft.data
    },
    get all() {
      return [...hopes.values()]
    },
  }
}

/** The same operations with the id that the server gave in the place of the temporary one. */
export function withRealId(operations: readonly DataOperation[], tempId: EntityId, realId: EntityId): DataOperation[] {
  return operations.map((operation) => {
    if (operation.kind === 'upsert' && operation.entity.id === tempId) {
      // The server's own copy of it may have come by a fetch.
      return { ...operation, entity: { ...operation.entity, id: realId }, onlyIfAbsent: true }
    }
    const isAboutIt = (operation.kind === 'patch' || operation.kind === 'remove') && operation.id === tempId
    if (isAboutIt) return { ...operation, id: realId }
    const isIt = operation.kind === 'set' && idOf(operation.value) === tempId
    return isIt ? { ...operation, value: { ...(operation.value as object), id: realId } } : operation
  })
}
