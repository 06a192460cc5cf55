// Text to frames and back. Never throws on input: what cannot be read comes back as `invalid`, with the reason.
import { isObject, type JsonObject } from '../base/json.ts'
import type { RealtimeEvent } from './event.ts'
import { type ClientFrame, clientFrameFields, findWrongField, type ServerFrame, serverFrameFields } from './frames.ts'
import { normalizeEvent, type SseFields } from './normalize.ts'
import { dropUnsafeKeys, renameKeys, toCamelCase, TooDeep } from './rename-keys.ts'

/** Longest frame read, in UTF-16 units; a byte limit is the socket's own. */
export const maxFrameLength = 65_536
/** Levels of nesting a frame may have. */
export const maxFrameDepth = 32

/** A message that is no frame and no event. */
export interface InvalidFrame {
  kind: 'invalid'
  /** What is wrong, naming the field where one is. */
  reason: string
  /** At most the first 500 characters of what came. */
  text: string
}

/** What a message of a server says: a frame, an event, or nothing that can be read. */
export type ServerMessage =
  | { kind: 'frame'; frame: ServerFrame }
  | { kind: 'event'; event: RealtimeEvent }
  | InvalidFrame

/** What is known of a message beside its text. */
export interface DecodeContext {
  transport: string
  receivedAt: number
  /** What SSE says of it. */
  sse?: SseFields
  /** Paths whose keys are data and keep their spelling, e.g. `payload.labels`. */
  exempt?: ReadonlySet<string>
}

/** Everything one message of a server says: one frame or event, or the events of an array. */
export function decodeServerMessage(text: string, context: DecodeContext): ServerMessage[] {
  const parsed = parseJson(text)
  if (!parsed.ok) return [invalid(parsed.reason, text)]
  const items: unknown[] = Array.isArray(parsed.value) ? parsed.value : [parsed.value]
  return items.map((item) => decodeServerItem(item, text, context))
}

function decodeServerItem(item: unknown, text: string, context: DecodeContext): ServerMessage {
  if (!isObject(item)) return invalid(`a frame must be an object, not ${nameOf(item)}`, text)
  try {
    const control = readControl(serverFrameFields, item, context.sse)
    if (control !== null)
      return 'reason' in control
        ? invalid(control.reason, text)
        : { kind: 'frame', frame: control.frame as ServerFrame }
    const frame = renameKeys(item, {
      ...(context.exempt && { exempt: context.exempt }),
      maxDepth: maxFrameDepth,
    }) as JsonObject
    const raw = frame === item ? item : dropUnsafeKeys(item, maxFrameDepth)
    const event = normalizeEvent(frame, { ...context, raw })
    return event === null ? invalid('a frame needs a "type"', text) : { kind: 'event', event }
  } catch (error) {
    return tooDeep(error, text)
  }
}

/** A client's frame, or why it is none. */
export function decodeClientFrame(text: string): { kind: 'frame'; frame: ClientFrame } | InvalidFrame {
  const parsed = parseJson(text)
  if (!parsed.ok) return invalid(parsed.reason, text)
  if (!isObject(parsed.value)) return invalid(`a frame must be an object, not ${nameOf(parsed.value)}`, text)
  try {
    const control = readControl(clientFrameFields, parsed.value)
    if (control === null) return invalid(noSuchType(parsed.value['type']), text)
    return 'reason' in control ? invalid(control.reason, text) : { kind: 'frame', frame: control.frame as ClientFrame }
  } catch (error) {
    return tooDeep(error, text)
  }
}

/** A frame as text. */
export function encodeFrame(frame: ClientFrame | ServerFrame): string {
  return JSON.stringify(frame)
}

type FieldTables = typeof clientFrameFields | typeof serverFrameFields

/**
 * The control frame that `item` is; null where it is none. Only its own keys are renamed: deeper ones may be names of
 * streams. A field that is null counts as left out, as many servers write it.
 */
function readControl(
  table: FieldTables,
  item: JsonObject,
  sse?: SseFields,
): { frame: unknown } | { reason: string } | null {
  const { type } = item
  if (typeof type !== 'string' || !Object.hasOwn(table, type)) return null
  // Over SSE an entity may have a `type` of its own: a control frame repeats it as the event's name and has no id.
  if (sse?.event !== undefined && sse.event !== 'message' && sse.event !== type) return null
  const exempt = new Set(Object.keys(item).map(toCamelCase))
  const renamed = renameKeys(item, { exempt, maxDepth: maxFrameDepth }) as JsonObject
  const frame = Object.fromEntries(Object.entries(renamed).filter(([, value]) => value !== null))
  const reason = findWrongField(table, frame)
  return reason === null ? { frame } : { reason }
}

function parseJson(text: string): { ok: true; value: unknown } | { ok: false; reason: string } {
  if (text.length > maxFrameLength) {
    return { ok: false, reason: `a frame may have ${maxFrameLength} characters at most, this one has ${text.length}` }
  }
  try {
    return { ok: true, value: JSON.parse(text) }
  } catch {
    return { ok: false, reason: 'a frame must be JSON' }
  }
}

function noSuchType(type: unknown): string {
  if (type === undefined) return 'a frame needs a "type"'
  return typeof type === 'string'
    ? `no frame has the type "${type.slice(0, 80)}"`
    : `"type" of a frame must be a string, not ${nameOf(type)}`
}

function tooDeep(error: unknown, text: string): InvalidFrame {
  if (!(error instanceof TooDeep)) throw error
  return invalid(`a frame may be nested ${maxFrameDepth} levels deep at most`, text)
}

function nameOf(value: unknown): string {
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'an array'
  return isObject(value) ? 'an object' : `a ${typeof value}`
}

const invalid = (reason: string, text: string): InvalidFrame => ({ kind: 'invalid', reason, text: text.slice(0, 500) })
