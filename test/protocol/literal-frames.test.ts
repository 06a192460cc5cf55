// The frames of the specification, byte for byte: as the codec reads and writes them, and as a client says them.
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createClient, type RealtimeClient } from '../../src/client/index.ts'
import { type ClientFrame, encodeFrame, type RealtimeEvent } from '../../src/protocol/index.ts'
import type { Transport, TransportListener } from '../../src/transports/index.ts'
import { decode, decodeEvent } from './decode.ts'

const subscribe =
  '{"type":"subscribe","events":["transaction","balance"],"filters":{"minAmount":1000,"maxAmount":100000,"status":"success"}}'
const transaction =
  '{"type":"transaction","eventId":"EV-550e8400e29b41d4","timestamp":"2024-11-09T14:30:00Z","transaction":{"id":"TXN-550e8400e29b41d4","amount":50000,"currency":"NGN","type":"TRANSFER","status":"SUCCESS","counterparty":"john@example.com","description":"Salary payment","createdAt":"2024-11-09T14:30:00Z"}}'
const balance =
  '{"type":"balance","eventId":"EV-550e8400e29b41d5","timestamp":"2024-11-09T14:30:01Z","wallet":{"currency":"NGN","availableBalance":49950000,"ledgerBalance":50000000,"pendingAmount":50000}}'
const ack = '{"type":"ack","eventId":"EV-550e8400e29b41d4"}'
const ping = '{"type":"ping"}'
const pong = '{"type":"pong"}'
const sseEntity = '{"id":"TXN-123","amount":50000,"status":"SUCCESS"}'
const envelope =
  '{"type":"notification.created","payload":{"notification_id":"N-1","title":"Hi"},"sentAt":"2024-11-09T14:30:00Z","metadata":{"tenant_id":"T-1"}}'
const snakeCase =
  '{"type":"goal.activity.created","event_id":"EV-7","payload":{"goal_id":"G-1","created_at":"2024-11-09T14:30:00Z"}}'

const at = Date.UTC(2024, 10, 9, 14, 30)

describe('the codec writes, byte for byte,', () => {
  it.each<[string, ClientFrame]>([
    [
      subscribe,
      {
        type: 'subscribe',
        events: ['transaction', 'balance'],
        filters: { minAmount: 1000, maxAmount: 100_000, status: 'success' },
      },
    ],
    [ack, { type: 'ack', eventId: 'EV-550e8400e29b41d4' }],
    [pong, { type: 'pong' }],
  ])('%s', (text, frame) => {
    expect(encodeFrame(frame)).toBe(text)
  })
})

describe('the codec reads', () => {
  it('a flat frame whose field is named like its type', () => {
    expect(decodeEvent(transaction)).toEqual({
      id: 'EV-550e8400e29b41d4',
      type: 'transaction',
      time: at,
      timeEstimated: false,
      payload: {
        id: 'TXN-550e8400e29b41d4',
        amount: 50_000,
        currency: 'NGN',
        type: 'TRANSFER',
        status: 'SUCCESS',
        counterparty: 'john@example.com',
        description: 'Salary payment',
        createdAt: '2024-11-09T14:30:00Z',
      },
      entity: null,
      meta: {},
      replayed: false,
      transport: 'test',
      receivedAt: at + 5_000,
      raw: JSON.parse(transaction) as unknown,
    })
  })

  it('a flat frame whose only field has another name', () => {
    expect(decodeEvent(balance)).toMatchObject({
      id: 'EV-550e8400e29b41d5',
      type: 'balance',
      time: at + 1_000,
      payload: { currency: 'NGN', availableBalance: 49_950_000, ledgerBalance: 50_000_000, pendingAmount: 50_000 },
    })
  })

  it('a ping', () => {
    expect(decode(ping)).toEqual([{ kind: 'frame', frame: { type: 'ping' } }])
  })

  it('an SSE message that holds the entity alone', () => {
    const event = decodeEvent(sseEntity, { sse: { event: 'transaction', id: 'EV-550e8400e29b41d4' } })
    expect(event).toMatchObject({
      id: 'EV-550e8400e29b41d4',
      type: 'transaction',
      payload: { id: 'TXN-123', amount: 50_000, status: 'SUCCESS' },
      timeEstimated: true,
    })
  })

  it('an envelope with a payload, its time and its metadata', () => {
    expect(decodeEvent(envelope)).toMatchObject({
      id: null,
      type: 'notification.created',
      time: at,
      payload: { notificationId: 'N-1', title: 'Hi' },
      meta: { tenantId: 'T-1' },
    })
  })

  it('snake_case', () => {
    expect(decodeEvent(snakeCase)).toMatchObject({
      id: 'EV-7',
      type: 'goal.activity.created',
      payload: { goalId: 'G-1', createdAt: '2024-11-09T14:30:00Z' },
    })
  })
})

describe('a client on a plain server', () => {
  beforeEach(() => void vi.useFakeTimers({ now: at + 5_000 }))
  afterEach(() => {
    client?.dispose()
    vi.useRealTimers()
  })

  let client: RealtimeClient | undefined

  /** A plain server that writes down what it is sent, as text. */
  async function connect() {
    const sent: string[] = []
    const received: RealtimeEvent[] = []
    const server: { say: TransportListener['message'] } = { say: () => {} }
    const transport: Transport = {
      name: 'scripted',
      open(_request, listener) {
        server.say = (text, sse) => listener.message(text, sse)
        queueMicrotask(() => listener.opened(null))
        return { send: (frame) => void sent.push(encodeFrame(frame)), close() {} }
      },
    }
    client = createClient({ transports: [transport], server: 'plain' })
    const filters = { minAmount: 1000, maxAmount: 100_000, status: 'success' }
    client.on(['transaction', 'balance'], (event) => received.push(event), { filters })
    client.hold()
    await vi.advanceTimersByTimeAsync(0)
    return { sent, received, server }
  }

  it('says, byte for byte, what it wants, and nothing before it', async () => {
    const { sent } = await connect()
    expect(sent).toEqual([subscribe])
  })

  it('confirms an event, byte for byte, and hands it over', async () => {
    const { sent, received, server } = await connect()
    sent.length = 0
    server.say(transaction)
    expect(sent).toEqual([ack])
    expect(received).toMatchObject([{ type: 'transaction', payload: { amount: 50_000, status: 'SUCCESS' } }])
  })

  it('hands over an event that lacks the fields of its filters', async () => {
    const { received, server } = await connect()
    server.say(balance)
    expect(received).toMatchObject([{ type: 'balance', payload: { availableBalance: 49_950_000 } }])
  })

  it('filters what such a server sends all the same, and confirms it', async () => {
    const { sent, received, server } = await connect()
    sent.length = 0
    server.say(transaction.replace('"amount":50000', '"amount":999'))
    await vi.advanceTimersByTimeAsync(100)
    expect(received).toEqual([])
    expect(sent).toEqual([ack])
  })

  it('answers a ping, byte for byte', async () => {
    const { sent, server } = await connect()
    sent.length = 0
    server.say(ping)
    expect(sent).toEqual([pong])
  })

  it('confirms an SSE message by the id beside its data', async () => {
    const { sent, received, server } = await connect()
    sent.length = 0
    server.say(sseEntity, { event: 'transaction', id: 'EV-550e8400e29b41d4' })
    expect(sent).toEqual([ack])
    expect(received).toMatchObject([{ id: 'EV-550e8400e29b41d4', payload: { id: 'TXN-123' } }])
  })
})
