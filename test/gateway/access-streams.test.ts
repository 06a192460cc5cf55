// What somebody who is signed in may read and do, and nothing beyond it: by every way into a real gateway. Who gets in at all is
// access-tokens.test.ts.
import { afterEach, describe, expect, it } from 'vitest'
import { createGateway, type Gateway, type GatewayOptions } from '../../src/gateway/create-gateway.ts'
import type { RealtimeError } from '../../src/base/errors.ts'
import { afterTest, endAll } from '../after-test.ts'
import { until } from '../smoke/until.ts'
import { type Answer, ask, type Frame, join, type Link, open, pause, socket, sse, transports } from './access-links.ts'

afterEach(endAll)

const people: Record<string, readonly string[]> = {
  ada: ['user:ada', 'tenant:1'],
  bo: ['user:bo', 'tenant:2', 'tenant:2:bookings'],
  cy: ['tenant:1', 'tenant:1:*'],
}

/** A token is a name. */
const verify: GatewayOptions['verify'] = (token) => {
  if (token === undefined || !Object.hasOwn(people, token)) throw new Error('nobody of that name')
  return { subject: token, streams: people[token]! }
}

async function start(options: Partial<GatewayOptions> = {}): Promise<{ gateway: Gateway; port: number }> {
  const gateway = createGateway({ verify, onError: () => {}, ...options })
  const { port } = await gateway.listen(0)
  afterTest(gateway.close)
  return { gateway, port }
}

const keep = <L extends Link>(link: L): L => {
  afterTest(link.close)
  return link
}

const paid = (stream: string, payload: unknown = {}) => ({ type: 'paid', stream, payload })
const streamsOf = (link: Link) => link.of('paid').map(({ stream }) => stream)

/** Of another tenant, and there; of nobody; and such as look like `tenant:1`. */
const foreign = ['tenant:2', 'user:bo', 'tenant:2:bookings']
const unknown = 'tenant:nobody'
const alike = [
  'tenant:1 ',
  ' tenant:1',
  'tenant:1:',
  'tenant::1',
  ':tenant:1',
  'tenant:01',
  'tenant:10',
  'tenant:1.0',
  'tenant:1/../2',
  'Tenant:1',
  'TENANT:1',
  'tenant.1',
  'tenant:1\u0000',
  'tenant:1\u200b',
  'tenant:\uff11',
  'ten\u0430nt:1',
  'tenant\uff1a1',
  'tenant:1\u0301',
  'tenant:1?',
  'tenant',
  '',
  '__proto__',
  'constructor',
  'toString',
]

describe.each(transports)('by %s, a foreign stream', (transport) => {
  async function begin(options: Partial<GatewayOptions> = {}) {
    const started = await start(options)
    for (const stream of [...foreign, 'tenant:1', 'user:ada'])
      await started.gateway.publish(paid(stream, { old: true }))
    return started
  }

  it('F79 that is named is answered as one that does not exist, letter by letter', async () => {
    const { gateway, port } = await begin()
    const link = keep(await join(transport, port, 'ada'))
    for (const stream of [unknown, ...foreign, ...alike]) {
      const before = link.of('error').length
      await link.say([{ type: 'subscribe', id: 's', streams: ['tenant:1', stream] }])
      await until(() => link.of('error').length > before)
    }
    const errors = link.of('error').map((frame) => JSON.stringify(frame))
    const answer = '{"type":"error","code":"UNKNOWN_TOPIC","message":"no such stream","retryable":false,"ref":"s"}'
    expect(new Set(errors)).toEqual(new Set([answer]))
    for (const stream of foreign) await gateway.publish(paid(stream))
    await gateway.publish(paid('user:ada'))
    await until(() => link.of('paid').length > 0)
    expect(streamsOf(link)).toEqual(['user:ada'])
    expect(link.ends).toEqual([])
  })

  it('F79 is in no pattern, however wide', async () => {
    const { gateway, port } = await begin()
    const link = keep(await join(transport, port, 'ada'))
    const wide = [
      ['*'],
      ['tenant:*'],
      ['*:2'],
      ['*:*'],
      ['tenant:2:*', 'user:*'],
      ['tenant:2*'],
      ['*:bookings'],
      ['**'],
    ]
    await link.say(wide.map((streams, index) => ({ type: 'subscribe', id: `s${index}`, streams })))
    await until(() => link.of('subscribed').length === wide.length + 1)
    for (const { streams } of link.of('subscribed')) {
      expect(people['ada']).toEqual(expect.arrayContaining(Object.keys(streams as Frame)))
    }
    for (const stream of [...foreign, ...alike.filter(Boolean), 'tenant:1'])
      await gateway.publish(paid(stream)).catch(() => {})
    await gateway.publish(paid('user:ada'))
    await until(() => streamsOf(link).includes('user:ada'))
    expect(streamsOf(link)).toEqual(['tenant:1', 'user:ada'])
  })

  it('F79 is not gone on with, wherever one claims to have been', async () => {
    const { gateway, port } = await begin()
    const { epoch } = gateway.hub
    const at = (seq: number) => ({ epoch, seq })
    const claims = (names: readonly string[]) => Object.fromEntries([...names, 'tenant:1'].map((name) => [name, at(0)]))
    const link = keep(await join(transport, port, 'ada', { streams: claims([...foreign, ...alike]) }))
    const other = keep(await join(transport, port, 'ada', { streams: claims([unknown]) }))
    const cursor = expect.stringMatching(new RegExp(`^${epoch}:\\d+$`)) as string
    const resumed = { type: 'resumed', streams: { 'tenant:1': { epoch, seq: 1, complete: true, prev: 1 } }, cursor }
    expect([...link.of('resumed'), ...other.of('resumed')]).toEqual([resumed, resumed])
    expect(streamsOf(link)).toEqual(['tenant:1'])
    // A ping tells of no place in it either.
    for (const stream of foreign) await gateway.publish(paid(stream))
    await gateway.publish(paid('user:ada'))
    await until(() => link.of('paid').length === 2)
    expect(JSON.stringify(link.frames)).not.toMatch(/tenant:2|user:bo/)
  })

  it('F79 lends nobody the place of its events', async () => {
    const { gateway, port } = await start()
    const theirs = await gateway.publish(paid('tenant:2'))
    await gateway.publish(paid('tenant:1', { after: 'theirs' }))
    const heard: unknown[] = []
    for (const lastEventId of [theirs.eventId, 'EV-nobody-knows']) {
      const link = keep(await join(transport, port, 'ada', { lastEventId }))
      heard.push(link.of('paid'))
    }
    expect(heard).toEqual([[], []])
  })

  it('F79 is not reached by filters, nor by asking again', async () => {
    const { gateway, port } = await begin()
    const link = keep(await join(transport, port, 'ada'))
    const filters = [
      { stream: 'tenant:2' },
      { stream: ['*'] },
      { streams: ['tenant:2'] },
      { '*': '*' },
      { subject: 'bo' },
    ]
    await link.say(filters.map((filter) => ({ type: 'subscribe', id: 'all', filters: filter })))
    await link.say([
      { type: 'subscribe', id: 'all', streams: ['*'], identity: { streams: ['*'] }, subject: 'bo' },
      { type: 'unsubscribe', id: 'other' },
      { type: 'subscribe', events: ['*'], streams: ['tenant:*'] },
    ])
    await until(() => link.of('subscribed').length === filters.length + 3)
    for (const stream of foreign) await gateway.publish(paid(stream, { stream: 'tenant:2', subject: 'bo' }))
    await gateway.publish(paid('user:ada'))
    await until(() => link.of('paid').length > 0)
    expect(streamsOf(link)).toEqual(['user:ada'])
  })

  it('F79 takes nothing that is published unless the app says so, and tells the two apart from nothing', async () => {
    const asked: unknown[] = []
    const { gateway, port } = await begin({
      authorizePublish: ({ subject, streams }, { event, stream }) => {
        asked.push([subject, event, stream])
        return stream !== undefined && streams.includes(stream)
      },
    })
    const link = keep(await join(transport, port, 'ada'))
    const theirs = keep(await join(transport, port, 'bo'))
    const publish = (id: string, stream: string | undefined, event = 'paid') => ({
      type: 'publish',
      id,
      event,
      stream,
      payload: { id },
    })
    await link.say([
      publish('m1', 'tenant:2'),
      publish('m2', unknown),
      publish('m3', 'tenant:1 '),
      publish('m4', 'tenant:1', 'system.reset'),
    ])
    await link.say([
      {
        ...publish('m5', 'tenant:1'),
        eventId: 'forged',
        seq: 99,
        epoch: 'e',
        origin: { clientId: 'bo' },
        subject: 'bo',
      },
    ])
    await until(() => link.of('published').length === 1 && link.of('paid').length === 1)
    const forbidden = { type: 'error', code: 'FORBIDDEN', message: 'this may not be published', retryable: false }
    expect(link.of('error')).toEqual(['m1', 'm2', 'm3', 'm4'].map((ref) => ({ ...forbidden, ref })))
    const connectionId = link.of('welcome')[0]!['connectionId']
    const [own] = link.of('paid')
    expect(own).toMatchObject({ stream: 'tenant:1', seq: 2, origin: { clientId: connectionId, mutationId: 'm5' } })
    expect(own!['eventId']).not.toBe('forged')
    expect(own!['epoch']).toBe(gateway.hub.epoch)
    expect(asked).toEqual([
      ['ada', 'paid', 'tenant:2'],
      ['ada', 'paid', unknown],
      ['ada', 'paid', 'tenant:1 '],
      ['ada', 'paid', 'tenant:1'],
    ])
    expect(theirs.of('paid')).toEqual([])
  })

  it('F79 takes nothing at all where the app says nothing of publishing', async () => {
    const { port } = await begin()
    const link = keep(await join(transport, port, 'ada'))
    await link.say([{ type: 'publish', id: 'm1', event: 'paid', stream: 'tenant:1', payload: {} }])
    await until(() => link.of('error').length === 1)
    expect(link.of('error')[0]).toMatchObject({ code: 'FORBIDDEN', ref: 'm1' })
    expect(link.of('welcome')[0]!['capabilities']).not.toContain('publish')
    expect(link.of('paid')).toEqual([])
  })

  it('F79 is whatever `authorize` refuses of what the token allows, when it is subscribed to and when it is gone on with', async () => {
    const asked: string[] = []
    const { gateway, port } = await begin({
      authorize: async ({ subject }, stream) => {
        await pause(5)
        asked.push(`${subject} ${stream}`)
        if (stream === 'tenant:1:broken') throw new Error('the database is away')
        return stream !== 'tenant:1:secret'
      },
    })
    const names = ['tenant:1:secret', 'tenant:1:broken', 'tenant:1:open']
    for (const stream of names) await gateway.publish(paid(stream))
    const { epoch } = gateway.hub
    const claims = Object.fromEntries(names.map((name) => [name, { epoch, seq: 0 }]))
    const link = keep(await join(transport, port, 'cy', { streams: claims }))
    expect(Object.keys(link.of('resumed')[0]!['streams'] as Frame)).toEqual(['tenant:1:open'])
    await link.say([...names, 'tenant:2'].map((name) => ({ type: 'subscribe', id: name, streams: [name] })))
    await until(() => link.of('error').length === 3)
    const refused = { type: 'error', code: 'UNKNOWN_TOPIC', message: 'no such stream', retryable: false }
    expect(link.of('error')).toEqual(
      ['tenant:1:secret', 'tenant:1:broken', 'tenant:2'].map((ref) => ({ ...refused, ref })),
    )
    for (const stream of names) await gateway.publish(paid(stream))
    await until(() => link.of('paid').length === 2)
    expect(streamsOf(link)).toEqual(['tenant:1:open', 'tenant:1:open'])
    // What the token does not allow is not even asked about.
    expect(asked).not.toContain('cy tenant:2')
  })

  it('F79 or an event that `authorizeEvent` refuses is not sent, also not where it answers by a promise', async () => {
    const { gateway, port } = await begin({
      authorizeEvent: ({ subject }, { payload }) => {
        const { to } = payload as { to?: string }
        if (to === 'async') return Promise.resolve(true) as unknown as boolean
        if (to === 'broken') throw new Error('no such field')
        return to === undefined || to === subject
      },
    })
    const link = keep(await join(transport, port, 'ada'))
    for (const to of ['bo', 'async', 'broken', 'ada']) await gateway.publish(paid('tenant:1', { to }))
    await until(() => link.of('paid').length > 0)
    expect(link.of('paid').map(({ payload }) => payload)).toEqual([{ to: 'ada' }])
  })

  it('F79 is not named in a call to fetch it again', async () => {
    const { gateway, port } = await begin()
    const link = keep(await join(transport, port, 'ada'))
    for (const streams of [['tenant:2'], ['tenant:2:*'], ['user:bo', 'tenant:2*']]) await gateway.resync({ streams })
    await gateway.resync({ streams: ['tenant:2', 'tenant:2:*', 'tenant:1'], reason: 'a backup was restored' })
    await until(() => link.of('resync').some(({ reason }) => reason !== undefined))
    expect(link.of('resync')).toEqual([{ type: 'resync', streams: ['tenant:1'], reason: 'a backup was restored' }])
  })

  it('F79 stays away after it was revoked, also if nothing was ever said on it, or the app is just being asked', async () => {
    const answers: (() => void)[] = []
    const { gateway, port } = await start({
      authorize: (_, stream) =>
        stream === 'tenant:1:slow' ? new Promise((resolve) => answers.push(() => resolve(true))) : true,
    })
    const link = keep(await join(transport, port, 'cy'))
    await gateway.publish(paid('tenant:1:slow', { early: true }))
    await until(() => answers.length > 0)
    await gateway.revoke({ subject: 'cy', streams: ['tenant:1:slow', 'tenant:1:new:*', 'tenant:1:named'] })
    for (const answer of answers) answer()
    await pause(10)
    for (const stream of ['tenant:1:slow', 'tenant:1:new:7', 'tenant:1:named', 'tenant:1:other'])
      await gateway.publish(paid(stream))
    await until(() => streamsOf(link).includes('tenant:1:other'))
    expect(streamsOf(link)).toEqual(['tenant:1:other'])
  })
})

describe('a plain client', () => {
  it('F79 is served nothing foreign for what its address asks, nor by the id of a foreign event', async () => {
    const { gateway, port } = await start()
    const theirs = await gateway.publish(paid('tenant:2'))
    const mine = await gateway.publish(paid('tenant:1', { mine: 1 }))
    await gateway.publish(paid('tenant:1', { mine: 2 }))
    const connect = {
      socket: (query: string) => socket(port, { path: `/realtime?${query}`, headers: { authorization: 'Bearer ada' } }),
      stream: (query: string) => sse(port, 'ada', query),
    }
    for (const way of ['socket', 'stream'] as const) {
      const links = [theirs.eventId, 'EV-nobody-knows', mine.eventId].map((id) =>
        keep(connect[way](`events=*&streams=tenant:2&stream=tenant:2&lastEventId=${id}`)),
      )
      await until(() => gateway.hub.stats.sessions.subscribed === links.length)
      await gateway.publish(paid('tenant:2', { stream: 'tenant:2' }))
      await gateway.publish(paid('user:ada', { way }))
      await until(() => links.every((link) => JSON.stringify(link.frames).includes(`"way":"${way}"`)))
      const counts = links.map((link) => link.frames.length)
      // Behind its own event there is one more on `tenant:1`, and later those of this test.
      expect(counts.slice(0, 2)).toEqual([1, 1])
      expect(counts[2]).toBeGreaterThan(1)
      for (const link of links) link.close()
      await until(() => gateway.hub.sessions === 0)
    }
  })
})

describe('an ack', () => {
  it.each(['websocket', 'sse'] as const)(
    'F82 of what somebody else was sent, or nobody yet, has no effect by %s',
    async (transport) => {
      const { gateway, port } = await start({ ackTimeoutMs: 600 })
      const ada = keep(await join(transport, port, 'ada'))
      const bo = keep(await join(transport, port, 'bo'))
      const idOf = (link: Link) => link.of('welcome')[0]!['connectionId'] as string
      const unacked = (link: Link) => gateway.hub.session(idOf(link))?.unacked()
      const theirs = await gateway.publish(paid('tenant:2'))
      await until(() => bo.of('paid').length === 1)
      await ada.say([
        { type: 'ack', eventId: theirs.eventId },
        { type: 'ack', eventIds: [theirs.eventId, 'EV-future'] },
        {
          type: 'ack',
          upTo: { 'tenant:1': 1_000, 'tenant:2': 1_000, 'user:ada': 1_000, __proto__: 1, constructor: 1 },
        },
      ])
      await ada.say([{ type: 'ping' }])
      await until(() => ada.of('pong').length === 1)
      await gateway.publish({ ...paid('tenant:1'), id: 'EV-future' })
      await gateway.publish(paid('user:ada'))
      await until(() => ada.of('paid').length === 2)
      expect([unacked(ada), unacked(bo), gateway.hub.stats.acks]).toEqual([2, 1, 0])
      // Both are cut off as if nothing had been said.
      await until(() => ada.ends.length > 0 && bo.ends.length > 0)
      const late = { code: 4408, text: 'ACK_TIMEOUT: an event was not confirmed in time' }
      expect([...ada.ends, ...bo.ends]).toEqual([late, late])
    },
  )

  it('F82 of one’s own counts', async () => {
    const { gateway, port } = await start()
    const ada = keep(await join('websocket', port, 'ada'))
    const { eventId } = await gateway.publish(paid('tenant:1'))
    await gateway.publish(paid('user:ada'))
    await until(() => ada.of('paid').length === 2)
    await ada.say([
      { type: 'ack', eventId },
      { type: 'ack', upTo: { 'user:ada': 1 } },
    ])
    await until(() => gateway.hub.stats.acks === 2)
    expect(gateway.hub.session(ada.of('welcome')[0]!['connectionId'] as string)?.unacked()).toBe(0)
  })
})

describe('the session of somebody else', () => {
  const requests: [string, string, unknown][] = [
    ['GET', '', undefined],
    ['POST', '', [{ type: 'publish', id: 'm', event: 'paid', stream: 'tenant:1' }]],
    ['POST', '/ack', [{ type: 'ack', eventId: 'EV-1' }]],
    ['GET', '/subscriptions', undefined],
    ['PATCH', '/subscriptions', [{ type: 'subscribe', id: 'mine' }]],
    ['PATCH', '/subscriptions', [{ type: 'auth', token: 'ada' }]],
    ['PATCH', '/subscriptions', '{"no":'],
    ['PATCH', '/subscriptions', 'x'.repeat(70_000)],
  ]
  /** But for its date, which is a clock's. */
  const shown = ({ status, headers, body }: Answer) => ({ status, headers: { ...headers, date: '' }, body })

  it.each([...transports])('F79 by %s is as unknown as none, for whatever is asked of it', async (transport) => {
    const { gateway, port } = await start({ authorizePublish: () => true })
    const bo = keep(await join(transport, port, 'bo'))
    const connectionId = bo.of('welcome')[0]!['connectionId'] as string
    const nobodys = '00000000-0000-4000-8000-000000000000'
    for (const [method, path, body] of requests) {
      for (const token of ['ada', 'nobody', undefined]) {
        const query = (id: string) => `${path}?connectionId=${id}&after=0`
        const answer = await ask(port, query(connectionId), { method, token, body })
        const other = await ask(port, query(nobodys), { method, token, body })
        expect({ method, path, token, ...shown(answer) }).toEqual({ method, path, token, ...shown(other) })
        expect([401, 404]).toContain(answer.status)
      }
    }
    // And nothing has happened to it.
    await gateway.publish(paid('tenant:1'))
    await gateway.publish(paid('tenant:2'))
    await until(() => bo.of('paid').length > 0)
    expect(streamsOf(bo)).toEqual(['tenant:2'])
    expect(bo.ends).toEqual([])
    const own = await ask(port, `/subscriptions?connectionId=${connectionId}`, { token: 'bo' })
    expect(JSON.parse(own.body)).toMatchObject({ connectionId, subscriptions: [{ id: 'all' }] })
  })

  it('F79 has a default of its own: nobody else sees or sets it, and it widens nothing', async () => {
    const { gateway, port } = await start()
    const set = await ask(port, '/subscriptions', {
      method: 'PATCH',
      token: 'ada',
      body: { events: ['*'], streams: ['tenant:*', '*:*'] },
    })
    expect(set.status).toBe(200)
    expect(JSON.parse((await ask(port, '/subscriptions', { token: 'bo' })).body)).toEqual({ default: null })
    for (const token of ['nobody', undefined]) expect((await ask(port, '/subscriptions', { token })).status).toBe(401)
    const link = keep(socket(port, { headers: { authorization: 'Bearer ada' } }))
    await until(() => gateway.hub.stats.sessions.subscribed === 1)
    await gateway.publish(paid('tenant:2'))
    await gateway.publish(paid('tenant:1', { mine: true }))
    await until(() => link.of('paid').length > 0)
    expect(JSON.stringify(link.frames)).toContain('"mine":true')
    expect(link.of('paid').length).toBe(1)
  })
})

describe('who was refused a stream', () => {
  it('F79 is told to whoever watches, without the name of it', async () => {
    const told: unknown[] = []
    const { port } = await start({
      observers: [{ refused: ({ code, session }) => told.push([code, session?.subject]) }],
    })
    const link = keep(await join('websocket', port, 'ada'))
    await link.say([{ type: 'subscribe', id: 's', streams: ['tenant:2'] }])
    await until(() => link.of('error').length === 1)
    expect(told).toEqual([['UNKNOWN_TOPIC', 'ada']])
  })

  it('F79 where the app’s own function threw, that is told as a fault', async () => {
    const told: RealtimeError[] = []
    const down = new Error('the database is away')
    const { port } = await start({
      authorize: () => {
        throw down
      },
      onError: (error) => told.push(error),
    })
    const link = keep(open('websocket', port, 'ada'))
    await link.say([{ type: 'subscribe', id: 's', streams: ['tenant:1'] }])
    await until(() => link.of('error').length === 1)
    expect(told[0]).toMatchObject({ code: 'handler-threw', cause: down })
  })
})
