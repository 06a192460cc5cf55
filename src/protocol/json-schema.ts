// The table of events as JSON Schema, for backends and readers in other languages. Checking payloads is define-events.ts.
import { RealtimeError } from '../base/errors.ts'
import { isObject } from '../base/json.ts'
import { type EventTable, isVersioned, type StandardSchema } from './define-events.ts'

/** One JSON Schema, as JSON. */
export type JsonSchema = Readonly<Record<string, unknown>>

/** The dialects of JSON Schema that can be written. */
export type JsonSchemaTarget = 'draft-2020-12' | 'draft-07'

/** Of `eventsJsonSchema`. */
export interface EventsJsonSchemaOptions {
  /** The dialect that is written. @default 'draft-2020-12' */
  target?: JsonSchemaTarget
  /** An address that the document is known by: its `$id`. @default none */
  id?: string
}

/** The frame of an event on the wire, of any type in the table; payloads stand in `$defs`, in draft-07 in `definitions`, by the name of the type. */
export interface JsonSchemaDocument extends JsonSchema {
  readonly $schema: string
  /** As the option `id` says. */
  readonly $id?: string
  readonly oneOf: readonly JsonSchema[]
  /** In draft 2020-12: payloads by type. */
  readonly $defs?: Readonly<Record<string, JsonSchema>>
  /** In draft-07: the same. */
  readonly definitions?: Readonly<Record<string, JsonSchema>>
}

/** One version of one type. */
interface Row {
  type: string
  /** The key of its payload's schema. */
  name: string
  /** Left out where the type has no versions. */
  v?: number
  /** An event without `v` is of the oldest version. */
  needsV: boolean
  /** Left out: payloads of this older version are taken unchecked. */
  schema: StandardSchema | undefined
}

const dialects = {
  'draft-2020-12': { $schema: 'https://json-schema.org/draft/2020-12/schema', section: '$defs' },
  'draft-07': { $schema: 'http://json-schema.org/draft-07/schema#', section: 'definitions' },
} as const

/**
 * Describes the frames that events of this table travel in (protocol/README.md, Events): what a backend publishes, and what a reader gets.
 * The payload of each type is `$defs[type]`, one of an older version `$defs['type@version']`, as it travels: before any transform.
 * Throws `invalid-option` where a row offers no JSON Schema; the message says how to give it one.
 */
export function eventsJsonSchema(events: EventTable, options: EventsJsonSchemaOptions = {}): JsonSchemaDocument {
  const { target = 'draft-2020-12', id } = options
  if (!Object.hasOwn(dialects, target)) {
    throw fault(
      `"${target as string}" is no dialect that can be written. Ask for ${Object.keys(dialects).join(' or ')}.`,
    )
  }
  const { $schema, section } = dialects[target]
  const rows = Object.entries(events).flatMap(([type, row]) => rowsOf(type, row))
  assertDistinct(rows)
  const placeOf = (row: Row) => `#/${section}/${pointerOf(row.name)}`
  return {
    $schema,
    ...(id !== undefined && { $id: id }),
    ...frame,
    oneOf: rows.map((row) => branchOf(row, placeOf(row))),
    [section]: Object.fromEntries(rows.map((row) => [row.name, payloadOf(row, target, placeOf(row))])),
  }
}

/**
 * The schema with a JSON Schema to go with it, for `eventsJsonSchema()`: for a library that offers none, and for what JSON Schema can't say.
 * @param jsonSchema of what travels, before any transform; nobody checks that it says the same
 */
export function withJsonSchema<Output>(schema: StandardSchema<Output>, jsonSchema: object): StandardSchema<Output> {
  const standard = schema['~standard']
  const validate = (value: unknown) => standard.validate(value)
  return {
    ...(isVersioned(schema) && { '~versions': schema['~versions'] }),
    '~standard': { version: 1, vendor: standard.vendor, validate, jsonSchema: { input: () => jsonSchema } },
  }
}

function rowsOf(type: string, row: StandardSchema): Row[] {
  if (!isVersioned(row)) return [{ type, name: type, needsV: false, schema: row }]
  const { current, older } = row['~versions']
  const all = [...older, { version: current, schema: row }]
  return all.map(({ version, schema }, index) => ({
    type,
    name: version === current ? type : `${type}@${version}`,
    v: version,
    needsV: index > 0,
    schema,
  }))
}

function assertDistinct(rows: readonly Row[]) {
  const names = rows.map(({ name }) => name)
  const twice = names.find((name, index) => names.indexOf(name) !== index)
  if (twice !== undefined) {
    throw fault(
      `"${twice}" is a type and an older version of another, so a reader could not tell them apart. Rename it.`,
    )
  }
  if (rows.length > 0) return
  throw fault('the table is empty, so there is nothing to describe. Give it the table that defineEvents() returned.')
}

const fault = (message: string, cause?: unknown) =>
  new RealtimeError('invalid-option', `eventsJsonSchema(): ${message}`, { cause })

const text = { type: 'string', minLength: 1 } as const
/** Whole numbers that JavaScript keeps exact. */
const wholeFrom = (minimum: number) => ({ type: 'integer', minimum, maximum: Number.MAX_SAFE_INTEGER })

/** What all events have in common. */
const frame = {
  title: 'An event of realtime.v1',
  type: 'object',
  properties: {
    type: { ...text, description: 'What happened.' },
    eventId: { ...text, description: 'Unique among all events of the server.' },
    timestamp: { type: 'string', format: 'date-time', description: 'When it happened.' },
    stream: { ...text, description: 'The series it belongs to.' },
    seq: { ...wholeFrom(1), description: 'Its place in the stream.' },
    epoch: { ...text, description: "The identity of the stream's log." },
    prev: {
      ...wholeFrom(0),
      description: 'Where the session stood in the stream before; left out where that is seq - 1.',
    },
    payload: { description: 'What is told.' },
    entity: {
      type: 'object',
      properties: {
        type: text,
        id: { anyOf: [text, { type: 'integer' }] },
        version: wholeFrom(0),
      },
      required: ['type', 'id'],
      description: 'What it is about.',
    },
    origin: {
      type: 'object',
      properties: { clientId: { type: 'string' }, mutationId: { type: 'string' } },
      description: 'Who caused it.',
    },
    v: { ...wholeFrom(0), description: "The version of the payload's schema." },
    meta: { type: 'object', description: 'Whatever else the server says of it.' },
    replayed: { type: 'boolean', description: 'True where it is sent again, or late, after a resume.' },
  },
  required: ['type', 'eventId', 'timestamp', 'stream', 'seq', 'epoch', 'payload'],
}

function branchOf({ type, v, needsV }: Row, place: string): JsonSchema {
  return {
    properties: { type: { const: type }, ...(v !== undefined && { v: { const: v } }), payload: { $ref: place } },
    required: ['type', ...(needsV ? ['v'] : []), 'payload'],
  }
}

function payloadOf({ schema, type, v }: Row, target: JsonSchemaTarget, place: string): JsonSchema {
  const who = `the row "${type}"${v === undefined ? '' : ` (version ${v})`}`
  if (schema === undefined) return { description: 'Payloads of this version are not checked.' }
  const offered = offeredBy(schema, target, who)
  if (typeof offered['$id'] === 'string') return offered
  const { $schema = dialects[target].$schema, ...rest } = offered
  if (withoutHash($schema) === withoutHash(dialects[target].$schema)) return movedTo(place, rest)
  throw fault(
    `${who} is written in ${String($schema)}, and would be read as ${target}. Ask for that one, or rewrite the row.`,
  )
}

const withoutHash = (dialect: unknown) => String(dialect).replace(/#$/, '')

function offeredBy(schema: StandardSchema, target: JsonSchemaTarget, who: string): JsonSchema {
  const source = schema['~standard'].jsonSchema
  if (source === undefined) throw fault(`${who} offers no JSON Schema, ${howToGiveOne}`)
  let offered: unknown
  try {
    // A copy, and JSON for sure.
    offered = JSON.parse(JSON.stringify(source.input({ target })))
  } catch (cause) {
    throw fault(`${who} could not be written as JSON Schema (${wordsOf(cause)}), ${howToGiveOne}`, cause)
  }
  if (isObject(offered)) return offered
  throw fault(`${who} offers what is no JSON Schema, ${howToGiveOne}`)
}

const howToGiveOne =
  'so nobody else could tell what its payload looks like. Give it one: payload<T>({ jsonSchema: { type: "object", … } }), or withJsonSchema(schema, { … }) around a schema of any library.'

/** What was thrown; something without a text must not throw once more. */
const wordsOf = (thrown: unknown): string => (thrown instanceof Error ? thrown.message : 'no reason was given')

/** Keywords that hold data. */
const dataKeywords = new Set(['const', 'enum', 'default', 'examples'])
/** Keywords that hold schemas by name; a name means nothing else there. */
const namingKeywords = new Set([
  'properties',
  'patternProperties',
  '$defs',
  'definitions',
  'dependentSchemas',
  'dependencies',
])

/** The schema for another place in a document: what it says of itself by `#` stands below `place` then. */
function movedTo(place: string, schema: JsonSchema): JsonSchema {
  const move = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(move)
    // With an `$id` of its own, `#` means itself wherever it stands.
    return isObject(value) && typeof value['$id'] !== 'string' ? movedTo(place, value) : value
  }
  const entries = Object.entries(schema).map(([keyword, value]): [string, unknown] => {
    if (keyword === '$ref') return [keyword, isOwnPointer(value) ? `${place}${value.slice(1)}` : value]
    if (dataKeywords.has(keyword)) return [keyword, value]
    if (!namingKeywords.has(keyword) || !isObject(value)) return [keyword, move(value)]
    return [keyword, Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, move(inner)]))]
  })
  return Object.fromEntries(entries)
}

const isOwnPointer = (ref: unknown): ref is string => typeof ref === 'string' && (ref === '#' || ref.startsWith('#/'))

/** A key as part of a JSON pointer in an address. */
const pointerOf = (key: string) => encodeURI(key.replaceAll('~', '~0').replaceAll('/', '~1')).replaceAll('#', '%23')
