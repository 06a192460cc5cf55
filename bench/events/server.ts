// The server of the benchmarks, in a process of its own. It signs clients in, and writes what was built before when the
// benchmark says so by IPC; acks are read and forgotten. Beside it, over HTTP: its clock, and the rows as they are by now.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Duplex } from 'node:stream'
import { setTimeout as pass } from 'node:timers/promises'
import { WebSocketServer } from 'ws'
import { type Batch, eventOf, messageOf, messagesOf, textsOf } from './bytes.ts'
import { type Form, lastValues, type Row, rowCount, rowId } from './event.ts'
import { wireOf } from './wires.ts'

/** What the benchmark asks for, by IPC. */
export interface Order extends Batch {
  /** Events per second. @default as fast as they are taken */
  perSecond?: number
  /** Of events that have a pace: those of so many ms go out together, up to `perMessage` in one message. @default 0 */
  gatherMs?: number
}

export interface Asked {
  readonly request: number
  readonly what: 'prepare' | 'send'
  readonly order: Order
}

/** By the server's own clock, in ms: when each event was sent, or when the first was if they have no pace. */
export type SentAt = readonly number[]

const chunkBytes = 64 * 1024
const prepared = new Map<string, { messages: Buffer[]; texts: string[]; all: Buffer }>()
let line: Duplex | null = null
/** Of the order that was prepared last. */
let formOfRows: Form = 'plain'
/** Events whose change the API shows. */
let happened = 0
/** Requests for the rows since the last order was prepared. */
let fetches = 0

function bytesOf({ form, events, perMessage, rows, disorder }: Order) {
  const key = JSON.stringify({ form, events, perMessage, rows, disorder })
  const known = prepared.get(key)
  if (known !== undefined) return known
  const batch = { form, events, perMessage, ...(rows && { rows }), ...(disorder && { disorder }) }
  const messages = messagesOf(batch)
  const made = { messages, texts: textsOf(batch), all: Buffer.concat(messages) }
  prepared.set(key, made)
  return made
}

async function write(bytes: Buffer) {
  const to = line
  if (to === null) return
  for (let at = 0; at < bytes.length; at += chunkBytes) {
    if (to.destroyed) return
    if (!to.write(bytes.subarray(at, at + chunkBytes))) await drained(to)
  }
}

function drained(to: Duplex): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      to.off('drain', end).off('close', end)
      resolve()
    }
    to.on('drain', end).on('close', end)
  })
}

async function send(order: Order): Promise<SentAt> {
  if (order.perSecond !== undefined) return pace(order, order.perSecond)
  const startedAt = performance.now()
  happened = order.events
  await write(bytesOf(order).all)
  return [startedAt]
}

/** Stamped when an event is due, so that the time it is gathered counts. */
async function pace({ gatherMs = 0, ...order }: Order, perSecond: number): Promise<SentAt> {
  const { messages, texts } = bytesOf(order)
  const startedAt = performance.now()
  const sentAt: number[] = []
  let written = 0
  let wroteAt = -Infinity
  while (written < order.events) {
    const now = performance.now()
    happened = Math.min(order.events, Math.floor(((now - startedAt) / 1_000) * perSecond))
    while (sentAt.length < happened) sentAt.push(now)
    if (happened > written && now - wroteAt >= gatherMs) {
      line?.write(Buffer.concat(messagesBetween(written, happened)))
      written = happened
      wroteAt = now
    }
    await pass(1)
  }
  return sentAt

  function messagesBetween(from: number, to: number): Buffer[] {
    if (order.perMessage === 1) return messages.slice(from, to)
    const count = Math.ceil((to - from) / order.perMessage)
    return Array.from({ length: count }, (_, n) => {
      const first = from + n * order.perMessage
      return messageOf(order.form, texts.slice(first, Math.min(to, first + order.perMessage)))
    })
  }
}

const sockets = new WebSocketServer({
  noServer: true,
  perMessageDeflate: false,
  handleProtocols: (offered) => offered.has('realtime.v1') && 'realtime.v1',
})
const server = createServer(respond)
server.on('upgrade', (request: IncomingMessage, tcp: Duplex, head: Buffer) => {
  sockets.handleUpgrade(request, tcp, head, (socket) => {
    line = tcp
    const wire = wireOf(request.url ?? '/', socket.protocol)
    const say = (texts: readonly string[]) => texts.forEach((text) => socket.send(text))
    socket.on('error', () => socket.terminate())
    socket.on('message', (data) => say(wire.answersTo((data as Buffer).toString())))
    say(wire.greeting)
  })
})

function respond(request: IncomingMessage, response: ServerResponse) {
  const { pathname, searchParams } = new URL(request.url ?? '/', 'http://localhost')
  const answer = (value: unknown) => response.end(JSON.stringify(value))
  response.setHeader('access-control-allow-origin', '*')
  if (pathname === '/clock') return answer(performance.now())
  if (pathname === '/fetches') return answer(fetches)
  const { rows, delayMs } = { rows: rowCount, delayMs: 0, ...numbersOf(searchParams) }
  fetches++
  const before = rowsNow(rows)
  return delayMs === 0 ? answer(before) : setTimeout(() => answer(before), delayMs)
}

const numbersOf = (params: URLSearchParams): Partial<Record<'rows' | 'delayMs', number>> =>
  Object.fromEntries([...params].map(([name, value]) => [name, Number(value)]))

function rowsNow(rows: number): Row[] {
  return lastValues(happened, rows).map((value, row) =>
    value === 0 ? { id: rowId(row), value, version: 0, note: '' } : eventOf(formOfRows, value, rows).payload,
  )
}

server.listen(0, '127.0.0.1', () => process.send?.({ port: (server.address() as AddressInfo).port }))

process.on('message', ({ request, what, order }: Asked) => {
  if (what === 'send') void send(order).then((sentAt) => process.send?.({ request, sentAt }))
  else {
    bytesOf(order)
    formOfRows = order.form
    happened = 0
    fetches = 0
    process.send?.({ request, sentAt: [] })
  }
})
process.on('disconnect', () => process.exit())
