// A logged event as text, built once for all sessions that receive the same.
import { isObject } from '../base/json.ts'
import { toCamelCase } from '../protocol/rename-keys.ts'
import type { LoggedEvent } from './event-log.ts'

const plainTexts = new WeakMap<LoggedEvent, string>()
const livecacheTexts = new WeakMap<LoggedEvent, string>()

function once(texts: WeakMap<LoggedEvent, string>, event: LoggedEvent, encode: () => string): string {
  const known = texts.get(event)
  if (known !== undefined) return known
  const text = encode()
  texts.set(event, text)
  return text
}

/** The frame for a livecache session; `prev` and `replayed` make it one of its own. */
export function livecacheFrame(event: LoggedEvent, own: { prev?: number; replayed: boolean }): string {
  if (own.prev === undefined && !own.replayed) return once(livecacheTexts, event, () => JSON.stringify(event.frame))
  return JSON.stringify({
    ...event.frame,
    ...(own.prev !== undefined && { prev: own.prev }),
    ...(own.replayed && { replayed: true }),
  })
}

const taken = new Set([
  'type',
  'eventId',
  'timestamp',
  'event',
  'id',
  'data',
  'stream',
  'seq',
  'epoch',
  'v',
  'origin',
  'entity',
  'meta',
  'metadata',
  'replayed',
  'prev',
  'sentAt',
])

/**
 * The frame for a plain session: the payload under the last segment of the type, as such servers send it; under the name of what it is
 * about where the type is one word for another thing (`balance`, of a wallet).
 */
export function flatFrame(event: LoggedEvent): string {
  return once(plainTexts, event, () => {
    const { type, eventId, timestamp, payload, entity } = event.frame
    const isOneWord = !type.includes('.')
    const name =
      isOneWord && entity !== undefined && isObject(payload) ? entity.type : type.slice(type.lastIndexOf('.') + 1)
    const key = toCamelCase(name)
    return JSON.stringify({ type, eventId, timestamp, [taken.has(key) ? 'payload' : key]: payload })
  })
}
