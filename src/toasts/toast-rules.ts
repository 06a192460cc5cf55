// Event to toasts: what an app writes. What of it can be shown is toast-draft.ts; what becomes of it, toast-engine.ts.
import type { EventTable, PayloadOf } from '../protocol/define-events.ts'
import type { RealtimeEvent } from '../protocol/event.ts'
import { matchesEventType } from '../protocol/filter.ts'
import type { Register } from '../react/register.ts'

/** From least to most. `critical` stays until somebody dismisses it, and is shown where all others are not. */
export type ToastPriority = 'low' | 'normal' | 'high' | 'critical'

export interface ToastAction {
  readonly label: string
  /** The toast goes away afterwards, unless the default is prevented. */
  readonly onClick: (event: { preventDefault(): void }) => void
}

export interface ToastLink {
  /** http, https, mailto, or relative to the page; the toast goes without any other. */
  readonly href: string
  /** @default "Open" */
  readonly label?: string
}

/** A toast as a rule describes it. All texts are plain: nothing in them is markup. */
export interface ToastDraft {
  /** What happened, in a few words. */
  readonly title: string
  /** More about it, in a second line. */
  readonly description?: string | undefined
  /** How long it stays: low 4 s, normal 5 s, high 8 s, critical until it is dismissed. @default 'normal' */
  readonly priority?: ToastPriority | undefined
  /** While one of a group is on screen, the next one takes its place, "and 3 more". */
  readonly group?: string | undefined
  /** What says the same thing anew changes the toast that is on screen, and is not announced again within 10 s. */
  readonly dedupeKey?: string | undefined
  /** A button. */
  readonly action?: ToastAction | undefined
  /** Where more about it is. */
  readonly link?: ToastLink | undefined
}

/** What a rule may answer: nothing, one toast, or several in order. */
export type ToastResult = void | undefined | null | ToastDraft | readonly ToastDraft[]

/** As a method: rules for some events of a table fit among those for all of them. */
export type ToastRule<Payload = unknown, Type extends string = string> = {
  rule(event: RealtimeEvent<Payload, Type>): ToastResult
}['rule']

/** A rule without a table of events: its payload is unknown, unless the app says by a type annotation what it is. */
type UntypedRule = { rule(event: RealtimeEvent): ToastResult }['rule']

type TypesOf<Events extends EventTable> = Extract<keyof Events, string>

/** For types only: which events the rules know, so that who takes them need not be told. */
declare const eventsOf: unique symbol

/** Rules by event type or pattern (`goal.*`); where several match, all of them run, in the order of the table. */
export type ToastRules<Events extends EventTable = EventTable> = RulesOf<Events> & {
  [eventsOf]?(events: Events): void
}

type RulesOf<Events extends EventTable> =
  string extends TypesOf<Events>
    ? { readonly [pattern: string]: UntypedRule | undefined }
    : { readonly [Type in TypesOf<Events>]?: ToastRule<PayloadOf<Events[Type]>, Type> } & {
        readonly [pattern in `${string}*` | `*${string}`]: ToastRule<PayloadOf<Events[TypesOf<Events>]>>
      }

/** The table the app has registered (`interface Register`), else any. */
export type RegisteredEvents = Register extends { events: infer Events extends EventTable } ? Events : EventTable

/** Gives the rules the payloads of a table of events: that of the argument, or the registered one. */
export function defineToastRules<const Events extends EventTable>(
  events: Events,
  rules: ToastRules<NoInfer<Events>>,
): ToastRules<Events>
// oxlint-disable-next-line typescript/no-unnecessary-type-arguments -- only as long as nothing is registered
export function defineToastRules(rules: ToastRules<RegisteredEvents>): ToastRules<RegisteredEvents>
export function defineToastRules(first: unknown, rules?: unknown): unknown {
  return rules ?? first
}

/** The rules of a table that take this type, by the names they have there. */
export function rulesFor(rules: ToastRules, type: string): readonly (readonly [name: string, rule: UntypedRule])[] {
  return Object.entries(rules).flatMap(([name, rule]) =>
    rule !== undefined && matchesEventType(name, type) ? [[name, rule] as const] : [],
  )
}
