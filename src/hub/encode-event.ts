// A logged event as text, built once for all sessions that receive the same.
import { isObject } from '../base/json.ts'
import { toCamelCase } from '../protocol/rename-keys.ts'
import type { LoggedEvent } from './event-log.ts'

/** Encodes each event once. The last one is at hand: what is published goes to one session after the other. */
function once(encode: (event: LoggedEvent) => string): (event: LoggedEvent) => string {
  const texts = new WeakMap<LoggedEvent, string>()
  let lastEvent: LoggedEvent | null = null
  let lastText = ''
  return (event) => {
    if (event === lastEvent) return lastText
    lastText = texts.get(event) ?? encode(event)
    texts.set(event, lastText)
    lastEvent = event
    return lastText
  }
}

const sharedText = once((event) => JSON.stringify(event.frame))

/** The frame for a livecache session; `prev`, where it is not the event before this one, and `replayed` make it one of its own. */
export function livecacheFrame(event: LoggedEvent, prev: number, replayed: boolean): string {
  const shared = sharedText(event)
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
export const flatFrame = once(({ frame }) => {
  const { type, eventId, timestamp, payload, entity } = frame
  const isOneWord = !type.includes('.')
  const name =
    isOneWord && entity !== undefined && isObject(payload) ? entity.type : type.slice(type.lastIndexOf('.') + 1)
  const key = toCamelCase(name)
  return JSON.stringify({ type, eventId, timestamp, [taken.has(key) ? 'payload' : key]: payload })
})
