// Joins a client and a QueryClient: runs the rules of each flush in one notifyManager.batch, so that a burst of events renders
// once, and fetches again what may have been missed.
import { notifyManager, type QueryClient } from '@tanstack/react-query'
import type { Undo } from '../base/emitter.ts'
import { RealtimeError } from '../base/errors.ts'
import type { RealtimeClient } from '../client/realtime-client.ts'
import type { RealtimeEvent } from '../protocol/event.ts'
import { createApply } from './apply.ts'
import { queriesFedBy, type StreamBindings } from './bindings.ts'
import type { Operation } from './operations.ts'
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
  const apply = createApply(queryClient, refetcher)

  let wasConnected = client.getState().name === 'connected'
  /** What broke the link mostly broke fetches too; now that it is back, those on screen that failed are tried again. */
  function retryFailed() {
    const isConnected = client.getState().name === 'connected'
    const isBack = isConnected && !wasConnected
    wasConnected = isConnected
    if (!isBack) return
    for (const query of queriesFedBy(queryClient, 'all', streams)) {
      const { status, isInvalidated } = query.state
      if (query.isActive() && (status === 'error' || isInvalidated)) refetcher.invalidate(query)
    }
  }

  const undos = [
    client.onResync(({ streams: missed }) => {
      notifyManager.batch(() => {
        for (const query of queriesFedBy(queryClient, missed, streams)) refetcher.invalidate(query)
      })
    }),
    client.onState(retryFailed),
  ]
  if (index.wanted.length > 0) {
    const applyAll = (events: readonly RealtimeEvent[]) =>
      notifyManager.batch(() => {
        for (const event of events) applyEvent(event, index, apply, onError)
      })
    undos.push(client.subscribe({ events: index.wanted }, applyAll, 'cache'))
  }
  // The last: leaving hands over what waits for its flush, and that may invalidate.
  undos.push(refetcher.dispose)
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
