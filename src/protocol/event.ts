// The one internal form of an event. How a server's shapes become it is normalize.ts.

import type { JsonObject } from '../base/json.ts'

/** A fact that happened at the server, in the past tense (`goal.completed`). */
export interface RealtimeEvent<Payload = unknown, Type extends string = string> {
  /** The server's id of the event, or null where it sent none; such an event is neither deduplicated nor acknowledged. */
  id: string | null
  /** What happened: segments parted by dots. */
  type: Type
  /** When it happened, epoch ms by the server's clock; the arrival time where the server gave none. */
  time: number
  /** True where `time` is the time of arrival. */
  timeEstimated: boolean
  /** What it carries, as the schema of its type returns it. */
  payload: Payload
  /** What the event is about, where the server says so. */
  entity: EventEntity | null
  /** The ordered series it belongs to: `user:7`, `tenant:3`, `goal:12`. */
  stream?: string
  /** Its place in the stream, counted from 1. */
  seq?: number
  /** The `seq` this session was last sent on the stream; left out where that is `seq - 1`. */
  prev?: number
  /** The identity of the stream's log; a new one means that numbering began anew. */
  epoch?: string
  /** Who caused it. */
  origin?: EventOrigin
  /** The version of the payload's schema. */
  v?: number
  /** Whatever else the server says of it; empty where it says nothing. */
  meta: JsonObject
  /** True for an event sent again after a resume. */
  replayed: boolean
  /** The name of the transport that brought it. */
  transport: string
  /** When it arrived, epoch ms by this machine's clock. */
  receivedAt: number
  /** The frame as it came, before any renaming. Read only. */
  raw: unknown
}

/** What an event is about. */
export interface EventEntity {
  type: string
  id: string
  /** Grows with each change of the entity: of two copies the newer is told by it. */
  version?: number
}

/** Whose change an event tells of. */
export interface EventOrigin {
  /** The session it came from, as `welcome` named it. */
  clientId?: string
  /** The request it came from, as the client named it: so a page knows its own change. */
  mutationId?: string
}
