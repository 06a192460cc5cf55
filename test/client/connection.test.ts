// The running link, through the client and a server that the test plays.
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { type ClientOptions, createClient, type RealtimeClient } from '../../src/client/index.ts'
import { failureOf, fakePage, tokens } from './fixture.ts'
import { type ScriptedTransport, scriptedTransport } from './scripted-transport.ts'

beforeEach(() => void vi.useFakeTimers({ now: 1_000_000 }))
afterEach(() => {
  for (const client of clients.splice(0)) client.dispose()
  expect(vi.getTimerCount()).toBe(0)
  vi.useRealTimers()
})

const clients: RealtimeClient[] = []
const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms)
/** Chance in the middle: a delay of the ladder is three quarters of its ceiling. */
const evenClock = {
  now: () => Date.now(),
  random: () => 0.5,
  timeout: (run: () => void, ms: number) => {
    const timer = setTimeout(run, ms)
    return () => clearTimeout(timer)
  },
}

function setUp(options: Partial<ClientOptions> = {}) {
  const transport: ScriptedTransport = scriptedTransport()
  const errors: string[] = []
  const client = createClient({
    transports: [transport],
    clock: evenClock,
    onError: (error) => errors.push(error.code),
    ...options,
  })
  clients.push(client)
  const names: string[] = []
  client.onState(() => names.push(client.getState().name))
  return { client, transport, errors, names }
}

describe('signing in', () => {
  it('offers realtime.v1, signs in by the first frame, and is connected once welcomed', async () => {
    const { client, transport, names } = setUp({ getToken: () => 'secret' })
    client.hold()
    await pass(0)
    expect(transport.last.request).toMatchObject({ protocol: 'realtime.v1', params: {}, credential: null })
    transport.last.open()
    expect(transport.last.sent).toEqual([{ type: 'auth', token: 'secret' }])
    await pass(30)
    transport.last.say({ type: 'welcome', connectionId: 'c9', protocol: 'realtime.v1' })
    expect(names).toEqual(['connecting', 'authenticating', 'connected'])
    expect(client.getState()).toEqual({
      name: 'connected',
      attempt: 0,
      transport: 'scripted',
      server: 'livecache',
      connectionId: 'c9',
      since: 1_000_030,
      resumed: false,
      latencyMs: 30,
      degraded: false,
    })
  })

  it('sends an empty auth where the app has no tokens', () => {
    const { client, transport } = setUp()
    client.hold()
    transport.last.open()
    expect(transport.last.sent).toEqual([{ type: 'auth' }])
  })

  it('asks for one token, however often the app says that it should reconnect meanwhile', async () => {
    const getToken = vi.fn(() => new Promise<string>(() => {}))
    const { client } = setUp({ getToken })
    client.hold()
    for (let round = 0; round < 5; round++) client.reconnect()
    await pass(0)
    expect(getToken).toHaveBeenCalledTimes(1)
    client.configure({ identity: 'bo' })
    await pass(0)
    expect(getToken).toHaveBeenCalledTimes(2)
  })

  it('rests where nobody is signed in, and dials nothing', async () => {
    const { client, transport } = setUp({ getToken: () => null })
    client.hold()
    await pass(60_000)
    expect(client.getState()).toEqual({ name: 'idle' })
    expect(transport.dials).toHaveLength(0)
  })

  it('tries again with a fresh token when one was refused, then stops without a loop', async () => {
    const { reasons, getToken } = tokens('wrong')
    const { client, transport } = setUp({ getToken })
    client.hold()
    for (let round = 0; round < 2; round++) {
      await pass(0)
      transport.last.open()
      transport.last.close(4401, 'the token was refused')
    }
    await pass(600_000)
    expect(client.getState()).toEqual({ name: 'unauthorized', reason: 'the token was refused' })
    expect(reasons).toEqual(['connect', 'rejected'])
    expect(transport.dials).toHaveLength(2)
  })

  it('takes an UNAUTHORIZED frame for the same as its close code', async () => {
    const { client, transport } = setUp({ getToken: () => 'wrong' })
    client.hold()
    for (let round = 0; round < 2; round++) {
      await pass(0)
      transport.last.open()
      transport.last.say({ type: 'error', code: 'UNAUTHORIZED', message: 'expired', retryable: false })
    }
    expect(client.getState()).toEqual({ name: 'unauthorized', reason: 'expired' })
  })

  it('is unauthorized at once where there is no getToken to ask', async () => {
    const { client, transport } = setUp()
    client.hold()
    transport.last.open()
    transport.last.close(4401)
    expect(client.getState().name).toBe('unauthorized')
  })

  it('asks for a fresh token when somebody tries again after a refusal', async () => {
    const { reasons, getToken } = tokens('wrong')
    const { client, transport } = setUp({ getToken })
    client.hold()
    for (let round = 0; round < 2; round++) {
      await pass(0)
      transport.last.open()
      transport.last.close(4401)
    }
    client.reconnect()
    await pass(0)
    expect(reasons).toEqual(['connect', 'rejected', 'rejected'])
  })

  it('is not asked for again by another holder', async () => {
    const { client, transport } = setUp()
    client.hold()
    transport.last.open()
    transport.last.close(4401)
    client.hold()
    expect(client.getState().name).toBe('unauthorized')
    expect(transport.dials).toHaveLength(1)
  })

  it('comes back from unauthorized when the app asks for it', async () => {
    const { client, transport } = setUp()
    client.hold()
    transport.last.open()
    transport.last.close(4401)
    client.reconnect()
    transport.last.welcome()
    expect(client.getState().name).toBe('connected')
  })

  it('waits on the ladder when getToken fails, and says so once an attempt', async () => {
    const { client, transport, errors } = setUp({ getToken: () => Promise.reject(new Error('offline')) })
    client.hold()
    await pass(0)
    expect(client.getState()).toMatchObject({
      name: 'reconnecting',
      attempt: 1,
      retryAt: 1_000_750,
      reason: 'no token',
    })
    await pass(750)
    expect(errors).toEqual(['token-failed', 'token-failed'])
    expect(transport.dials).toHaveLength(0)
  })

  it('asks for a fresh token once after two opens failed without a word', async () => {
    const { reasons, getToken } = tokens('t')
    const { client, transport } = setUp({ server: 'livecache', getToken })
    client.hold()
    for (let round = 0; round < 5; round++) {
      await pass(0)
      transport.last.close()
      await pass(32_000)
    }
    expect(reasons.slice(0, 5)).toEqual(['connect', 'connect', 'rejected', 'connect', 'connect'])
  })

  it('gives the sign-in ten seconds', async () => {
    const { client, transport } = setUp()
    client.hold()
    transport.last.open()
    await pass(10_000)
    expect(client.getState()).toMatchObject({
      name: 'reconnecting',
      reason: 'the server did not answer the sign-in in time',
    })
    expect(transport.last.closedByClient).toBe(true)
  })
})

describe('a link that ends', () => {
  async function connected(options: Partial<ClientOptions> = {}) {
    const all = setUp(options)
    all.client.hold()
    await pass(0)
    all.transport.last.welcome()
    return all
  }

  it('is dialled again within a second, then after longer and longer', async () => {
    const { client, transport } = await connected({ server: 'livecache' })
    const waits: number[] = []
    for (let round = 0; round < 8; round++) {
      transport.last.close()
      const state = client.getState()
      const wait = state.name === 'reconnecting' ? state.retryAt - Date.now() : NaN
      waits.push(wait)
      await pass(wait)
    }
    expect(waits).toEqual([500, 1500, 3000, 6000, 12_000, 24_000, 24_000, 24_000])
  })

  it('goes on climbing when a server accepts and closes at once', async () => {
    const { client, transport } = await connected()
    const waits: number[] = []
    for (let round = 0; round < 4; round++) {
      transport.last.close()
      const state = client.getState()
      const wait = state.name === 'reconnecting' ? state.retryAt - Date.now() : NaN
      waits.push(wait)
      await pass(wait)
      transport.last.welcome()
    }
    expect(waits).toEqual([500, 1500, 3000, 6000])
  })

  it('counts anew once a link has held five seconds and is in step again', async () => {
    const { client, transport } = await connected()
    transport.last.close()
    await pass(500)
    transport.last.welcome()
    await pass(5_000)
    expect(client.getState()).toMatchObject({ name: 'connected', attempt: 1 })
    transport.last.say({ type: 'resumed', streams: {} })
    expect(client.getState()).toMatchObject({ name: 'connected', attempt: 0 })
  })

  it.each([
    [1000, 8_000],
    [1012, 5_000],
    [1013, 5_000],
    [4429, 30_000],
    [1011, 500],
    [4999, 500],
    [4408, 0],
    [4410, 500],
  ])('waits after close code %i for %i ms (chance in the middle)', async (code, wait) => {
    const { client, transport } = await connected()
    transport.last.close(code)
    expect(client.getState()).toMatchObject({ name: 'reconnecting', retryAt: Date.now() + wait })
  })

  it('stops where the server forbids it', async () => {
    const { client, transport } = await connected()
    transport.last.close(4403, 'not for you')
    await pass(600_000)
    expect(client.getState()).toEqual({ name: 'failed', reason: 'not for you' })
    expect(transport.dials).toHaveLength(1)
  })

  it('asks for a fresh token after 1008, and fails when that is refused too', async () => {
    const { client, transport } = await connected({ getToken: () => 't' })
    transport.last.close(1008, 'policy')
    await pass(0)
    transport.last.welcome()
    transport.last.close(1008, 'policy')
    expect(client.getState()).toEqual({ name: 'failed', reason: 'policy' })
  })

  it('lets the server say when to come back', async () => {
    const { client, transport } = await connected()
    transport.last.say({ type: 'reconnect', afterMs: 4_000, spreadMs: 2_000 })
    expect(client.getState()).toMatchObject({ name: 'reconnecting', retryAt: Date.now() + 5_000 })
    expect(transport.last.closedByClient).toBe(true)
  })

  it('waits as long as a RATE_LIMIT frame says', async () => {
    const { client, transport } = await connected()
    transport.last.say({
      type: 'error',
      code: 'RATE_LIMIT',
      message: 'slow down',
      retryable: true,
      retryAfterMs: 3_000,
    })
    expect(client.getState()).toMatchObject({ name: 'reconnecting', retryAt: Date.now() + 3_500, reason: 'slow down' })
  })

  it('gives an open ten seconds', async () => {
    const { client, transport } = setUp({ server: 'livecache' })
    client.hold()
    await pass(10_000)
    expect(client.getState()).toMatchObject({ name: 'reconnecting', reason: 'the server did not answer in time' })
    expect(transport.last.closedByClient).toBe(true)
  })

  it('drops what a replaced socket still says', async () => {
    const { client, transport } = await connected()
    const heard: unknown[] = []
    client.on('a', (event) => heard.push(event))
    const old = transport.last
    client.reconnect()
    old.say({ type: 'a', eventId: '1' })
    old.close(4403)
    expect(heard).toEqual([])
    expect(client.getState().name).toBe('connecting')
  })

  it('tries the next transport after one that does not open', async () => {
    const first = scriptedTransport('first')
    const second = scriptedTransport('second')
    const { client } = setUp({ transports: [first, second], server: 'livecache' })
    client.hold()
    first.last.close()
    await pass(1_000)
    second.last.welcome()
    expect(client.getState()).toMatchObject({ name: 'connected', transport: 'second' })
    second.last.close()
    await pass(1_500)
    expect([first.dials.length, second.dials.length]).toEqual([1, 2])
  })

  it('fails with a report where the browser refuses the address', () => {
    const broken = {
      name: 'broken',
      open: () => {
        throw new SyntaxError('bad subprotocol')
      },
    }
    const { client, errors } = setUp({ transports: [broken] })
    client.hold()
    expect(client.getState()).toMatchObject({ name: 'failed', reason: expect.stringContaining('bad subprotocol') })
    expect(errors).toEqual(['refused'])
  })
})

describe('an onError that throws', () => {
  it('breaks nothing: what it threw goes to the page in a task of its own, the link goes on', async () => {
    const later: (() => void)[] = []
    vi.spyOn(globalThis, 'queueMicrotask').mockImplementation((run) => void later.push(run))
    const { client } = setUp({
      getToken: () => '',
      onError: () => {
        throw new Error('boom')
      },
    })
    client.hold()
    await pass(0)
    vi.restoreAllMocks()
    expect(client.getState()).toMatchObject({ name: 'reconnecting', reason: 'no token' })
    expect(later).toHaveLength(1)
    expect(later[0]).toThrow('boom')
  })
})

describe('heartbeats', () => {
  it('are answered in the task that received them', async () => {
    const { client, transport } = setUp()
    client.hold()
    transport.last.welcome()
    transport.last.say({ type: 'ping' })
    expect(transport.last.sent.at(-1)).toEqual({ type: 'pong' })
  })

  it('that stop for 40 s mean a dead link', async () => {
    const { client, transport } = setUp()
    client.hold()
    transport.last.welcome()
    transport.last.settle()
    await pass(20_000)
    transport.last.say({ type: 'ping' })
    await pass(39_999)
    expect(client.getState().name).toBe('connected')
    await pass(1)
    expect(client.getState()).toMatchObject({ name: 'reconnecting', reason: 'nothing was heard for 40 s' })
  })

  it('that were announced and never came mean a dead link too', async () => {
    const { client, transport } = setUp()
    client.hold()
    transport.last.welcome({ heartbeatMs: 30_000 })
    transport.last.settle()
    await pass(40_000)
    expect(client.getState()).toMatchObject({ name: 'reconnecting', reason: 'nothing was heard for 40 s' })
  })

  it('are waited for as long as the server takes between them', async () => {
    const { client, transport } = setUp()
    client.hold()
    transport.last.welcome({ heartbeatMs: 60_000 })
    transport.last.settle()
    await pass(60_000)
    transport.last.say({ type: 'ping' })
    await pass(69_999)
    expect(client.getState().name).toBe('connected')
    await pass(1)
    expect(client.getState().name).toBe('reconnecting')
  })

  it('that never came mean nothing: a server may send none', async () => {
    const { client, transport } = setUp()
    client.hold()
    transport.last.welcome()
    transport.last.settle()
    await pass(600_000)
    expect(client.getState().name).toBe('connected')
  })

  it('are not needed while anything else is heard', async () => {
    const { client, transport } = setUp()
    client.hold()
    transport.last.welcome()
    transport.last.settle()
    transport.last.say({ type: 'ping' })
    for (let round = 0; round < 5; round++) {
      await pass(30_000)
      transport.last.say({ type: 'a', eventId: String(round) })
    }
    expect(client.getState().name).toBe('connected')
  })
})

describe('a server that may be a plain one', () => {
  it('is dialled once more without the subprotocol when the open fails, in the same attempt', async () => {
    const { client, transport } = setUp()
    client.on('goal.created', () => {}, { filters: { minAmount: 0 } })
    client.hold()
    transport.last.close()
    expect(transport.dials).toHaveLength(2)
    expect(transport.last.request).toMatchObject({
      protocol: null,
      params: { events: 'goal.created', minAmount: '0', protocol: 'realtime.v1' },
      credential: null,
    })
    expect(client.getState()).toMatchObject({ name: 'connecting', attempt: 0 })
    transport.last.open(null)
    expect(client.getState()).toMatchObject({ name: 'connected', server: 'plain', connectionId: null })
    expect(transport.last.sent).toEqual([{ type: 'subscribe', events: ['goal.created'], filters: { minAmount: 0 } }])
  })

  it('is remembered as plain two seconds after such an open', async () => {
    const { client, transport } = setUp()
    client.hold()
    transport.last.close()
    transport.last.open(null)
    await pass(2_000)
    transport.last.close()
    await pass(1_000)
    expect(transport.last.request).toMatchObject({ protocol: null, params: {}, credential: null })
    expect(transport.dials).toHaveLength(3)
  })

  it('is offered the subprotocol again when that open ended sooner', async () => {
    const { client, transport } = setUp({ getToken: () => 't' })
    client.hold()
    await pass(0)
    transport.last.close()
    transport.last.open(null)
    // What a livecache server says to somebody who announced realtime.v1 in the address and did not sign in.
    transport.last.close(4401, 'sign in first')
    await pass(500)
    expect(transport.last.request.protocol).toBe('realtime.v1')
    transport.last.welcome()
    expect(client.getState()).toMatchObject({ name: 'connected', server: 'livecache' })
  })

  it('is offered the subprotocol again after a 4401, also where the app has no tokens', async () => {
    const { client, transport } = setUp()
    client.hold()
    transport.last.close()
    transport.last.open(null)
    transport.last.close(4401, 'sign in first')
    await pass(500)
    transport.last.welcome()
    expect(client.getState()).toMatchObject({ name: 'connected', server: 'livecache' })
  })

  it('is not remembered as plain once it has sent a welcome, which changes nothing else', async () => {
    const { client, transport } = setUp()
    client.hold()
    transport.last.close()
    transport.last.open(null)
    transport.last.say({ type: 'welcome', connectionId: 'c', protocol: 'realtime.v1' })
    expect(client.getState()).toMatchObject({ name: 'connected', server: 'plain' })
    await pass(2_000)
    transport.last.close()
    await pass(1_000)
    expect(transport.last.request.protocol).toBe('realtime.v1')
  })

  it('stays plain where the app says so, even if it echoes the subprotocol its token came with', async () => {
    const { client, transport } = setUp({ server: 'plain', auth: 'subprotocol', getToken: () => 't' })
    client.hold()
    await pass(0)
    transport.last.open('realtime.v1')
    expect(client.getState()).toMatchObject({ name: 'connected', server: 'plain' })
    expect(transport.last.sent).toEqual([])
  })

  it('may flap as it starts: refusals of a client it did not know yet say nothing about the token', async () => {
    const { reasons, getToken } = tokens('t')
    const { client, transport } = setUp({ getToken })
    client.hold()
    for (let round = 0; round < 2; round++) {
      await pass(0)
      transport.last.close()
      transport.last.open(null)
      transport.last.close(4401, 'sign in first')
      await pass(5_000)
    }
    transport.last.welcome()
    expect(client.getState()).toMatchObject({ name: 'connected', server: 'livecache' })
    expect(reasons).toEqual(['connect', 'connect', 'connect'])
  })

  it('is believed in the end, when it goes on refusing', async () => {
    const { client, transport } = setUp({ getToken: () => 'wrong' })
    client.hold()
    for (let round = 0; round < 4; round++) {
      await pass(0)
      transport.last.close()
      transport.last.open(null)
      transport.last.close(4401, 'the token was refused')
      if (round < 3) await pass(5_000)
    }
    expect(client.getState()).toEqual({ name: 'unauthorized', reason: 'the token was refused' })
  })

  it('is dialled anew as a plain one where it opens and chooses no subprotocol', async () => {
    const { client, transport } = setUp({ auth: 'query', getToken: () => 't' })
    client.hold()
    await pass(0)
    transport.last.open(null)
    expect(transport.dials[0]?.closedByClient).toBe(true)
    expect(transport.last.request.credential).toEqual({ token: 't', place: 'query' })
    transport.last.open(null)
    expect(client.getState()).toMatchObject({ name: 'connected', server: 'plain' })
  })

  it('gets the token only where the app says it belongs', async () => {
    for (const auth of ['query', 'subprotocol'] as const) {
      const { client, transport } = setUp({ server: 'plain', auth, getToken: () => 't' })
      client.hold()
      await pass(0)
      expect(transport.last.request.credential).toEqual({ token: 't', place: auth })
      transport.last.open(null)
      expect(transport.last.sent).toEqual([])
    }
    const { client, transport } = setUp({ server: 'plain', getToken: () => 't' })
    client.hold()
    await pass(0)
    expect(transport.last.request.credential).toBeNull()
  })

  it('is not one where the app says so, and an open without realtime.v1 counts as a failure', async () => {
    const { client, transport } = setUp({ server: 'livecache' })
    client.hold()
    transport.last.open(null)
    expect(client.getState()).toMatchObject({
      name: 'reconnecting',
      reason: expect.stringContaining('does not speak realtime.v1'),
    })
  })
})

describe('a long outage', () => {
  it('is a suspension after two minutes: it still tries, and keeps nothing for sending', async () => {
    const { client, transport, names } = setUp({ server: 'livecache' })
    client.hold()
    transport.last.welcome({ capabilities: ['publish'] })
    transport.last.close()
    const published = client.publish('goal.renamed', {}, { ttlMs: 600_000 })
    const failure = failureOf(published)
    const end = setInterval(() => transport.last.close(), 1_000)
    await pass(119_000)
    expect(names).not.toContain('suspended')
    await pass(2_000)
    expect(names).toContain('suspended')
    expect(await failure).toMatchObject({ code: 'not-connected' })
    await expect(client.publish('goal.renamed', {})).rejects.toMatchObject({ code: 'not-connected' })
    const { length } = transport.dials
    await pass(60_000)
    expect(transport.dials.length).toBeGreaterThan(length)
    clearInterval(end)
    client.reconnect()
    transport.last.welcome({ capabilities: ['publish'] })
    expect(client.getState().name).toBe('connected')
  })

  it('ends sooner where there is a sign that the network is back, but not at each sign', async () => {
    const page = fakePage()
    const { client, transport } = setUp({ server: 'livecache', page })
    client.hold()
    for (let attempt = 0; attempt < 6; attempt++) {
      transport.last.close()
      const state = client.getState()
      await pass('retryAt' in state ? state.retryAt - Date.now() : 0)
    }
    transport.last.close()
    const { length } = transport.dials
    await pass(5_000)
    for (let sign = 0; sign < 10; sign++) page.emit('focus')
    await pass(1_000)
    expect(transport.dials).toHaveLength(length + 1)
    transport.last.close()
    page.emit('online')
    await pass(1_000)
    expect(transport.dials).toHaveLength(length + 1)
    await pass(1_000)
    expect(transport.dials).toHaveLength(length + 2)
  })
})

describe('what is published', () => {
  it('waits for the resume, goes in order, and is answered', async () => {
    const { client, transport } = setUp({ server: 'livecache' })
    const answers = ['1', '2'].map((id) => client.publish('goal.renamed', { id }, { id, stream: 'goal:1' }))
    client.hold()
    transport.last.welcome({ capabilities: ['publish'] })
    expect(transport.last.sent.map(({ type }) => type)).toEqual(['auth', 'resume'])
    transport.last.settle()
    expect(transport.last.sent.slice(2)).toEqual([
      { type: 'publish', id: '1', event: 'goal.renamed', payload: { id: '1' }, stream: 'goal:1' },
      { type: 'publish', id: '2', event: 'goal.renamed', payload: { id: '2' }, stream: 'goal:1' },
    ])
    transport.last.say({ type: 'published', ref: '2', eventId: 'E2' })
    transport.last.say({ type: 'error', ref: '1', code: 'FORBIDDEN', message: 'not yours' })
    await expect(answers[0]).rejects.toMatchObject({
      code: 'publish-refused',
      message: expect.stringContaining('not yours (FORBIDDEN)'),
    })
    expect(await answers[1]).toEqual({ id: '2', eventId: 'E2' })
  })

  it.each([
    ['a server that takes none', { capabilities: [] }],
    ['a plain server', null],
  ])('fails at once with %s', async (_what, welcome) => {
    const { client, transport } = setUp(welcome === null ? { server: 'plain' } : {})
    const early = client.publish('goal.renamed')
    const failure = failureOf(early)
    client.hold()
    if (welcome === null) transport.last.open(null)
    else transport.last.welcome(welcome)
    expect(await failure).toMatchObject({ code: 'publish-unsupported' })
    await expect(client.publish('goal.renamed')).rejects.toMatchObject({ code: 'publish-unsupported' })
  })

  it('is given up after a minute, and says whether it had been sent', async () => {
    const { client, transport } = setUp({ server: 'livecache', silenceTimeoutMs: Infinity })
    const unsent = client.publish('goal.renamed')
    const failure = failureOf(unsent)
    await pass(60_000)
    expect(await failure).toMatchObject({ message: expect.stringContaining('could not be sent in time') })
    client.hold()
    transport.last.welcome({ capabilities: ['publish'] })
    transport.last.settle()
    const sent = client.publish('goal.renamed')
    const second = failureOf(sent)
    const alive = setInterval(() => transport.last.say({ type: 'pong' }), 500)
    await pass(60_000)
    clearInterval(alive)
    expect(await second).toMatchObject({ message: expect.stringContaining('was sent and not answered in time') })
  })
})

describe('whether to be connected', () => {
  it('follows whoever holds the client, and survives a remount', async () => {
    const { client, transport } = setUp()
    const release = client.hold()
    release()
    const again = client.hold()
    await pass(0)
    transport.last.welcome()
    expect(transport.dials).toHaveLength(1)
    again()
    again()
    await pass(0)
    expect(client.getState()).toEqual({ name: 'closed', reason: 'nobody uses it' })
    expect(transport.last.closedByClient).toBe(true)
  })

  it('ends an attempt that is under way, token request included', async () => {
    let aborted = false
    const { client, transport } = setUp({
      getToken: ({ signal }) =>
        new Promise(() => {
          signal.addEventListener('abort', () => (aborted = true))
        }),
    })
    const release = client.hold()
    await pass(0)
    release()
    await pass(0)
    expect(client.getState().name).toBe('closed')
    expect(aborted).toBe(true)
    expect(transport.dials).toHaveLength(0)
    expect(vi.getTimerCount()).toBe(0)
  })

  it('waits for enabled: no socket and no token call before', async () => {
    const getToken = vi.fn(() => 't')
    const { client, transport } = setUp({ getToken })
    client.configure({ enabled: false })
    client.hold()
    await pass(1_000)
    expect(client.getState()).toEqual({ name: 'idle' })
    expect(getToken).not.toHaveBeenCalled()
    client.configure({ enabled: true })
    await pass(0)
    transport.last.welcome()
    client.configure({ enabled: false })
    expect(client.getState()).toEqual({ name: 'idle' })
    expect(transport.last.closedByClient).toBe(true)
  })

  it('pauses and resumes', async () => {
    const { client, transport } = setUp()
    client.hold()
    transport.last.welcome()
    client.pause()
    expect(client.getState()).toEqual({ name: 'closed', reason: 'paused' })
    client.resume()
    transport.last.welcome()
    expect(client.getState().name).toBe('connected')
  })

  it('refuses a disposed client, which never dials again', () => {
    const { client, transport } = setUp()
    client.hold()
    client.dispose()
    client.configure({ identity: 'bo' })
    client.reconnect()
    expect(transport.dials).toHaveLength(1)
    expect(() => client.hold()).toThrow('This client was disposed')
  })
})

describe('who is signed in', () => {
  it('changes the link: the old one closes, what it received is forgotten, a late token of the old user is ignored', async () => {
    const answers: ((token: string) => void)[] = []
    const { client, transport } = setUp({ getToken: () => new Promise((resolve) => answers.push(resolve)) })
    client.configure({ identity: 'ada' })
    client.hold()
    await pass(0)
    client.configure({ identity: 'bo' })
    await pass(0)
    answers[0]!('of ada')
    await pass(0)
    expect(transport.dials).toHaveLength(0)
    answers[1]!('of bo')
    await pass(0)
    transport.last.welcome()
    transport.last.say({ type: 'a', eventId: '1', stream: 's', seq: 1, epoch: 'e' })
    expect(client.inspect()).toMatchObject({ lastEventId: '1' })
    client.configure({ identity: 'cy' })
    expect(client.inspect()).toMatchObject({ lastEventId: null, positions: {} })
    await pass(0)
    answers[2]!('of cy')
    await pass(0)
    transport.last.welcome()
    expect(transport.last.sent).toContainEqual({ type: 'resume', streams: {} })
  })

  it('ends the link of the old one also where the holder changes in the same task', async () => {
    const { client, transport } = setUp()
    client.configure({ identity: 'ada' })
    const release = client.hold()
    transport.last.welcome()
    release()
    client.configure({ identity: 'bo' })
    client.hold()
    await pass(0)
    expect(transport.dials).toHaveLength(2)
    expect(transport.dials[0]?.closedByClient).toBe(true)
  })

  it('changes nothing while it stays the same', async () => {
    const { client, transport } = setUp()
    client.configure({ identity: 'ada' })
    client.hold()
    transport.last.welcome()
    for (let round = 0; round < 100; round++) client.configure({ identity: 'ada', enabled: true })
    expect(transport.dials).toHaveLength(1)
    expect(client.getState().name).toBe('connected')
  })

  it('takes a link up again that rested because nobody was', async () => {
    let token: string | null = null
    const { client, transport } = setUp({ getToken: () => token })
    client.hold()
    await pass(0)
    expect(client.getState().name).toBe('idle')
    token = 't'
    client.configure({ identity: 'ada' })
    await pass(0)
    expect(transport.dials).toHaveLength(1)
  })
})
