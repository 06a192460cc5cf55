import { describe, expect, it } from 'vitest'
import { createAcks } from '../../src/client/acks.ts'
import type { ConnectionState } from '../../src/client/connection-machine.ts'
import { createInbox } from '../../src/client/inbox.ts'
import { createPositions } from '../../src/client/positions.ts'
import { createQuarantine } from '../../src/client/quarantine.ts'
import { createSeenIds } from '../../src/client/seen-ids.ts'
import {
  type ClientFrame,
  defineEvents,
  payload,
  type RealtimeEvent,
  type StandardSchema,
} from '../../src/protocol/index.ts'

const throwing: StandardSchema = {
  '~standard': {
    version: 1,
    vendor: 'test',
    validate: () => {
      throw new Error('boom')
    },
  },
}

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
  }
  const sent: ClientFrame[] = []
  const pushed: RealtimeEvent[] = []
  const order: string[] = []
  const quarantine = createQuarantine()
  const positions = createPositions()
  const acks = createAcks((frame) => {
    sent.push(frame)
    order.push('ack')
  })
  const inbox = createInbox({
    now: () => 7,
    state: () => state,
    table: defineEvents({ good: payload(), bad: throwing }),
    exempt: new Set(['payload.labels']),
    acks,
    delivery: {
      push: (event) => pushed.push(event),
      settle: () => order.push('settle'),
      flush: () => {},
      clear: () => {},
    },
    positions,
    quarantine,
    seenIds: createSeenIds(),
    onFrame: ({ type }) => order.push(type),
    onLost: (stream) => order.push(`lost ${stream}`),
  })
  return { inbox, sent, pushed, order, quarantine, positions }
}

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
    const { inbox, order, pushed, positions } = setUp()
    inbox.receive('{"type":"good","eventId":"1","stream":"s","seq":40,"epoch":"e1"}')
    inbox.receive('{"type":"good","eventId":"2","stream":"s","seq":1,"epoch":"e2"}')
    inbox.receive('{"type":"good","eventId":"3","stream":"s","seq":2,"epoch":"e2"}')
    expect(order.filter((what) => what.startsWith('lost'))).toEqual(['lost s'])
    expect(pushed.map(({ id }) => id)).toEqual(['1', '2', '3'])
    expect(positions.streams).toEqual({ s: { epoch: 'e2', seq: 2 } })
  })

  it('takes what it can from a message of which a part is broken', () => {
    const { inbox, pushed, quarantine } = setUp()
    inbox.receive('[{"type":"good","eventId":"1"},7,{"type":"good","eventId":"2"}]')
    expect(pushed.map(({ id }) => id)).toEqual(['1', '2'])
    expect(quarantine.count).toBe(1)
    expect(inbox.counters).toEqual({ received: 2, duplicates: 0, withoutId: 0 })
  })
})
