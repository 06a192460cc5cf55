// Event to operations: the app's table of rules, looked up by type.
import type { EventTable, PayloadOf } from '../protocol/define-events.ts'
import type { RealtimeEvent } from '../protocol/event.ts'
import { isPattern, matchesEventType } from '../protocol/filter.ts'
import type { Operation } from './operations.ts'

/** What a rule may answer: nothing, one operation, or several in order. */
export type RuleResult = void | undefined | null | Operation | readonly Operation[]

export type Rule<Payload = unknown, Type extends string = string> = (event: RealtimeEvent<Payload, Type>) => RuleResult

/** A rule without a table of events: its payload is unknown, unless the app says by a type annotation what it is. */
type UntypedRule = { rule(event: RealtimeEvent): RuleResult }['rule']

type TypesOf<Events extends EventTable> = Extract<keyof Events, string>

/** Rules by event type or pattern (`goal.*`); where several match, all of them run, in the order of the table. */
export type Rules<Events extends EventTable = EventTable> =
  string extends TypesOf<Events>
    ? { readonly [pattern: string]: UntypedRule | undefined }
    : { readonly [Type in TypesOf<Events>]?: Rule<PayloadOf<Events[Type]>, Type> } & {
        readonly [pattern in `${string}*` | `*${string}`]: Rule<PayloadOf<Events[TypesOf<Events>]>>
      }

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
  const all = Object.entries(rules).flatMap(([name, run]) => (run === undefined ? [] : [{ name, run }]))
  const byType = new Map<string, readonly NamedRule[]>()
  return {
    wanted: all.map(({ name }) => name),
    for(type) {
      const known = byType.get(type)
      if (known !== undefined) return known
      const matching = all.filter(({ name }) => (isPattern(name) ? matchesEventType(name, type) : name === type))
      // Types are the server's to choose, so their number is not ours to trust.
      if (byType.size >= maxKnownTypes) byType.clear()
      byType.set(type, matching)
      return matching
    },
  }
}

export function operationsOf(result: RuleResult): readonly Operation[] {
  if (!result) return []
  return 'kind' in result ? [result] : result
}
