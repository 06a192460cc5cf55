// What the client promises an app: each event once and in order, and an honest word about what may be missing.
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import {
  type ClientOptions,
  createClient,
  type RealtimeClient,
  type RealtimeError,
  type Resync,
} from '../../src/client/index.ts'
import { defineEvents, payload, type StandardSchema } from '../../src/protocol/index.ts'
import { createTestServer, type TestServer } from '../../src/testing/index.ts'
import { type Dial, scriptedTransport } from './scripted-transport.ts'

beforeEach(() => void vi.useFakeTimers({ now: 1_700_000_000_000 }))
afterEach(() => {
  for (const client of clients.splice(0)) client.dispose()
  vi.useRealTimers()
})

const clients: RealtimeClient[] = []
const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms)

function listenTo(options: ClientOptions) {
  const errors: RealtimeError[] = []
  const client = createClient({ onError: (error) => errors.push(error), ...options })
  clients.push(client)
  const seen: string[] = []
  const resyncs: Resync[] = []
  client.on('*', (event) => seen.push(event.id ?? event.type))
  client.onResync((resync) => resyncs.push(resync))
  client.hold()
  return { client, errors, seen, resyncs }
}

/** A client on a server of the test kit. */
async function onServer(server: TestServer = createTestServer(), options: Partial<ClientOptions> = {}) {
  const all = listenTo({ transports: [server.transport], ...options })
  await pass(0)
  return { server, ...all }
}

/** A client whose server the test plays, welcomed. */
async function onScript(options: Partial<ClientOptions> = {}, welcome: object = {}) {
  const transport = scriptedTransport()
  const all = listenTo({ transports: [transport], ...options })
  await pass(0)
  transport.last.welcome(welcome)
  return { transport, ...all }
}

describe('events', () => {
  it('arrive once and in order', async () => {
    const { server, seen } = await onServer()
    for (const id of ['1', '2', '3', '4']) server.publish({ id, type: 'goal.updated', payload: {} })
    await pass(100)
    expect(seen).toEqual(['1', '2', '3', '4'])
  })

  it('arrive with who caused them and what they are about, as the server published them, also when they are replayed', async () => {
    const { client, server } = await onServer()
    const heard: unknown[] = []
    client.on('*', ({ origin, entity, replayed }) => heard.push({ origin, entity, replayed }))
    const entity = { type: 'goal', id: '7', version: 4 }
    const origins = [{ clientId: 'c1', mutationId: 'm1' }, { mutationId: 'm2' }, { clientId: 'c1' }]
    const publish = () => {
      for (const origin of origins) server.publish({ type: 'a', payload: {}, origin, entity })
    }
    await pass(0)
    publish()
    await pass(100)
    expect(heard.splice(0)).toEqual(origins.map((origin) => ({ origin, entity, replayed: false })))
    server.goDown()
    publish()
    server.comeBack()
    await pass(10_000)
    expect(heard).toEqual(origins.map((origin) => ({ origin, entity, replayed: true })))
  })

  it('that come again are handed over once and confirmed every time', async () => {
    const { client, seen, transport } = await onScript()
    for (let round = 0; round < 3; round++) transport.last.say({ type: 'a', eventId: 'E1' })
    await pass(100)
    expect(seen).toEqual(['E1'])
    expect(transport.last.sent.filter((frame) => frame.type === 'ack')).toEqual(
      Array(3).fill({ type: 'ack', eventId: 'E1' }),
    )
    expect(client.inspect().counters).toMatchObject({ received: 3, delivered: 1, duplicates: 2, acked: 3 })
  })

  it('without an id are handed over each time, counted, and not confirmed', async () => {
    const { client, seen, transport } = await onScript()
    for (let round = 0; round < 2; round++) transport.last.say({ type: 'a' })
    await pass(100)
    expect(seen).toEqual(['a', 'a'])
    expect(transport.last.sent.map((frame) => frame.type)).not.toContain('ack')
    expect(client.inspect().counters.withoutId).toBe(2)
  })

  it('of one message are confirmed in one frame where the server takes that', async () => {
    const { seen, transport } = await onScript({}, { capabilities: ['ack-ids'] })
    transport.last.say([
      { type: 'a', eventId: '1' },
      { type: 'a', eventId: '2' },
    ])
    expect(seen).toEqual(['1', '2'])
    expect(transport.last.sent.at(-1)).toEqual({ type: 'ack', eventIds: ['1', '2'] })
  })

  it('are not confirmed where the app turned that off', async () => {
    const { transport } = await onScript({ acks: 'off' })
    transport.last.say({ type: 'a', eventId: '1' })
    expect(transport.last.sent.map((frame) => frame.type)).not.toContain('ack')
  })

  it('are confirmed when the app says so where it wants that, and again each time they come after it', async () => {
    const { client, seen, transport } = await onScript({ acks: 'manual' })
    const acks = () => transport.last.sent.filter((frame) => frame.type === 'ack')
    const later: { id: string | null }[] = []
    client.on('a', (event) => later.push(event))
    transport.last.say({ type: 'a', eventId: '1' })
    transport.last.say({ type: 'a', eventId: '1' })
    await pass(100)
    expect(seen).toEqual(['1'])
    expect(acks()).toEqual([])
    client.ack(later[0]!)
    expect(acks()).toEqual([{ type: 'ack', eventId: '1' }])
    transport.last.say({ type: 'a', eventId: '1' })
    expect(acks()).toHaveLength(2)
  })

  it('are confirmed by their place where the server takes that, every five seconds while the page is seen', async () => {
    const { transport } = await onScript({}, { capabilities: ['ack-ids', 'ack-up-to'] })
    transport.last.say({ type: 'subscribed', ref: 's1', streams: { s: { epoch: 'e', seq: 0 } } })
    transport.last.settle()
    const acks = () => transport.last.sent.filter((frame) => frame.type === 'ack')
    for (let seq = 1; seq <= 60; seq++) {
      transport.last.say({ type: 'a', eventId: String(seq), stream: 's', seq, epoch: 'e' })
      await pass(200)
    }
    expect(acks().map(({ upTo }) => upTo)).toEqual([{ s: 1 }, { s: 25 }, { s: 50 }])
  })

  it('reach only who asked for them', async () => {
    const { client, server } = await onServer()
    const heard: unknown[] = []
    client.on(['goal.created', 'issue.*'], (event) => heard.push(event.id), {
      filters: { minAmount: 10 },
      streams: ['tenant:*'],
    })
    await pass(0)
    const offer = (id: string, type: string, amount: number, stream: string) =>
      server.publish({ id, type, stream, payload: { amount } })
    offer('1', 'goal.created', 10, 'tenant:1')
    offer('2', 'goal.created', 9, 'tenant:1')
    offer('3', 'issue.opened', 11, 'tenant:2')
    offer('4', 'goal.removed', 11, 'tenant:1')
    offer('5', 'goal.created', 11, 'user:1')
    await pass(100)
    expect(heard).toEqual(['1', '3'])
  })

  it('reach the other handlers when one throws, which is reported with its event', async () => {
    const { client, errors, seen, server } = await onServer()
    client.on('goal.created', () => {
      throw new Error('boom')
    })
    server.publish({ id: 'E1', type: 'goal.created', payload: {} })
    server.publish({ id: 'E2', type: 'goal.created', payload: {} })
    await pass(100)
    expect(seen).toEqual(['E1', 'E2'])
    expect(errors).toHaveLength(2)
    expect(errors[0]).toMatchObject({
      code: 'handler-threw',
      message: expect.stringContaining('A handler of goal.created, on event E1, threw'),
    })
  })

  it('reach an async handler, whose failure is reported too', async () => {
    const { client, errors, server } = await onServer()
    client.on('goal.created', async () => {
      await Promise.resolve()
      throw new Error('boom')
    })
    server.publish({ id: 'E1', type: 'goal.created', payload: {} })
    await pass(100)
    expect(errors).toMatchObject([{ code: 'handler-threw', message: expect.stringContaining('event E1') }])
  })

  it('are checked by the schema of their type, and what it makes of them is what handlers get', async () => {
    const upperCase: StandardSchema<{ name: string }> = {
      '~standard': {
        version: 1,
        vendor: 'test',
        validate: (value) => {
          const { name } = value as { name?: unknown }
          return typeof name === 'string'
            ? { value: { name: name.toUpperCase() } }
            : { issues: [{ message: 'must be a text', path: ['name'] }] }
        },
      },
    }
    const events = defineEvents({ 'goal.renamed': upperCase, 'goal.created': payload<{ id: number }>() })
    const { client, transport } = await onScript({ events })
    const heard: unknown[] = []
    client.on('goal.*', (event) => heard.push(event.payload))
    transport.last.say({ type: 'goal.renamed', eventId: '1', payload: { name: 'ship' } })
    transport.last.say({ type: 'goal.renamed', eventId: '2', payload: { name: 7 } })
    transport.last.say({ type: 'goal.created', eventId: '3', payload: { id: 3 } })
    await pass(100)
    expect(heard).toEqual([{ name: 'SHIP' }, { id: 3 }])
    expect(client.inspect().quarantine).toMatchObject([{ reason: 'goal.renamed: payload.name: must be a text' }])
    expect(transport.last.sent).toContainEqual({ type: 'ack', eventId: '2', rejected: true })
  })
})

describe('bad input', () => {
  it.each([
    ['no JSON', '<html>502 Bad Gateway</html>'],
    ['an empty frame', ''],
    ['null', 'null'],
    ['a number', '7'],
    ['a frame without a type', '{"payload":{}}'],
    ['a control frame of the wrong shape', '{"type":"subscribed","streams":7}'],
    ['a frame that is too long', JSON.stringify({ type: 'a', payload: 'x'.repeat(70_000) })],
    ['a frame that is too deep', `{"type":"a","payload":${'['.repeat(100_000)}${']'.repeat(100_000)}}`],
  ])('is counted and skipped: %s', async (_what, text) => {
    const { client, seen, transport } = await onScript()
    transport.last.sayText(text)
    transport.last.say({ type: 'a', eventId: 'next' })
    expect(seen).toEqual(['next'])
    expect(client.getState().name).toBe('connected')
    expect(client.inspect().counters.quarantined).toBe(1)
    expect(client.inspect().quarantine[0]!.text.length).toBeLessThanOrEqual(500)
  })

  it('is refused where it is a ladder without a delay, and left out where it is undefined', () => {
    const transports = [scriptedTransport()]
    for (const ceilingsMs of [[], [0], [-1], [Number.NaN]]) {
      expect(() => createClient({ transports, backoff: { ceilingsMs } })).toThrow('needs at least one delay')
    }
    expect(() => createClient({ transports, backoff: { ceilingsMs: undefined } as never })).not.toThrow()
  })

  it('is refused where it is an option', () => {
    expect(() => createClient({})).toThrow('The url is undefined')
    expect(() => createClient({ url: '' })).toThrow('The url is an empty string')
    const { client } = listenTo({ transports: [scriptedTransport()] })
    expect(() => client.on([], () => {})).toThrow('at least one event type')
    expect(() => client.on('', () => {})).toThrow('at least one event type')
  })
})

describe('after a drop', () => {
  it('what came in between arrives, once and in order', async () => {
    const { client, server, seen, resyncs } = await onServer()
    server.publish({ id: '1', type: 'a', payload: {} })
    await pass(100)
    server.goDown()
    for (const id of ['2', '3']) server.publish({ id, type: 'a', payload: {} })
    await pass(5_000)
    server.comeBack()
    await pass(10_000)
    server.publish({ id: '4', type: 'a', payload: {} })
    await pass(100)
    expect(seen).toEqual(['1', '2', '3', '4'])
    expect(client.inspect().counters).toMatchObject({ duplicates: 0, lost: 0, resumes: 1 })
    expect(resyncs).toEqual([])
    expect(client.getState()).toMatchObject({ name: 'connected', resumed: true })
  })

  it('every subscription is sent again, then the positions of all streams in one frame', async () => {
    const { transport } = await onScript()
    const streams = { 's:1': { epoch: 'e', seq: 3 }, 's:2': { epoch: 'e', seq: 8 } }
    transport.last.say({ type: 'subscribed', ref: 's1', streams })
    transport.last.say({ type: 'a', eventId: '1', stream: 's:1', seq: 4, epoch: 'e' })
    transport.last.say({ type: 'a', eventId: '2', stream: 's:2', seq: 9, epoch: 'e' })
    transport.last.close()
    await pass(1_000)
    transport.last.welcome()
    expect(transport.last.sent).toEqual([
      { type: 'auth' },
      { type: 'subscribe', id: 's1', events: ['*'] },
      { type: 'resume', lastEventId: '2', streams: { 's:1': { epoch: 'e', seq: 4 }, 's:2': { epoch: 'e', seq: 9 } } },
    ])
  })

  it('says what was lost where the server started anew and forgot', async () => {
    const { server, seen, resyncs, client } = await onServer()
    server.publish({ id: '1', type: 'a', stream: 'tenant:1', payload: {} })
    await pass(100)
    server.goDown()
    server.comeBack({ forgetting: true })
    await pass(10_000)
    // Its log is another one, so streams that were never heard of are concerned as well.
    expect(resyncs).toEqual([{ streams: 'all', cause: 'lost' }])
    server.publish({ id: '2', type: 'a', stream: 'tenant:1', payload: {} })
    await pass(100)
    expect(seen).toEqual(['1', '2'])
    expect(client.inspect().counters.lost).toBe(1)
  })

  it('admits that it cannot know where it had no position to go on from', async () => {
    const { server, resyncs } = await onServer()
    server.goDown()
    server.publish({ type: 'missed', payload: {} })
    server.comeBack({ forgetting: true })
    await pass(10_000)
    expect(resyncs).toEqual([{ streams: 'all', cause: 'unconfirmed' }])
  })

  it('goes on with more streams than a frame can hold, and says which it gave up', async () => {
    const { server, seen, resyncs } = await onServer()
    for (let goal = 0; goal < 700; goal++)
      server.publish({ type: 'a', stream: `goal:${crypto.randomUUID()}`, payload: {} })
    await pass(100)
    server.cut()
    await pass(5_000)
    server.publish({ id: 'late', type: 'a', payload: {} })
    await pass(100)
    expect(seen.at(-1)).toBe('late')
    const lost = resyncs.find(({ cause }) => cause === 'lost')
    expect(lost?.streams.length).toBeGreaterThan(300)
  })

  it('leaves what came after the last holder had gone to be sent again', async () => {
    const transport = scriptedTransport()
    const client = createClient({ transports: [transport] })
    clients.push(client)
    client.on('*', () => {})
    const release = client.hold()
    transport.last.welcome()
    release()
    transport.last.say({ type: 'a', eventId: '1' })
    expect(transport.last.sent.map(({ type }) => type)).not.toContain('ack')
    expect(client.inspect().lastEventId).toBeNull()
    expect(transport.last.closedByClient).toBe(true)
  })

  it('says what was lost where the server kept too little', async () => {
    const server = createTestServer({ maxPerStream: 2 })
    const { seen, resyncs } = await onServer(server)
    server.publish({ id: '1', type: 'a', payload: {} })
    await pass(100)
    server.goDown()
    for (const id of ['2', '3', '4']) server.publish({ id, type: 'a', payload: {} })
    server.comeBack()
    await pass(10_000)
    expect(resyncs).toEqual([{ streams: ['test'], cause: 'lost' }])
    server.publish({ id: '5', type: 'a', payload: {} })
    await pass(100)
    expect(seen).toEqual(['1', '5'])
  })
})

describe('what was fetched before listening began', () => {
  it('may be old on every stream that already had events', async () => {
    const server = createTestServer()
    server.publish({ type: 'a', stream: 'tenant:1', payload: {} })
    const { resyncs } = await onServer(server)
    expect(resyncs).toEqual([{ streams: ['tenant:1'], cause: 'joined' }])
  })

  it('is in step on a stream that begins later: its first event is not a loss', async () => {
    const { server, resyncs, seen } = await onServer()
    server.publish({ id: '1', type: 'a', stream: 'tenant:9', payload: {} })
    await pass(100)
    expect(seen).toEqual(['1'])
    expect(resyncs).toEqual([])
  })

  it('misses nothing that was published between subscribing and resuming', async () => {
    const server = createTestServer()
    const { seen } = listenTo({ transports: [server.transport] })
    // One microtask at a time, so that the event falls between any two frames of the sign-in.
    for (let turn = 0; turn < 20; turn++) {
      server.publish({ id: String(turn), type: 'a', payload: {} })
      await Promise.resolve()
    }
    await pass(100)
    const last = seen.map(Number)
    expect(last).toEqual(last.toSorted((a, b) => a - b))
    expect(last.at(-1)).toBe(19)
    expect(new Set(last).size).toBe(last.length)
    expect(last).toEqual(Array.from({ length: 20 - last[0]! }, (_, index) => last[0]! + index))
  })
})

describe('what the server says', () => {
  it('of a stream to fetch again is passed on', async () => {
    const { resyncs, transport } = await onScript()
    transport.last.say({ type: 'resync', streams: ['tenant:1'], reason: 'import' })
    transport.last.say({ type: 'resync' })
    expect(resyncs).toEqual([
      { streams: ['tenant:1'], cause: 'requested' },
      { streams: 'all', cause: 'requested' },
    ])
  })

  it('comes after the events before it, also those that wait for their flush', async () => {
    const { client, transport } = await onScript()
    const order: string[] = []
    client.on('*', ({ id }) => order.push(id!))
    client.onResync(({ cause }) => order.push(cause))
    for (const eventId of ['1', '2', '3']) transport.last.say({ type: 'a', eventId })
    transport.last.say({ type: 'resync' })
    expect(order).toEqual(['1', '2', '3', 'requested'])
  })

  it('of a refused subscription is reported, and the others go on', async () => {
    const verify = () => ({ subject: 'ada', streams: ['tenant:1'] })
    const { client, server, errors, seen } = await onServer(createTestServer({ verify }))
    client.on('goal.created', () => {}, { streams: ['tenant:2'] })
    await pass(0)
    expect(errors).toMatchObject([
      {
        code: 'refused',
        message: expect.stringContaining('refused the subscription to goal.created: no such stream (UNKNOWN_TOPIC)'),
      },
    ])
    expect(client.inspect().subscriptions).toEqual([
      { spec: { events: ['*'] }, status: 'subscribed' },
      { spec: { events: ['goal.created'], streams: ['tenant:2'] }, status: 'refused', reason: 'no such stream' },
    ])
    server.publish({ id: '1', type: 'a', stream: 'tenant:1', payload: {} })
    server.publish({ id: '2', type: 'a', stream: 'tenant:2', payload: {} })
    await pass(100)
    expect(seen).toEqual(['1'])
  })

  it('of a fault that concerns no subscription is reported as it is', async () => {
    const { client, errors, transport } = await onScript()
    transport.last.say({ type: 'error', code: 'INVALID', message: 'a frame must be JSON', retryable: false })
    expect(errors).toMatchObject([
      {
        code: 'refused',
        message: expect.stringContaining('The server reports a fault: a frame must be JSON (INVALID)'),
      },
    ])
    expect(client.getState().name).toBe('connected')
  })

  it('of positions in a ping moves them', async () => {
    const { client, transport } = await onScript()
    transport.last.say({ type: 'subscribed', streams: { s: { epoch: 'e', seq: 3 } } })
    transport.last.say({ type: 'a', eventId: '1', stream: 's', seq: 4, epoch: 'e' })
    transport.last.say({ type: 'ping', streams: { s: { prev: 4, seq: 9 } } })
    expect(transport.last.sent.at(-1)).toEqual({ type: 'pong' })
    expect(client.inspect().positions).toEqual({ s: { epoch: 'e', seq: 9 } })
  })
})

describe('subscriptions', () => {
  it('change without a reconnect', async () => {
    const { client, transport } = await onScript()
    const off = client.on('goal.created', () => {})
    off()
    await pass(1_000)
    expect(transport.last.sent.slice(-2)).toEqual([
      { type: 'subscribe', id: 's2', events: ['goal.created'] },
      { type: 'unsubscribe', id: 's2' },
    ])
    expect(transport.dials).toHaveLength(1)
  })

  it('are spelled out for a server that announced no patterns', async () => {
    const events = defineEvents({ 'goal.created': payload(), 'goal.removed': payload() })
    const { client, transport } = await onScript({ events })
    client.on('goal.*', () => {})
    expect(transport.last.sent.at(-1)).toEqual({
      type: 'subscribe',
      id: 's2',
      events: ['goal.created', 'goal.removed'],
    })
  })
})

describe('a plain server, which knows none of our frames', () => {
  async function onPlain(
    options: Partial<ClientOptions> = {},
  ): Promise<{ last: () => Dial } & ReturnType<typeof listenTo>> {
    const transport = scriptedTransport()
    const all = listenTo({ transports: [transport], server: 'plain', ...options })
    await pass(0)
    transport.last.open(null)
    return { last: () => transport.last, ...all }
  }

  it('is told the union of all subscriptions at open, and again when it changes', async () => {
    const transport = scriptedTransport()
    const client = createClient({ transports: [transport], server: 'plain' })
    clients.push(client)
    client.on('transaction', () => {}, { filters: { status: 'success' } })
    client.on('balance', () => {}, { filters: { status: 'success' } })
    client.hold()
    transport.last.open(null)
    expect(transport.last.sent).toEqual([
      { type: 'subscribe', events: ['transaction', 'balance'], filters: { status: 'success' } },
    ])
    client.on('balance', () => {})
    expect(transport.last.sent.at(-1)).toEqual({ type: 'subscribe', events: ['transaction', 'balance'] })
  })

  it('is sent nothing but subscribe, unsubscribe, ack and pong', async () => {
    const { client, last, seen } = await onPlain({ getToken: () => 't' })
    last().say({ type: 'ping' })
    last().say({ type: 'transaction', eventId: 'EV-1', transaction: { id: 'T1' } })
    client.on('balance', () => {})()
    await pass(2_000)
    expect(seen).toEqual(['EV-1'])
    expect(new Set(last().sent.map((frame) => frame.type))).toEqual(new Set(['subscribe', 'pong', 'ack']))
  })

  it('cannot confirm a replay: after each reconnect everything may be old', async () => {
    const { last, resyncs } = await onPlain()
    last().say({ type: 'a', eventId: '7' })
    last().close(1000)
    await pass(8_000)
    last().open(null)
    expect(last().request.params).toEqual({ lastEventId: '7' })
    expect(last().sent).toEqual([{ type: 'subscribe', lastEventId: '7' }])
    expect(resyncs).toEqual([
      { streams: 'all', cause: 'joined' },
      { streams: 'all', cause: 'unconfirmed' },
    ])
  })

  it('that numbers its events goes on at once after a reconnect: what came in between is fetched, not waited for', async () => {
    const transport = scriptedTransport()
    const { seen } = listenTo({ transports: [transport], server: 'plain' })
    transport.last.open(null)
    const say = (seq: number) => transport.last.say({ type: 'a', eventId: `${seq}`, stream: 's', epoch: 'e', seq })
    say(7)
    transport.last.close()
    await pass(1_000)
    transport.last.open(null)
    say(20)
    say(21)
    await pass(100)
    expect(seen).toEqual(['7', '20', '21'])
  })

  it('that sends what nobody asked for is not trusted: the client filters', async () => {
    const { client, last } = await onPlain()
    const heard: unknown[] = []
    client.on('transaction', (event) => heard.push(event.id), { filters: { minAmount: 1000 } })
    last().say({ type: 'transaction', eventId: '1', transaction: { amount: 5 } })
    last().say({ type: 'transaction', eventId: '2', transaction: { amount: 5000 } })
    last().say({ type: 'noise', eventId: '3' })
    await pass(100)
    expect(heard).toEqual(['2'])
  })
})

describe('a snapshot', () => {
  it('holds no token', async () => {
    const { client } = await onScript({ getToken: () => 'top-secret', server: 'auto' })
    expect(JSON.stringify(client.inspect())).not.toContain('top-secret')
  })
})

describe('a disposed client', () => {
  it('leaves no timer, no link, and says nothing more', async () => {
    const { client, server, seen } = await onServer()
    client.dispose()
    server.publish({ type: 'a', payload: {} })
    server.hub.close()
    await pass(0)
    expect(seen).toEqual([])
    expect(server.open).toBe(0)
    expect(vi.getTimerCount()).toBe(0)
  })
})
