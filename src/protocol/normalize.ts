// The shapes servers send (flat, payload, SSE entity) to the one internal event. Names of keys are rename-keys.ts.
import { isObject, type JsonObject } from '../base/json.ts'
import type { EventEntity, EventOrigin, RealtimeEvent } from './event.ts'
import { toCamelCase } from './rename-keys.ts'

/** What SSE says of a message beside its data. */
export interface SseFields {
  /** The name of the message. */
  event?: string
  /** Its id. */
  id?: string
}

/** What is known of a frame beside its fields. */
export interface NormalizeContext {
  transport: string
  /** Epoch ms by this machine's clock. */
  receivedAt: number
  /** What SSE says of it; nothing over another transport. */
  sse?: SseFields
  /** What came, for `event.raw`. */
  raw: unknown
}

const reserved = new Set(
  'type eventId timestamp sentAt stream seq prev epoch v origin entity meta metadata replayed'.split(' '),
)

const text = (value: unknown): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined)
const count = (value: unknown, from: 0 | 1): number | undefined =>
  Number.isSafeInteger(value) && (value as number) >= from ? (value as number) : undefined
/** An id as text. A number beyond 2^53 was rounded on its way, so it might be the id of another. */
const idOf = (value: unknown): string | undefined => (Number.isSafeInteger(value) ? String(value) : text(value))

/** The event that `frame` (its keys already in camelCase) is, or null where nothing says which type it has. */
export function normalizeEvent(frame: JsonObject, context: NormalizeContext): RealtimeEvent | null {
  const { sse } = context
  const sseType = sse?.event === 'message' ? undefined : text(sse?.event)
  const type = sseType ?? text(frame['type']) ?? text(frame['event'])
  if (type === undefined) return null
  // Over SSE `data` is either a whole frame or the entity alone; the entity's own `id`, `type`, `timestamp` are its data.
  const bare = sseType !== undefined && !isFrameOf(sseType, frame, sse?.id)
  const envelope = bare ? {} : frame
  const time = readTime(envelope['timestamp']) ?? readTime(envelope['sentAt'])
  const payload = bare ? frame : findPayload(frame, type)
  const meta = envelope['meta'] ?? envelope['metadata']
  return {
    id:
      idOf(envelope['eventId']) ?? text(sse?.id) ?? ('payload' in envelope ? idOf(envelope['id']) : undefined) ?? null,
    type,
    time: time ?? context.receivedAt,
    timeEstimated: time === undefined,
    payload,
    entity: readEntity(envelope['entity']),
    ...readPlace(envelope),
    meta: isObject(meta) ? meta : {},
    replayed: envelope['replayed'] === true,
    transport: context.transport,
    receivedAt: context.receivedAt,
    raw: context.raw,
  }
}

/** An entity may have an `eventId` of its own (a ticket to a concert): the id of the message then is another. */
function isFrameOf(type: string, frame: JsonObject, sseId: string | undefined): boolean {
  const isEventId = 'eventId' in frame && (text(sseId) === undefined || idOf(frame['eventId']) === sseId)
  return frame['type'] === type || isEventId || 'payload' in frame
}

function findPayload(frame: JsonObject, type: string): unknown {
  if (frame['payload'] !== undefined) return frame['payload']
  if (isObject(frame['data'])) return frame['data']
  // `event` is part of the envelope only where it says the type: a calendar's frames may hold an event.
  const rest = Object.entries(frame).filter(
    ([key, value]) => !reserved.has(key) && !(key === 'event' && value === type),
  )
  const names = [type, toCamelCase(type), toCamelCase(type.slice(type.lastIndexOf('.') + 1))]
  const [named] = names.flatMap((name) => rest.filter(([key]) => key === name))
  const only = rest.length === 1 ? rest[0] : undefined
  // `{"type":"status","status":"PAID","orderId":7}`: a mere value that has company is one of several fields.
  if (named !== undefined && (named === only || isContainer(named[1]))) return named[1]
  return only !== undefined && isObject(only[1]) ? only[1] : Object.fromEntries(rest)
}

const isContainer = (value: unknown): boolean => isObject(value) || Array.isArray(value)

/** Epoch ms, or a date as text; one without a zone is read as UTC, since the server cannot have meant the reader's. */
function readTime(value: unknown): number | undefined {
  const ms =
    typeof value === 'string' ? Date.parse(hasNoZone.test(value) ? `${value.replace(' ', 'T')}Z` : value) : value
  return typeof ms === 'number' && Number.isFinite(ms) ? ms : undefined
}

const hasNoZone = /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d+)?)?$/

function readEntity(value: unknown): EventEntity | null {
  if (!isObject(value)) return null
  const type = text(value['type'])
  const id = idOf(value['id'])
  if (type === undefined || id === undefined) return null
  const version = count(value['version'], 0)
  return version === undefined ? { type, id } : { type, id, version }
}

function readOrigin(value: unknown): EventOrigin | undefined {
  if (!isObject(value)) return undefined
  const clientId = text(value['clientId'])
  const mutationId = text(value['mutationId'])
  return { ...(clientId !== undefined && { clientId }), ...(mutationId !== undefined && { mutationId }) }
}

function readPlace(envelope: JsonObject): Pick<RealtimeEvent, 'stream' | 'seq' | 'prev' | 'epoch' | 'origin' | 'v'> {
  const stream = text(envelope['stream'])
  const seq = count(envelope['seq'], 1)
  const prev = count(envelope['prev'], 0)
  const epoch = text(envelope['epoch'])
  const origin = readOrigin(envelope['origin'])
  const v = count(envelope['v'], 0)
  return {
    ...(stream !== undefined && { stream }),
    ...(seq !== undefined && { seq }),
    ...(prev !== undefined && { prev }),
    ...(epoch !== undefined && { epoch }),
    ...(origin !== undefined && { origin }),
    ...(v !== undefined && { v }),
  }
}
