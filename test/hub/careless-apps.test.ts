// Functions of the app that are careless: they throw, reject, or publish while an event is being handed out. Nobody else may notice.
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Engine, LogCopy, NodeMessage } from '../../src/hub/engine.ts'
import type { Hub } from '../../src/hub/index.ts'
import { created, newHub, openTo, pass, subscribed, verify } from './wire.ts'

beforeEach(() => void vi.useFakeTimers({ now: 1_700_000_000_000 }))
afterEach(() => {
  vi.useRealTimers()
  vi.restoreAllMocks()
})

const fails = (): never => {
  throw new Error('careless')
}
const rejects = async () => fails()

describe('onError that throws', () => {
  it.each([
    ['at once', fails],
    ['later', rejects],
  ])('%s is printed, and keeps nothing from happening', async (_when, onError) => {
    const printed = vi.spyOn(console, 'error').mockImplementation(() => {})
    const hub = newHub({ onError, observers: [{ session: fails, delivered: fails }], authorize: fails })
    const end = await subscribed(hub)
    expect(hub.publish(created()).seq).toBe(1)
    expect(end.closed).toEqual([])
    // Whatever would reject without a listener fails the run.
    await pass(0)
    expect(printed).toHaveBeenCalled()
  })

  it('does not keep those who come behind from an event', async () => {
    vi.spyOn(console, 'error').mockImplementation(() => {})
    const hub = newHub({ onError: fails, authorizeEvent: ({ subject }) => (subject === 'bo' ? fails() : true) })
    const [first, second] = [await subscribed(hub, {}, 'bo'), await subscribed(hub, {}, 'ada')]
    hub.publish(created('tenant:2'))
    hub.publish(created('tenant:1'))
    expect([first.events().length, second.events().length]).toEqual([0, 1])
  })
})

it('an observer that is async and fails is told to onError', async () => {
  const told: string[] = []
  const hub = newHub({ onError: ({ code }) => told.push(code), observers: [{ session: rejects }] })
  openTo(hub)
  await pass(0)
  expect(told).toEqual(['handler-threw'])
})

describe('what is published while an event is being handed out', () => {
  /** Whoever is so far behind that the event ends the session, and another one behind it. */
  async function room(hub: Hub) {
    const behind = { bytes: 0 }
    const slow = hub.connect({ send: () => {}, close: () => {}, buffered: () => behind.bytes }, { livecache: true })
    slow.receive('{"type":"auth","token":"ada"}')
    await pass(0)
    for (const text of ['{"type":"subscribe"}', '{"type":"resume"}']) slow.receive(text)
    const other = await subscribed(hub)
    behind.bytes = Infinity
    return other
  }

  it('by who watches sessions comes behind it, for everybody', async () => {
    const left = { type: 'user.left', stream: 'tenant:1', payload: {} }
    const hub: Hub = newHub({ observers: [{ session: (_, ended) => void (ended && hub.publish(left)) }] })
    const other = await room(hub)
    hub.publish(created())
    expect(other.events().map(({ type, seq, prev }) => [type, seq, prev])).toEqual([
      ['goal.created', 1, undefined],
      ['user.left', 2, undefined],
    ])
  })

  it('by who judges events comes behind it, too, and each comes once', async () => {
    let published = 0
    const hub: Hub = newHub({
      verify,
      authorizeEvent() {
        if (published++ === 0) hub.publish(created('tenant:1', 'inner'))
        return true
      },
    })
    const ends = [await subscribed(hub), await subscribed(hub, {}, 'narrow')]
    hub.publish(created('tenant:1', 'outer'))
    for (const end of ends) expect(end.events().map(({ eventId }) => eventId as string)).toEqual(['outer', 'inner'])
  })
})

describe('a socket that throws', () => {
  /** Somebody whose socket throws when it is given such a text, who comes before `other`. */
  async function beside(what: string, close = (_code: number) => {}) {
    const told: string[] = []
    const hub = newHub({ onError: ({ code }) => told.push(code) })
    const broken = hub.connect(
      { send: (text) => (text.includes(what) ? fails() : undefined), close },
      { livecache: true },
    )
    broken.receive('{"type":"auth","token":"ada"}')
    await pass(0)
    for (const text of ['{"type":"subscribe"}', '{"type":"resume"}']) broken.receive(text)
    return { hub, told, other: await subscribed(hub) }
  }

  it('ends its session, which would not know what it lost, and keeps nobody else from an event', async () => {
    const closed: number[] = []
    const { hub, told, other } = await beside('goal.created', (code) => closed.push(code))
    for (const id of ['one', 'two']) hub.publish(created('tenant:1', id))
    expect(other.events().map(({ eventId }) => eventId as string)).toEqual(['one', 'two'])
    expect([closed, told, hub.sessions]).toEqual([[1011], ['handler-threw'], 1])
  })

  it('may throw when it is closed, too', async () => {
    const { hub, told, other } = await beside('goal.created', fails)
    hub.publish(created('tenant:1', 'one'))
    expect([other.events().length, told.length, hub.sessions]).toEqual([1, 2, 1])
  })

  it('ends its session when it is pinged, and keeps nobody else from a ping', async () => {
    const { hub, told, other } = await beside('"ping"')
    await pass(30_000)
    expect(other.ofType('ping')).toHaveLength(1)
    expect([told, hub.sessions]).toEqual([['handler-threw'], 1])
  })
})

it('a renewal whose verification never ends is given up, and the session goes on with the token before it', async () => {
  const hub = newHub({ verify: (token) => (token === 'never' ? new Promise<never>(() => {}) : verify(token)) })
  const end = await subscribed(hub)
  end.say({ type: 'auth', token: 'never' })
  end.say({ type: 'ping' })
  await pass(9_999)
  expect(end.ofType('pong')).toEqual([])
  await pass(1)
  expect([end.ofType('pong').length, end.closed]).toEqual([1, []])
})

it('nothing is left of a verification that never ends once the hub is closed', async () => {
  const hub = newHub({ verify: () => new Promise<never>(() => {}) })
  openTo(hub).say({ type: 'auth', token: 'ada' })
  void hub.identify('ada').catch(() => {})
  await pass(0)
  hub.close()
  expect(vi.getTimerCount()).toBe(0)
})

it('what another node says that this one does not know yet, as while versions change, concerns nobody', async () => {
  let copy!: LogCopy
  const engine: Partial<Engine> = { name: 'toy', follow: async (given) => void (copy = given) }
  const hub = newHub({ engine: engine as Engine })
  await pass(0)
  const [stranger, known] = [openTo(hub), await subscribed(hub)]
  for (const message of [{ kind: 'praise' }, { kind: 'revoke' }, { kind: 'revoke', subject: 'ada', streams: 5 }, {}]) {
    copy.hear(message as NodeMessage)
  }
  expect([stranger.closed, known.closed]).toEqual([[], []])
})
