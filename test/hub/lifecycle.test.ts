// A session's life as its hub tells of it, what it begins with, and how an idle or an old one ends.
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { HubObserver, SessionInfo } from '../../src/hub/index.ts'
import { created, newHub, openTo, pass, signedIn, subscribed } from './wire.ts'

beforeEach(() => void vi.useFakeTimers({ now: 1_700_000_000_000 }))
afterEach(() => void vi.useRealTimers())

describe('who watches', () => {
  it('is told each state of a session once, and how it ended', async () => {
    const states: [string, string | null, number | undefined][] = []
    const observer: HubObserver = {
      session: ({ state, subject }, ended) => states.push([state, subject, ended?.code]),
    }
    const hub = newHub({ observers: [observer] })
    const { session, say } = await subscribed(hub)
    say({ type: 'subscribe', id: 's2' })
    session.gone()
    session.gone()
    expect(states).toEqual([
      ['connected', null, undefined],
      ['authenticated', 'ada', undefined],
      ['subscribed', 'ada', undefined],
      ['disconnected', 'ada', 1006],
    ])
    expect(hub.stats.sessions).toEqual({ connected: 0, authenticated: 0, subscribed: 0 })
  })

  it('is told who it is, how it came and from where', async () => {
    const seen: SessionInfo[] = []
    const hub = newHub({ observers: [{ session: (info) => seen.push(info) }] })
    await signedIn(hub, 'ada', { transport: 'websocket', ip: '192.0.2.1' })
    expect(seen.at(-1)).toEqual({
      id: expect.any(String),
      transport: 'websocket',
      protocol: 'realtime.v1',
      ip: '192.0.2.1',
      subject: 'ada',
      state: 'authenticated',
      since: 1_700_000_000_000,
    })
  })

  it('can read numbers of what is frequent', async () => {
    const delivered = vi.fn()
    const resumed = vi.fn()
    const hub = newHub({ observers: [{ delivered, resumed }] })
    const ada = await subscribed(hub)
    await subscribed(hub, {}, 'bo')
    const { eventId } = hub.publish(created())
    hub.publish(created('tenant:7'))
    ada.say({ type: 'ack', eventId })
    ada.session.gone()
    const again = await signedIn(hub)
    again.say({ type: 'subscribe' })
    again.say({
      type: 'resume',
      streams: { 'tenant:1': { epoch: hub.epoch, seq: 0 }, 'user:ada': { epoch: 'another', seq: 5 } },
    })
    again.say({ type: 'ack', upTo: { 'tenant:1': 1 }, rejected: true })
    expect(hub.stats).toMatchObject({
      published: 2,
      deliveries: 2,
      replayed: 1,
      acks: 2,
      rejected: 1,
      resumes: { complete: 1, incomplete: 1 },
      sessions: { connected: 0, authenticated: 0, subscribed: 2 },
    })
    expect(delivered.mock.calls.map(([, about]) => (about as { sessions: number }).sessions)).toEqual([1, 0])
    expect(resumed.mock.lastCall![1]).toEqual({ complete: 1, incomplete: 1, replayed: 1 })
  })

  it('and throws is reported, and disturbs nothing', async () => {
    const onError = vi.fn()
    const bad: HubObserver = {
      session: () => {
        throw new Error('oh')
      },
      delivered: () => {
        throw new Error('oh')
      },
    }
    const hub = newHub({ observers: [bad], onError })
    const { events } = await subscribed(hub)
    hub.publish(created())
    expect(events()).toHaveLength(1)
    expect(onError).toHaveBeenCalledTimes(4)
  })
})

describe('an idle session', () => {
  it('ends with 1001 after five minutes of silence, pings notwithstanding', async () => {
    const hub = newHub()
    const { closed } = openTo(hub, { livecache: false, token: 'ada' })
    await pass(299_999)
    expect(closed).toEqual([])
    await pass(30_000)
    expect(closed).toEqual([[1001, 'nothing was heard for a long time']])
    expect(hub.sessions).toBe(0)
  })

  it('is not one that answers the pings of its socket', async () => {
    const hub = newHub()
    const { session, closed } = openTo(hub, { livecache: false, token: 'ada' })
    for (let minute = 0; minute < 20; minute++) {
      await pass(60_000)
      session.heard()
    }
    expect(closed).toEqual([])
  })

  it('is not one that can only listen', async () => {
    const { closed } = openTo(newHub(), { livecache: false, token: 'ada', oneWay: true })
    await pass(3_600_000)
    expect(closed).toEqual([])
  })
})

describe('an old session', () => {
  it('is asked to come back within a spread, and ended if it stays', async () => {
    const hub = newHub({ maxLifeMs: 600_000, reconnectSpreadMs: 20_000 })
    const { say, ofType, closed } = await subscribed(hub)
    while (ofType('reconnect').length === 0) {
      await pass(5_000)
      say({ type: 'pong' })
    }
    expect(Date.now() - 1_700_000_000_000).toBeGreaterThanOrEqual(540_000)
    expect(ofType('reconnect')).toEqual([{ type: 'reconnect', afterMs: 0, spreadMs: 20_000 }])
    expect(closed).toEqual([])
    for (let answers = 0; answers < 10; answers++) {
      await pass(5_000)
      say({ type: 'pong' })
    }
    expect(closed).toEqual([[1012, 'it has been open for long enough']])
  })

  it('that is plain is ended', async () => {
    const { closed, session } = openTo(newHub({ maxLifeMs: 60_000 }), { livecache: false, token: 'ada' })
    await pass(30_000)
    session.heard()
    await pass(30_001)
    expect(closed).toEqual([[1012, 'it has been open for long enough']])
  })
})

describe('asking sessions to come back', () => {
  it('asks so many of those not asked before, and no plain ones', async () => {
    const hub = newHub()
    const ends = [await subscribed(hub), openTo(hub, { livecache: false, token: 'ada' }), await subscribed(hub)]
    const hint = { afterMs: 0, spreadMs: 100 }
    expect([1, 2, 3].map(() => hub.askToReconnect(hint, 1))).toEqual([1, 1, 0])
    expect(ends.map(({ ofType }) => ofType('reconnect').length)).toEqual([1, 0, 1])
  })
})

describe('what a session begins with', () => {
  const seed = { type: 'subscribe', events: ['goal.*'], filters: { minAmount: 10 } } as const

  it('may be in the address, also of a client that says more later', async () => {
    const hub = newHub()
    const end = await signedIn(hub, 'ada', { seed })
    expect(end.ofType('subscribed')).toMatchObject([{ events: ['goal.*'], filters: { minAmount: 10 } }])
    end.say({ type: 'resume' })
    for (const amount of [5, 50]) hub.publish({ ...created(), payload: { amount } })
    expect(end.events()).toMatchObject([{ payload: { amount: 50 } }])
  })

  it('is the default of the user, where a plain client asks for nothing', async () => {
    const hub = newHub()
    await hub.setDefault('ada', { events: ['goal.*'] })
    const quiet = openTo(hub, { livecache: false, token: 'ada' })
    const own = openTo(hub, { livecache: false, token: 'ada', seed: { type: 'subscribe', events: ['none'] } })
    const said = openTo(hub, { livecache: false, token: 'ada' })
    said.say({ type: 'subscribe', events: ['other'] })
    const bo = openTo(hub, { livecache: false, token: 'bo' })
    await pass(0)
    hub.publish(created())
    hub.publish(created('tenant:2'))
    expect([quiet, own, said, bo].map(({ frames }) => frames.length)).toEqual([1, 0, 0, 0])
    await hub.setDefault('ada', null)
    expect(await hub.defaultOf('ada')).toBeNull()
  })

  it('does not take the place of what the client asks for itself, however long the app takes to allow that', async () => {
    let allow = () => {}
    const asked = new Promise<boolean>((resolve) => (allow = () => resolve(true)))
    const hub = newHub({ authorize: () => asked })
    await hub.setDefault('ada', { events: ['goal.*'] })
    const end = openTo(hub, { livecache: false, token: 'ada' })
    end.say({ type: 'subscribe', events: ['other'] })
    await pass(0)
    allow()
    await pass(0)
    expect(end.session.subscriptions().map(([, { events }]) => events)).toEqual([['other']])
  })
})
