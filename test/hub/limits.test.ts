// What one session may ask for, and what becomes of one that asks for more.
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { HubObserver } from '../../src/hub/index.ts'
import { created, newHub, openTo, pass, signedIn, subscribed } from './wire.ts'

beforeEach(() => void vi.useFakeTimers({ now: 1_700_000_000_000 }))
afterEach(() => void vi.useRealTimers())

function watching() {
  const refused: (string | undefined)[] = []
  const observer: HubObserver = { refused: ({ limit }) => refused.push(limit) }
  return { refused, observers: [observer] }
}

describe('frames', () => {
  const frames = { burst: 10, perSecond: 2 }

  it('beyond what a session may send end it, and who watches is told which limit it was', async () => {
    const { refused, observers } = watching()
    const { say, closed, ofType } = await signedIn(newHub({ limits: { frames }, observers }))
    for (let count = 0; count < 11; count++) say({ type: 'ping' })
    expect(ofType('pong')).toHaveLength(10)
    expect(ofType('error')).toEqual([
      { type: 'error', code: 'RATE_LIMIT', message: 'too many frames', retryable: true, retryAfterMs: 30_000 },
    ])
    expect(closed).toEqual([[4429, 'too many frames']])
    expect(refused).toEqual(['frames'])
  })

  it('come back with time', async () => {
    const { say, closed, ofType } = await signedIn(newHub({ limits: { frames } }))
    for (let count = 0; count < 10; count++) say({ type: 'ping' })
    await pass(2_000)
    for (let count = 0; count < 4; count++) say({ type: 'ping' })
    expect(ofType('pong')).toHaveLength(14)
    expect(closed).toEqual([])
  })

  it('that have a token verified cost more than others', async () => {
    const verified = vi.fn((token: string | undefined) => ({ subject: token!, streams: [] }))
    const { say, closed } = await signedIn(newHub({ verify: verified }))
    for (let count = 0; count < 200; count++) {
      say({ type: 'auth', token: 'ada' })
      await pass(0)
    }
    expect(closed).toEqual([[4429, 'too many frames']])
    // The first of all signed in.
    expect(verified).toHaveBeenCalledTimes(101)
  })

  it('renew a token also where few are allowed', async () => {
    const { say, closed, ofType } = await signedIn(newHub({ limits: { frames } }))
    for (let count = 0; count < 5; count++) say({ type: 'ping' })
    for (let count = 0; count < 5; count++) {
      say({ type: 'auth', token: 'ada' })
      await pass(0)
    }
    expect([closed, ofType('authenticated').length]).toEqual([[], 5])
  })

  it('that confirm what was sent cost nothing, one by one or together', async () => {
    const hub = newHub({ limits: { frames } })
    const { say, closed, events, session } = await subscribed(hub)
    for (let count = 0; count < 100; count++) {
      const { eventId, seq } = hub.publish(created())
      say(count % 2 === 0 ? { type: 'ack', eventId } : { type: 'ack', upTo: { 'tenant:1': seq } })
    }
    expect(events()).toHaveLength(100)
    expect(session.unacked()).toBe(0)
    expect(closed).toEqual([])
  })

  it('F82: that confirm events of others, of the future or none at all have no effect, and cost', async () => {
    const hub = newHub({ limits: { frames } })
    const ada = await subscribed(hub)
    const bo = await subscribed(hub, { events: ['*'] }, 'bo')
    const { eventId } = hub.publish(created('tenant:2'))
    hub.publish(created())
    ada.say({ type: 'ack', eventId })
    ada.say({ type: 'ack', eventIds: ['EV-of-tomorrow'] })
    ada.say({ type: 'ack', upTo: { 'tenant:2': 9_999, 'tenant:7': 1 } })
    expect([ada.session.unacked(), bo.session.unacked()]).toEqual([1, 1])
    ada.say({ type: 'ack', upTo: { 'tenant:1': 9_999 } })
    hub.publish(created())
    expect(ada.session.unacked()).toBe(1)
    for (let count = 0; count < 20; count++) ada.say({ type: 'ack', eventId: 'EV-nonsense' })
    expect(ada.closed).toEqual([[4429, 'too many frames']])
    expect(bo.closed).toEqual([])
  })

  it('that answer a ping cost nothing, as often as was asked', async () => {
    const { say, closed } = await signedIn(newHub({ limits: { frames }, heartbeatMs: 1_000 }))
    for (let count = 0; count < 50; count++) {
      await pass(1_000)
      say({ type: 'pong' })
    }
    expect(closed).toEqual([])
    for (let count = 0; count < 11; count++) say({ type: 'pong' })
    expect(closed).toEqual([[4429, 'too many frames']])
  })

  it('that cannot be read cost as well', async () => {
    const { session, say, closed } = await signedIn(newHub({ limits: { frames } }))
    say({ type: 'resume' })
    for (let count = 0; count < 10; count++) session.receive('no JSON')
    expect(closed).toEqual([[4429, 'too many frames']])
  })

  it('are dearer while the process can hardly keep up', async () => {
    const { say, closed } = await signedIn(newHub({ limits: { frames }, pressure: () => 4 }))
    for (let count = 0; count < 3; count++) say({ type: 'ping' })
    expect(closed).toEqual([[4429, 'too many frames']])
  })
})

describe('subscriptions', () => {
  it('beyond what a session may have are refused by themselves, and it goes on', async () => {
    const hub = newHub({ limits: { maxSubscriptions: 2 } })
    const { say, ofType, closed, events } = await signedIn(hub)
    for (const id of ['a', 'b', 'c']) say({ type: 'subscribe', id, events: ['goal.*'] })
    say({ type: 'subscribe', id: 'b', events: ['goal.created'] })
    say({ type: 'resume' })
    expect(ofType('error')).toEqual([
      {
        type: 'error',
        code: 'RATE_LIMIT',
        message: 'there may be 2 subscriptions at a time; end one first',
        retryable: true,
        ref: 'c',
      },
    ])
    hub.publish(created())
    expect(events()).toHaveLength(1)
    expect(closed).toEqual([])
    say({ type: 'unsubscribe', id: 'a' })
    say({ type: 'subscribe', id: 'c' })
    expect(ofType('subscribed').at(-1)).toMatchObject({ ref: 'c' })
  })

  it('that name too much are refused', async () => {
    const { say, ofType } = await signedIn(newHub({ limits: { maxNames: 2 } }))
    say({ type: 'subscribe', id: 'a', events: ['a', 'b', 'c'] })
    say({ type: 'subscribe', id: 'b', streams: ['tenant:1', 'user:ada', 'goal:1'] })
    expect(ofType('error').map(({ code, ref }) => [code, ref])).toEqual([
      ['INVALID', 'a'],
      ['INVALID', 'b'],
    ])
  })
})

describe('what is not confirmed', () => {
  it('is bounded by its length too', async () => {
    const hub = newHub({ limits: { maxUnackedBytes: 1_000 } })
    const { closed } = await subscribed(hub)
    for (let count = 0; count < 8; count++) hub.publish({ ...created(), payload: 'x'.repeat(100) })
    expect(closed).toEqual([[4410, 'too many events are unconfirmed']])
  })
})

describe('F84: a slow reader', () => {
  function slowly(hub: ReturnType<typeof newHub>) {
    let buffered = 0
    const closed: number[] = []
    const session = hub.connect(
      {
        send: (text) => (buffered += text.length),
        close: (code) => closed.push(code),
        buffered: () => buffered,
      },
      { livecache: false, token: 'ada' },
    )
    session.receive('{"type":"subscribe"}')
    return { closed, read: () => (buffered = 0), buffered: () => buffered }
  }
  const big = { ...created(), payload: 'x'.repeat(10_000) }

  it('is one that stays behind for two seconds: a burst is too much for any socket at once', async () => {
    const hub = newHub({ limits: { maxBuffered: 50_000 } })
    const { closed, read } = slowly(hub)
    await pass(0)
    for (let count = 0; count < 10; count++) hub.publish(big)
    await pass(1_999)
    hub.publish(big)
    expect(closed).toEqual([])
    read()
    hub.publish(big)
    await pass(5_000)
    for (let count = 0; count < 10; count++) hub.publish(big)
    await pass(2_000)
    hub.publish(big)
    expect(closed).toEqual([4410])
  })

  it('cannot fill the memory, however fast it is fed', async () => {
    const hub = newHub({ limits: { maxBuffered: 50_000 } })
    const { closed, buffered } = slowly(hub)
    await pass(0)
    for (let count = 0; count < 200; count++) hub.publish(big)
    expect(closed).toEqual([4410])
    expect(buffered()).toBeLessThan(50_000 * 16 + 20_000)
  })
})

describe('room', () => {
  it('for a user is asked for once somebody is signed in; where there is none the client is told how long to wait', async () => {
    const { observers, refused } = watching()
    const hub = newHub({ observers })
    const admit = () => ({ code: 'RATE_LIMIT', message: 'too many connections of this user', retryAfterMs: 5_000 })
    const end = openTo(hub, { admit })
    end.say({ type: 'auth', token: 'ada' })
    await pass(0)
    expect(end.frames).toEqual([
      {
        type: 'error',
        code: 'RATE_LIMIT',
        message: 'too many connections of this user',
        retryable: true,
        retryAfterMs: 5_000,
      },
    ])
    expect(end.closed).toEqual([[4429, 'too many connections of this user']])
    expect(refused).toEqual([undefined])
    expect(hub.sessions).toBe(0)
  })
})

describe('work that a client makes', () => {
  it('counts: asking again and again for everything costs more frames than it takes', async () => {
    const hub = newHub({ limits: { frames: { burst: 100, perSecond: 1 } } })
    for (let goal = 0; goal < 2_000; goal++) hub.publish(created(`goal:${goal}`))
    const { say, closed } = await signedIn(hub)
    say({ type: 'resume' })
    let asked = 0
    while (closed.length === 0 && asked < 100) {
      say({ type: 'subscribe', id: 's', streams: ['goal:*'] })
      await pass(0)
      asked++
    }
    expect(closed).toEqual([[4429, 'too many frames']])
    expect(asked).toBeLessThan(50)
  })

  it('is done in turns with that of others: what the client says next waits a moment', async () => {
    const hub = newHub()
    for (let goal = 0; goal < 2_000; goal++) hub.publish(created(`goal:${goal}`))
    const { say, ofType } = await signedIn(hub)
    say({ type: 'resume' })
    say({ type: 'subscribe', id: 's', streams: ['goal:*'] })
    say({ type: 'ping' })
    expect([ofType('subscribed').length > 0, ofType('pong').length]).toEqual([true, 0])
    await pass(0)
    expect(ofType('pong')).toHaveLength(1)
  })

  it('is not remembered without end: who names streams that never were is sent away', async () => {
    const { say, closed } = await signedIn(newHub())
    for (let frame = 0; closed.length === 0 && frame < 100; frame++) {
      const names = Array.from(
        { length: 250 },
        (_, index) => [`goal:${frame}-${index}`, { epoch: 'e', seq: 1 }] as const,
      )
      say({ type: 'resume', streams: Object.fromEntries(names) })
      await pass(0)
    }
    expect(closed).toEqual([[4429, 'too many streams were named']])
  })
})
