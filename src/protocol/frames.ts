// Every frame that is not an event, as two unions, and the table that codec.ts checks them against.
import { isObject, type JsonObject } from '../base/json.ts'

/** The name of the protocol, and the subprotocol by which a client offers it. */
export const protocolName = 'realtime.v1'

/** A place in a stream: the log it belongs to, and how far it was read. */
export interface Position {
  epoch: string
  seq: number
}

/** What a payload must look like; how each is read is `matchesFilters`. */
export type Filters = Readonly<Record<string, unknown>>

/** A client asks for events. */
export interface SubscribeFrame {
  type: 'subscribe'
  id?: string
  events?: readonly string[]
  filters?: Filters
  streams?: readonly string[]
  lastEventId?: string
}

/** Everything a client may say (protocol/README.md, section 4). */
export type ClientFrame =
  | SubscribeFrame
  | { type: 'unsubscribe'; id?: string; events?: readonly string[] }
  | AckFrame
  | { type: 'ping' }
  | { type: 'pong' }
  | { type: 'auth'; token?: string }
  | { type: 'resume'; lastEventId?: string; cursor?: string; streams?: Readonly<Record<string, Position>> }
  | PublishFrame

/** A client has events. */
export interface AckFrame {
  type: 'ack'
  eventId?: string
  eventIds?: readonly string[]
  /** Everything this session was sent on these streams up to a `seq`. */
  upTo?: Readonly<Record<string, number>>
  rejected?: boolean
}

/** A client tells of something that is to become an event. */
export interface PublishFrame {
  type: 'publish'
  /** The client's own id of what it publishes: the same when sent again, so that the server does it once. */
  id: string
  /** The type of the event. */
  event: string
  payload?: unknown
  /** Left out: the server decides. */
  stream?: string
}

/** The server's first word to a client that has signed in. */
export interface WelcomeFrame {
  type: 'welcome'
  connectionId: string
  protocol: string
  heartbeatMs?: number
  ackTimeoutMs?: number
  replayWindowMs?: number
  authExpiresInMs?: number
  serverTime?: string
  /**
   * `batch`: frames may be arrays of events. `ack-ids`: one `ack` may name several `eventIds`. `ack-up-to`: or a `seq` per stream.
   * `patterns`: `events` may hold patterns. `publish`: takes `publish`.
   */
  capabilities?: readonly string[]
}

/** The answer to `resume`, by stream. */
export interface ResumedFrame {
  type: 'resumed'
  /** `prev`: as in `Move`. */
  streams: Readonly<Record<string, Position & { complete: boolean; prev?: number }>>
  /** From where on this session is told of every stream: what the next `resume` names, for those that began meanwhile. */
  cursor?: string
}

/** A stream has come to `seq`, and the last this session was sent on it is `prev`: what lies between was not for it. */
export interface Move {
  prev: number
  seq: number
}

/** Something was refused, or the session is at an end (protocol/README.md, section 10). */
export interface ErrorFrame {
  type: 'error'
  code: string
  message?: string
  retryable?: boolean
  retryAfterMs?: number
  ref?: string
}

/** Everything a server may say beside events (protocol/README.md, section 5). */
export type ServerFrame =
  | WelcomeFrame
  | { type: 'authenticated'; authExpiresInMs?: number }
  | {
      type: 'subscribed'
      ref?: string
      events?: readonly string[]
      filters?: Filters
      streams?: Readonly<Record<string, Position>>
    }
  | { type: 'unsubscribed'; ref?: string }
  | ResumedFrame
  | { type: 'ping'; streams?: Readonly<Record<string, Move>> }
  | { type: 'pong' }
  | { type: 'published'; ref: string; eventId: string }
  | ErrorFrame
  | { type: 'reconnect'; afterMs?: number; spreadMs?: number }
  | { type: 'resync'; streams?: readonly string[]; reason?: string }
  | { type: 'revoked'; streams: readonly string[] }

type FieldKind = 'string' | 'number' | 'boolean' | 'strings' | 'object' | 'any' | 'positions' | 'moves' | 'seqs'
/** A `?` behind the kind: the field may be left out. */
type FieldTable = Record<string, Record<string, FieldKind | `${FieldKind}?`>>

/** The fields of each frame of a client, and what they may hold. */
export const clientFrameFields = {
  subscribe: { id: 'string?', events: 'strings?', filters: 'object?', streams: 'strings?', lastEventId: 'string?' },
  unsubscribe: { id: 'string?', events: 'strings?' },
  ack: { eventId: 'string?', eventIds: 'strings?', upTo: 'seqs?', rejected: 'boolean?' },
  ping: {},
  pong: {},
  auth: { token: 'string?' },
  resume: { lastEventId: 'string?', cursor: 'string?', streams: 'positions?' },
  publish: { id: 'string', event: 'string', payload: 'any?', stream: 'string?' },
} as const satisfies FieldTable & Record<ClientFrame['type'], object>

/** The fields of each frame of a server, and what they may hold. */
export const serverFrameFields = {
  welcome: {
    connectionId: 'string',
    protocol: 'string',
    heartbeatMs: 'number?',
    ackTimeoutMs: 'number?',
    replayWindowMs: 'number?',
    authExpiresInMs: 'number?',
    serverTime: 'string?',
    capabilities: 'strings?',
  },
  authenticated: { authExpiresInMs: 'number?' },
  subscribed: { ref: 'string?', events: 'strings?', filters: 'object?', streams: 'positions?' },
  unsubscribed: { ref: 'string?' },
  resumed: { streams: 'positions', cursor: 'string?' },
  ping: { streams: 'moves?' },
  pong: {},
  published: { ref: 'string', eventId: 'string' },
  error: { code: 'string', message: 'string?', retryable: 'boolean?', retryAfterMs: 'number?', ref: 'string?' },
  reconnect: { afterMs: 'number?', spreadMs: 'number?' },
  resync: { streams: 'strings?', reason: 'string?' },
  revoked: { streams: 'strings' },
} as const satisfies FieldTable & Record<ServerFrame['type'], object>

const isSeq = (value: unknown): boolean => Number.isSafeInteger(value) && (value as number) >= 0
/** Whether it is a position: an epoch, and a whole number from 0. */
export const isPosition = (value: unknown): value is Position =>
  isObject(value) && typeof value['epoch'] === 'string' && isSeq(value['seq']) && isSeq(value['prev'] ?? 0)
const isMove = (value: unknown): boolean => isObject(value) && isSeq(value['prev']) && isSeq(value['seq'])
const every = (value: unknown, test: (item: unknown) => boolean): boolean =>
  isObject(value) && Object.values(value).every(test)

/** What each kind is called to whoever sent another. */
const names: Record<FieldKind, string> = {
  string: 'a string',
  number: 'a number of 0 or more',
  boolean: 'true or false',
  strings: 'an array of strings',
  object: 'an object',
  positions: 'an object that holds an {"epoch", "seq"} for each stream',
  any: 'JSON',
  moves: 'an object that holds a {"prev", "seq"} for each stream',
  seqs: 'an object that holds a seq for each stream',
}

const fits: Record<FieldKind, (value: unknown) => boolean> = {
  string: (value) => typeof value === 'string',
  number: (value) => typeof value === 'number' && Number.isFinite(value) && value >= 0,
  boolean: (value) => typeof value === 'boolean',
  strings: (value) => Array.isArray(value) && value.every((item) => typeof item === 'string'),
  object: isObject,
  positions: (value) => every(value, isPosition),
  any: () => true,
  moves: (value) => every(value, isMove),
  seqs: (value) => every(value, isSeq),
}

/** The first field of `frame` that does not fit its row of `table`, as a sentence; null where all fit. */
export function findWrongField(table: FieldTable, frame: JsonObject): string | null {
  const fields = table[String(frame['type'])] ?? {}
  for (const [field, kind] of Object.entries(fields)) {
    const value = frame[field]
    const optional = kind.endsWith('?')
    if (optional && value === undefined) continue
    const wanted = (optional ? kind.slice(0, -1) : kind) as FieldKind
    if (!fits[wanted](value)) return `"${field}" of a "${String(frame['type'])}" frame must be ${names[wanted]}`
  }
  return null
}
