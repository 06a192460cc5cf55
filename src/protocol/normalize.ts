// The shapes servers send (flat, payload, SSE entity) to the one internal event. Names of keys are rename-keys.ts.
import { isObject, type JsonObject } from '../base/json.ts'
import type { EventEntity, EventOrigin, RealtimeEvent } from './event.ts'
import { toCamelCase } from './rename-keys.ts'

/** What SSE says of a message beside its data. */
export interface SseFields {
  event?: string
  id?: string
}

export interface NormalizeContext {
  transport: string
  /** Epoch ms by this machine's clock. */
  receivedAt: number
  sse?: SseFields
  /** What came, for `event.raw`. */
  raw: unknown
}

const reserved = new Set(
  'type event eventId timestamp sentAt stream seq prev epoch v origin entity meta metadata replayed'.split(' '),
)

const text = (value: unknown): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined)
const count = (value: unknown): number | undefined => (Number.isSafeInteger(value) ? (value as number) : undefined)

/** The event that `frame` (its keys already in camelCase) is, or null where nothing says which type it has. */
export function normalizeEvent(frame: JsonObject, context: NormalizeContext): RealtimeEvent | null {
  const { sse } = context
  const sseType = sse?.event === 'message' ? undefined : text(sse?.event)
  const type = sseType ?? text(frame['type']) ?? text(frame['event'])
  if (type === undefined) return null
  // Over SSE `data` is either a whole frame or the entity alone; the entity's own `id`, `type`, `timestamp` are its data.
  const bare = sseType !== undefined && !isFrameOf(sseType, frame)
  const envelope = bare ? {} : frame
  const time = readTime(envelope['timestamp'] ?? envelope['sentAt'])
  const payload = bare ? frame : findPayload(frame, type)
  const meta = envelope['meta'] ?? envelope['metadata']
  return {
    id:
      text(envelope['eventId']) ?? text(sse?.id) ?? ('payload' in envelope ? text(envelope['id']) : undefined) ?? null,
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

function isFrameOf(type: string, frame: JsonObject): boolean {
  return frame['type'] === type || 'eventId' in frame || 'payload' in frame
}

function findPayload(frame: JsonObject, type: string): unknown {
  if (frame['payload'] !== undefined) return frame['payload']
  if (isObject(frame['data'])) return frame['data']
  for (const key of [type, toCamelCase(type.slice(type.lastIndexOf('.') + 1))]) {
    if (!reserved.has(key) && frame[key] !== undefined) return frame[key]
  }
  const rest = Object.entries(frame).filter(([key]) => !reserved.has(key))
  const [only] = rest
  return rest.length === 1 && isObject(only?.[1]) ? only[1] : Object.fromEntries(rest)
}

function readTime(value: unknown): number | undefined {
  const ms = typeof value === 'string' ? Date.parse(value) : value
  return typeof ms === 'number' && Number.isFinite(ms) ? ms : undefined
}

function readEntity(value: unknown): EventEntity | null {
  if (!isObject(value)) return null
  const type = text(value['type'])
  const id = typeof value['id'] === 'number' ? String(value['id']) : text(value['id'])
  if (type === undefined || id === undefined) return null
  const version = count(value['version'])
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
  const seq = count(envelope['seq'])
  const prev = count(envelope['prev'])
  const epoch = text(envelope['epoch'])
  const origin = readOrigin(envelope['origin'])
  const v = count(envelope['v'])
  return {
    ...(stream !== undefined && { stream }),
    ...(seq !== undefined && { seq }),
    ...(prev !== undefined && { prev }),
    ...(epoch !== undefined && { epoch }),
    ...(origin !== undefined && { origin }),
    ...(v !== undefined && { v }),
  }
}
