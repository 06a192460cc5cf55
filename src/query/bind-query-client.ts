// Applies the operations of each flush to a QueryClient, all of them in one notifyManager.batch, so that a burst of events
// renders once.
import { notifyManager, type Query, type QueryClient } from '@tanstack/react-query'
import type { Undo } from '../base/emitter.ts'
import { RealtimeError } from '../base/errors.ts'
import type { RealtimeClient } from '../client/realtime-client.ts'
import type { RealtimeEvent } from '../protocol/event.ts'
import { queriesFedBy, type StreamBindings } from './bindings.ts'
import { hasEntity, insertEntity, isList, removeEntity, updateEntity } from './lists.ts'
import { filtersOf, type Operation } from './operations.ts'
import { createRefetcher } from './refetcher.ts'
import { indexRules, operationsOf, type RuleIndex, type Rules } from './rules.ts'

export interface BindOptions {
  client: RealtimeClient
  queryClient: QueryClient
  rules: Rules
  streams?: StreamBindings | undefined
  onError: (error: RealtimeError) => void
}

/** Keeps the cache up to date until the returned undo is called. */
export function bindQueryClient({ client, queryClient, rules, streams, onError }: BindOptions): Undo {
  const index = indexRules(rules)
  const refetcher = createRefetcher(queryClient)
  const apply = createApply(queryClient, refetcher.invalidate)

  const undos = [
    client.onResync(({ streams: missed }) => {
      notifyManager.batch(() => {
        for (const query of queriesFedBy(queryClient, missed, streams)) refetcher.invalidate(query)
      })
    }),
    refetcher.dispose,
  ]
  if (index.wanted.length > 0) {
    const applyAll = (events: readonly RealtimeEvent[]) =>
      notifyManager.batch(() => {
        for (const event of events) applyEvent(event, index, apply, onError)
      })
    undos.push(client.subscribe({ events: index.wanted }, applyAll, 'cache'))
  }
  return () => {
    for (const undo of undos) undo()
  }
}

function applyEvent(
  event: RealtimeEvent,
  index: RuleIndex,
  apply: (operation: Operation) => void,
  onError: (error: RealtimeError) => void,
) {
  for (const { name, run } of index.for(event.type)) {
    try {
      for (const operation of operationsOf(run(event))) apply(operation)
    } catch (cause) {
      const advice = cause instanceof RealtimeError ? cause.message : 'Mend it, or catch inside it.'
      onError(
        new RealtimeError(
          'handler-threw',
          `The rule "${name}" failed on event ${event.id ?? event.type}, so the cache misses its change; other rules ran. ${advice}`,
          { cause },
        ),
      )
    }
  }
}

function createApply(queryClient: QueryClient, invalidate: (query: Query) => void): (operation: Operation) => void {
  const cache = queryClient.getQueryCache()

  /** Puts the data of a query through `change`, keeping its age and a lost invalidation. */
  function rewrite(query: Query, change: (data: unknown) => unknown) {
    const { data, status, isInvalidated, dataUpdatedAt, fetchStatus } = query.state
    // What never loaded, or failed, is not completed by a change: a part would pass for the whole.
    if (data === undefined || status !== 'success') return invalidate(query)
    let next: unknown
    try {
      next = change(data)
    } catch (error) {
      invalidate(query)
      throw error
    }
    if (next !== data) {
      // setQueryData by itself would make a partly patched query count as fresh, and forget that it was to be fetched.
      queryClient.setQueryData(query.queryKey, next, { updatedAt: dataUpdatedAt })
      if (isInvalidated)
        void queryClient.invalidateQueries({ predicate: (candidate) => candidate === query, refetchType: 'none' })
    }
    // The running fetch may have been answered before the event happened: its result is confirmed by one more.
    if (fetchStatus === 'fetching') invalidate(query)
  }

  function applyTo(query: Query, operation: Exclude<Operation, { kind: 'invalidate' }>) {
    switch (operation.kind) {
      case 'patch': {
        const { id, update } = operation
        return rewrite(query, (data) => (id === undefined ? update(data) : updateEntity(data, id, update)))
      }
      case 'remove':
        return rewrite(query, (data) => removeEntity(data, operation.id))
      case 'upsert':
        return upsertInto(query, operation)
      default:
        operation satisfies never
    }
  }

  function upsertInto(query: Query, { entity, where, at }: Extract<Operation, { kind: 'upsert' }>) {
    const { data } = query.state
    if (data !== undefined && !isList(data)) return invalidate(query)
    const belongs = where?.(entity as never, query.queryKey)
    const present = hasEntity(data, entity.id)
    if (belongs === false) {
      if (present) rewrite(query, (list) => removeEntity(list, entity.id))
    } else if (present) rewrite(query, (list) => updateEntity(list, entity.id, () => entity))
    else if (belongs) rewrite(query, (list) => insertEntity(list, entity, at))
    else invalidate(query)
  }

  return (operation) => {
    let failure: { error: unknown } | null = null
    for (const query of cache.findAll(filtersOf(operation.target))) {
      if (operation.kind === 'invalidate') {
        invalidate(query)
        continue
      }
      try {
        applyTo(query, operation)
      } catch (error) {
        failure ??= { error }
      }
    }
    if (failure !== null) throw failure.error
  }
}
