// The life of optimistic changes: they begin with a mutation, and end query by query, as each of them comes to hold the change itself.
import { notifyManager, type Query } from '@tanstack/react-query'
import type { Clock } from '../base/clock.ts'
import type { Scope } from '../base/scope.ts'
import type { DataOperation, Operation } from './operations.ts'
import type { Hope, Optimistic } from './optimistic.ts'
import type { QueryIndex } from './query-index.ts'
import type { Fetch, QueryRecord } from './record.ts'

export interface Hopes {
  begin(mutationId: string, operations: readonly DataOperation[]): Hope
  /** A mutation of one's own that shows nothing before it is confirmed. */
  noteOwn(mutationId: string): void
  /** The one that is still open. */
  get(mutationId: string): Hope | undefined
  /** Whether a mutation of late was made here. */
  isOwn(mutationId: string): boolean
  /** The server has done it. @param operations what to show until that is known for certain */
  answered(hope: Hope, operations?: readonly DataOperation[]): void
  /** The event that tells of it has come; the rules made `echo` of it, and `touched` hold it now. */
  echoed(hope: Hope, echo: readonly Operation[], touched: Iterable<Query>): void
  /** These hold it by themselves now. */
  fulfil(hope: Hope, queries: Iterable<Query>): void
  /** It failed: its own effect goes from wherever it still lies on top, and nobody else's. */
  abandon(hope: Hope): void
  /** A fetch has answered: what its result holds needs no hope any more. */
  settle(record: QueryRecord, fetch: Fetch): void
  /** Nobody waits for events any more: what is shown stays, and is fetched. */
  end(): void
}

export interface HopesParts {
  optimistic: Optimistic
  index: QueryIndex
  scope: Scope
  clock: Clock
  tick: () => number
  recordOf: (query: Query) => QueryRecord
  /** Shows what is hoped for on top of what the query holds. */
  show: (record: QueryRecord) => void
  fetch: (query: Query) => void
}

/** If no event has told of the change so long after the answer, in ms, a fetch has to. */
export const echoAfterMs = 2_000
/** So long an echo is waited for, in ms, before a result that may be older than its request is believed without it. */
export const echoLimitMs = 10_000
const maxOwn = 1_000

export function createHopes(parts: HopesParts): Hopes {
  const { optimistic, index, scope, clock, tick, recordOf, show, fetch } = parts
  const own = new Set<string>()

  function noteOwn(mutationId: string) {
    own.add(mutationId)
    if (own.size > maxOwn) own.delete(own.values().next().value!)
  }

  function showAll(queries: Iterable<Query>) {
    notifyManager.batch(() => {
      for (const query of queries) if (query.state.status === 'success') show(recordOf(query))
    })
  }

  function endIfFulfilled(hope: Hope) {
    if (optimistic.queriesOf(hope).length === 0) optimistic.end(hope)
  }

  function fulfil(hope: Hope, queries: Iterable<Query>) {
    for (const query of queries) hope.fulfilled.add(query)
    showAll(queries)
    fetchBaked(queries)
    endIfFulfilled(hope)
  }

  /** The app has written over it, so what was hoped for can no longer be told from the rest. */
  function fetchBaked(queries: Iterable<Query>) {
    for (const query of queries) if (recordOf(query).isBaked) fetch(query)
  }

  function noteAnswer(hope: Hope) {
    if (hope.answeredAt !== null) return
    hope.answeredAt = { tick: tick(), at: clock.now() }
    scope.timeout(() => {
      confirm(hope)
      scope.timeout(() => giveUp(hope), echoLimitMs)
    }, echoAfterMs)
  }

  const isOpen = (hope: Hope) => optimistic.get(hope.mutationId) === hope

  function confirm(hope: Hope) {
    // Queries that came later have never shown it.
    if (!isOpen(hope)) return
    for (const query of optimistic.queriesOf(hope)) fetch(query)
    endIfFulfilled(hope)
  }

  /** What is still hoped for is taken for true, and fetched by whoever looks at it next. */
  function giveUp(hope: Hope) {
    if (!isOpen(hope)) return
    const queries = optimistic.queriesOf(hope)
    optimistic.end(hope)
    for (const query of queries) {
      const record = recordOf(query)
      record.base = query.state.data
      record.isBaked = true
      fetch(query)
    }
  }

  function isContained({ answeredAt }: Hope, { asOf }: QueryRecord, began: Fetch): boolean {
    if (answeredAt === null || answeredAt.tick > began.tick) return false
    return asOf.size === 0 || clock.now() - answeredAt.at > echoLimitMs
  }

  return {
    begin(mutationId, operations) {
      noteOwn(mutationId)
      const hope = optimistic.add(mutationId, operations)
      showAll(optimistic.queriesOf(hope))
      return hope
    },
    noteOwn,
    get: optimistic.get,
    isOwn: (mutationId) => own.has(mutationId),
    answered(hope, operations) {
      if (operations) {
        hope.operations = operations
        showAll(optimistic.queriesOf(hope))
      }
      noteAnswer(hope)
      endIfFulfilled(hope)
    },
    echoed(hope, echo, touched) {
      hope.echo = echo
      noteAnswer(hope)
      fulfil(hope, touched)
    },
    fulfil,
    abandon(hope) {
      const queries = optimistic.queriesOf(hope)
      optimistic.end(hope)
      showAll(queries)
      fetchBaked(queries)
    },
    settle(record, began) {
      if (began.isMore) return
      const { query } = record
      for (const hope of optimistic.on(query)) {
        const holdsEcho = hope.echo.some(({ target }) => index.names(target, query))
        if (!holdsEcho && !isContained(hope, record, began)) continue
        hope.fulfilled.add(query)
        endIfFulfilled(hope)
      }
    },
    end() {
      for (const hope of optimistic.all) {
        for (const query of hope.answeredAt === null ? [] : optimistic.queriesOf(hope)) fetch(query)
      }
    },
  }
}
