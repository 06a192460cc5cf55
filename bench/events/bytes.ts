// The bytes that the servers of the benchmarks send, built before anything is measured.

/** As a livecache server says it, or as most others do. */
export type Form = 'livecache' | 'plain'

export const eventType = 'goal.updated'
export const stream = 'tenant:3'
export const epoch = 'e1'

/** Of the JSON of one event. */
const eventBytes = 250

function eventText(form: Form, n: number): string {
  const event = {
    type: eventType,
    eventId: `EV-${n}`,
    timestamp: '2024-11-09T14:30:00Z',
    ...(form === 'livecache' && { stream, seq: n, epoch }),
    payload: { goalId: `G-${n % 500}`, progress: n % 100, note: '' },
  }
  event.payload.note = 'x'.repeat(eventBytes - JSON.stringify(event).length)
  return JSON.stringify(event)
}

/** A text message of RFC 6455, whole and unmasked, as a server sends it. */
function message(text: string): Buffer {
  const body = Buffer.from(text)
  const header = Buffer.alloc(body.length < 126 ? 2 : 4)
  header[0] = 0x81
  if (body.length < 126) header[1] = body.length
  else {
    header[1] = 126
    header.writeUInt16BE(body.length, 2)
  }
  return Buffer.concat([header, body])
}

/** @param perMessage more than one come as an array, in one message */
export function messagesOf(form: Form, events: number, perMessage: number): Buffer {
  const messages: Buffer[] = []
  for (let first = 1; first <= events; first += perMessage) {
    const texts: string[] = []
    for (let n = first; n < first + perMessage && n <= events; n++) texts.push(eventText(form, n))
    messages.push(message(perMessage === 1 ? texts[0]! : `[${texts.join(',')}]`))
  }
  return Buffer.concat(messages)
}
