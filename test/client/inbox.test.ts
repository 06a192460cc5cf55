import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { systemClock } from '../../src/base/clock.ts'
import { createScope } from '../../src/base/scope.ts'
import { createAcks } from '../../src/client/acks.ts'
import type { ConnectionState } from '../../src/client/connection-machine.ts'
import { createInbox } from '../../src/client/inbox.ts'
import { createPositions } from '../../src/client/positions.ts'
import { createQuarantine } from '../../src/client/quarantine.ts'
import { createSeenIds } from '../../src/client/seen-ids.ts'
import { createSequencer } from '../../src/client/sequencer.ts'
import {
  type ClientFrame,
  defineEvents,
  payload,
  type RealtimeEvent,
  type StandardSchema,
} from '../../src/protocol/index.ts'

beforeEach(() => void vi.useFakeTimers({ now: 7 }))
afterEach(() => {
  expect(vi.getTimerCount()).toBe(0)
  vi.useRealTimers()
})

const schemaOf = (validate: StandardSchema['~standard']['validate']): StandardSchema => ({
  '~standard': { version: 1, vendor: 'test', validate },
})
const throwing = schemaOf(() => {
  throw new Error('boom')
})
const picky = schemaOf(() => ({ issues: [{ message: 'must be a number', path: ['goal', 'id'] }] }))
const changing = schemaOf((value) => ({ value: { was: value } }))

function setUp(server: 'livecache' | 'plain' = 'livecache') {
  const state: ConnectionState = {
    name: 'connected',
    attempt: 0,
    transport: 'ws',
    server,
    connectionId: null,
    since: 0,
    resumed: false,
    latencyMs: null,
    degraded: false,
  }
  const sent: ClientFrame[] = []
  const pushed: RealtimeEvent[] = []
  const order: string[] = []
  const quarantine = createQuarantine()
  const positions = createPositions()
  const scope = createScope(systemClock)
  const acks = createAcks({
    mode: 'auto',
    scope,
    now: systemClock.now,
    isHidden: () => false,
    gapMs: 0,
    send(frame) {
      sent.push(frame)
      order.push('ack')
    },
  })
  // The real one: what comes in which order is a matter of the two together.
  const sequencer = createSequencer({
    scope,
    now: systemClock.now,
    positions,
    holdMs: 10_000,
    maxHeld: 1_000,
    deliver: (event) => inbox.handOver(event),
    old: (event) => inbox.repeated(event),
    lost: ({ stream }) => order.push(`lost ${stream}`),
    settle: () => inbox.settle(),
  })
  const inbox = createInbox({
    now: systemClock.now,
    state: () => state,
    table: defineEvents({ good: payload(), bad: throwing, picky, changing }),
    exempt: new Set(['payload.labels']),
    acks,
    delivery: {
      push: (event) => pushed.push(event),
      settle: () => order.push('settle'),
      flush: () => {},
      afterFlush: (run) => run(),
      clear: () => {},
    },
    positions,
    quarantine,
    seenIds: createSeenIds(),
    sequence: sequencer.receive,
    onFrame: ({ type }) => order.push(type),
    onReplayed: () => {},
    era: () => 0,
    isWanted: () => true,
  })
  const ids = () => pushed.map(({ id }) => id)
  return { inbox, sent, pushed, ids, order, quarantine, positions, scope, state }
}

const good = (seq: number, epoch = 'e1') =>
  JSON.stringify({ type: 'good', eventId: `${epoch}-${seq}`, stream: 's', seq, epoch })

describe('the inbox', () => {
  it('stamps an event with how and when it came', () => {
    const { inbox, pushed } = setUp()
    inbox.receive('{"type":"good","event_id":"1","payload":{"goal_id":1,"labels":{"my_key":1}}}')
    expect(pushed).toMatchObject([
      { id: '1', transport: 'ws', receivedAt: 7, payload: { goalId: 1, labels: { my_key: 1 } } },
    ])
  })

  it('confirms before it settles, in the task that received', () => {
    const { inbox, order } = setUp()
    inbox.receive('[{"type":"good","eventId":"1"},{"type":"ping"},{"type":"good","eventId":"2"}]')
    expect(order).toEqual(['ping', 'ack', 'ack', 'settle'])
  })

  it('keeps an event whose schema throws out of the app, and tells the server so where it understands', () => {
    for (const [server, ack] of [
      ['livecache', { type: 'ack', eventId: '1', rejected: true }],
      ['plain', { type: 'ack', eventId: '1' }],
    ] as const) {
      const { inbox, sent, pushed, quarantine, positions } = setUp(server)
      inbox.receive('{"type":"bad","eventId":"1","stream":"s","seq":3,"epoch":"e"}')
      expect(pushed).toEqual([])
      expect(sent).toEqual([ack])
      expect(quarantine.entries).toMatchObject([{ reason: 'bad: its schema threw Error: boom' }])
      // It was received: asking for it again would bring the same.
      expect(positions.streams).toEqual({ s: { epoch: 'e', seq: 3 } })
    }
  })

  it('says that a stream was replaced under a running link, and follows the new one', () => {
    const { inbox, order, ids, positions } = setUp()
    inbox.receive('{"type":"good","eventId":"1","stream":"s","seq":40,"epoch":"e1"}')
    inbox.receive('{"type":"good","eventId":"2","stream":"s","seq":1,"epoch":"e2"}')
    inbox.receive('{"type":"good","eventId":"3","stream":"s","seq":2,"epoch":"e2"}')
    expect(order.filter((what) => what.startsWith('lost'))).toEqual(['lost s'])
    expect(ids()).toEqual(['1', '2', '3'])
    expect(positions.streams).toEqual({ s: { epoch: 'e2', seq: 2 } })
  })

  it('takes what it can from a message of which a part is broken', () => {
    const { inbox, pushed, quarantine } = setUp()
    inbox.receive('[{"type":"good","eventId":"1"},7,{"type":"good","eventId":"2"}]')
    expect(pushed.map(({ id }) => id)).toEqual(['1', '2'])
    expect(quarantine.count).toBe(1)
    expect(inbox.counters).toEqual({ received: 2, duplicates: 0, withoutId: 0 })
  })

  it('hands an event over once, and confirms it as often as it comes', () => {
    const { inbox, sent, ids, order } = setUp()
    for (let round = 0; round < 3; round++) inbox.receive('{"type":"good","eventId":"1"}')
    expect(ids()).toEqual(['1'])
    expect(sent).toEqual(Array.from({ length: 3 }, () => ({ type: 'ack', eventId: '1' })))
    expect(inbox.counters).toEqual({ received: 3, duplicates: 2, withoutId: 0 })
    expect(order.at(-1)).toBe('settle')
  })

  it('hands every event without an id over, and counts them', () => {
    const { inbox, sent, pushed } = setUp()
    inbox.receive('[{"type":"good","payload":1},{"type":"good","payload":1}]')
    expect(pushed).toHaveLength(2)
    expect(sent).toEqual([])
    expect(inbox.counters).toEqual({ received: 2, duplicates: 0, withoutId: 2 })
  })

  it('confirms an event that came too early only when it is handed over', () => {
    const { inbox, sent, ids, positions } = setUp()
    for (const seq of [1, 3, 3]) inbox.receive(good(seq))
    expect(sent).toEqual([{ type: 'ack', eventId: 'e1-1' }])
    expect(positions.lastEventId).toBe('e1-1')
    inbox.receive(good(2))
    expect(ids()).toEqual(['e1-1', 'e1-2', 'e1-3'])
    expect(sent.slice(1)).toEqual([
      { type: 'ack', eventId: 'e1-2' },
      { type: 'ack', eventId: 'e1-3' },
    ])
    expect(positions.lastEventId).toBe('e1-3')
  })

  it('confirms and settles what the time brought on', () => {
    const { inbox, sent, order } = setUp()
    for (const seq of [1, 3]) inbox.receive(good(seq))
    order.length = 0
    vi.advanceTimersByTime(10_000)
    expect(order).toEqual(['lost s', 'ack', 'settle'])
    expect(sent.at(-1)).toEqual({ type: 'ack', eventId: 'e1-3' })
  })

  it('confirms again an event older than the position, whose id it does not know', () => {
    const { inbox, sent, ids, positions } = setUp()
    positions.set('s', { epoch: 'e1', seq: 9 })
    inbox.receive(good(4))
    expect(ids()).toEqual([])
    expect(sent).toEqual([{ type: 'ack', eventId: 'e1-4' }])
    expect(inbox.counters.duplicates).toBe(1)
  })

  it('confirms an event of a second place with the id of the first, and hands over one', () => {
    const { inbox, sent, ids } = setUp()
    inbox.receive('{"type":"good","eventId":"1","stream":"s","seq":1,"epoch":"e"}')
    inbox.receive('{"type":"good","eventId":"1","stream":"t","seq":1,"epoch":"e"}')
    expect(ids()).toEqual(['1'])
    expect(sent).toHaveLength(2)
  })

  it('says where in the payload a schema found fault', () => {
    const { inbox, quarantine } = setUp()
    inbox.receive('{"type":"picky","eventId":"1","payload":{"goal":{"id":"x"}}}')
    expect(quarantine.entries).toMatchObject([{ eventType: 'picky', path: 'payload.goal.id', at: 7 }])
    expect(quarantine.entries[0]?.reason).toContain('must be a number')
  })

  it('hands over what the schema made of the payload', () => {
    const { inbox, pushed } = setUp()
    inbox.receive('{"type":"changing","eventId":"1","payload":1}')
    expect(pushed).toMatchObject([{ id: '1', payload: { was: 1 } }])
  })

  it('passes events of types nobody declared', () => {
    const { inbox, pushed, quarantine } = setUp()
    inbox.receive('[{"type":"other","eventId":"1"},{"type":"constructor","eventId":"2"}]')
    expect(pushed).toHaveLength(2)
    expect(quarantine.count).toBe(0)
  })

  it('reads the fields that came beside the text over SSE', () => {
    const { inbox, pushed } = setUp()
    inbox.receive('{"amount":5}', { event: 'paid', id: 'EV-1' })
    expect(pushed).toMatchObject([{ type: 'paid', id: 'EV-1', payload: { amount: 5 } }])
  })

  it('keeps what is no frame, with its text', () => {
    const { inbox, quarantine, order } = setUp()
    for (const text of ['', '<html>', 'null', '7', '{']) inbox.receive(text)
    expect(quarantine.entries.map(({ text }) => text)).toEqual(['', '<html>', 'null', '7', '{'])
    expect(quarantine.entries.every(({ eventType, path }) => eventType === null && path === null)).toBe(true)
    expect(order).toEqual(Array.from({ length: 5 }, () => 'settle'))
  })
})
