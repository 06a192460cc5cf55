// Events for tests: complete without naming every field, and of the right type. They can be published, and given to a rule as they are.
import { RealtimeError } from '../base/errors.ts'
import { checkPayload, type EventTable, type PayloadOf } from '../protocol/define-events.ts'
import type { EventEntity, EventOrigin, RealtimeEvent } from '../protocol/event.ts'

/** As a rule or a handler receives it; `server.publish()` takes it too. */
export type BuiltEvent<Payload = unknown, Type extends string = string> = RealtimeEvent<Payload, Type> & {
  id: string
  stream: string
}

/** What can be said of an event; all of it has a default. */
export interface EventFields<Payload = unknown> {
  /** @default {} */
  payload?: Payload
  /** @default 'test' */
  stream?: string
  /** @default one that nothing else in this test has */
  id?: string
  /** When it happened, epoch ms. @default now */
  time?: number
  entity?: EventEntity
  origin?: EventOrigin
  /** The version of the payload's schema. */
  v?: number
  /** Its place in the stream. @default none: it is the hub's to give */
  seq?: number
  epoch?: string
  /** @default false */
  replayed?: boolean
}

let built = 0

/**
 * Builds an event of any type.
 * @param type in the past tense, such as `goal.created`
 */
export function buildEvent<const Type extends string, Payload = Record<string, never>>(
  type: Type,
  { payload, stream = 'test', id, time = Date.now(), entity, replayed = false, ...rest }: EventFields<Payload> = {},
): BuiltEvent<Payload, Type> {
  return {
    type,
    payload: payload ?? ({} as Payload),
    stream,
    id: id ?? `built-${++built}-${time}`,
    time,
    timeEstimated: false,
    entity: entity ?? null,
    meta: {},
    replayed,
    transport: 'memory',
    receivedAt: time,
    raw: null,
    ...rest,
  }
}

/** The payload of each type where a test names none, or the part it does not name. Called anew for each event. @param n counts the events built, from 1 */
export type EventDefaults<Events extends EventTable> = {
  readonly [Type in keyof Events]?: (n: number) => PayloadOf<Events[Type]>
}

/** What a test names of a payload: an object in part, where the rest has a default. */
type Part<Payload> = Payload extends readonly unknown[] ? Payload : Payload extends object ? Partial<Payload> : Payload

type FieldsOf<Payload, HasDefault> = Omit<EventFields<Payload>, 'payload'> &
  (HasDefault extends true ? { payload?: Part<Payload> } : { payload: Payload })

/** `buildEvent` with the table's payloads as types and the app's own defaults in place. */
export type EventFactory<Events extends EventTable, Defaults> = <const Type extends keyof Events & string>(
  type: Type,
  ...fields: Type extends keyof Defaults
    ? [fields?: FieldsOf<PayloadOf<Events[Type]>, true>]
    : [fields: FieldsOf<PayloadOf<Events[Type]>, false>]
) => BuiltEvent<PayloadOf<Events[Type]>, Type>

/**
 * `buildEvent` for one table of events: types and payloads are those of the table, and a payload is checked by its schema. The factory
 * throws `unknown-event` and `invalid-payload`.
 * @param events as given to `createRealtime`
 * @param defaults a type without one needs its whole payload named
 */
export function eventFactory<const Events extends EventTable, const Defaults extends EventDefaults<Events> = {}>(
  events: Events,
  defaults: Defaults & EventDefaults<Events> = {} as Defaults & EventDefaults<Events>,
): EventFactory<Events, Defaults> {
  let n = 0
  return (type, ...[fields]) => {
    const schema = events[type]
    if (schema === undefined) throw unknown(type, Object.keys(events))
    const payload = merged(defaults[type]?.(++n), fields?.payload)
    const checked = checkPayload(schema, payload, fields?.v)
    if (!checked.ok) throw refused(type, checked)
    // What travels is what was given: the schema makes of it what it makes at the other end.
    return buildEvent(type, { ...fields, payload }) as never
  }
}

const isPlain = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

function merged(whole: unknown, part: unknown): unknown {
  return isPlain(whole) && isPlain(part) ? { ...whole, ...part } : part === undefined ? whole : part
}

const unknown = (type: string, known: readonly string[]) =>
  new RealtimeError(
    'unknown-event',
    `"${type}" is not in the table of events, so no client would take it. Mend the name, or add it to defineEvents. Known: ${known.join(', ')}.`,
  )

const refused = (type: string, { path, reason }: { path: string | null; reason: string }) =>
  new RealtimeError(
    'invalid-payload',
    `The payload built for "${type}" does not fit its schema, so no client would take it: ${path === null || reason.startsWith(path) ? '' : `${path}: `}${reason}. Mend what the test names, or the default.`,
  )
