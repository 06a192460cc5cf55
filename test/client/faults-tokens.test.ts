// Faults of tokens (faults.md, C) in fake time.
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { ClientOptions, TokenReason } from '../../src/client/index.ts'
import { begin, end, eventOf, failureOf, pass, setUp, setUpLive, tokens } from './fixture.ts'
import { scriptedTransport } from './scripted-transport.ts'

beforeEach(begin)
afterEach(end)

const head = { 'goal:1': { epoch: 'e1', seq: 0 } }

const quiet: Partial<ClientOptions> = { silenceTimeoutMs: Infinity }

describe('F59 a token that expires in mid-stream', () => {
  it('F59 is renewed at four fifths of its life, in band, without a reconnect and without a lost event', async () => {
    const { getToken, reasons } = tokens()
    const { client, transport, ids } = await setUpLive(
      { ...quiet, getToken },
      { heads: head, welcome: { authExpiresInMs: 60_000 } },
    )
    await pass(48_000)
    expect(reasons).toEqual(['connect', 'expiring'])
    expect(transport.last.sent.at(-1)).toEqual({ type: 'auth', token: 'token-2' })
    transport.last.say(eventOf('goal:1', 1))
    transport.last.say({ type: 'authenticated', authExpiresInMs: 60_000 })
    transport.last.say(eventOf('goal:1', 2))
    await pass(47_999)
    expect(reasons).toHaveLength(2)
    await pass(1)
    expect(reasons).toEqual(['connect', 'expiring', 'expiring'])
    expect(transport.dials).toHaveLength(1)
    expect(client.getState().name).toBe('connected')
    expect(ids()).toEqual(['goal:1/1', 'goal:1/2'])
  })

  it('F59 is renewed once where the answer comes twice', async () => {
    const { getToken, reasons } = tokens()
    const { transport } = await setUpLive({ ...quiet, getToken }, { heads: head, welcome: { authExpiresInMs: 60_000 } })
    await pass(48_000)
    for (let twice = 0; twice < 2; twice++) transport.last.say({ type: 'authenticated', authExpiresInMs: 60_000 })
    await pass(48_000)
    expect(transport.last.sent.filter((frame) => frame.type === 'auth')).toHaveLength(3)
    expect(reasons).toHaveLength(3)
  })

  it('F59 over a one-way transport a second link takes the place of the first, and nothing is missed', async () => {
    const { getToken, reasons } = tokens()
    const sse = Object.assign(scriptedTransport('sse'), { oneWay: true })
    const { client, ids } = setUp({ ...quiet, getToken, transports: [sse] })
    await pass(0)
    expect(sse.last.request).toMatchObject({
      protocol: 'realtime.v1',
      credential: { token: 'token-1', place: 'header' },
    })
    sse.last.welcome({ authExpiresInMs: 60_000 })
    expect(sse.last.sent.some((frame) => frame.type === 'auth')).toBe(false)
    sse.last.say({ type: 'subscribed', ref: 's1', streams: head })
    sse.last.settle()
    await pass(48_000)
    expect(sse.dials[0]!.closedByClient).toBe(false)
    sse.dials[0]!.say(eventOf('goal:1', 1))
    expect(sse.last.request.credential).toEqual({ token: 'token-2', place: 'header' })
    sse.last.welcome({ authExpiresInMs: 60_000 })
    expect(sse.dials[0]!.closedByClient).toBe(true)
    expect(sse.last.sent.at(-1)).toMatchObject({ type: 'resume', streams: { 'goal:1': { seq: 1 } } })
    sse.last.settle()
    sse.last.say(eventOf('goal:1', 2))
    await pass(100)
    expect(ids()).toEqual(['goal:1/1', 'goal:1/2'])
    expect(client.getState().name).toBe('connected')
    expect(reasons).toEqual(['connect', 'expiring'])
  })

  it('F59 a JWT tells its life itself where the server does not', async () => {
    const claims = { exp: Date.now() / 1000 + 100, iat: Date.now() / 1000 }
    const jwt = `h.${btoa(JSON.stringify(claims)).replaceAll('=', '')}.s`
    const { reasons, getToken } = tokens(jwt)
    await setUpLive({ ...quiet, getToken })
    await pass(79_999)
    expect(reasons).toEqual(['connect'])
    await pass(1)
    expect(reasons).toEqual(['connect', 'expiring'])
  })
})

describe('F60 a renewal that fails', () => {
  it.each<[string, () => string | Promise<string>]>([
    ['rejects', () => Promise.reject(new Error('no network'))],
    [
      'throws',
      () => {
        throw new Error('no session')
      },
    ],
    ['answers nothing', () => ''],
  ])(
    'F60 it %s: said to the app, tried again while the old token lives, and the link goes on',
    async (_what, failing) => {
      let calls = 0
      const { client, transport, errors } = await setUpLive(
        { ...quiet, getToken: () => (++calls === 2 ? failing() : `token-${calls}`) },
        { welcome: { authExpiresInMs: 100_000 } },
      )
      await pass(80_000)
      expect(errors.map(({ code }) => code)).toEqual(['token-failed'])
      expect(client.getState().name).toBe('connected')
      await pass(10_000)
      expect(transport.last.sent.at(-1)).toEqual({ type: 'auth', token: 'token-3' })
    },
  )

  it('F60 hangs: given up after ten seconds, its signal aborted', async () => {
    let signal: AbortSignal | undefined
    let calls = 0
    const { errors } = await setUpLive(
      {
        ...quiet,
        getToken: (request) => {
          calls++
          if (calls !== 2) return `token-${calls}`
          signal = request.signal
          return new Promise<string>(() => {})
        },
      },
      { welcome: { authExpiresInMs: 100_000 } },
    )
    await pass(90_000)
    expect(errors.map(({ message }) => message)).toEqual([expect.stringContaining('did not answer within 10 s')])
    expect(signal!.aborted).toBe(true)
  })

  it('F60 the same expired token again and again: two forced tries, then it stops until the app acts', async () => {
    const { reasons, getToken } = tokens('stale')
    const { client, transport } = setUp({ server: 'livecache', getToken })
    for (let round = 0; round < 2; round++) {
      await pass(0)
      transport.last.open()
      transport.last.close(4401, 'expired')
    }
    await pass(3_600_000)
    expect(reasons).toEqual(['connect', 'rejected'])
    expect(client.getState().name).toBe('unauthorized')
    client.reconnect()
    await pass(0)
    expect(reasons).toEqual(['connect', 'rejected', 'rejected'])
  })

  it('F60 the renewed sign-in is never answered: the link is given up', async () => {
    const { getToken } = tokens()
    const { client } = await setUpLive({ ...quiet, getToken }, { welcome: { authExpiresInMs: 60_000 } })
    await pass(58_000)
    expect(client.getState()).toMatchObject({
      name: 'reconnecting',
      reason: expect.stringContaining('renewed sign-in'),
    })
  })

  it('F60 nobody is signed in any more: the link rests, and what was received is forgotten', async () => {
    let calls = 0
    const { client, transport } = await setUpLive(
      { ...quiet, getToken: () => (++calls === 1 ? 'token' : null) },
      { heads: head, welcome: { authExpiresInMs: 60_000 } },
    )
    transport.last.say(eventOf('goal:1', 1))
    await pass(48_000)
    expect(client.getState()).toEqual({ name: 'idle' })
    expect(client.inspect()).toMatchObject({ positions: {}, lastEventId: null })
    expect(transport.last.closedByClient).toBe(true)
  })
})

describe('F61 a loop against whoever issues the tokens', () => {
  it('F61 a server that takes each fresh token and refuses it a minute later is left after two, when no link held', async () => {
    const { getToken, reasons } = tokens()
    const { client, transport } = setUp({ ...quiet, server: 'livecache', getToken, settleMs: 120_000 })
    for (let round = 0; round < 6 && client.getState().name !== 'unauthorized'; round++) {
      const state = client.getState()
      await pass('retryAt' in state ? state.retryAt - Date.now() + 1 : 0)
      transport.last.welcome()
      transport.last.settle()
      await pass(60_000)
      transport.last.close(4401)
    }
    expect(reasons).toEqual(['connect', 'rejected', 'rejected'])
    expect(client.getState().name).toBe('unauthorized')
  })

  it('F61 an `expiring` that always answers the same token is asked for at most every ten seconds', async () => {
    const { getToken, reasons } = tokens()
    const { transport } = await setUpLive({ ...quiet, getToken }, { welcome: { authExpiresInMs: 20_000 } })
    for (let second = 0; second < 60; second++) {
      const before = reasons.length
      await pass(1_000)
      if (reasons.length > before) transport.last.say({ type: 'authenticated', authExpiresInMs: 100 })
    }
    expect(reasons.length).toBeLessThanOrEqual(6)
  })
})

describe('F62 a token that lives for a month', () => {
  it('F62 is not renewed a millisecond later, as a timer that overflows would have it', async () => {
    const { getToken, reasons } = tokens()
    vi.useRealTimers()
    vi.useFakeTimers({ now: 1_700_000_000_000 })
    await setUpLive(
      { ...quiet, getToken, clock: undefined as never },
      { welcome: { authExpiresInMs: 30 * 86_400_000 } },
    )
    await pass(1_000)
    expect(reasons).toEqual(['connect'])
    await pass(24 * 86_400_000)
    expect(reasons).toEqual(['connect', 'expiring'])
  })
})

describe('F63 another user', () => {
  it.each(['connected', 'reconnecting'])(
    'F63 while %s: the link is closed, position and outbox are dropped, and nothing of the first reaches the second',
    async (state) => {
      const { client, transport, ids } = await setUpLive({ ...quiet }, { heads: head })
      client.configure({ identity: 'ada' })
      await pass(0)
      transport.last.welcome({ capabilities: ['publish'] })
      transport.last.say({ type: 'subscribed', ref: 's1', streams: head })
      transport.last.settle()
      transport.last.say(eventOf('goal:1', 1))
      const published = client.publish('goal.renamed', {})
      const failure = failureOf(published)
      await pass(100)
      const ofAda = transport.last
      if (state === 'reconnecting') ofAda.close(1006)
      client.configure({ identity: 'bob' })
      expect(await failure).toMatchObject({ code: 'not-connected' })
      ofAda.say(eventOf('goal:1', 2))
      await pass(1_000)
      transport.last.welcome()
      expect(transport.last.sent.at(-1)).toEqual({ type: 'resume', streams: {} })
      expect(transport.last.sent.some((frame) => frame.type === 'publish')).toBe(false)
      expect(ids()).toEqual(['goal:1/1'])
    },
  )

  it('F63 a late token of the first is ignored', async () => {
    const answers: ((token: string) => void)[] = []
    const { client, transport } = setUp({ getToken: () => new Promise((resolve) => void answers.push(resolve)) })
    client.configure({ identity: 'bob' })
    await pass(0)
    expect(answers).toHaveLength(2)
    answers[0]!('of ada')
    await pass(0)
    expect(transport.dials).toHaveLength(0)
    answers[1]!('of bob')
    await pass(0)
    transport.last.open()
    expect(transport.last.sent).toEqual([{ type: 'auth', token: 'of bob' }])
  })
})

describe('F64 two who ask at once', () => {
  it('F64 a renewal, a probe and a refusal share one request, unless it would answer with the token that was refused', async () => {
    const answers: { reason: TokenReason; resolve: (token: string) => void }[] = []
    const websocket = scriptedTransport('websocket')
    const sse = scriptedTransport('sse')
    setUp({
      ...quiet,
      server: 'livecache',
      transports: [websocket, sse],
      probeIntervalMs: 48_000,
      getToken: ({ reason }) => new Promise((resolve) => void answers.push({ reason, resolve })),
    })
    answers[0]!.resolve('one')
    await pass(0)
    websocket.last.close(1006)
    sse.last.welcome({ authExpiresInMs: 60_000 })
    sse.last.settle()
    await pass(48_000)
    // The renewal is due, and so is the probe of the better transport.
    expect(answers.map(({ reason }) => reason)).toEqual(['connect', expect.stringMatching(/connect|expiring/)])
    sse.last.close(4401)
    await pass(1)
    expect(answers.map(({ reason }) => reason)).toHaveLength(3)
    expect(answers.at(-1)!.reason).toBe('rejected')
  })
})

describe('F65 tokens', () => {
  it('F65 are in no log, no error, no snapshot, no diagnostic and no address, whatever goes wrong', async () => {
    const secret = 'very-secret-token'
    const printed: unknown[] = []
    for (const method of ['debug', 'log', 'info', 'warn', 'error'] as const) {
      vi.spyOn(console, method).mockImplementation((...said: unknown[]) => void printed.push(said))
    }
    let calls = 0
    const { client, transport, errors, diagnostics } = await setUpLive(
      {
        ...quiet,
        debug: true,
        getToken: () => {
          calls++
          if (calls === 2) throw new Error('the session service is down')
          return secret
        },
      },
      { heads: head, welcome: { authExpiresInMs: 60_000 } },
    )
    transport.last.say(eventOf('goal:1', 1))
    transport.last.sayText('{')
    await pass(60_000)
    transport.last.close(4401, 'expired')
    await pass(0)
    transport.last.open()
    transport.last.close(1002, 'protocol')
    await pass(120_000)
    const told = errors.map((error) => `${error.message} ${error.stack} ${String(error.cause)}`)
    const seen = JSON.stringify([client.inspect(), client.getState(), diagnostics, told, printed])
    expect(printed.length).toBeGreaterThan(5)
    expect(seen).not.toContain(secret)
    expect(transport.dials.map(({ request }) => JSON.stringify(request.params)).join()).not.toContain(secret)
    vi.restoreAllMocks()
  })
})
