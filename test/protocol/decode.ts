// What a message of a server is read as, for tests.
import { type DecodeContext, decodeServerMessage, type RealtimeEvent } from '../../src/protocol/index.ts'

export const receivedAt = Date.UTC(2024, 10, 9, 14, 30, 5)

export function decode(text: string, context: Partial<DecodeContext> = {}) {
  return decodeServerMessage(text, { transport: 'test', receivedAt, ...context })
}

/** The one event that a message is. @param frame text as it is, anything else as JSON */
export function decodeEvent(frame: unknown, context: Partial<DecodeContext> = {}): RealtimeEvent {
  const messages = decode(typeof frame === 'string' ? frame : JSON.stringify(frame), context)
  const [message] = messages
  if (messages.length !== 1 || message?.kind !== 'event') throw new Error(`no event: ${JSON.stringify(messages)}`)
  return message.event
}

/** What each part of a message is: its kind, its type, or the reason it was refused for. */
export function decodeBriefly(text: string, context: Partial<DecodeContext> = {}): string[] {
  return decode(text, context).map((message) => {
    if (message.kind === 'event') return `event ${message.event.type}`
    return message.kind === 'frame' ? `frame ${message.frame.type}` : message.reason
  })
}
