// Event to operations: the app's table of rules, looked up by type, and the rules that queries bring along in their `meta`.
import type { Query, QueryCache, QueryKey } from '@tanstack/react-query'
import type { Undo } from '../base/emitter.ts'
import { RealtimeError } from '../base/errors.ts'
import { isObject } from '../base/json.ts'
import type { EventTable, PayloadOf } from '../protocol/define-events.ts'
import type { RealtimeEvent } from '../protocol/event.ts'
import { isPattern, matchesEventType } from '../protocol/filter.ts'
import { invalidate, type Operation } from './operations.ts'
import { filtersOf } from './targets.ts'

/** What a rule may answer: nothing, one operation, or several in order. */
export type RuleResult = void | undefined | null | Operation | readonly Operation[]

/** What an event of this type does to the cache. Called once per event; it answers operations and changes nothing itself. */
export type Rule<Payload = unknown, Type extends string = string> = (event: RealtimeEvent<Payload, Type>) => RuleResult

/** A rule without a table of events: its payload is unknown, unless the app says by a type annotation what it is. */
type UntypedRule = { rule(event: RealtimeEvent): RuleResult }['rule']

/** One rule, or several that run in order. */
type Several<Of> = Of | readonly Of[]

type TypesOf<Events extends EventTable> = Extract<keyof Events, string>

/** Rules by event type or pattern (`goal.*`); where several match, all of them run, in the order of the table. */
export type Rules<Events extends EventTable = EventTable> =
  string extends TypesOf<Events>
    ? { readonly [pattern: string]: Several<UntypedRule> | undefined }
    : { readonly [Type in TypesOf<Events>]?: Several<Rule<PayloadOf<Events[Type]>, Type>> } & {
        readonly [pattern in `${string}*` | `*${string}`]: Several<Rule<PayloadOf<Events[TypesOf<Events>]>>>
      }

/** A rule for events that change nothing in the cache: they are known, and no notice says that no rule takes them. */
export const ignore = (): void => {}

/**
 * What a query says of itself: `useQuery({ queryKey, queryFn, meta: { realtime: { on: 'goal.renamed' } } })`. Its rules hold
 * while it is in the cache.
 */
export interface RealtimeMeta {
  /** Types or patterns of the events that concern it. */
  on?: string | readonly string[]
  /** What they do, as a rule does. @default it is fetched again */
  do?: (event: RealtimeEvent, queryKey: QueryKey) => RuleResult
  /** Names or patterns of the streams that feed it: a gap in one of them fetches it again, in others it does not. */
  streams?: readonly string[]
}

/** What the query says of itself; empty where it says nothing. */
export function realtimeMeta({ meta }: Query): RealtimeMeta {
  const said = meta?.['realtime']
  return isObject(said) ? said : {}
}

function wantedBy(query: Query): readonly string[] {
  const { on = [] } = realtimeMeta(query)
  return typeof on === 'string' ? [on] : on
}

/** Whether the rule that a query brings along takes one of these types or patterns. */
export const listensTo = (query: Query, events: readonly string[]): boolean =>
  wantedBy(query).some((name) => events.includes(name))

/** A rule and what it is called in the table, for messages. */
export interface NamedRule {
  readonly name: string
  readonly run: UntypedRule
}

export interface RuleIndex {
  /** What the rules want to hear: the types and patterns of the table. */
  readonly wanted: readonly string[]
  for(type: string): readonly NamedRule[]
}

const maxKnownTypes = 1_000

export function indexRules(rules: Rules): RuleIndex {
  const all = Object.entries(rules).flatMap(([name, row]) =>
    row === undefined ? [] : (Array.isArray(row) ? row : [row]).map((run: UntypedRule) => ({ name, run })),
  )
  const byType = new Map<string, readonly NamedRule[]>()
  return {
    wanted: [...new Set(all.map(({ name }) => name))],
    for(type) {
      const known = byType.get(type)
      if (known !== undefined) return known
      const matching = all.filter(({ name }) => matchesType(name, type))
      // Types are the server's to choose, so their number is not ours to trust.
      if (byType.size >= maxKnownTypes) byType.clear()
      byType.set(type, matching)
      return matching
    },
  }
}

const matchesType = (name: string, type: string) => (isPattern(name) ? matchesEventType(name, type) : name === type)

const fetchAgain = (_event: RealtimeEvent, queryKey: QueryKey) => invalidate({ queryKey, exact: true })

/** The rules of the queries that are in the cache. */
export interface MetaRules {
  for(type: string): readonly NamedRule[]
  dispose: Undo
}

/** @param want called with what a query wants to hear, until the undo is called */
export function followMetaRules(cache: QueryCache, want: (events: readonly string[]) => Undo): MetaRules {
  const followed = new Map<Query, { on: readonly string[]; rule: NamedRule; leave: Undo }>()

  const byType = new Map<string, readonly NamedRule[]>()

  function follow(query: Query) {
    const types = wantedBy(query)
    const known = followed.get(query)
    if ((known?.on ?? []).join() === types.join()) return
    leave(query)
    if (types.length === 0) return
    // The newest closure: queries get new options with each render.
    const run: UntypedRule = (event) => (realtimeMeta(query).do ?? fetchAgain)(event, query.queryKey)
    followed.set(query, { on: types, rule: { name: 'meta.realtime', run }, leave: want(types) })
    byType.clear()
  }

  function leave(query: Query) {
    followed.get(query)?.leave()
    if (followed.delete(query)) byType.clear()
  }

  for (const query of cache.getAll()) follow(query)
  const unsubscribe = cache.subscribe(({ type, query }) => {
    if (type === 'added' || type === 'observerAdded' || type === 'observerOptionsUpdated') follow(query)
    else if (type === 'removed') leave(query)
  })

  return {
    for(type) {
      const known = byType.get(type)
      if (known !== undefined) return known
      const matching = [...followed.values()].filter(({ on }) => on.some((name) => matchesType(name, type)))
      if (byType.size >= maxKnownTypes) byType.clear()
      byType.set(
        type,
        matching.map(({ rule }) => rule),
      )
      return byType.get(type)!
    },
    dispose() {
      unsubscribe()
      for (const query of followed.keys()) leave(query)
    },
  }
}

/** Throws `invalid-operation` for what is none: kept for later results of fetches, it would break those as well. */
export function operationsOf(result: RuleResult): readonly Operation[] {
  if (!result) return []
  const operations = Array.isArray(result) ? (result as readonly Operation[]) : [result as Operation]
  for (const operation of operations) {
    if (!isObject(operation) || !('kind' in operation)) {
      throw new RealtimeError(
        'invalid-operation',
        'It answered what is no operation, so nothing changed. Return what patch, upsert, remove, set or invalidate make, several in an array, or nothing.',
      )
    }
    filtersOf(operation.target)
  }
  return operations
}
