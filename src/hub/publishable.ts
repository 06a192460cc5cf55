// What may be published, and what of it travels. Everything a client would have to refuse is refused here, where it can
// still be mended.
import { RealtimeError } from '../base/errors.ts'
import { decodeServerMessage } from '../protocol/codec.ts'
import { clientFrameFields, serverFrameFields } from '../protocol/frames.ts'
import type { NewEvent } from './event-log.ts'

/**
 * The event as it will arrive: a copy, so that the log keeps what happened whatever the app does to its own object, with
 * dates as text. Throws `invalid-option` where clients could not take it.
 */
export function asItTravels(event: NewEvent): NewEvent {
  assertNames(event)
  const text = encode(event)
  // Room for what the log adds: an id, a place, a time.
  const [message] = decodeServerMessage(`${text.slice(0, -1)},"padding":"${padding}"}`, {
    transport: '',
    receivedAt: 0,
  })
  if (message?.kind === 'invalid') {
    refuse(event, message.reason, 'Publish less, such as the id of what changed, and let clients fetch the rest.')
  }
  return JSON.parse(text) as NewEvent
}

const padding = '-'.repeat(256)

function assertNames({ type, stream, id = 'none yet' }: NewEvent) {
  for (const [field, value] of Object.entries({ type, stream, id })) {
    if (typeof value !== 'string' || value === '' || (field !== 'id' && value.includes('*'))) {
      throw new RealtimeError(
        'invalid-option',
        `An event needs a "${field}" that is a text without "*", and ${JSON.stringify(value)} is none, so nobody could be told. Publish e.g. { type: "goal.completed", stream: "tenant:3", payload }.`,
      )
    }
  }
  if (Object.hasOwn(serverFrameFields, type) || Object.hasOwn(clientFrameFields, type)) {
    throw new RealtimeError(
      'invalid-option',
      `"${type}" is the name of a frame of the protocol, so clients would not take it for an event. Choose another type, in the past tense, such as "goal.completed".`,
    )
  }
}

function encode(event: NewEvent): string {
  try {
    return JSON.stringify(event)
  } catch (cause) {
    return refuse(event, `it cannot be written as JSON (${String(cause)})`, 'Publish plain data.')
  }
}

function refuse({ type }: NewEvent, reason: string, remedy: string): never {
  throw new RealtimeError('invalid-option', `Clients could not read this event of type "${type}": ${reason}. ${remedy}`)
}
