// Plain servers.
import { afterEach, beforeEach, expect, it } from 'vitest'
import { browserPage } from '../../../src/client/index.ts'
import { begin, end, eventOf, fakeClock, pass, setUp } from '../fixture.ts'
import { scriptedTransport } from '../scripted-transport.ts'

beforeEach(begin)
afterEach(end)

const oneWay = () => Object.assign(scriptedTransport('sse'), { oneWay: true })

it('over plain SSE a type that is wanted later is asked for: the address is all such a server hears', async () => {
  const transport = oneWay()
  const { client } = setUp({ transports: [transport], server: 'plain', events: { a: {}, b: {}, c: {} } as never })
  // Instead of the fixture's `*`, whose release takes a second.
  await pass(0)
  transport.last.open(null)
  await pass(2_000)
  const before = transport.dials.length
  client.on('z', () => {})
  await pass(5_000)
  const asked = transport.last.request.params['events'] ?? ''
  expect({ dialledAnew: transport.dials.length > before, asked: asked.split(',').includes('z') }).toEqual({
    dialledAnew: true,
    asked: true,
  })
})

it('what joins between dial and open is asked for too, over plain SSE', async () => {
  const transport = oneWay()
  const { client } = setUp({ transports: [transport], server: 'plain', events: { a: {} } as never })
  await pass(0)
  client.on('z', () => {})
  await pass(500)
  transport.last.open(null)
  await pass(5_000)
  expect((transport.last.request.params['events'] ?? '').split(',')).toContain('z')
})

it('a subscription that joins a plain server while it is up does not stay pending', async () => {
  const { client, transport } = setUp({ server: 'plain' })
  await pass(0)
  transport.last.open(null)
  await pass(0)
  client.on('later', () => {})
  await pass(1_000)
  const [, later] = client.inspect().subscriptions
  expect(later).toMatchObject({ status: 'subscribed' })
})

it('clients of an SSE server that restarts and had said retry: 5000 do not come back in the same instant', async () => {
  const at = async (chance: number) => {
    const transport = oneWay()
    const clock = { ...fakeClock(), random: () => chance }
    const { client } = setUp({ transports: [transport], server: 'plain', clock })
    await pass(0)
    transport.last.open(null)
    await pass(10_000)
    const now = clock.now()
    transport.last.end({ code: 1006, reason: 'the stream ended', retryAfterMs: 5_000 })
    const state = client.getState()
    return 'retryAt' in state ? state.retryAt - now : null
  }
  expect(await at(0.1)).not.toBe(await at(0.9))
})

it('a measurement that changed (rtt) is no other network: a plain link stays', async () => {
  const heard: string[] = []
  const listeners: ((event: Event) => void)[] = []
  const fake = {
    addEventListener: (_type: string, run: (event: Event) => void) => void listeners.push(run),
    removeEventListener: () => {},
    type: 'wifi',
    effectiveType: '4g',
    rtt: 50,
  }
  const globals = globalThis as unknown as Record<string, unknown>
  const [hadWindow, hadDocument] = ['window' in globals, 'document' in globals]
  const before = Object.getOwnPropertyDescriptor(globalThis, 'navigator')
  const target = { addEventListener() {}, removeEventListener() {}, visibilityState: 'visible' }
  if (!hadWindow) globals['window'] = target
  if (!hadDocument) globals['document'] = target
  Object.defineProperty(globalThis, 'navigator', { configurable: true, value: { onLine: true, connection: fake } })
  try {
    const off = browserPage.listen((signal) => heard.push(signal))
    fake.rtt = 100
    for (const run of listeners) run(new Event('change'))
    off()
  } finally {
    if (before) Object.defineProperty(globalThis, 'navigator', before)
    if (!hadWindow) delete globals['window']
    if (!hadDocument) delete globals['document']
  }
  expect(heard).toEqual([])
})

it('an answer without the echo that turns out to be a livecache one (welcome) does not stay mute for ever', async () => {
  const transport = oneWay()
  const { client } = setUp({ transports: [transport] })
  await pass(0)
  // A proxy, or missing CORS, took the header away.
  transport.last.open(null)
  transport.last.say({ type: 'welcome', connectionId: 'c1', protocol: 'realtime.v1', heartbeatMs: 30_000 })
  for (let minute = 0; minute < 10; minute++) {
    await pass(30_000)
    if (!transport.last.closedByClient) transport.last.say({ type: 'ping' })
  }
  const resumed = transport.dials.some(({ sent }) => sent.some(({ type }) => type === 'resume'))
  const told = client.inspect().lastError !== null || client.getState().name !== 'connected'
  expect(resumed || told || transport.dials.length > 1).toBe(true)
})

it('after a reconnect to a plain server that numbers its events, live events are not held for 10 s', async () => {
  const { transport, ids } = setUp({ server: 'plain' })
  await pass(0)
  transport.last.open(null)
  transport.last.say(eventOf('t', 1))
  transport.last.close(1006)
  await pass(2_000)
  transport.last.open(null)
  transport.last.say(eventOf('t', 9))
  await pass(1_000)
  expect(ids()).toEqual(['t/1', 't/9'])
})
