// An event as JSON that somebody sends or writes: its fields and their kinds. What may be published at all is hub/publishable.ts.
import { isObject } from '../base/json.ts'
import type { NewEvent } from '../hub/event-log.ts'

export type ReadEvent = { ok: true; event: NewEvent } | { ok: false; fault: string }

interface Kind {
  /** As a sentence goes on: "… must be a text". */
  name: string
  is(value: unknown): boolean
}

const text: Kind = { name: 'a text', is: (value) => typeof value === 'string' && value !== '' }
const count: Kind = {
  name: 'a whole number, 0 or more',
  is: (value) => Number.isSafeInteger(value) && Number(value) >= 0,
}
const anything: Kind = { name: 'anything', is: () => true }
const fieldsOnly: Kind = { name: 'an object', is: isObject }

const eventFields: Readonly<Record<keyof NewEvent, Kind>> = {
  type: text,
  stream: text,
  payload: anything,
  entity: fieldsOnly,
  origin: fieldsOnly,
  id: text,
  v: count,
}
const entityFields = { type: text, id: text, version: count }
const originFields = { clientId: text, mutationId: text }

/** @param at where it stands, such as `[2]`; nothing where it is the whole. Never throws. */
export function readEvent(value: unknown, at = ''): ReadEvent {
  const fault = faultOf(value, at)
  return fault === null ? { ok: true, event: value as NewEvent } : { ok: false, fault }
}

function faultOf(value: unknown, at: string): string | null {
  const wrong = faultOfFields(value, at, eventFields, ['type', 'stream'])
  if (wrong !== null) return wrong
  const { entity, origin } = value as NewEvent
  return (
    (entity === undefined ? null : faultOfFields(entity, inside(at, 'entity'), entityFields, ['type', 'id'])) ??
    (origin === undefined ? null : faultOfFields(origin, inside(at, 'origin'), originFields, []))
  )
}

function faultOfFields(
  value: unknown,
  at: string,
  fields: Readonly<Record<string, Kind>>,
  needed: readonly string[],
): string | null {
  if (!isObject(value)) return `${at === '' ? 'An event' : at} must be an object, and is ${nameOf(value)}.`
  const missing = needed.find((name) => value[name] === undefined)
  if (missing !== undefined) return `${inside(at, missing)} is missing: it must be ${fields[missing]!.name}.`
  for (const [name, given] of Object.entries(value)) {
    const kind = Object.hasOwn(fields, name) ? fields[name]! : undefined
    if (kind === undefined) return `${inside(at, name)} is no field of it: those are ${Object.keys(fields).join(', ')}.`
    if (given !== undefined && !kind.is(given))
      return `${inside(at, name)} must be ${kind.name}, and is ${nameOf(given)}.`
  }
  return null
}

const inside = (at: string, name: string) => (at === '' ? name : `${at}.${name}`)

/** A value as a sentence names it: `the text "a"`, `an object`. */
export function nameOf(value: unknown): string {
  if (value === null || value === undefined) return String(value)
  if (Array.isArray(value)) return 'an array'
  if (typeof value === 'object') return 'an object'
  if (typeof value !== 'string') return `the ${typeof value} ${JSON.stringify(value)}`
  return value === ''
    ? 'an empty text'
    : `the text ${JSON.stringify(value.length > 60 ? `${value.slice(0, 60)}…` : value)}`
}
