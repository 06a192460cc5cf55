// Faults of the link (faults.md, A) in fake time. Those that need a real socket or a real page are in smoke/ and e2e/.
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createClient, type RealtimeClient } from '../../src/client/index.ts'
import { createHub } from '../../src/hub/index.ts'
import { inMemoryTransport } from '../../src/hub/in-memory-transport.ts'
import type { Transport } from '../../src/transports/index.ts'
import { begin, end, eventOf, failureOf, fakeClock, fakePage, pass, setUp, setUpLive, tokens } from './fixture.ts'
import { scriptedTransport } from './scripted-transport.ts'

beforeEach(begin)
afterEach(end)

const head = { 'goal:1': { epoch: 'e1', seq: 0 } }

describe('F1 a cut without a close frame', () => {
  it('F1 leaves connected at once, retries by the ladder and resumes behind the last event handed over', async () => {
    const { client, transport } = await setUpLive({}, { heads: head })
    transport.last.say(eventOf('goal:1', 1))
    transport.last.close(1006)
    expect(client.getState()).toMatchObject({ name: 'reconnecting', attempt: 1 })
    await pass(500)
    transport.last.welcome()
    expect(transport.last.sent.at(-1)).toEqual({
      type: 'resume',
      lastEventId: 'goal:1/1',
      streams: { 'goal:1': { epoch: 'e1', seq: 1 } },
    })
  })
})

describe('F2, F3, F23 a socket that lies', () => {
  it('F2 that falls silent is given up by the clock, and its close event is not waited for', async () => {
    const { client, transport } = await setUpLive()
    await pass(40_000)
    expect(transport.dials[0]!.closedByClient).toBe(true)
    expect(client.getState().name).not.toBe('connected')
    await pass(1_000)
    expect(transport.dials).toHaveLength(2)
  })

  it('F3 that takes what we send to nowhere: what was published is kept, and sent again on the next link with the same id', async () => {
    const { client, transport } = await setUpLive()
    const published = client.publish('goal.renamed', { name: 'Sail' }, { id: 'p1' })
    await pass(0)
    expect(transport.last.sent.at(-1)).toMatchObject({ type: 'publish', id: 'p1' })
    // No answer in ten seconds: the link is asked, and answers nothing either.
    await pass(12_001)
    expect(transport.dials).toHaveLength(2)
    transport.last.welcome({ capabilities: ['publish'] })
    transport.last.settle()
    expect(transport.last.sent.at(-1)).toMatchObject({ type: 'publish', id: 'p1' })
    transport.last.say({ type: 'published', ref: 'p1', eventId: 'E1' })
    expect(await published).toEqual({ id: 'p1', eventId: 'E1' })
  })

  it.each(['visible', 'focus', 'resumed', 'restored'] as const)(
    'F23 that still looks open when the page is back (%s) is asked, and replaced where it does not answer in two seconds',
    async (signal) => {
      const { client, transport, page } = await setUpLive()
      page.emit(signal)
      expect(transport.last.sent.at(-1)).toEqual({ type: 'ping' })
      await pass(1_999)
      expect(client.getState().name).toBe('connected')
      await pass(2)
      expect(transport.dials).toHaveLength(2)
    },
  )

  it('F23 that is stuck while it opens is given up after the connect limit', async () => {
    const { client, transport, page } = setUp({ server: 'livecache' })
    page.emit('resumed')
    await pass(10_000)
    expect(client.getState().name).toBe('reconnecting')
    expect(transport.last.closedByClient).toBe(true)
  })
})

describe('F4 a handshake that is never answered', () => {
  it('F4 ends after ten seconds, climbs the ladder, and leaves nothing behind when it is stopped meanwhile', async () => {
    const { client, transport, release } = setUp({ server: 'livecache' })
    await pass(10_000)
    expect(client.getState()).toMatchObject({ name: 'reconnecting', attempt: 1 })
    await pass(750)
    expect(transport.dials).toHaveLength(2)
    release()
    await pass(0)
    expect(transport.last.closedByClient).toBe(true)
    expect(vi.getTimerCount()).toBe(0)
  })
})

describe('F5 a handshake that is refused', () => {
  it('F5 with 401 over HTTP asks for one fresh token, then stops', async () => {
    const { reasons, getToken } = tokens('old')
    const { client, transport } = setUp({ getToken, server: 'livecache' })
    for (let round = 0; round < 2; round++) {
      await pass(0)
      transport.last.close(4401, '401')
    }
    await pass(120_000)
    expect(reasons).toEqual(['connect', 'rejected'])
    expect(client.getState().name).toBe('unauthorized')
  })

  it('F5 with 403 stops, with 429 and 503 waits as long as it was told', async () => {
    const { client, transport } = setUp({ server: 'livecache' })
    for (const code of [4429, 1013]) {
      transport.last.end({ code, reason: 'busy', retryAfterMs: 70_000 })
      expect(waitOf(client)).toBeGreaterThanOrEqual(70_000)
      await pass(waitOf(client))
    }
    transport.last.close(4403, '403')
    expect(client.getState()).toEqual({ name: 'failed', reason: '403' })
  })

  it('F5 without a word, as a WebSocket is, asks for a fresh token after two', async () => {
    const { reasons, getToken } = tokens('old')
    const { client, transport } = setUp({ getToken, server: 'livecache' })
    for (let round = 0; round < 4; round++) {
      await pass(0)
      transport.last.close(1006)
      await pass(waitOf(client))
    }
    expect(reasons).toEqual(['connect', 'connect', 'rejected', 'connect', 'connect'])
  })
})

describe('F6 a proxy that lets no WebSocket through', () => {
  function threeTransports() {
    return [scriptedTransport('websocket'), scriptedTransport('sse'), scriptedTransport('polling')] as const
  }

  it('F6 starts the next transport four seconds into a silent attempt, and takes whichever is ready first', async () => {
    const [websocket, sse, polling] = threeTransports()
    const { client } = setUp({ transports: [websocket, sse, polling], server: 'livecache' })
    await pass(3_999)
    expect(sse.dials).toHaveLength(0)
    await pass(1)
    sse.last.welcome()
    expect(client.getState()).toMatchObject({ name: 'connected', transport: 'sse', degraded: true })
    expect(websocket.last.closedByClient).toBe(true)
    await pass(10_000)
    expect(polling.dials).toHaveLength(0)
  })

  it('F6 remembers for the session what worked, also over a reload, and does not try WebSocket with each attempt', async () => {
    const kept = new Map<string, string>()
    const storage = {
      getItem: (key: string) => kept.get(key) ?? null,
      setItem: (key: string, value: string) => void kept.set(key, value),
    }
    const first = threeTransports()
    const { client } = setUp({ transports: first, server: 'livecache', storage })
    first[0].last.close(1006)
    first[1].last.welcome()
    first[1].last.settle()
    for (let round = 0; round < 3; round++) {
      first[1].last.close(1006)
      await pass(waitOf(client))
      first[1].last.welcome()
      first[1].last.settle()
    }
    expect(first[0].dials).toHaveLength(1)

    const second = threeTransports()
    setUp({ transports: second, server: 'livecache', storage })
    expect(second.map(({ dials }) => dials.length)).toEqual([0, 1, 0])
  })

  it('F6 tries a better one every five minutes beside the running link, and changes over once it is signed in', async () => {
    const [websocket, sse, polling] = threeTransports()
    const { client, ids } = setUp({
      transports: [websocket, sse, polling],
      server: 'livecache',
      silenceTimeoutMs: Infinity,
    })
    websocket.last.close(1006)
    sse.last.welcome()
    sse.last.say({ type: 'subscribed', ref: 's1', streams: head })
    sse.last.settle()
    await pass(300_000)
    expect(websocket.dials).toHaveLength(2)
    sse.last.say(eventOf('goal:1', 1))
    websocket.last.close(1006)
    expect(client.getState()).toMatchObject({ name: 'connected', transport: 'sse' })
    await pass(300_000)
    websocket.last.welcome()
    expect(client.getState()).toMatchObject({ name: 'connected', transport: 'websocket', degraded: false })
    expect(sse.last.closedByClient).toBe(true)
    expect(websocket.last.sent.at(-1)).toMatchObject({ type: 'resume', streams: { 'goal:1': { epoch: 'e1', seq: 1 } } })
    // Again what the old link had brought, then what it had not.
    websocket.last.say(eventOf('goal:1', 1, { replayed: true }))
    websocket.last.say(eventOf('goal:1', 2, { replayed: true }))
    await pass(20)
    expect(ids()).toEqual(['goal:1/1', 'goal:1/2'])
  })

  it('F7 one that opens and stays mute counts as failed, and is tried last from then on', async () => {
    const [websocket, sse, polling] = threeTransports()
    const { client } = setUp({
      transports: [websocket, sse, polling],
      server: 'livecache',
      nextTransportAfterMs: Infinity,
    })
    websocket.last.open()
    await pass(10_000)
    sse.last.open()
    await pass(10_000)
    polling.last.close(1006)
    expect(client.getState().name).toBe('reconnecting')
    await pass(1_000)
    expect([websocket, sse, polling].map(({ dials }) => dials.length)).toEqual([1, 1, 2])
  })
})

describe('how a link ends', () => {
  it.each([1001, 1011, 1012])(
    'F8 by %s: comes back by chance and resumes; within 2.5 s nobody is told',
    async (code) => {
      const { transport, errors } = await setUpLive({}, { heads: head })
      transport.last.say(eventOf('goal:1', 1))
      transport.last.close(code)
      await pass(5_000)
      transport.last.welcome()
      expect(transport.last.sent.at(-1)).toMatchObject({ streams: { 'goal:1': { seq: 1 } } })
      expect(errors).toEqual([])
    },
  )

  it('F9 by 1013, or with a hint: waits at least as long as it was told', async () => {
    const { client, transport } = await setUpLive()
    transport.last.close(1013)
    expect(client.getState()).toMatchObject({ retryAt: Date.now() + 5_000 })
    await pass(5_000)
    transport.last.welcome()
    transport.last.say({ type: 'reconnect', afterMs: 60_000, spreadMs: 0 })
    expect(client.getState()).toMatchObject({ retryAt: Date.now() + 60_000 })
  })

  it('F9 the hint of a server also holds against a page that wakes', async () => {
    const { client, transport, page } = await setUpLive()
    transport.last.say({ type: 'reconnect', afterMs: 60_000, spreadMs: 0 })
    await pass(10_000)
    page.emit('online')
    await pass(49_999)
    expect(transport.dials).toHaveLength(1)
    await pass(1)
    expect(client.getState().name).toBe('connecting')
  })

  it('F10 by 1008: one try with a fresh token, then it stops and says why', async () => {
    const { client, transport } = await setUpLive({ getToken: () => 'secret' })
    transport.last.close(1008, 'policy')
    await pass(0)
    transport.last.open()
    transport.last.close(1008, 'policy')
    expect(client.getState()).toEqual({ name: 'failed', reason: 'policy' })
  })

  it.each([1009, 4413])(
    'F11 by %s because of what we said: that fails to its caller and is never sent again',
    async (code) => {
      const { client, transport } = await setUpLive()
      const small = client.publish('goal.renamed', 'x', { id: 'small' })
      const large = client.publish('goal.renamed', 'x'.repeat(1_000), { id: 'large' })
      await pass(0)
      const failure = failureOf(large)
      transport.last.close(code, 'too large')
      expect(await failure).toMatchObject({ code: 'publish-refused' })
      await pass(10_000)
      transport.last.welcome({ capabilities: ['publish'] })
      transport.last.settle()
      const sent = transport.last.sent.filter((frame) => frame.type === 'publish')
      expect(sent.map(({ id }) => id)).toEqual(['small'])
      transport.last.say({ type: 'published', ref: 'small', eventId: 'E' })
      await small
    },
  )

  it.each([1002, 1007])('F12 by %s: comes back, and says so after three in a row', async (code) => {
    const { client, transport, errors } = setUp({ server: 'livecache' })
    for (let round = 1; round <= 4; round++) {
      transport.last.welcome()
      transport.last.close(code)
      expect(errors.map((error) => error.code)).toEqual(round < 3 ? [] : ['protocol-fault'])
      await pass(waitOf(client))
    }
  })

  it('F13 by 4401: one fresh token for all who ask, one retry, the position is kept', async () => {
    const { reasons, getToken } = tokens()
    const { client, transport } = await setUpLive({ getToken }, { heads: head })
    transport.last.say(eventOf('goal:1', 1))
    transport.last.close(4401, 'expired')
    await pass(0)
    transport.last.welcome()
    expect(transport.last.sent[0]).toEqual({ type: 'auth', token: 'token-2' })
    expect(transport.last.sent.at(-1)).toMatchObject({ type: 'resume', streams: { 'goal:1': { seq: 1 } } })
    expect(reasons).toEqual(['connect', 'rejected'])
    expect(client.getState().name).toBe('connected')
  })

  it('F14 by 1000 from the server: no hot loop, eight seconds at least', async () => {
    const { client, transport } = await setUpLive()
    transport.last.close(1000)
    expect(client.getState()).toMatchObject({ name: 'reconnecting', retryAt: Date.now() + 8_000 })
  })

  it('F15 again and again just after it was accepted: the ladder grows although every attempt opened', async () => {
    const { client, transport } = setUp({ server: 'livecache' })
    const waits: number[] = []
    for (let round = 0; round < 8; round++) {
      transport.last.welcome()
      transport.last.settle()
      await pass(1_000)
      transport.last.close(1006)
      waits.push(waitOf(client))
      await pass(waitOf(client))
    }
    expect(waits).toEqual([500, 1_500, 3_000, 6_000, 12_000, 24_000, 24_000, 24_000])
  })
})

describe('F16 a thousand clients whose server is gone for a second', () => {
  it('F16 do not come back as one: no tenth of a second sees more than a fifth of them, and all are back in time', async () => {
    const clock = fakeClock()
    const hub = createHub({ verify: () => ({ subject: 'x', streams: ['*'] }), clock })
    const attempts: number[] = []
    const links = new Set<() => void>()
    let isUp = true
    const inner = inMemoryTransport(hub)
    const transport: Transport = {
      name: 'memory',
      open(request, listener) {
        attempts.push(Date.now())
        if (!isUp) queueMicrotask(() => listener.closed({ code: 1006, reason: '' }))
        const link = isUp ? inner.open(request, listener) : { send() {}, close() {} }
        const cut = () => {
          link.close()
          listener.closed({ code: 1006, reason: '' })
        }
        links.add(cut)
        return { send: link.send, close: () => (links.delete(cut), link.close()) }
      },
    }
    let seed = 7
    const random = () => (seed = (seed * 16_807) % 2_147_483_647) / 2_147_483_647
    const crowd = Array.from({ length: 1_000 }, () => {
      const client = createClient({
        transports: [transport],
        server: 'livecache',
        clock: { ...clock, random },
        page: fakePage(),
        storage: null,
        onError: () => {},
      })
      client.hold()
      return client
    })
    await pass(10_000)
    const lostAt = Date.now()
    attempts.length = 0
    isUp = false
    for (const cut of links) cut()
    await pass(1_000)
    isUp = true
    await pass(30_000)

    const histogram = new Map<number, number>()
    for (const at of attempts) {
      const tenth = Math.floor((at - lostAt) / 100)
      histogram.set(tenth, (histogram.get(tenth) ?? 0) + 1)
    }
    expect(Math.max(...histogram.values())).toBeLessThan(200)
    expect(crowd.every((client) => client.getState().name === 'connected')).toBe(true)
    for (const client of crowd) client.dispose()
    hub.close()
    await pass(10_000)
  }, 20_000)
})

describe('a page that comes and goes', () => {
  it('F18 offline: verified by a ping, then no attempt until there is a sign, then one within two seconds', async () => {
    const { client, transport, page } = await setUpLive()
    page.offline = true
    page.emit('offline')
    expect(client.getState().name).toBe('connected')
    expect(transport.last.sent.at(-1)).toEqual({ type: 'ping' })
    await pass(2_000)
    expect(client.getState().name).toBe('offline')
    await pass(600_000)
    expect(transport.dials).toHaveLength(1)
    page.offline = false
    page.emit('online')
    await pass(2_000)
    expect(transport.dials).toHaveLength(2)
  })

  it('F18 offline said falsely, as by a VPN that switches: the answer to the ping is believed', async () => {
    const { client, transport, page } = await setUpLive()
    page.offline = true
    page.emit('offline')
    await pass(100)
    transport.last.say({ type: 'pong' })
    await pass(10_000)
    expect(client.getState().name).toBe('connected')
    expect(client.inspect().latency.p95Ms).toBe(100)
  })

  it('F18 online said falsely: no network, and the ladder goes on', async () => {
    const { client, transport, page } = await setUpLive()
    transport.last.close(1006)
    await pass(500)
    transport.last.close(1006)
    const waits: number[] = []
    for (let round = 0; round < 3; round++) {
      page.emit('online')
      await pass(60_000)
      transport.last.close(1006)
      transport.last.close(1006)
      const state = client.getState()
      waits.push('attempt' in state ? state.attempt : -1)
    }
    expect(waits).toEqual([...waits].toSorted((a, b) => a - b))
    expect(new Set(waits).size).toBe(3)
  })

  it.each(['online', 'network'] as const)(
    'F19 another network (%s): the old path is asked, and replaced within two seconds',
    async (signal) => {
      const { transport, page } = await setUpLive()
      page.emit(signal)
      expect(transport.last.sent.at(-1)).toEqual({ type: 'ping' })
      await pass(2_001)
      expect(transport.dials).toHaveLength(2)
    },
  )

  it('F19 a plain server cannot be asked, so another network means another link', async () => {
    const { transport, page } = setUp({ server: 'plain' })
    transport.last.open(null)
    page.emit('network')
    await pass(0)
    expect(transport.dials).toHaveLength(2)
  })

  it('F20 asleep for eight hours: one reconnect, one word of loss', async () => {
    const { client, transport, clock, resyncs } = await setUpLive({}, { heads: head })
    transport.last.say(eventOf('goal:1', 1))
    // Timers stood still, and the one that fires first is very late: nobody is judged by it, but asked.
    clock.skewMs += 8 * 3_600_000
    await pass(40_000)
    await pass(2_000)
    await pass(2_500)
    expect(transport.dials).toHaveLength(2)
    transport.last.welcome()
    transport.last.say({ type: 'subscribed', ref: 's1', streams: { 'goal:1': { epoch: 'e1', seq: 900 } } })
    transport.last.say({ type: 'resumed', streams: { 'goal:1': { epoch: 'e1', seq: 900, complete: false } } })
    expect(resyncs).toEqual([{ streams: ['goal:1'], cause: 'lost' }])
    expect(client.inspect().positions).toEqual({ 'goal:1': { epoch: 'e1', seq: 900 } })
    await pass(30_000)
    expect(transport.dials).toHaveLength(2)
  })

  it('F21 timers that come once a minute do not make a living link dead', async () => {
    const { client, transport, page } = await setUpLive({ clock: minuteClock() })
    page.hidden = true
    page.emit('hidden')
    for (let minute = 0; minute < 10; minute++) {
      await pass(30_000)
      transport.last.say({ type: 'ping' })
      await pass(30_000)
      transport.last.say({ type: 'ping' })
    }
    expect(client.getState().name).toBe('connected')
    expect(transport.dials).toHaveLength(1)
  })

  it('F21 and back in front, a dead one is found within twelve seconds', async () => {
    const { transport, page } = await setUpLive()
    page.emit('visible')
    await pass(12_000)
    expect(transport.dials.length).toBeGreaterThan(1)
  })

  it('F22 put into the back/forward cache it holds no socket, and comes back with its positions', async () => {
    const { client, transport, page } = await setUpLive({}, { heads: head })
    transport.last.say(eventOf('goal:1', 1))
    page.emit('cached')
    expect(transport.last.closedByClient).toBe(true)
    expect(client.getState().name).toBe('closed')
    await pass(600_000)
    expect(transport.dials).toHaveLength(1)
    page.emit('restored')
    transport.last.welcome()
    expect(transport.last.sent.at(-1)).toMatchObject({ streams: { 'goal:1': { epoch: 'e1', seq: 1 } } })
  })

  it('F22 a client that was stopped meanwhile stays so', async () => {
    const { client, transport, page } = await setUpLive()
    page.emit('cached')
    client.pause()
    page.emit('restored')
    await pass(10_000)
    expect(transport.dials).toHaveLength(1)
    expect(page.listeners).toBe(0)
  })
})

describe('F29 a socket that was replaced', () => {
  it('F29 and speaks all the same is not heard, neither its events nor its end', async () => {
    const { client, transport, ids } = await setUpLive({}, { heads: head })
    const [zombie] = transport.dials
    client.reconnect()
    transport.last.welcome()
    transport.last.say({ type: 'subscribed', ref: 's1', streams: {} })
    zombie!.say(eventOf('goal:1', 1))
    zombie!.say({ type: 'error', code: 'UNAUTHORIZED' })
    zombie!.close(4403)
    await pass(100)
    expect(ids()).toEqual([])
    expect(client.getState().name).toBe('connected')
  })
})

describe('F30 a page that forbids it', () => {
  const forbidden: Transport = {
    name: 'websocket',
    open() {
      throw new DOMException('Refused to connect', 'SecurityError')
    },
  }

  it('F30 is reported once and does not loop', async () => {
    const { client, errors } = setUp({ transports: [forbidden] })
    await pass(600_000)
    expect(errors.map(({ code }) => code)).toEqual(['refused'])
    expect(client.getState().name).toBe('failed')
  })

  it('F30 falls back to what it allows, and is reported once, not with each attempt', async () => {
    const sse = scriptedTransport('sse')
    const { client, errors } = setUp({ transports: [forbidden, sse], server: 'livecache' })
    await pass(0)
    sse.last.welcome()
    expect(client.getState()).toMatchObject({ name: 'connected', transport: 'sse' })
    sse.last.close(1006)
    await pass(1_000)
    sse.last.welcome()
    expect(client.getState()).toMatchObject({ name: 'connected', transport: 'sse' })
    expect(errors.map(({ code }) => code)).toEqual(['refused'])
  })
})

/** How long until the next attempt, in ms. */
function waitOf(client: RealtimeClient): number {
  const state = client.getState()
  if (!('retryAt' in state)) throw new Error(`the link is ${state.name}`)
  return state.retryAt - Date.now()
}

/** Timers of a tab that has been hidden for long: on the minute. */
function minuteClock() {
  const clock = fakeClock()
  return {
    ...clock,
    now: () => Date.now(),
    timeout: (run: () => void, ms: number) => clock.timeout(run, ms < 1_000 ? ms : Math.ceil(ms / 60_000) * 60_000),
  }
}
