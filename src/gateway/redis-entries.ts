// Events and words between nodes as entries of the log in Redis, and back. How entries come to be is redis-scripts.ts.
import { isObject } from '../base/json.ts'
import type { NodeMessage } from '../hub/engine.ts'
import type { EventFrame, NewEvent } from '../hub/event-log.ts'

/** As Redis answers. */
export type RawEntry = readonly [key: string, fields: readonly string[]]

export interface Entry {
  index: number
  /** What is no event has one too. */
  id: string
  /** Epoch ms, by the clock of Redis. */
  at: number
  /** Null for the mark where a log begins, and for what is none of ours. */
  content: { event: EventFrame } | { message: NodeMessage } | null
}

export interface Place {
  id: string
  stream: string
  seq: number
  at: number
  epoch: string
}

/** All of an event that Redis does not give it. */
export function bodyOf({ type, entity, origin, v, payload }: NewEvent): string {
  return JSON.stringify({ type, entity, origin, v, payload })
}

export function frameOf({ id, stream, seq, at, epoch }: Place, body: string): EventFrame {
  const { type, payload, ...others } = JSON.parse(body) as Omit<NewEvent, 'id' | 'stream'>
  return { type, eventId: id, timestamp: new Date(at).toISOString(), stream, seq, epoch, ...others, payload }
}

/** The fields of an entry stand as the script wrote them. */
export function placeOf(fields: readonly string[], epoch: string): Place & { body: string } {
  const [, id = '', , stream = '', , seq, , at, , body = ''] = fields
  return { id, stream, seq: Number(seq), at: Number(at), epoch, body }
}

export function entryOf([key, fields]: RawEntry, epoch: string): Entry {
  const { body, ...place } = placeOf(fields, epoch)
  return { index: Number(key.slice(0, key.indexOf('-'))), id: place.id, at: place.at, content: contentOf(place, body) }
}

function contentOf(place: Place, body: string): Entry['content'] {
  try {
    if (place.stream !== '') return { event: frameOf(place, body) }
    const message: unknown = JSON.parse(body)
    return isObject(message) ? { message: message as NodeMessage } : null
  } catch {
    // Somebody else writes into the log, too. What cannot be read nobody is sent.
    return null
  }
}
