// The table of event types, for client and server.

/** The part of the Standard Schema interface that livecache uses; zod, valibot and arktype schemas all fit it. */
export interface StandardSchema<Output = unknown> {
  readonly '~standard': {
    readonly version: 1
    readonly vendor: string
    readonly validate: (value: unknown) => SchemaResult<Output> | Promise<SchemaResult<Output>>
    readonly types?: { readonly input: unknown; readonly output: Output } | undefined
  }
}

export type SchemaResult<Output> =
  | { readonly value: Output; readonly issues?: undefined }
  | { readonly issues: ReadonlyArray<{ readonly message: string; readonly path?: ReadonlyArray<unknown> | undefined }> }

export type EventTable = Readonly<Record<string, StandardSchema>>

export type PayloadOf<Schema> = Schema extends StandardSchema<infer Output> ? Output : never

/** Says which event types there are and what their payloads look like; payloads are checked as they arrive. */
export function defineEvents<const Events extends EventTable>(events: Events): Events {
  return events
}

/** A schema that gives a payload its TypeScript type and checks nothing, for a server that is trusted to keep it. */
export function payload<Payload>(): StandardSchema<Payload> {
  return { '~standard': { version: 1, vendor: 'livecache', validate: (value) => ({ value: value as Payload }) } }
}

/** The payload as its schema returns it, or what the schema refuses, as a sentence. */
export function checkPayload(
  schema: StandardSchema | undefined,
  value: unknown,
): { ok: true; payload: unknown } | { ok: false; reason: string } {
  if (schema === undefined) return { ok: true, payload: value }
  const result = schema['~standard'].validate(value)
  if ('then' in result) {
    // Nobody awaits it, so nobody else would catch what it may reject with.
    result.then(undefined, () => {})
    // An event that waited for its schema would be overtaken by the next one.
    return {
      ok: false,
      reason: 'its schema answers with a promise, and events are checked in order: use a synchronous schema',
    }
  }
  if (result.issues === undefined) return { ok: true, payload: result.value }
  const [issue] = result.issues
  const path = (issue?.path ?? []).map((part) =>
    String(typeof part === 'object' && part !== null && 'key' in part ? part.key : part),
  )
  return { ok: false, reason: `${path.length > 0 ? `payload.${path.join('.')}: ` : ''}${issue?.message ?? 'refused'}` }
}
