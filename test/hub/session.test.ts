// The server's side, spoken to in text as a socket would.
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createHub, type Hub, type HubOptions } from '../../src/hub/index.ts'
import { created, type Frame, newHub, openTo, pass, signedIn, subscribed, verify } from './wire.ts'

beforeEach(() => void vi.useFakeTimers({ now: 1_700_000_000_000 }))
afterEach(() => void vi.useRealTimers())

/** What it says is the log's own. */
const cursor = expect.any(String) as string

describe('sign-in', () => {
  it('is answered with what the client has to know', async () => {
    const { frames, session } = await signedIn(newHub())
    expect(frames).toEqual([
      {
        type: 'welcome',
        connectionId: session.id,
        protocol: 'realtime.v1',
        heartbeatMs: 30_000,
        ackTimeoutMs: 30_000,
        replayWindowMs: 300_000,
        serverTime: '2023-11-14T22:13:20.000Z',
        capabilities: ['ack-ids', 'ack-up-to', 'patterns'],
      },
    ])
  })

  it('comes first: anything else ends the session', () => {
    for (const text of ['{"type":"subscribe","events":["*"]}', '{"type":"ping"}', 'no JSON', '{}']) {
      const { session, closed, frames } = openTo(newHub())
      session.receive(text)
      expect(closed).toEqual([[4401, 'sign in first']])
      expect(frames).toEqual([])
    }
  })

  it('is refused without a reason, and ends the session', async () => {
    const { closed } = await signedIn(newHub(), 'forged')
    expect(closed).toEqual([[4401, 'the token was refused']])
  })

  it('is not read beyond 8 KB', () => {
    const { say, closed } = openTo(newHub())
    say({ type: 'auth', token: 'x'.repeat(8_192) })
    expect(closed).toEqual([[4413, 'the sign-in is too long']])
  })

  it('has ten seconds', async () => {
    const { closed } = openTo(newHub())
    await pass(9_999)
    expect(closed).toEqual([])
    await pass(1)
    expect(closed).toEqual([[4408, 'no sign-in came in time']])
  })

  it('has less time where its socket says so', async () => {
    const { closed } = openTo(newHub(), { signInWithinMs: 1_500 })
    await pass(1_500)
    expect(closed).toEqual([[4408, 'no sign-in came in time']])
  })

  it('keeps what the client says meanwhile, in order', async () => {
    const hub = newHub()
    const { say, frames, events } = openTo(hub)
    say({ type: 'auth', token: 'ada' })
    say({ type: 'subscribe', id: 's1', events: ['*'] })
    say({ type: 'resume', streams: {} })
    await pass(0)
    hub.publish(created())
    expect(frames.map(({ type }) => type)).toEqual(['welcome', 'subscribed', 'resumed', 'goal.created'])
    expect(events()).toHaveLength(1)
  })

  it('may be repeated before it is answered: the rest waits behind it, and the server goes on', async () => {
    const { say, frames } = openTo(newHub())
    say({ type: 'auth', token: 'ada' })
    say({ type: 'auth', token: 'ada' })
    say({ type: 'ping' })
    await pass(0)
    expect(frames.map(({ type }) => type)).toEqual(['welcome', 'authenticated', 'pong'])
  })

  it('that is never verified ends a session of either kind', async () => {
    for (const livecache of [true, false]) {
      const { say, closed } = openTo(createHub({ verify: () => new Promise(() => {}) }), { livecache })
      if (livecache) say({ type: 'auth', token: 'ada' })
      await pass(10_000)
      expect(closed).toEqual([[4408, 'no sign-in came in time']])
    }
  })

  it('that allows less than before says which streams are gone, and nothing of them afterwards', async () => {
    const hub = newHub()
    hub.publish(created('tenant:1'))
    hub.publish(created('goal:7'))
    const { say, frames, closed } = await subscribed(hub)
    say({ type: 'auth', token: 'short' })
    await pass(0)
    expect(frames.slice(-2)).toEqual([
      { type: 'revoked', streams: ['goal:7', 'user:ada'] },
      { type: 'authenticated', authExpiresInMs: 5_000 },
    ])
    hub.publish(created('goal:7'))
    say({ type: 'auth', token: 'narrow' })
    await pass(0)
    await pass(30_000)
    expect(closed).toEqual([])
    expect(frames.at(-1)).toEqual({ type: 'ping' })
  })

  it('that allows more than before says where each subscription begins on what it reads now', async () => {
    const hub = newHub()
    for (const stream of ['tenant:1', 'goal:7', 'goal:7', 'tenant:2']) hub.publish(created(stream))
    const { say, frames, events } = await subscribed(hub, { events: ['goal.*'], filters: { minAmount: 1 } }, 'narrow')
    say({ type: 'subscribe', id: 's2', events: ['*'], streams: ['tenant:*'] })
    hub.publish(created('goal:7'))
    frames.length = 0
    say({ type: 'auth', token: 'ada' })
    await pass(0)
    const { epoch } = hub
    expect(frames).toEqual([
      { type: 'authenticated' },
      {
        type: 'subscribed',
        ref: 's1',
        events: ['goal.*'],
        filters: { minAmount: 1 },
        streams: { 'goal:7': { epoch, seq: 3 }, 'user:ada': { epoch, seq: 0 } },
      },
    ])
    hub.publish(created('goal:7'))
    hub.publish(created('user:ada'))
    expect(events()).toMatchObject([
      { stream: 'goal:7', seq: 4 },
      { stream: 'user:ada', seq: 1 },
    ])
    expect(events().every((event) => !('prev' in event))).toBe(true)
  })

  it('that allows the same as before says nothing of streams', async () => {
    const hub = newHub()
    hub.publish(created('goal:7'))
    const { say, frames } = await subscribed(hub, { events: ['goal.*'] })
    // A stream that it may read and has not heard of yet.
    hub.publish({ ...created('goal:8'), type: 'issue.created' })
    frames.length = 0
    say({ type: 'auth', token: 'ada' })
    await pass(0)
    expect(frames).toEqual([{ type: 'authenticated' }])
  })

  it('that withdraws a great many streams says so in as many frames as it takes', async () => {
    const hub = newHub()
    for (let goal = 0; goal < 600; goal++) hub.publish(created(`goal:${goal}`))
    const { say, ofType } = await subscribed(hub)
    say({ type: 'auth', token: 'narrow' })
    await pass(0)
    expect(ofType('revoked').flatMap(({ streams }) => streams as string[])).toHaveLength(601)
  })

  it('and every other answer fits into a message, however long the names and the wishes are', async () => {
    const long = (kind: string, n: number) => `${kind}:${n}`.padEnd(200, 'x')
    const hub = newHub()
    const lengths: number[] = []
    const session = hub.connect({ send: (text) => lengths.push(text.length), close: () => {} }, { livecache: true })
    for (let goal = 0; goal < 600; goal++) hub.publish(created(long('goal', goal)))
    session.receive('{"type":"auth","token":"ada"}')
    await pass(0)
    const events = Array.from({ length: 90 }, (_, n) => long('type', n))
    session.receive(JSON.stringify({ type: 'subscribe', events: [...events, '*'] }))
    session.receive('{"type":"resume"}')
    session.receive('{"type":"auth","token":"narrow"}')
    await pass(60_000)
    expect(Math.max(...lengths)).toBeLessThan(65_536)
    expect(lengths.length).toBeGreaterThan(7)
  })

  it('that is being renewed holds up whoever is known, and a stranger after 100 frames', async () => {
    let verdict = () => {}
    const slow = () => new Promise<ReturnType<typeof verify>>((resolve) => (verdict = () => resolve(verify('ada'))))
    const hub = newHub({ verify: (token) => (token === 'slow' ? slow() : verify(token)) })
    const known = await subscribed(hub)
    const stranger = openTo(hub)
    for (const end of [known, stranger]) {
      end.say({ type: 'auth', token: 'slow' })
      for (let count = 0; count < 101; count++) end.say({ type: 'ping' })
    }
    expect(stranger.closed).toEqual([[4429, 'too many frames before the sign-in was answered']])
    const again = await subscribed(hub)
    again.say({ type: 'auth', token: 'slow' })
    for (let count = 0; count < 4_900; count++) again.say({ type: 'ping' })
    verdict()
    await pass(0)
    expect(again.ofType('pong')).toHaveLength(4_900)
  })

  it('can be renewed by the same subject, and by no other', async () => {
    const { say, frames, closed } = await signedIn(newHub())
    say({ type: 'auth', token: 'short' })
    await pass(0)
    expect(frames.at(-1)).toEqual({ type: 'authenticated', authExpiresInMs: 5_000 })
    say({ type: 'auth', token: 'bo' })
    await pass(0)
    expect(closed).toEqual([[4403, 'a renewed token must belong to the same subject']])
  })

  it('ends when the token expires, unless it was renewed', async () => {
    const first = await signedIn(newHub(), 'short')
    const second = await signedIn(newHub(), 'short')
    expect(first.frames[0]).toMatchObject({ authExpiresInMs: 5_000 })
    second.say({ type: 'auth', token: 'ada' })
    await pass(5_000)
    expect(first.closed).toEqual([[4401, 'the token expired']])
    expect(second.closed).toEqual([])
  })
})

describe('subscriptions', () => {
  it('bring the events they ask for, from the streams the token may read', async () => {
    const hub = newHub()
    const { events } = await subscribed(hub, { events: ['goal.*'], filters: { minAmount: 5 } })
    hub.publish(created('tenant:1', '1'))
    hub.publish(created('tenant:2', '2'))
    hub.publish({ ...created('goal:7', '3'), payload: { amount: 4 } })
    hub.publish({ ...created('goal:7', '4'), type: 'issue.created' })
    hub.publish(created('goal:7', '5'))
    expect(events().map(({ eventId }) => eventId)).toEqual(['1', '5'])
  })

  it('are answered with the heads of their streams', async () => {
    const hub = newHub()
    for (const stream of ['tenant:1', 'tenant:1', 'tenant:2', 'goal:7']) hub.publish(created(stream))
    const { say, frames } = await signedIn(hub)
    say({ type: 'subscribe', id: 's1', events: ['*'], filters: { a: 1 } })
    say({ type: 'subscribe', id: 's2', events: ['*'], streams: ['goal:*'] })
    const { epoch } = hub
    expect(frames.slice(1)).toEqual([
      {
        type: 'subscribed',
        ref: 's1',
        events: ['*'],
        filters: { a: 1 },
        streams: { 'tenant:1': { epoch, seq: 2 }, 'goal:7': { epoch, seq: 1 }, 'user:ada': { epoch, seq: 0 } },
      },
      { type: 'subscribed', ref: 's2', events: ['*'], streams: { 'goal:7': { epoch, seq: 1 } } },
    ])
  })

  it('to a great many streams are answered in as many frames as it takes', async () => {
    const hub = newHub()
    for (let goal = 0; goal < 700; goal++) hub.publish(created(`goal:${crypto.randomUUID()}`))
    const { say, frames } = await signedIn(hub)
    say({ type: 'subscribe', id: 's1', events: ['*'] })
    const answers = frames.filter(({ type }) => type === 'subscribed')
    expect(answers.length).toBeGreaterThan(1)
    expect(Object.keys(Object.assign({}, ...answers.map(({ streams }) => streams)))).toHaveLength(702)
    expect(Math.max(...answers.map((answer) => JSON.stringify(answer).length))).toBeLessThan(50_000)
  })

  it('to a foreign stream fail alone, with the answer of one that does not exist', async () => {
    const hub = newHub()
    hub.publish(created('tenant:2'))
    const { say, frames, events } = await subscribed(hub)
    say({ type: 'subscribe', id: 's2', events: ['*'], streams: ['tenant:2'] })
    say({ type: 'subscribe', id: 's3', events: ['*'], streams: ['tenant:404'] })
    const [foreign, unknown] = frames.slice(-2)
    expect(foreign).toEqual({
      type: 'error',
      code: 'UNKNOWN_TOPIC',
      message: 'no such stream',
      retryable: false,
      ref: 's2',
    })
    expect(unknown).toEqual({ ...foreign, ref: 's3' })
    hub.publish(created())
    expect(events()).toHaveLength(1)
  })

  it('by a pattern take no more than may be read', async () => {
    const hub = newHub()
    const { events } = await subscribed(hub, { events: ['*'], streams: ['tenant:*'] })
    hub.publish(created('tenant:1'))
    hub.publish(created('tenant:2'))
    expect(events().map(({ stream }) => stream)).toEqual(['tenant:1'])
  })

  it('bring an event once, however many of them it matches', async () => {
    const hub = newHub()
    const { say, events } = await subscribed(hub)
    say({ type: 'subscribe', id: 's2', events: ['goal.*'] })
    hub.publish(created())
    expect(events()).toHaveLength(1)
  })

  it('end one by one', async () => {
    const hub = newHub()
    const { say, frames, events } = await subscribed(hub)
    say({ type: 'unsubscribe', id: 's1' })
    hub.publish(created())
    expect(frames.at(-1)).toEqual({ type: 'unsubscribed', ref: 's1' })
    expect(events()).toEqual([])
  })
})

describe('events', () => {
  it('carry their place, and `prev` where the one before was not meant for this session', async () => {
    const hub = newHub()
    const { events } = await subscribed(hub, { events: ['goal.*'] })
    hub.publish({
      ...created(),
      id: '1',
      entity: { type: 'goal', id: '7', version: 3 },
      origin: { clientId: 'c', mutationId: 'm' },
      v: 2,
    })
    hub.publish({ ...created(), type: 'issue.created' })
    hub.publish({ ...created(), id: '3' })
    hub.publish({ ...created(), id: '4' })
    expect(events()[0]).toEqual({
      type: 'goal.created',
      eventId: '1',
      timestamp: '2023-11-14T22:13:20.000Z',
      stream: 'tenant:1',
      seq: 1,
      epoch: hub.epoch,
      entity: { type: 'goal', id: '7', version: 3 },
      origin: { clientId: 'c', mutationId: 'm' },
      v: 2,
      payload: { amount: 5 },
    })
    expect(events().map(({ seq, prev }) => [seq, prev])).toEqual([
      [1, undefined],
      [3, 1],
      [4, undefined],
    ])
  })

  it('wait until the session has said where to go on', async () => {
    const hub = newHub()
    const { say, events, frames } = await signedIn(hub)
    say({ type: 'subscribe', id: 's1', events: ['*'] })
    hub.publish(created('tenant:1', '1'))
    expect(events()).toEqual([])
    say({ type: 'resume', streams: {} })
    expect(events()).toMatchObject([{ eventId: '1', replayed: true }])
    expect(frames.at(-1)).toEqual({ type: 'resumed', streams: {}, cursor })
  })

  it('are kept as they were published, whatever the app does to its own object', async () => {
    const hub = newHub()
    const goal = { name: 'Ship', due: new Date(0), left: undefined }
    hub.publish({ ...created(), payload: goal })
    goal.name = 'changed later'
    const { say, events } = await signedIn(hub)
    say({ type: 'subscribe', events: ['*'], filters: { minDue: '1970-01-01' } })
    say({ type: 'resume', streams: { 'tenant:1': { epoch: hub.epoch, seq: 0 } } })
    expect(events()).toMatchObject([{ payload: { name: 'Ship', due: '1970-01-01T00:00:00.000Z' } }])
  })

  it('that are no plain data are refused', () => {
    const payload: Record<string, unknown> = {}
    payload['self'] = payload
    expect(() => newHub().publish({ ...created(), payload })).toThrow('it cannot be written as JSON')
  })

  it.each([
    ['an empty id', { type: 'a', stream: 's', payload: {}, id: '' }],
    ['no type', { type: '', stream: 's', payload: {} }],
    ['no stream', { type: 'a', stream: '', payload: {} }],
    ['a pattern for a stream', { type: 'a', stream: 'tenant:*', payload: {} }],
    ['the name of a frame', { type: 'ping', stream: 's', payload: {} }],
  ])('are refused with %s', (_what, event) => {
    expect(() => newHub().publish(event)).toThrow(/Publish e\.g\.|Choose another type/)
  })
})

describe('an event that no client could read', () => {
  it.each([
    ['too long', 'x'.repeat(65_500), 'bytes at most'],
    ['too deep', JSON.parse(`${'['.repeat(40)}${']'.repeat(40)}`), 'nested'],
  ])('is refused when it is published: %s', async (_what, payload, reason) => {
    const hub = newHub()
    const { events } = await subscribed(hub)
    expect(() => hub.publish({ ...created(), payload })).toThrow(reason)
    hub.publish({ ...created(), payload: 'x'.repeat(65_000) })
    expect(events()).toHaveLength(1)
  })
})

describe('going on after a drop', () => {
  const ids = (end: { events(): Frame[] }) => end.events().map(({ eventId }) => eventId)

  async function comeBack(hub: Hub, resume: object, spec: object = { events: ['*'] }) {
    const end = await signedIn(hub)
    end.say({ type: 'subscribe', id: 's1', ...spec })
    end.say({ type: 'resume', ...resume })
    return end
  }

  it('replays what came behind the positions, across streams in the order it was published', async () => {
    const hub = newHub()
    for (const [id, stream] of [
      ['1', 'tenant:1'],
      ['2', 'goal:7'],
      ['3', 'tenant:1'],
      ['4', 'goal:7'],
      ['5', 'goal:8'],
    ] as const)
      hub.publish(created(stream, id))
    const { epoch } = hub
    const end = await comeBack(hub, {
      lastEventId: '2',
      streams: { 'tenant:1': { epoch, seq: 1 }, 'goal:7': { epoch, seq: 1 } },
    })
    expect(ids(end)).toEqual(['3', '4', '5'])
    expect(end.events().every(({ replayed }) => replayed)).toBe(true)
    expect(end.frames.at(-1)).toEqual({
      type: 'resumed',
      cursor,
      streams: {
        'tenant:1': { epoch, seq: 2, complete: true, prev: 2 },
        'goal:7': { epoch, seq: 2, complete: true, prev: 2 },
      },
    })
  })

  it('replays by the last id alone', async () => {
    const hub = newHub()
    for (const id of ['1', '2', '3']) hub.publish(created('tenant:1', id))
    expect(ids(await comeBack(hub, { lastEventId: '1' }))).toEqual(['2', '3'])
  })

  it('replays only what the subscriptions ask for, and says where holes are', async () => {
    const hub = newHub()
    hub.publish(created('tenant:1', '1'))
    hub.publish({ ...created('tenant:1', '2'), type: 'issue.created' })
    hub.publish(created('tenant:1', '3'))
    const end = await comeBack(hub, { streams: { 'tenant:1': { epoch: hub.epoch, seq: 1 } } }, { events: ['goal.*'] })
    expect(end.events()).toMatchObject([{ eventId: '3', seq: 3, prev: 1 }])
  })

  it('admits what it no longer has: too old, another log, a place that never was', async () => {
    const hub = newHub({ maxPerStream: 2 })
    for (const id of ['1', '2', '3', '4']) hub.publish(created('tenant:1', id))
    const { epoch } = hub
    for (const position of [
      { epoch, seq: 1 },
      { epoch: 'another', seq: 4 },
      { epoch, seq: 9 },
    ]) {
      const end = await comeBack(hub, { streams: { 'tenant:1': position } })
      expect(ids(end)).toEqual([])
      expect(end.frames.at(-1)).toEqual({
        type: 'resumed',
        cursor,
        streams: { 'tenant:1': { epoch, seq: 4, complete: false } },
      })
    }
    const within = await comeBack(hub, { streams: { 'tenant:1': { epoch, seq: 2 } } })
    expect(ids(within)).toEqual(['3', '4'])
    const beyond = await comeBack(hub, { streams: { 'tenant:1': { epoch, seq: 1 } } })
    hub.publish(created('tenant:1', '5'))
    // It goes on from the head it was told.
    expect(beyond.events()).toMatchObject([{ eventId: '5' }])
    expect(beyond.events()[0]).not.toHaveProperty('prev')
  })

  it('forgets events after their time', async () => {
    const hub = newHub()
    hub.publish(created('tenant:1', '1'))
    hub.publish(created('tenant:1', '2'))
    await pass(300_001)
    const end = await comeBack(hub, { streams: { 'tenant:1': { epoch: hub.epoch, seq: 1 } } })
    expect(end.frames.at(-1)).toMatchObject({ streams: { 'tenant:1': { seq: 2, complete: false } } })
  })

  it('says how far it sent each stream, so that a client which did not get so far knows', async () => {
    const hub = newHub()
    for (const id of ['1', '2', '3']) hub.publish(created('tenant:1', id))
    hub.publish({ ...created('tenant:1', '4'), type: 'issue.created' })
    const { epoch } = hub
    const spec = { events: ['goal.*'] }
    const behind = await comeBack(hub, { streams: { 'tenant:1': { epoch, seq: 1 } } }, spec)
    expect(ids(behind)).toEqual(['2', '3'])
    expect(behind.frames.at(-1)).toMatchObject({ streams: { 'tenant:1': { seq: 4, complete: true, prev: 3 } } })
    const nothingNew = await comeBack(hub, { streams: { 'tenant:1': { epoch, seq: 3 } } }, spec)
    expect(nothingNew.frames.at(-1)).toMatchObject({ streams: { 'tenant:1': { seq: 4, complete: true, prev: 3 } } })
    // Both were told of 4, so it needs no mention.
    hub.publish(created('tenant:1', '5'))
    for (const end of [behind, nothingNew]) expect(end.events().at(-1)).not.toHaveProperty('prev')
  })

  it('leaves a stream it was not asked about where the client was told it is, and no further', async () => {
    const hub = newHub()
    hub.publish(created('tenant:1'))
    const end = await signedIn(hub)
    end.say({ type: 'subscribe', id: 's1', events: ['goal.*'] })
    hub.publish({ ...created('tenant:1'), type: 'issue.created' })
    end.say({ type: 'resume', streams: {} })
    hub.publish(created('tenant:1', '3'))
    expect(end.events()).toMatchObject([{ eventId: '3', seq: 3, prev: 1 }])
  })

  it('answers for the streams it was asked about and no others, whatever they are called', async () => {
    const hub = newHub({ verify: () => ({ subject: 'ada', streams: ['*'] }) })
    for (const stream of ['toString', 'hasOwnProperty', 'a']) hub.publish(created(stream))
    const end = await comeBack(hub, { streams: { a: { epoch: hub.epoch, seq: 1 } } })
    expect(end.frames.at(-1)).toEqual({
      type: 'resumed',
      cursor,
      streams: { a: { epoch: hub.epoch, seq: 1, complete: true, prev: 1 } },
    })
  })

  it('sends what came on streams that began meanwhile to who says how far the log had come', async () => {
    const hub = newHub()
    hub.publish(created('tenant:1', '1'))
    const before = (await subscribed(hub)).frames.at(-1)!['cursor']
    await pass(1_000)
    for (const [stream, id] of [
      ['goal:new', '2'],
      ['tenant:1', '3'],
      ['goal:new', '4'],
      ['tenant:9', '5'],
    ] as const)
      hub.publish(created(stream, id))
    for (const [told, missed] of [
      [before, ['2', '3', '4']],
      // Of another log, of none, and of a time to come.
      ['another:1', ['3']],
      ['1', ['3']],
      ['', ['3']],
      [`${String(before).slice(0, -14)}:9999999999999`, ['3']],
    ] as const) {
      const { say, events } = await signedIn(hub)
      say({ type: 'subscribe', id: 's1', events: ['*'] })
      say({ type: 'resume', cursor: told, streams: { 'tenant:1': { epoch: hub.epoch, seq: 1 } } })
      expect(events().map(({ eventId }) => eventId)).toEqual(missed)
    }
  })

  it('says nothing of streams the token may not read', async () => {
    const hub = newHub()
    hub.publish(created('tenant:2', '1'))
    const end = await comeBack(hub, { lastEventId: '1', streams: { 'tenant:2': { epoch: hub.epoch, seq: 0 } } })
    expect(ids(end)).toEqual([])
    expect(end.frames.at(-1)).toEqual({ type: 'resumed', streams: {}, cursor })
  })

  it('needs a log that lasts longer than the way back of a client', () => {
    expect(() => newHub({ retentionMs: 72_000 })).toThrow('Make it more than ackTimeoutMs + 42000 (72000)')
    expect(() => newHub({ retentionMs: 72_001 })).not.toThrow()
  })
})

describe('acks', () => {
  it('that stay away for 30 s end the session, which then comes back and resumes', async () => {
    const hub = newHub()
    const { closed, session } = await subscribed(hub)
    hub.publish(created('tenant:1', '1'))
    expect(session.unacked()).toBe(1)
    await pass(30_000)
    expect(closed).toEqual([[4408, 'ACK_TIMEOUT: an event was not confirmed in time']])
  })

  it('confirm one event, or many in one frame', async () => {
    const hub = newHub()
    const { closed, say, session } = await subscribed(hub)
    for (const id of ['1', '2', '3']) hub.publish(created('tenant:1', id))
    say({ type: 'ack', eventId: '1' })
    say({ type: 'ack', eventIds: ['2', '3', 'of somebody else'] })
    expect(session.unacked()).toBe(0)
    await pass(29_000)
    hub.publish(created('tenant:1', '4'))
    await pass(2_000)
    expect(closed).toEqual([])
    say({ type: 'ack', eventId: '4', rejected: true })
    for (let beat = 0; beat < 10; beat++) {
      await pass(9_000)
      say({ type: 'pong' })
    }
    expect(closed).toEqual([])
  })

  it('confirm all that was sent of a stream up to a place, and nothing else', async () => {
    const hub = newHub()
    const { closed, say, session } = await subscribed(hub)
    for (const stream of ['tenant:1', 'goal:7', 'tenant:1', 'goal:7', 'tenant:1']) hub.publish(created(stream))
    say({ type: 'ack', upTo: { 'tenant:1': 2, 'tenant:2': 9, 'goal:404': 1 } })
    expect(session.unacked()).toBe(3)
    // F82: what has not been sent yet cannot be confirmed.
    say({ type: 'ack', upTo: { 'tenant:1': 1_000, 'goal:7': 2 } })
    expect(session.unacked()).toBe(0)
    hub.publish(created('tenant:1'))
    expect(session.unacked()).toBe(1)
    await pass(30_000)
    expect(closed).toEqual([[4408, 'ACK_TIMEOUT: an event was not confirmed in time']])
  })

  it('may name events and places in one frame', async () => {
    const hub = newHub()
    const { say, session } = await subscribed(hub)
    for (const id of ['1', '2', '3', '4']) hub.publish(created(id < '3' ? 'tenant:1' : 'goal:7', id))
    say({ type: 'ack', eventId: '3', eventIds: ['4'], upTo: { 'tenant:1': 2 } })
    expect(session.unacked()).toBe(0)
  })

  it('confirm by place also where a second resume sent earlier events after later ones', async () => {
    const hub = newHub()
    for (const id of ['1', '2', '3'])
      hub.publish({ ...created('tenant:1', id), type: id === '3' ? 'late' : 'goal.created' })
    const { say, session, events } = await signedIn(hub)
    const resumeAt = (seq: number) => say({ type: 'resume', streams: { 'tenant:1': { epoch: hub.epoch, seq } } })
    say({ type: 'subscribe', id: 's1', events: ['*'] })
    resumeAt(1)
    say({ type: 'subscribe', id: 's1', events: ['goal.*'] })
    resumeAt(0)
    expect(events().map(({ seq }) => seq as number)).toEqual([2, 3, 1, 2])
    say({ type: 'ack', upTo: { 'tenant:1': 2 } })
    expect(session.unacked()).toBe(1)
    say({ type: 'ack', eventId: '3' })
    expect(session.unacked()).toBe(0)
  })

  it('are not waited for by a session that cannot send any', async () => {
    const hub = newHub({ limits: { maxUnacked: 1 } })
    const { closed, events, frames, session } = await subscribed(hub, undefined, undefined, {
      awaitsAcks: false,
      oneWay: true,
    })
    for (let index = 0; index < 5; index++) hub.publish(created())
    expect([events().length, session.unacked()]).toEqual([5, 0])
    expect(frames[0]).not.toHaveProperty('ackTimeoutMs')
    await pass(60_000)
    expect(closed).toEqual([])
  })

  it('that never come do not fill the memory', async () => {
    const hub = newHub({ limits: { maxUnacked: 3 } })
    const { closed } = await subscribed(hub)
    for (let index = 0; index < 5; index++) hub.publish(created())
    expect(closed).toEqual([[4410, 'too many events are unconfirmed']])
  })

  it('are not waited for where the server wants none', async () => {
    const hub = newHub({ ackTimeoutMs: Infinity, limits: { maxUnacked: 1 } })
    const { closed, events } = await subscribed(hub)
    for (let index = 0; index < 5; index++) hub.publish(created())
    expect(events()).toHaveLength(5)
    expect(closed).toEqual([])
  })
})

describe('heartbeats', () => {
  it('go out every 30 s, with the streams that moved on unseen', async () => {
    const hub = newHub()
    const { frames, say, events } = await subscribed(hub, { events: ['goal.*'], streams: ['tenant:1'] })
    hub.publish(created())
    say({ type: 'ack', eventId: frames.at(-1)!['eventId'] })
    hub.publish({ ...created(), type: 'issue.created' })
    await pass(30_000)
    expect(frames.at(-1)).toEqual({ type: 'ping', streams: { 'tenant:1': { prev: 1, seq: 2 } } })
    say({ type: 'pong' })
    await pass(30_000)
    expect(frames.at(-1)).toEqual({ type: 'ping' })
    // The client is at 2 now, so 3 is the next one.
    hub.publish(created())
    expect(events().at(-1)).not.toHaveProperty('prev')
  })

  it('name the last event sent, which may have been lost with nothing behind it', async () => {
    const hub = newHub()
    const { frames, say } = await subscribed(hub)
    for (const stream of ['tenant:1', 'tenant:1', 'goal:7']) hub.publish(created(stream))
    say({ type: 'ack', upTo: { 'tenant:1': 2, 'goal:7': 1 } })
    await pass(30_000)
    expect(frames.at(-1)).toEqual({
      type: 'ping',
      streams: { 'tenant:1': { prev: 2, seq: 2 }, 'goal:7': { prev: 1, seq: 1 } },
    })
  })

  it('name the same last event until there is another, however far the stream has moved', async () => {
    const hub = newHub()
    const { frames, say } = await subscribed(hub, { events: ['goal.*'] })
    hub.publish(created())
    say({ type: 'ack', upTo: { 'tenant:1': 1 } })
    for (const seq of [2, 3]) {
      hub.publish({ ...created(), type: 'issue.created' })
      await pass(30_000)
      expect(frames.at(-1)).toEqual({ type: 'ping', streams: { 'tenant:1': { prev: 1, seq } } })
      say({ type: 'pong' })
    }
  })

  it('name a stream that began meanwhile, if anything of it was sent', async () => {
    const hub = newHub()
    const { frames, say } = await subscribed(hub, { events: ['goal.*'] })
    hub.publish({ ...created('goal:new'), type: 'issue.created' })
    hub.publish({ ...created('goal:other'), type: 'issue.created' })
    hub.publish(created('goal:new'))
    say({ type: 'ack', upTo: { 'goal:new': 2 } })
    await pass(30_000)
    expect(frames.at(-1)).toEqual({ type: 'ping', streams: { 'goal:new': { prev: 2, seq: 2 } } })
  })

  it('name 250 streams at most; the rest comes with the next one, busy streams or not', async () => {
    const hub = newHub({ ackTimeoutMs: Infinity })
    for (let goal = 0; goal < 300; goal++) hub.publish(created(`goal:${goal}`))
    const { ofType, say } = await subscribed(hub)
    const named: string[][] = []
    for (let beat = 0; beat < 3; beat++) {
      const busy = beat < 2 ? 300 : 0
      for (let goal = 0; goal < busy; goal++) hub.publish(created(`goal:${goal}`))
      await pass(30_000)
      say({ type: 'pong' })
      named.push(Object.keys(ofType('ping')[beat]!['streams']))
    }
    expect(named.map(({ length }) => length)).toEqual([250, 250, 50])
    expect(new Set(named[0]!.concat(named[1]!)).size).toBe(300)
  })

  it('name no streams before the session has resumed, nor to a plain client', async () => {
    const hub = newHub()
    const early = await signedIn(hub)
    early.say({ type: 'subscribe', id: 's1', events: ['*'] })
    const plain = openTo(hub, { livecache: false, token: 'ada' })
    plain.say({ type: 'subscribe', events: ['*'] })
    await pass(0)
    hub.publish(created('tenant:1', '1'))
    plain.say({ type: 'ack', eventId: '1' })
    await pass(30_000)
    for (const end of [early, plain]) expect(end.frames.at(-1)).toEqual({ type: 'ping' })
  })

  it('are not answered over a one-way link, and need not be', async () => {
    const { closed, ofType, say } = await subscribed(newHub(), undefined, undefined, { oneWay: true })
    // One that was sent all the same changes nothing.
    say({ type: 'pong' })
    await pass(300_000)
    expect(ofType('ping')).toHaveLength(10)
    expect(closed).toEqual([])
  })

  it('that are not answered in 10 s end the session', async () => {
    const { closed, say } = await subscribed(newHub())
    await pass(30_000)
    say({ type: 'pong' })
    await pass(39_999)
    expect(closed).toEqual([])
    await pass(1)
    expect(closed).toEqual([[4408, 'HEARTBEAT_TIMEOUT: no answer to a ping']])
  })

  it('of the client are answered', async () => {
    const { say, frames } = await subscribed(newHub())
    say({ type: 'ping' })
    expect(frames.at(-1)).toEqual({ type: 'pong' })
  })
})

describe('a plain client', () => {
  it('gets flat frames and no welcome', async () => {
    const hub = newHub()
    const { say, frames } = openTo(hub, { livecache: false, token: 'ada' })
    say({ type: 'subscribe', events: ['transaction', 'goal.created'], filters: { minAmount: 0 } })
    await pass(0)
    hub.publish({ id: 'EV-1', type: 'transaction', stream: 'tenant:1', payload: { id: 'T', amount: 5 } })
    hub.publish({ id: 'EV-2', type: 'goal.created', stream: 'tenant:1', payload: { id: 'G' } })
    expect(frames).toEqual([
      {
        type: 'transaction',
        eventId: 'EV-1',
        timestamp: '2023-11-14T22:13:20.000Z',
        transaction: { id: 'T', amount: 5 },
      },
      { type: 'goal.created', eventId: 'EV-2', timestamp: '2023-11-14T22:13:20.000Z', created: { id: 'G' } },
    ])
    await pass(30_000)
    expect(frames.at(-1)).toEqual({ type: 'ping' })
  })

  it('gets what an event of one word is about under the name of that', async () => {
    const hub = newHub()
    const { say, frames } = openTo(hub, { livecache: false, token: 'ada' })
    say({ type: 'subscribe', events: ['*'] })
    await pass(0)
    const wallet = { currency: 'NGN', availableBalance: 49_950_000 }
    const entity = { type: 'wallet', id: 'NGN' }
    hub.publish({ id: 'EV-1', type: 'balance', stream: 'tenant:1', payload: wallet, entity })
    // No client would find a number there.
    hub.publish({ id: 'EV-2', type: 'balance', stream: 'tenant:1', payload: 5, entity })
    hub.publish({ id: 'EV-3', type: 'wallet.frozen', stream: 'tenant:1', payload: wallet, entity })
    const timestamp = '2023-11-14T22:13:20.000Z'
    expect(frames).toEqual([
      { type: 'balance', eventId: 'EV-1', timestamp, wallet },
      { type: 'balance', eventId: 'EV-2', timestamp, balance: 5 },
      { type: 'wallet.frozen', eventId: 'EV-3', timestamp, frozen: wallet },
    ])
  })

  it('has one subscription, which the next one replaces and unsubscribe takes from', async () => {
    const hub = newHub()
    const { say, events } = openTo(hub, { livecache: false, token: 'ada' })
    await pass(0)
    const publish = (type: string) => hub.publish({ type, stream: 'tenant:1', payload: {} })
    say({ type: 'subscribe', events: ['a'] })
    say({ type: 'subscribe', events: ['b', 'c'] })
    for (const type of ['a', 'b', 'c']) publish(type)
    say({ type: 'unsubscribe', events: ['b'] })
    for (const type of ['a', 'b', 'c']) publish(type)
    expect(events().map(({ type }) => type)).toEqual(['b', 'c', 'c'])
  })

  it('goes on behind its last id', async () => {
    const hub = newHub()
    for (const id of ['1', '2', '3']) hub.publish(created('tenant:1', id))
    const { say, events } = openTo(hub, { livecache: false, token: 'ada' })
    await pass(0)
    say({ type: 'subscribe', events: ['*'], lastEventId: '1' })
    expect(events().map(({ eventId }) => eventId)).toEqual(['2', '3'])
  })

  it('without a valid token is sent away', async () => {
    const { closed } = openTo(newHub(), { livecache: false })
    await pass(0)
    expect(closed).toEqual([[4401, 'the token was refused']])
  })
})

describe('a hub with options left undefined', () => {
  it('keeps its defaults', async () => {
    const hub = createHub({ verify, heartbeatMs: undefined, retentionMs: undefined } as unknown as HubOptions)
    const { frames } = await subscribed(hub)
    await pass(29_000)
    expect(frames.map(({ type }) => type)).not.toContain('ping')
  })
})

describe('a frame that cannot be read', () => {
  it('ends a session that has not resumed yet: it may have been the resume', async () => {
    const { session, closed } = await signedIn(newHub())
    session.receive('no JSON')
    expect(closed).toEqual([[4422, 'a frame must be JSON']])
  })

  it('is answered with what is wrong, and stops nothing', async () => {
    const hub = newHub()
    const { session, frames, events, closed } = await subscribed(hub)
    session.receive('no JSON')
    session.receive('{"type":"subscribe","events":7}')
    session.receive('{"type":"nonsense"}')
    expect(frames.slice(-3).map(({ code, message }) => [code, message])).toEqual([
      ['INVALID', 'a frame must be JSON'],
      ['INVALID', '"events" of a "subscribe" frame must be an array of strings'],
      ['INVALID', 'no frame has the type "nonsense"'],
    ])
    hub.publish(created())
    expect(events()).toHaveLength(1)
    expect(closed).toEqual([])
  })
})

describe('a hub', () => {
  it('counts its sessions and ends them all when it closes', async () => {
    const hub = newHub()
    const first = await subscribed(hub)
    const second = await subscribed(hub)
    expect(hub.sessions).toBe(2)
    first.session.gone()
    expect(hub.sessions).toBe(1)
    hub.close()
    expect(second.closed).toEqual([[1012, 'the server is going away']])
    expect(openTo(hub).closed).toEqual([[1012, 'the server is going away']])
    expect(hub.sessions).toBe(0)
    expect(vi.getTimerCount()).toBe(0)
  })
})
