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

/** The frame for a livecache session; `prev`, where it is not the event before this one, and `replayed` make it one of its own. */
export function livecacheFrame(event: LoggedEvent, prev: number, replayed: boolean): string {
  const shared = once(livecacheTexts, event, () => JSON.stringify(event.frame))
  if (prev === event.frame.seq - 1 && !replayed) return shared
  // Written behind the text that all share: encoding it anew for each session costs many times as much.
  const ownPrev = prev === event.frame.seq - 1 ? '' : `,"prev":${prev}`
  return `${shared.slice(0, -1)}${ownPrev}${replayed ? ',"replayed":true' : ''}}`
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
