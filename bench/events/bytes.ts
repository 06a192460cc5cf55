// The bytes that the servers of the benchmarks send, built before anything is measured.
import { seededRandom } from '../seeded-random.ts'
import { channel, epoch, eventType, type Form, type RowEvent, rowCount, rowId, stream } from './event.ts'

/** What is to be sent. */
export interface Batch {
  form: Form
  events: number
  /** More than one come in one message: as an array, in centrifuge's wire as lines. */
  perMessage: number
  /** @default 500 */
  rows?: number
  /** Each tenth event comes twice, and all are shuffled within windows. @default false */
  disorder?: boolean
}

/** Of the JSON of one event. */
const eventBytes = 250

/** So wide that two events of one row change places, and fewer than a client holds back. */
const shuffledWindow = 800

/** Event `n`, whose note fills it up to its length. */
export function eventOf(form: Form, n: number, rows: number): RowEvent {
  const event = {
    type: eventType as typeof eventType,
    eventId: `EV-${n}`,
    timestamp: '2024-11-09T14:30:00Z',
    ...(form === 'livecache' && { stream, seq: n, epoch }),
    payload: { id: rowId(n % rows), value: n, version: n, note: '' },
  }
  event.payload.note = 'x'.repeat(Math.max(0, eventBytes - JSON.stringify(event).length))
  return event
}

/** The events 1, 2, 3… as JSON, in the order they are sent. */
export function textsOf({ form, events, rows = rowCount, disorder = false }: Batch): string[] {
  const texts = Array.from({ length: events }, (_, index) => JSON.stringify(eventOf(form, index + 1, rows)))
  return disorder ? shuffled(texts.flatMap((text, index) => (index % 10 === 0 ? [text, text] : [text]))) : texts
}

function shuffled(texts: readonly string[]): string[] {
  const random = seededRandom(1)
  const result: string[] = []
  for (let first = 0; first < texts.length; first += shuffledWindow) {
    const order = texts.slice(first, first + shuffledWindow).map((text) => ({ text, at: random() }))
    result.push(...order.toSorted((a, b) => a.at - b.at).map(({ text }) => text))
  }
  return result
}

const wrap: Readonly<Record<Form, (texts: readonly string[]) => string>> = {
  livecache: (texts) => (texts.length === 1 ? texts[0]! : `[${texts.join(',')}]`),
  plain: (texts) => (texts.length === 1 ? texts[0]! : `[${texts.join(',')}]`),
  'socket.io': ([text]) => `42[${JSON.stringify(eventType)},${text}]`,
  centrifuge: (texts) =>
    texts.map((text) => `{"push":{"channel":${JSON.stringify(channel)},"pub":{"data":${text}}}}`).join('\n'),
}

/** These events as one text message of RFC 6455, whole and unmasked, as a server sends it. */
export function messageOf(form: Form, texts: readonly string[]): Buffer {
  const body = Buffer.from(wrap[form](texts))
  const header = Buffer.alloc(body.length < 126 ? 2 : 4)
  header[0] = 0x81
  if (body.length < 126) header[1] = body.length
  else {
    header[1] = 126
    header.writeUInt16BE(body.length, 2)
  }
  return Buffer.concat([header, body])
}

export function messagesOf(batch: Batch): Buffer[] {
  const texts = textsOf(batch)
  return Array.from({ length: Math.ceil(texts.length / batch.perMessage) }, (_, n) =>
    messageOf(batch.form, texts.slice(n * batch.perMessage, (n + 1) * batch.perMessage)),
  )
}
