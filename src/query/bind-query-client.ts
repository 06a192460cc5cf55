// Joins a client and a QueryClient: runs the rules of each flush in one batch, so that a burst of events renders once, and has
// fetched again what may have been missed. What a change does to a cache is live-cache.ts.
import type { Query, QueryClient, QueryKey } from '@tanstack/react-query'
import { type Clock, systemClock } from '../base/clock.ts'
import type { Undo } from '../base/emitter.ts'
import { RealtimeError } from '../base/errors.ts'
import type { RealtimeClient } from '../client/realtime-client.ts'
import type { Resync } from '../client/resync.ts'
import type { Revoked } from '../client/revoked.ts'
import type { RealtimeEvent } from '../protocol/event.ts'
import { matchesAnyStream } from '../protocol/filter.ts'
import { queriesBoundTo, queriesFedBy, type StreamBindings } from './bindings.ts'
import { type Cause, causeOf, ownCause } from './cause.ts'
import { startFallback } from './fallback.ts'
import { createGateQueue, type Gate } from './gate.ts'
import type { Apply } from './applier.ts'
import { retainLiveCache } from './live-cache.ts'
import { noteUnbound, noteUnmatched } from './notices.ts'
import type { Operation } from './operations.ts'
import { followMetaRules, indexRules, listensTo, type NamedRule, operationsOf, type Rules } from './rules.ts'

export interface BindOptions {
  client: RealtimeClient
  queryClient: QueryClient
  rules: Rules
  streams?: StreamBindings | undefined
  /** How often queries on screen are fetched while nothing is pushed, in ms. */
  fallbackMs: number
  onError: (error: RealtimeError) => void
  /** Told which queries were taken away with the access to their streams. */
  onRevoked?: ((queryKeys: readonly QueryKey[]) => void) | undefined
  /** While it is shut nothing is done to the cache; what comes waits. @default open */
  gate?: Gate | undefined
  clock?: Clock | undefined
}

/** Keeps the cache up to date until the returned undo is called. */
export function bindQueryClient(options: BindOptions): Undo {
  const { client, queryClient, rules, streams, fallbackMs, onError, onRevoked, gate, clock = systemClock } = options
  const [cache, release] = retainLiveCache(queryClient, clock)
  const index = indexRules(rules)
  const want = (events: readonly string[]) => client.subscribe({ events }, () => {}, 'cache')
  const metaRules = followMetaRules(queryClient.getQueryCache(), want)
  const queue = createGateQueue({
    gate,
    // So that what several of them ask for is fetched once.
    together: cache.batch,
    onTooMany: () => resync({ streams: 'all', cause: 'overflow' }),
  })
  const listenedTo = () => client.inspect().subscriptions.flatMap(({ spec }) => spec.events)
  let hasJoined = false

  function applyAll(events: readonly RealtimeEvent[]) {
    cache.batch((apply) => {
      for (const event of events) applyEvent(event, apply)
    })
  }

  function applyEvent(event: RealtimeEvent, apply: Apply) {
    const [ofTable, ofQueries] = [index.for(event.type), metaRules.for(event.type)]
    if (ofTable.length + ofQueries.length === 0) return noteUnmatched(event.type, listenedTo)
    const mutationId = event.origin?.mutationId
    const echo = mutationId !== undefined && cache.hopes.isOwn(mutationId) ? newEcho() : null
    for (const rule of ofTable) applyRule(rule, event, apply, echo)
    for (const rule of ofQueries) applyRule(rule, event, apply, echo)
    const hope = echo === null ? undefined : cache.hopes.get(mutationId!)
    if (hope) cache.hopes.echoed(hope, echo!.operations, echo!.touched)
  }

  function applyRule(rule: NamedRule, event: RealtimeEvent, apply: Apply, echo: Echo | null) {
    const report = (error: unknown) => onError(threw(rule, event, error))
    const operations = answerOf(rule, event, report)
    if (operations.length === 0) return
    const cause = causeOf(event, rule.name, echo !== null, report)
    for (const operation of operations) {
      echo?.operations.push(operation)
      try {
        apply(operation, cause, echo?.touched)
      } catch (error) {
        report(error)
      }
    }
  }

  /** Of a query that brought its own rule along: nobody else misses what only it listens to. */
  const isOf = (events: Resync['events'], query: Query) =>
    events === undefined || events.every((name) => index.wanted.includes(name)) || listensTo(query, events)

  function resync({ streams: missed, cause: why, events }: Resync) {
    if (why === 'joined') hasJoined = true
    const positions = Object.entries(client.inspect().positions)
    cache.notHeardUpTo(Object.fromEntries(positions.filter(([name]) => missed === 'all' || missed.includes(name))))
    if (streams === undefined && why === 'lost') noteUnbound()
    const isPersonal = missed !== 'all' && missed.every((stream) => stream.startsWith('user:'))
    const cause: Cause = { ...ownCause('resync'), type: why, isPersonal }
    for (const query of queriesFedBy(queryClient, missed, streams)) {
      if (!isOf(events, query)) continue
      // Fetched before, and known to be new enough all the same.
      if (why === 'joined' && cache.isUpToDate(query)) continue
      cache.resync(query, cause)
    }
  }

  function revoke({ streams: withdrawn }: Revoked) {
    const queries = queriesBoundTo(queryClient, withdrawn, streams)
    cache.purge(
      queries,
      ({ stream }) => withdrawn === 'all' || (stream !== undefined && matchesAnyStream(withdrawn, stream)),
    )
    // Where nothing says what feeds which query, the server has to say what this user may still see.
    if (streams === undefined) resync({ streams: 'all', cause: 'requested' })
    if (queries.length > 0) onRevoked?.(queries.map(({ queryKey }) => queryKey))
  }

  function hydrated(query: Query) {
    if (!hasJoined || !queriesFedBy(queryClient, 'all', streams).includes(query)) return
    // Nobody knows what happened between its being fetched elsewhere and now.
    queue.pass(() => cache.resync(query, { ...ownCause('resync'), type: 'hydrated' }))
  }

  function fetchOnScreen() {
    for (const query of queriesFedBy(queryClient, 'all', streams)) if (query.isActive()) cache.invalidate(query)
  }

  const undos = [
    // The first: leaving hands over what waits for its flush.
    ...(index.wanted.length > 0 ? [want(index.wanted)] : []),
    metaRules.dispose,
    cache.onForeignData(hydrated),
    client.onResync((missed) => queue.pass(() => resync(missed))),
    client.onRevoked((revoked) => queue.pass(() => revoke(revoked))),
    retryFailedOnReturn(client, (isFailed) => {
      for (const query of queriesFedBy(queryClient, 'all', streams)) if (isFailed(query)) cache.invalidate(query)
    }),
    startFallback(client, clock, fallbackMs, fetchOnScreen),
    client.onFlush((events) => queue.passEvents(events.length, () => applyAll(events))),
    queue.dispose,
    // The last: the others may still have something fetched.
    release,
  ]
  return () => {
    for (const undo of undos) undo()
  }
}

/** What an event that tells of a change made here has done. */
interface Echo {
  readonly operations: Operation[]
  readonly touched: Set<Query>
}

const newEcho = (): Echo => ({ operations: [], touched: new Set() })

function answerOf(
  { run: rule }: NamedRule,
  event: RealtimeEvent,
  report: (error: unknown) => void,
): readonly Operation[] {
  try {
    return operationsOf(rule(event))
  } catch (error) {
    report(error)
    return []
  }
}

function threw({ name }: NamedRule, event: RealtimeEvent, cause: unknown): RealtimeError {
  const advice = cause instanceof RealtimeError ? cause.message : 'Mend it, or catch inside it.'
  return new RealtimeError(
    'handler-threw',
    `The rule "${name}" failed on event ${event.id ?? event.type}, so the cache misses its change; other rules ran. ${advice}`,
    { cause },
  )
}

/** What broke the link mostly broke fetches too; now that it is back, those on screen that failed are tried again. */
function retryFailedOnReturn(client: RealtimeClient, retry: (isFailed: (query: Query) => boolean) => void): Undo {
  let wasConnected = client.getState().name === 'connected'
  return client.onState(() => {
    const isConnected = client.getState().name === 'connected'
    const isBack = isConnected && !wasConnected
    wasConnected = isConnected
    if (!isBack) return
    retry((query) => query.isActive() && (query.state.status === 'error' || query.state.isInvalidated))
  })
}
