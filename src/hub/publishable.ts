// What may be published, and what of it travels. Everything a client would have to refuse is refused here, where it can
// still be mended.
import { RealtimeError } from '../base/errors.ts'
import { decodeServerMessage, maxFrameLength } from '../protocol/codec.ts'
import { clientFrameFields, serverFrameFields } from '../protocol/frames.ts'
import type { NewEvent } from './event-log.ts'

export type Travelling = { ok: true; event: NewEvent } | { ok: false; isTooLarge: boolean; error: RealtimeError }

/**
 * The event as it will arrive: a copy, so that the log keeps what happened whatever the app does to its own object, with
 * dates as text. Throws `invalid-option` where clients could not take it.
 */
export function asItTravels(event: NewEvent): NewEvent {
  const travelling = travel(event)
  if (!travelling.ok) throw travelling.error
  return travelling.event
}

/** The same without throwing. */
export function travel(event: NewEvent): Travelling {
  const fault = faultOfNames(event)
  if (fault !== null) return refused(fault)
  const encoded = encode(event)
  if (!('text' in encoded)) return refused(encoded.fault)
  const { text } = encoded
  // Room for what the log adds: an id, a place, a time.
  const padded = `${text.slice(0, -1)},"padding":"${padding}"}`
  const [message] = decodeServerMessage(padded, { transport: '', receivedAt: 0 })
  if (message?.kind !== 'invalid') return { ok: true, event: JSON.parse(text) as NewEvent }
  const remedy = 'Publish less, such as the id of what changed, and let clients fetch the rest.'
  return refused(unreadable(event, message.reason, remedy), padded.length > maxFrameLength)
}

const padding = '-'.repeat(256)

function refused(message: string, isTooLarge = false): Travelling {
  return { ok: false, isTooLarge, error: new RealtimeError('invalid-option', message) }
}

function faultOfNames({ type, stream, id = 'none yet' }: NewEvent): string | null {
  for (const [field, value] of Object.entries({ type, stream, id })) {
    if (typeof value !== 'string' || value === '' || (field !== 'id' && value.includes('*'))) {
      return `An event needs a "${field}" that is a text without "*", and ${JSON.stringify(value)} is none, so nobody could be told. Publish e.g. { type: "goal.completed", stream: "tenant:3", payload }.`
    }
  }
  return Object.hasOwn(serverFrameFields, type) || Object.hasOwn(clientFrameFields, type)
    ? `"${type}" is the name of a frame of the protocol, so clients would not take it for an event. Choose another type, in the past tense, such as "goal.completed".`
    : null
}

function encode(event: NewEvent): { text: string } | { fault: string } {
  try {
    return { text: JSON.stringify(event) }
  } catch (cause) {
    return { fault: unreadable(event, `it cannot be written as JSON (${String(cause)})`, 'Publish plain data.') }
  }
}

function unreadable({ type }: NewEvent, reason: string, remedy: string): string {
  return `Clients could not read this event of type "${type}": ${reason}. ${remedy}`
}
