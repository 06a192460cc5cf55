// The table of event types, for client and server: a schema for the payload of each, and how payloads of older versions
// become those of the current one. Who checks payloads, and when, is client/inbox.ts for what arrives and hub/contract.ts for what is
// published; the table for other languages is json-schema.ts.
import { RealtimeError } from '../base/errors.ts'

/** The part of the Standard Schema interface that livecache uses; zod, valibot and arktype schemas all fit it. */
export interface StandardSchema<Output = unknown> {
  readonly '~standard': {
    readonly version: 1
    readonly vendor: string
    readonly validate: (value: unknown) => SchemaResult<Output> | Promise<SchemaResult<Output>>
    readonly types?: { readonly input: unknown; readonly output: Output } | undefined
    /** The same as JSON Schema, where the library offers it (Standard JSON Schema), or the app gave one. */
    readonly jsonSchema?: JsonSchemaSource | undefined
  }
}

interface JsonSchemaSource {
  /** What goes into the schema, which is what travels. Throws what it likes where JSON Schema can't say it. */
  readonly input: (options: { readonly target: string }) => object
}

/** What a Standard Schema answers: the value, or what is wrong with it. */
export type SchemaResult<Output> =
  | { readonly value: Output; readonly issues?: undefined }
  | { readonly issues: ReadonlyArray<SchemaIssue> }

interface SchemaIssue {
  readonly message: string
  readonly path?: ReadonlyArray<unknown> | undefined
}

/** What `versions()` makes: to everybody else the schema of the current version. */
export interface VersionedSchema<Output = unknown> extends StandardSchema<Output> {
  readonly '~versions': {
    readonly current: number
    /** Oldest first. */
    readonly older: ReadonlyArray<OlderVersion & { readonly version: number }>
  }
}

export interface OlderVersion<Payload = unknown> {
  /** Left out: payloads of this version are taken unchecked. */
  readonly schema?: StandardSchema<Payload> | undefined
  /**
   * Makes of a payload, as `schema` returns it, one that the next version in the table would have sent. The payload that is
   * given stays as it is. Only the next version's schema checks what comes out; TypeScript does not.
   */
  readonly upcast: (payload: Payload) => unknown
}

export interface Versions<Output, Older> {
  /** Of the current version. */
  readonly schema: StandardSchema<Output>
  /** The number of the current version, as `v` of an event names it: a whole number, 0 or more. */
  readonly current: number
  /** By number. @default {} */
  readonly older?: { readonly [Version in keyof Older]: OlderVersion<Older[Version]> } | undefined
}

/** Event types, each with the schema of its payload. */
export type EventTable = Readonly<Record<string, StandardSchema>>

/** What the schema returns: the payload of an event. */
export type PayloadOf<Schema> = Schema extends StandardSchema<infer Output> ? Output : never

export type CheckedPayload =
  /** `v` is there where the event type has versions: the payload is of that one now. */
  | { ok: true; payload: unknown; v?: number }
  /** `path` is the first place to blame, such as `payload.goal.id`; null where that is the payload as a whole. */
  | { ok: false; path: string | null; reason: string }

type Refusal = Extract<CheckedPayload, { ok: false }>

/** How many issues of a schema a reason names. */
const maxIssues = 3

/** Says which event types there are and what their payloads look like; payloads are checked as they arrive. */
export function defineEvents<const Events extends EventTable>(events: Events): Events {
  return events
}

/**
 * A schema that gives a payload its TypeScript type and checks nothing, for a server that is trusted to keep it.
 * @param described `jsonSchema`: what it looks like, for `eventsJsonSchema()`; it is not checked either
 */
export function payload<Payload>(described?: { readonly jsonSchema: object }): StandardSchema<Payload> {
  const validate = (value: unknown) => ({ value: value as Payload })
  const jsonSchema = described && { input: () => described.jsonSchema }
  return { '~standard': { version: 1, vendor: 'livecache', validate, jsonSchema } }
}

/**
 * The schemas of an event type whose payload has changed over time. An event of an older version (its `v`) is checked by that
 * one's schema, brought to the next by `upcast`, and so on; one without `v` counts as the oldest in the table, since servers begin
 * to count with the first change. One that is newer than `current`, or not in the table, is refused.
 * Throws `invalid-option` for numbers that are no versions.
 */
export function versions<Output, Older>({ schema, current, older }: Versions<Output, Older>): VersionedSchema<Output> {
  assertVersion(current, '"current"')
  const rows = Object.entries((older ?? {}) as Record<string, OlderVersion>).map(([key, row]) => {
    const version = assertVersion(Number(key), `"${key}" in "older"`)
    return { version, schema: row.schema, upcast: (value: unknown) => row.upcast(value) }
  })
  assertOlder(rows, current)
  return {
    '~standard': schema['~standard'],
    '~versions': { current, older: rows.toSorted((a, b) => a.version - b.version) },
  }
}

function assertVersion(version: number, where: string): number {
  if (Number.isSafeInteger(version) && version >= 0) return version
  throw new RealtimeError(
    'invalid-option',
    `versions(): ${where} is no version, so no event could be of it. Versions are whole numbers, 0 or more, as events carry them in "v".`,
  )
}

function assertOlder(rows: readonly { version: number }[], current: number) {
  const newer = rows.find(({ version }) => version >= current)
  if (newer === undefined) return
  throw new RealtimeError(
    'invalid-option',
    `versions(): ${newer.version} stands in "older" and is not older than "current", which is ${current}, so nothing leads from it to the current one. Raise "current", or take the row out.`,
  )
}

/**
 * The payload as its schema returns it, brought to the current version, or what is wrong with it, as a sentence that begins with the
 * path. Never throws.
 *
 * @param v the version that the event says its payload has
 */
export function checkPayload(row: StandardSchema | undefined, value: unknown, v?: number): CheckedPayload {
  if (row === undefined) return { ok: true, payload: value }
  return isVersioned(row) ? checkVersioned(row, value, v) : checkBy(row, value)
}

export function isVersioned(schema: StandardSchema): schema is VersionedSchema {
  return '~versions' in schema
}

function checkVersioned(row: VersionedSchema, value: unknown, v: number | undefined): CheckedPayload {
  const { current, older } = row['~versions']
  const given = v ?? older[0]?.version ?? current
  const start = given === current ? older.length : older.findIndex(({ version }) => version === given)
  if (start === -1) return refusal(whyUnknown(given, row))
  let reached = value
  for (const step of older.slice(start)) {
    const brought = bring(step, reached)
    if (!brought.ok) return ofVersion(brought, given, step.version)
    reached = brought.payload
  }
  const checked = checkBy(row, reached)
  return checked.ok ? { ...checked, v: current } : given === current ? checked : ofVersion(checked, given, current)
}

function whyUnknown(given: number, { '~versions': { current, older } }: VersionedSchema): string {
  if (given > current) {
    return `it has version ${given} and this app knows ${current} at most: the app is older than the event. Reload to get the newer one`
  }
  const known = [...older.map(({ version }) => version), current].join(', ')
  return `it has version ${given} and nothing leads from there to ${current} (known: ${known}). Add an upcast for it`
}

/** One version further. */
function bring({ schema, upcast, version }: OlderVersion & { version: number }, value: unknown): CheckedPayload {
  const checked: CheckedPayload = schema === undefined ? { ok: true, payload: value } : checkBy(schema, value)
  if (!checked.ok) return checked
  try {
    const reached = upcast(checked.payload)
    return isPromise(reached)
      ? refusedToWait(reached, `its upcast from version ${version}`)
      : { ok: true, payload: reached }
  } catch (error) {
    return refusal(`its upcast from version ${version} threw ${wordsOf(error)}`)
  }
}

function checkBy(schema: StandardSchema, value: unknown): CheckedPayload {
  try {
    const result = schema['~standard'].validate(value)
    if (isPromise(result)) return refusedToWait(result, 'its schema')
    return result.issues === undefined ? { ok: true, payload: result.value } : refusedFor(result.issues)
  } catch (error) {
    return refusal(`its schema threw ${wordsOf(error)}`)
  }
}

function refusedFor(issues: readonly SchemaIssue[]): Refusal {
  const named = issues.slice(0, maxIssues).map((issue) => [pathOf(issue), issue.message].filter(Boolean).join(': '))
  const more = issues.length > maxIssues ? [`${issues.length - maxIssues} more`] : []
  const reason = [...named, ...more].join('; ')
  return { ok: false, path: issues[0] ? pathOf(issues[0]) : null, reason: reason === '' ? 'refused' : reason }
}

function pathOf({ path = [] }: SchemaIssue): string | null {
  if (path.length === 0) return null
  const parts = path.map((part) => (typeof part === 'object' && part !== null && 'key' in part ? part.key : part))
  return ['payload', ...parts.map(String)].join('.')
}

/** An event that waited for its schema would be overtaken by the next one. */
function refusedToWait(promise: PromiseLike<unknown>, who: string): Refusal {
  // Nobody awaits it, so nobody else would catch what it may reject with.
  promise.then(undefined, () => {})
  return refusal(`${who} answers with a promise, and events are checked in order: use a synchronous one`)
}

const isPromise = (value: unknown): value is PromiseLike<unknown> =>
  typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function'

const refusal = (reason: string): Refusal => ({ ok: false, path: null, reason })

/** Says which version is meant, where the app's own is not the one that came. */
const ofVersion = ({ reason, ...rest }: Refusal, given: number, reached: number): Refusal => ({
  ...rest,
  reason: `${reason} (version ${given}${reached === given ? '' : `, brought to ${reached}`})`,
})

/** What was thrown; something without a text must not throw once more. */
const wordsOf = (thrown: unknown): string =>
  thrown instanceof Error || typeof thrown === 'string' ? String(thrown) : 'what is no error'
