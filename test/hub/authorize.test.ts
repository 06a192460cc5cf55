// What the app has a say in: streams, single events, and taking back what was allowed.
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { created, newHub, openTo, pass, signedIn, subscribed } from './wire.ts'

beforeEach(() => void vi.useFakeTimers({ now: 1_700_000_000_000 }))
afterEach(() => void vi.useRealTimers())

describe('authorize', () => {
  it('refuses a stream that the token allows, with the same answer as for one that does not exist', async () => {
    const hub = newHub({ authorize: (_reader, stream) => stream !== 'tenant:1' })
    hub.publish(created())
    const { say, ofType, events } = await signedIn(hub)
    say({ type: 'subscribe', id: 'a', streams: ['tenant:1'] })
    say({ type: 'subscribe', id: 'a', streams: ['tenant:9'] })
    const [refused, unknown] = ofType('error')
    expect(refused).toEqual(unknown)
    say({ type: 'subscribe', id: 'b' })
    say({ type: 'resume', streams: { 'tenant:1': { epoch: hub.epoch, seq: 0 } } })
    expect(ofType('subscribed')[0]!['streams']).toEqual({ 'user:ada': { epoch: hub.epoch, seq: 0 } })
    expect(ofType('resumed')[0]!['streams']).toEqual({})
    hub.publish(created())
    hub.publish(created('user:ada'))
    expect(events().map(({ stream }) => stream as string)).toEqual(['user:ada'])
  })

  it('may take its time: what the client says meanwhile waits, and keeps its order', async () => {
    const answers: ((isAllowed: boolean) => void)[] = []
    const hub = newHub({ authorize: () => new Promise<boolean>((resolve) => answers.push(resolve)) })
    const { say, frames } = await signedIn(hub)
    say({ type: 'subscribe', id: 'a', streams: ['tenant:1'] })
    say({ type: 'subscribe', id: 'b', streams: ['user:ada'] })
    say({ type: 'resume' })
    say({ type: 'ping' })
    await pass(0)
    expect(frames.map(({ type }) => type as string)).toEqual(['welcome'])
    // Of both that the token names: the first subscription asks for them all.
    for (const answer of answers) answer(true)
    await pass(0)
    expect(frames.map(({ type }) => type as string)).toEqual(['welcome', 'subscribed', 'subscribed', 'resumed', 'pong'])
    expect(answers).toHaveLength(2)
  })

  it('that throws or rejects means no, and is reported', async () => {
    for (const authorize of [
      () => {
        throw new Error('no database')
      },
      () => Promise.reject(new Error('no database')),
    ]) {
      const onError = vi.fn()
      const { say, ofType } = await signedIn(newHub({ authorize, onError }))
      say({ type: 'subscribe', id: 'a', streams: ['tenant:1'] })
      await pass(0)
      expect(ofType('error')).toMatchObject([{ code: 'UNKNOWN_TOPIC', ref: 'a' }])
      expect(onError.mock.calls[0]![0]).toMatchObject({ code: 'handler-threw' })
    }
  })

  it('is asked about a stream that a pattern allows once it is first spoken on', async () => {
    const asked: string[] = []
    const hub = newHub({
      authorize(_reader, stream) {
        asked.push(stream)
        return stream !== 'goal:2'
      },
    })
    const { events } = await subscribed(hub)
    hub.publish(created('goal:1'))
    hub.publish(created('goal:2'))
    hub.publish(created('goal:1'))
    expect(events().map(({ stream }) => stream as string)).toEqual(['goal:1', 'goal:1'])
    expect(asked).toEqual(['user:ada', 'tenant:1', 'goal:1', 'goal:2'])
  })

  it('that takes its time over such a stream has the client begin where the stream is then', async () => {
    const hub = newHub({ authorize: async () => true })
    const { events, ofType } = await subscribed(hub)
    await pass(0)
    hub.publish(created('goal:1'))
    expect(events()).toEqual([])
    await pass(0)
    expect(ofType('subscribed').at(-1)).toMatchObject({ streams: { 'goal:1': { epoch: hub.epoch, seq: 1 } } })
    hub.publish(created('goal:1'))
    expect(events()).toMatchObject([{ stream: 'goal:1', seq: 2 }])
  })

  it('is asked again after a renewal, which may give and take', async () => {
    let allowed = ['tenant:1', 'goal:1']
    const hub = newHub({ authorize: async (_reader, stream) => allowed.includes(stream) })
    for (const stream of ['tenant:1', 'user:ada', 'goal:1']) hub.publish(created(stream))
    const { say, frames, ofType } = await subscribed(hub)
    await pass(0)
    expect(Object.keys(ofType('subscribed')[0]!['streams'] as object)).toEqual(['tenant:1'])
    allowed = ['user:ada']
    frames.length = 0
    say({ type: 'auth', token: 'ada' })
    say({ type: 'ping' })
    await pass(0)
    expect(frames).toEqual([
      { type: 'revoked', streams: expect.arrayContaining(['tenant:1']) },
      { type: 'authenticated' },
      { type: 'subscribed', ref: 's1', events: ['*'], streams: { 'user:ada': { epoch: hub.epoch, seq: 1 } } },
      { type: 'pong' },
    ])
  })
})

describe('authorizeEvent', () => {
  it('keeps single events from single readers, also when they are sent again, and shows no gap where one is left out', async () => {
    const hub = newHub({
      verify: (token) => ({ subject: token!, streams: ['tenant:1'], roles: token === 'boss' ? ['admin'] : [] }),
      authorizeEvent: ({ roles }, { type }) => type !== 'salary.changed' || roles!.includes('admin'),
    })
    const boss = await subscribed(hub, {}, 'boss')
    const ada = await subscribed(hub, {}, 'ada')
    hub.publish(created())
    hub.publish({ ...created(), type: 'salary.changed' })
    hub.publish(created())
    expect(boss.events()).toHaveLength(3)
    expect(ada.events()).toMatchObject([{ seq: 1 }, { seq: 3, prev: 1 }])
    const again = await signedIn(hub, 'ada')
    again.say({ type: 'subscribe' })
    again.say({ type: 'resume', streams: { 'tenant:1': { epoch: hub.epoch, seq: 0 } } })
    expect(again.events()).toMatchObject([{ seq: 1 }, { seq: 3, prev: 1, replayed: true }])
  })

  it('that throws keeps the event back, and is reported', async () => {
    const onError = vi.fn()
    const hub = newHub({
      authorizeEvent: () => {
        throw new Error('oh')
      },
      onError,
    })
    const { events } = await subscribed(hub)
    hub.publish(created())
    expect(events()).toEqual([])
    expect(onError.mock.calls[0]![0]).toMatchObject({ code: 'handler-threw' })
  })
})

describe('revoking', () => {
  it('streams tells the sessions of that user, and nothing of them comes any more, not even upon another subscription', async () => {
    const hub = newHub()
    for (const stream of ['tenant:1', 'goal:1', 'goal:2']) hub.publish(created(stream))
    const ada = await subscribed(hub)
    const bo = await subscribed(hub, {}, 'bo')
    await hub.revoke({ subject: 'ada', streams: ['goal:*', 'tenant:2'] })
    expect(ada.ofType('revoked')).toEqual([{ type: 'revoked', streams: ['goal:1', 'goal:2'] }])
    expect(bo.ofType('revoked')).toEqual([])
    hub.publish(created('goal:1'))
    ada.say({ type: 'subscribe', id: 's2', streams: ['goal:1'] })
    expect(ada.ofType('error')).toMatchObject([{ code: 'UNKNOWN_TOPIC', ref: 's2' }])
    ada.say({ type: 'resume', streams: { 'goal:1': { epoch: hub.epoch, seq: 0 } } })
    expect(ada.events()).toEqual([])
    hub.publish(created())
    expect(ada.events()).toHaveLength(1)
  })

  it('everything ends the sessions of that user with 4401, so that each has to show a token again', async () => {
    const hub = newHub()
    const ada = await subscribed(hub)
    const bo = await subscribed(hub, {}, 'bo')
    const stranger = openTo(hub)
    await hub.revoke({ subject: 'ada' })
    expect(ada.closed).toEqual([[4401, 'access was revoked']])
    expect([bo.closed, stranger.closed]).toEqual([[], []])
  })

  it('a stream ends with a renewal that allows it again', async () => {
    const hub = newHub()
    hub.publish(created())
    const { say, ofType, events } = await subscribed(hub)
    await hub.revoke({ subject: 'ada', streams: ['tenant:1'] })
    say({ type: 'auth', token: 'ada' })
    await pass(0)
    expect(ofType('subscribed').at(-1)).toMatchObject({ streams: { 'tenant:1': { seq: 1 } } })
    hub.publish(created())
    expect(events()).toHaveLength(1)
  })
})

describe('asking for another fetch', () => {
  it('tells each session of the streams that it may read, and of no others', async () => {
    const hub = newHub()
    const ada = await subscribed(hub)
    const bo = await subscribed(hub, {}, 'bo')
    await hub.resync({ streams: ['tenant:1', 'user:ada'], reason: 'a backup was restored' })
    expect(ada.ofType('resync')).toEqual([
      { type: 'resync', streams: ['tenant:1', 'user:ada'], reason: 'a backup was restored' },
    ])
    expect(bo.ofType('resync')).toEqual([])
    await hub.resync()
    expect(bo.ofType('resync')).toEqual([{ type: 'resync' }])
  })
})

describe('verify', () => {
  it.each([
    undefined,
    null,
    'ada',
    {},
    { subject: 'ada' },
    { subject: 7, streams: [] },
    { subject: 'ada', streams: 'tenant:1' },
  ])('that answers %j lets nobody in, and whoever wrote it is told', async (answer) => {
    const onError = vi.fn()
    const { closed } = await signedIn(newHub({ verify: () => answer as never, onError }))
    expect(closed).toEqual([[4401, 'the token was refused']])
    expect(onError.mock.calls[0]![0]).toMatchObject({
      code: 'invalid-option',
      message: expect.stringContaining('Return { subject, streams }') as string,
    })
  })
})
