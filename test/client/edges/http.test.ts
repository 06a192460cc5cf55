// SSE and polling where they meet the client.
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { polling, sse } from '../../../src/transports/index.ts'
import { begin, end, eventOf, pass, setUp } from '../fixture.ts'
import { scriptedTransport } from '../scripted-transport.ts'

beforeEach(begin)
afterEach(end)

const json = (body: unknown) => new Response(JSON.stringify(body), { headers: { 'content-type': 'application/json' } })

it('a plain endpoint that answers its latest events each time is not asked without a pause', async () => {
  let asked = 0
  const fetch = (async () => {
    asked++
    await new Promise((resolve) => setTimeout(resolve, 50))
    return json([
      { type: 'a', eventId: '1' },
      { type: 'a', eventId: '2' },
    ])
  }) as unknown as typeof globalThis.fetch
  setUp({ transports: [polling('https://api.example.com/latest', { fetch })], server: 'plain' })
  await pass(60_000)
  expect(asked).toBeLessThan(20)
})

it('a replay that takes 15 s (a slow network) is not cut off while events are arriving', async () => {
  const { client, transport } = setUp({ server: 'livecache' })
  await pass(0)
  transport.last.welcome({ heartbeatMs: 30_000 })
  transport.last.say({ type: 'subscribed', ref: 's1', streams: { t: { epoch: 'e1', seq: 0 } } })
  for (let seq = 1; seq <= 15; seq++) {
    await pass(1_000)
    if (!transport.last.closedByClient) transport.last.say(eventOf('t', seq, { replayed: true }))
  }
  expect({ state: client.getState().name, dials: transport.dials.length }).toEqual({ state: 'connected', dials: 1 })
})

it('the better transport is tried every 5 min also where the token is renewed every 4', async () => {
  const ws = scriptedTransport('ws')
  const over = Object.assign(scriptedTransport('sse'), { oneWay: true })
  const { client } = setUp({ transports: [ws, over], server: 'livecache', getToken: () => 't' })
  await pass(0)
  ws.last.close(1006)
  await pass(0)
  over.last.welcome({ authExpiresInMs: 300_000 })
  over.last.settle()
  const before = ws.dials.length
  for (let round = 0; round < 60; round++) {
    const dials = over.dials.length
    await pass(30_000)
    if (over.dials.length > dials) {
      over.last.welcome({ authExpiresInMs: 300_000 })
      over.last.settle()
    }
  }
  expect(client.getState()).toMatchObject({ name: 'connected', transport: 'sse' })
  expect(ws.dials.length).toBeGreaterThan(before)
})

it('acks of 2,000 streams stay within the size of a frame', async () => {
  const { transport } = setUp({ server: 'livecache' })
  await pass(0)
  transport.last.welcome({ capabilities: ['ack-ids', 'ack-up-to'] })
  transport.last.settle()
  const name = (index: number) => `goal:${String(index).padStart(36, '0')}`
  for (let from = 0; from < 2_000; from += 100) {
    transport.last.say(Array.from({ length: 100 }, (_, index) => eventOf(name(from + index), 1)))
  }
  await pass(2_000)
  const longest = Math.max(...transport.last.sent.map((frame) => JSON.stringify(frame).length))
  expect(longest).toBeLessThanOrEqual(65_536)
})

it('one publish that something on the way forbids (403 to the POST) fails alone: the stream goes on', async () => {
  let push!: (text: string) => void
  const fetch = (async (address: string, init: RequestInit) => {
    if (init.method === 'POST' && !address.includes('/ack')) return new Response(null, { status: 403 })
    if (init.method !== 'GET') return new Response(null, { status: 204 })
    const body = new ReadableStream({
      start(controller) {
        push = (text) => controller.enqueue(new TextEncoder().encode(text))
      },
    })
    return new Response(body, { headers: { 'content-type': 'text/event-stream', 'livecache-protocol': 'realtime.v1' } })
  }) as unknown as typeof globalThis.fetch
  const say = (frame: { type: string }) => push(`event: ${frame.type}\ndata: ${JSON.stringify(frame)}\n\n`)
  const { client } = setUp({ transports: [sse('https://api.example.com/stream', { fetch })] })
  await pass(0)
  say({ type: 'welcome', connectionId: 'c', protocol: 'realtime.v1', capabilities: ['publish'] } as never)
  await pass(0)
  say({ type: 'resumed', streams: {} } as never)
  await pass(0)
  expect(client.getState().name).toBe('connected')
  const answer = client.publish('goal.renamed', { html: '<script>' }).catch((error: { code: string }) => error.code)
  await pass(5_000)
  expect(client.getState().name).not.toBe('failed')
  expect(await Promise.race([answer, Promise.resolve('pending')])).not.toBe('pending')
  vi.clearAllTimers()
})
