// Frames as the text of an event stream. When they are written is sse-stream.ts.
import { isObject, type JsonObject } from '../base/json.ts'
import { serverFrameFields } from '../protocol/frames.ts'
import { closeEvent } from '../transports/over-http.ts'

/** Some proxies keep the first bytes to themselves until there are enough. */
export const openingText = `:${' '.repeat(2_048)}\n\n`

/** How long `EventSource` waits after a lost link. A client of realtime.v1 has a backoff of its own. */
export const retryText = 'retry: 5000\n\n'

const heartbeatText = ':heartbeat\n\n'

export function closeText(code: number, reason: string): string {
  return entry(closeEvent, null, JSON.stringify({ type: 'close', code, reason }))
}

/** The same frame as over WebSocket: an event with its id, so that `Last-Event-ID` goes on from it; a control frame without. */
export function livecacheText(frameText: string): string {
  const frame = parse(frameText)
  return entry(frame['type'], isControl(frame) ? null : frame['eventId'], frameText)
}

/** For `EventSource`: the payload alone, as such servers send it. Null where a plain client has no use for the frame. */
export function plainText(frameText: string): string | null {
  const frame = parse(frameText)
  if (isControl(frame)) return frame['type'] === 'ping' ? heartbeatText : null
  const { type, eventId, timestamp: _, ...rest } = frame
  const [payload] = Object.values(rest)
  const data = isObject(payload) && !looksLikeFrame(payload, frame) ? JSON.stringify(payload) : frameText
  return entry(type, eventId, data)
}

/** Such a payload would be read as a frame of its own (protocol/normalize.ts). */
function looksLikeFrame(payload: JsonObject, { type, eventId }: JsonObject): boolean {
  return 'payload' in payload || payload['type'] === type || payload['eventId'] === eventId
}

function isControl({ type }: JsonObject): boolean {
  return typeof type === 'string' && Object.hasOwn(serverFrameFields, type)
}

function parse(text: string): JsonObject {
  const value: unknown = JSON.parse(text)
  return isObject(value) ? value : {}
}

function entry(event: unknown, id: unknown, data: string): string {
  return `${field('event', event)}${field('id', id)}data: ${data}\n\n`
}

/** Left out where its value would end the line; the frame holds it as well. */
function field(name: string, value: unknown): string {
  // oxlint-disable-next-line no-control-regex -- NUL is what the standard forbids in an id
  return typeof value === 'string' && value !== '' && !/[\r\n\0]/.test(value) ? `${name}: ${value}\n` : ''
}

/** `encode` remembering its last answer: what is published is encoded for one session after the other. */
export function rememberLast<Text extends string | null>(encode: (text: string) => Text): (text: string) => Text {
  let last: { text: string; encoded: Text } | null = null
  return (text) => {
    if (last === null || last.text !== text) last = { text, encoded: encode(text) }
    return last.encoded
  }
}
