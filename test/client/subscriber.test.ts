import { describe, expect, it } from 'vitest'
import type { ConnectionState } from '../../src/client/connection-machine.ts'
import { createSubscriber } from '../../src/client/subscriber.ts'
import type { Subscription } from '../../src/client/subscriptions.ts'
import type { ClientFrame } from '../../src/protocol/index.ts'

const link = {
  name: 'connected',
  attempt: 0,
  transport: 'ws',
  connectionId: null,
  since: 0,
  resumed: false,
  latencyMs: null,
  degraded: false,
} as const

function setUp(server: 'livecache' | 'plain' | null) {
  const state: ConnectionState = server === null ? { name: 'idle' } : { ...link, server }
  const sent: ClientFrame[] = []
  const asked: string[] = []
  const current: Subscription[] = [{ id: 's1', spec: { events: ['goal.*'] } }]
  const subscriber = createSubscriber({
    state: () => state,
    send: (frame) => sent.push(frame),
    current: () => current,
    knownTypes: ['goal.created', 'goal.removed'],
    lastEventId: () => 'E9',
    onAsked: ({ id }) => asked.push(id),
    hearsOnlyAddress: () => false,
    onOutdated: () => {},
  })
  const add = (subscription: Subscription) => {
    current.push(subscription)
    subscriber.joined(subscription)
  }
  return { subscriber, sent, asked, current, add }
}

describe('a livecache server', () => {
  it('hears of all subscriptions at the start, and of each change', () => {
    const { subscriber, sent, asked, add } = setUp('livecache')
    subscriber.begin(['patterns'])
    const second = { id: 's2', spec: { events: ['a'] } }
    add(second)
    subscriber.left(second)
    expect(sent).toEqual([
      { type: 'subscribe', id: 's1', events: ['goal.*'] },
      { type: 'subscribe', id: 's2', events: ['a'] },
      { type: 'unsubscribe', id: 's2' },
    ])
    // Each of them has an answer to come.
    expect(asked).toEqual(['s1', 's2'])
  })

  it('has patterns spelled out where it announced that it takes none', () => {
    const { subscriber, sent } = setUp('livecache')
    subscriber.begin([])
    expect(sent).toEqual([{ type: 'subscribe', id: 's1', events: ['goal.created', 'goal.removed'] }])
  })
})

describe('a plain server', () => {
  it('hears the union once, and again only when it changes', () => {
    const { subscriber, sent, asked, add } = setUp('plain')
    subscriber.beginPlain()
    add({ id: 's2', spec: { events: ['goal.created'] } })
    add({ id: 's3', spec: { events: ['a'] } })
    expect(sent).toEqual([
      { type: 'subscribe', events: ['goal.created', 'goal.removed'], lastEventId: 'E9' },
      { type: 'subscribe', events: ['goal.created', 'goal.removed', 'a'], lastEventId: 'E9' },
    ])
    // It answers nothing, so nothing may be missed.
    expect(asked).toEqual([])
  })

  it('hears what is left when somebody leaves, and all of it again on a new link', () => {
    const { subscriber, sent, current } = setUp('plain')
    const second = { id: 's2', spec: { events: ['a'] } }
    current.push(second)
    subscriber.beginPlain()
    current.pop()
    subscriber.left(second)
    subscriber.beginPlain()
    const rest = { type: 'subscribe', events: ['goal.created', 'goal.removed'], lastEventId: 'E9' }
    expect(sent.slice(1)).toEqual([{ type: 'unsubscribe', events: ['a'] }, rest, rest])
  })

  it('hears it in the address too', () => {
    expect(setUp('plain').subscriber.addressParams()).toEqual({
      events: 'goal.created,goal.removed',
      lastEventId: 'E9',
    })
  })
})

describe('no server', () => {
  it('hears nothing', () => {
    const { sent, asked, add, subscriber, current } = setUp(null)
    add({ id: 's2', spec: { events: ['a'] } })
    subscriber.left(current[0]!)
    subscriber.begin([])
    expect(sent).toEqual([])
    expect(asked).toEqual([])
  })
})
