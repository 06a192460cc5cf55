// What may be published, and what of it travels. Everything a client would have to refuse for its shape or its size is refused
// here, where it can still be mended. Whether it is what the table of events says is contract.ts.
import { RealtimeError } from '../base/errors.ts'
import { isObject, type JsonObject } from '../base/json.ts'
import { utf8Length } from '../base/utf8-length.ts'
import { maxFrameDepth, maxFrameLength } from '../protocol/codec.ts'
import { clientFrameFields, serverFrameFields } from '../protocol/frames.ts'
import { dropUnsafeKeys, isUnsafeKey, TooDeep } from '../protocol/rename-keys.ts'
import type { NewEvent } from './event-log.ts'

export type Travelling =
  /** `bytes`: of the event as JSON in UTF-8, without what the log adds. */
  { ok: true; event: NewEvent; bytes: number } | { ok: false; isTooLarge: boolean; error: RealtimeError }

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
  const written = write(event)
  if (!('text' in written)) return refused(written.fault)
  const { text } = written
  const bytes = utf8Length(text)
  if (bytes + roomForTheLog > maxFrameBytes) return refused(tooLarge(event, bytes), true)
  const copy: unknown = JSON.parse(text)
  const fault = faultOf(copy)
  if (fault !== null) return refused(fault)
  const travelling = copy as NewEvent
  // A frame without a payload would be read as another shape.
  return { ok: true, event: travelling.payload === undefined ? { ...travelling, payload: null } : travelling, bytes }
}

/** The same number as for a client that counts letters: none has less than one byte. */
const maxFrameBytes = maxFrameLength

/** Of a type, a stream and an id: frames name 250 streams at a time. */
const maxNameLength = 200

/** Bytes for an id, a time, a place, `prev`, `replayed`, and the brackets of a batch: some 200. */
const roomForTheLog = 256

function refused(message: string, isTooLarge = false): Travelling {
  return { ok: false, isTooLarge, error: new RealtimeError('invalid-option', message) }
}

function write(event: NewEvent): { text: string } | { fault: string } {
  try {
    const text: string | undefined = JSON.stringify(event)
    return { text: text ?? 'null' }
  } catch (cause) {
    return { fault: unreadable(event, `it cannot be written as JSON (${wordsOf(cause)})`, 'Publish plain data.') }
  }
}

function faultOf(copy: unknown): string | null {
  return isObject(copy)
    ? (faultOfNames(copy) ?? faultOfDepth(copy))
    : `An event is an object, and ${brief(copy)} is none, so nobody could be told. Publish e.g. ${example}.`
}

function faultOfNames({ type, stream, id = 'none yet' }: JsonObject): string | null {
  for (const [field, value] of Object.entries({ type, stream, id })) {
    if (typeof value !== 'string' || value === '' || (field !== 'id' && value.includes('*'))) {
      return `An event needs a "${field}" that is a text without "*", and ${brief(value)} is none, so nobody could be told. Publish e.g. ${example}.`
    }
  }
  const long = Object.entries({ type, stream, id }).find(([, value]) => (value as string).length > maxNameLength)
  if (long !== undefined) {
    return `The "${long[0]}" of an event has ${(long[1] as string).length} characters, and it may have ${maxNameLength}: frames that name several would grow too large to be read. Choose a shorter one.`
  }
  const half = Object.entries({ type, stream, id }).find(([, value]) => /\p{Surrogate}/u.test(value as string))
  if (half !== undefined) {
    return `The "${half[0]}" of an event has half a character in it (a surrogate without its other one), and becomes another name in UTF-8. Look where the text was cut.`
  }
  if (isUnsafeKey(stream as string)) {
    return `An event is on the stream "${stream as string}", a name that clients drop wherever it is a key, so they would have no position in it and miss events without a sign. Put a word before it, as in "user:${stream as string}".`
  }
  return Object.hasOwn(serverFrameFields, type as string) || Object.hasOwn(clientFrameFields, type as string)
    ? `"${type as string}" is the name of a frame of the protocol, so clients would not take it for an event. Choose another type, in the past tense, such as "goal.completed".`
    : null
}

function faultOfDepth(copy: JsonObject): string | null {
  try {
    dropUnsafeKeys(copy, maxFrameDepth)
    return null
  } catch (error) {
    if (!(error instanceof TooDeep)) throw error
    return unreadable(copy, `a frame may be nested ${maxFrameDepth} levels deep at most`, publishLess)
  }
}

function tooLarge(event: NewEvent, bytes: number): string {
  const limit = `a frame may have ${maxFrameBytes} bytes at most, of which the server needs ${roomForTheLog}`
  return unreadable(event, `as JSON in UTF-8 it has ${bytes} bytes, and ${limit}`, publishLess)
}

function unreadable(event: unknown, reason: string, remedy: string): string {
  const type = isObject(event) ? event['type'] : undefined
  return `Clients could not read this event of type ${brief(type)}: ${reason}. ${remedy}`
}

const example = '{ type: "goal.completed", stream: "tenant:3", payload }'
const publishLess = 'Publish less, such as the id of what changed, and let clients fetch the rest.'

/** What was given, as text that fits into a frame: clients are told, too. */
function brief(value: unknown): string {
  const text = typeof value === 'string' ? JSON.stringify(value) : isObject(value) ? 'an object' : String(value)
  return text.length > 80 ? `${text.slice(0, 80)}…` : text
}

/** What was thrown; something without a text must not throw once more. */
const wordsOf = (thrown: unknown): string =>
  thrown instanceof Error || typeof thrown === 'string' ? String(thrown) : 'what is no error'
