// Event streams and what is said beside them, by requests without a socket.
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { reading, serve } from './http-client.ts'

beforeEach(() => void vi.useFakeTimers({ now: 1_700_000_000_000 }))
afterEach(() => void vi.useRealTimers())
const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms)

const created = (id: string, payload: unknown = { goalId: id }) => ({
  type: 'goal.created',
  stream: 'tenant:1',
  id,
  payload,
})

/** A stream of realtime.v1 that has resumed. */
async function open(server: ReturnType<typeof serve>, token = 'ada') {
  const response = await server.ask('GET', '/stream?protocol=realtime.v1', { token })
  const stream = reading(response)
  await pass(0)
  const { connectionId } = stream.messages()[0]!.data
  const resume = { type: 'resume', streams: {} }
  await server.say(connectionId, [{ type: 'subscribe', id: 's1', events: ['*'] }, resume], token)
  await pass(0)
  return { ...stream, response, connectionId: connectionId as string }
}

describe('a stream of realtime.v1', () => {
  it('begins with the welcome, and asks proxies to let it through', async () => {
    const { ask } = serve()
    const response = await ask('GET', '/stream?protocol=realtime.v1')
    const { read, messages } = reading(response)
    await pass(0)
    expect(response.status).toBe(200)
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'content-type': 'text/event-stream',
      'cache-control': 'no-store, no-transform',
      'x-accel-buffering': 'no',
      'livecache-protocol': 'realtime.v1',
    })
    expect(read.text).toMatch(/^: {2048}\n\nevent: welcome\ndata: /)
    expect(messages()).toMatchObject([{ event: 'welcome', data: { type: 'welcome', protocol: 'realtime.v1' } }])
  })

  it('carries the frames of the WebSocket: events with their id, control frames without', async () => {
    const server = serve()
    const { messages } = await open(server)
    server.hub.publish(created('EV-1'))
    await pass(0)
    const [, subscribed, resumed, event] = messages()
    expect(subscribed).toEqual({
      event: 'subscribed',
      data: expect.objectContaining({ type: 'subscribed', ref: 's1' }),
    })
    expect(resumed).toEqual({ event: 'resumed', data: expect.objectContaining({ type: 'resumed' }) })
    expect(event).toMatchObject({
      event: 'goal.created',
      id: 'EV-1',
      data: { eventId: 'EV-1', seq: 1, stream: 'tenant:1' },
    })
  })

  it('writes no line that a name or an id would break', async () => {
    const server = serve()
    const { messages } = await open(server)
    server.hub.publish({ ...created('EV\n1'), type: 'goal.\rcreated' })
    await pass(0)
    expect(messages().at(-1)).toEqual({ data: expect.objectContaining({ eventId: 'EV\n1', type: 'goal.\rcreated' }) })
  })

  it('pings, and expects no answer', async () => {
    const server = serve()
    const { messages, read } = await open(server)
    await pass(90_000)
    expect(messages().filter(({ event }) => event === 'ping')).toHaveLength(3)
    expect(read.done).toBe(false)
  })

  it('says with which code it ends', async () => {
    const server = serve()
    const { messages, read, connectionId } = await open(server, 'short')
    await pass(5_000)
    expect(messages().at(-1)).toEqual({
      event: 'livecache-close',
      data: { type: 'close', code: 4401, reason: 'the token expired' },
    })
    expect(read.done).toBe(true)
    expect((await server.say(connectionId, [{ type: 'ping' }], 'short')).status).toBe(404)
    expect(vi.getTimerCount()).toBe(0)
  })

  it('ends for want of acks, which arrive by POST', async () => {
    const server = serve()
    const idle = await open(server)
    const acking = await open(server)
    server.hub.publish(created('EV-1'))
    const ack = JSON.stringify([{ type: 'ack', eventId: 'EV-1' }])
    expect((await server.ask('POST', `/ack?connectionId=${acking.connectionId}`, { body: ack })).status).toBe(204)
    await pass(30_000)
    expect(idle.messages().at(-1)!.data).toMatchObject({ code: 4408 })
    expect(acking.read.done).toBe(false)
  })

  it('ends the session when its reader leaves, or its request is aborted', async () => {
    const server = serve()
    const { cancel } = await open(server)
    await cancel()
    const abort = new AbortController()
    await server.ask('GET', '/stream?protocol=realtime.v1', { signal: abort.signal })
    expect(server.hub.sessions).toBe(1)
    abort.abort()
    expect(server.hub.sessions).toBe(0)
    expect(vi.getTimerCount()).toBe(0)
  })

  it('ends the session of a reader that does not keep up, and lets the reader go', async () => {
    const server = serve()
    const response = await server.ask('GET', '/stream?protocol=realtime.v1')
    const reader = response.body!.getReader()
    const welcome = new TextDecoder().decode((await reader.read()).value)
    const [, connectionId] = /"connectionId":"([^"]+)"/.exec(welcome)!
    await server.say(connectionId!, [
      { type: 'subscribe', events: ['*'] },
      { type: 'resume', streams: {} },
    ])
    for (let count = 0; count < 278; count++) server.hub.publish(created(`EV-${count}`, 'x'.repeat(60_000)))
    expect(server.hub.sessions).toBe(1)
    server.hub.publish(created('EV-last', 'x'.repeat(60_000)))
    expect(server.hub.sessions).toBe(0)
    await pass(5_000)
    await expect(reader.read()).rejects.toThrow('the reader took too long')
    expect(vi.getTimerCount()).toBe(0)
  })
})

describe('a stream that is refused', () => {
  it.each([
    ['forged', 401, { code: 'UNAUTHORIZED', message: 'the token was refused' }],
    [null, 401, { code: 'UNAUTHORIZED', message: 'the token was refused' }],
    ['x'.repeat(9_000), 413, { code: 'TOO_LARGE', message: 'the sign-in is too long' }],
  ])('says so by the status of the answer: %s', async (token, status, body) => {
    const server = serve()
    const response = await server.ask('GET', '/stream?protocol=realtime.v1', { token })
    expect([response.status, await response.json()]).toEqual([status, body])
    expect(server.hub.sessions).toBe(0)
    expect(vi.getTimerCount()).toBe(0)
  })

  it('asks to come back later where the server is going away', async () => {
    const server = serve()
    server.hub.close()
    const response = await server.ask('GET', '/stream?protocol=realtime.v1')
    expect([response.status, response.headers.get('retry-after')]).toEqual([503, '2'])
  })

  it('waits for a sign-in no longer than the server does', async () => {
    const server = serve()
    const asked = server.ask('GET', '/stream?protocol=realtime.v1', { token: 'never' })
    await pass(10_000)
    expect((await asked).status).toBe(503)
  })

  it('is nobody’s where the client left before it was signed in', async () => {
    const server = serve()
    const abort = new AbortController()
    const asked = server.ask('GET', '/stream?protocol=realtime.v1', { token: 'never', signal: abort.signal })
    abort.abort()
    await asked
    expect(server.hub.sessions).toBe(0)
    // The verification is given up when a sign-in would be.
    await pass(10_000)
    expect(vi.getTimerCount()).toBe(0)
  })

  it('reads a token in the address only where that is allowed', async () => {
    const [strict, lenient] = [serve(), serve({}, { allowQueryToken: true })]
    const path = '/stream?protocol=realtime.v1&token=ada'
    expect((await strict.ask('GET', path, { token: null })).status).toBe(401)
    const response = await lenient.ask('GET', path, { token: null })
    expect(response.status).toBe(200)
    await response.body!.cancel()
  })
})

describe('a stream for EventSource', () => {
  async function openPlain(server: ReturnType<typeof serve>, query = '', headers: Record<string, string> = {}) {
    const response = await server.ask('GET', `/stream${query}`, { headers })
    return { response, ...reading(response) }
  }

  it('carries bare payloads, the time to reconnect, and heartbeats', async () => {
    const server = serve()
    const { response, read, messages } = await openPlain(server)
    server.hub.publish(created('EV-1'))
    await pass(30_000)
    expect(response.headers.has('livecache-protocol')).toBe(false)
    expect(messages()).toEqual([{ event: 'goal.created', id: 'EV-1', data: { goalId: 'EV-1' } }])
    expect(read.text).toContain('retry: 5000\n\n')
    expect(read.text.endsWith(':heartbeat\n\n')).toBe(true)
  })

  it('carries the frame where the payload alone would be taken for another', async () => {
    const server = serve()
    const { messages } = await openPlain(server)
    const payloads = [5, null, ['a'], { payload: 1 }, { type: 'goal.created' }]
    for (const [n, payload] of payloads.entries()) server.hub.publish(created(`EV-${n}`, payload))
    await pass(0)
    for (const [n, { data }] of messages().entries()) {
      expect(data).toMatchObject({ type: 'goal.created', eventId: `EV-${n}` })
    }
    expect(messages()).toHaveLength(5)
  })

  it('brings what the address asks for', async () => {
    const server = serve()
    const { messages } = await openPlain(server, '?events=goal.created,issue.*&status=open')
    server.hub.publish(created('EV-1', { status: 'open' }))
    server.hub.publish(created('EV-2', { status: 'closed' }))
    server.hub.publish({ ...created('EV-3', { status: 'OPEN' }), type: 'issue.created' })
    server.hub.publish({ ...created('EV-4', { status: 'open' }), type: 'user.created' })
    server.hub.publish({ ...created('EV-5', { status: 'open' }), stream: 'tenant:2' })
    await pass(0)
    expect(messages().map(({ id }) => id)).toEqual(['EV-1', 'EV-3'])
  })

  it('goes on behind the last event, which a header names before the address does', async () => {
    const server = serve()
    for (const id of ['EV-1', 'EV-2', 'EV-3']) server.hub.publish(created(id))
    const byAddress = await openPlain(server, '?lastEventId=EV-1')
    const byHeader = await openPlain(server, '?lastEventId=EV-1', { 'last-event-id': 'EV-2' })
    await pass(0)
    expect(byAddress.messages().map(({ id }) => id)).toEqual(['EV-2', 'EV-3'])
    expect(byHeader.messages().map(({ id }) => id)).toEqual(['EV-3'])
  })

  it('may miss so much that it has to come back for the rest, further on each time', async () => {
    const server = serve()
    for (let count = 1; count <= 400; count++) server.hub.publish(created(`EV-${count}`, { text: 'x'.repeat(60_000) }))
    const first = await openPlain(server, '?lastEventId=EV-1')
    await pass(0)
    expect(first.read.done).toBe(true)
    const last = first.messages().at(-1)!.id!
    expect(Number(last.slice(3))).toBeGreaterThan(200)
    const second = await openPlain(server, '', { 'last-event-id': last })
    await pass(0)
    expect(second.messages().at(-1)!.id).toBe('EV-400')
  })

  it('is refused by status too, and never ended for want of acks or pongs', async () => {
    const server = serve()
    expect((await server.ask('GET', '/stream', { token: 'forged' })).status).toBe(401)
    const { read } = await openPlain(server)
    server.hub.publish(created('EV-1'))
    await pass(120_000)
    expect(read.done).toBe(false)
  })
})

describe('what a client says', () => {
  const ack = JSON.stringify([{ type: 'ack', eventId: 'EV-1' }])

  it('is taken from whoever knows a token of the session, and nobody else', async () => {
    const server = serve()
    const { connectionId } = await open(server)
    const statuses = async (token: string | null) =>
      (await server.ask('POST', `/ack?connectionId=${connectionId}`, { token, body: ack })).status
    expect(await statuses('ada')).toBe(204)
    expect(await statuses('bo')).toBe(404)
    expect(await statuses(null)).toBe(404)
    expect((await server.ask('POST', '/ack?connectionId=nobody', { body: ack })).status).toBe(404)
    expect((await server.ask('POST', '/ack', { body: ack })).status).toBe(404)
  })

  it('may renew the token, which then counts as well', async () => {
    const server = serve()
    const { connectionId, messages } = await open(server)
    await server.say(connectionId, [{ type: 'auth', token: 'ada2' }])
    await pass(0)
    expect(messages().map(({ event }) => event)).toContain('authenticated')
    expect((await server.say(connectionId, [{ type: 'ping' }], 'ada2')).status).toBe(204)
    await pass(0)
    expect(messages().at(-1)!.event).toBe('pong')
  })

  it('is handled in order', async () => {
    const server = serve()
    const { connectionId, messages } = await open(server)
    await server.say(connectionId, [
      { type: 'unsubscribe', id: 's1' },
      { type: 'ping' },
      { type: 'subscribe', id: 's2' },
    ])
    await pass(0)
    expect(
      messages()
        .slice(-3)
        .map(({ event }) => event),
    ).toEqual(['unsubscribed', 'pong', 'subscribed'])
  })

  it.each([
    ['no JSON', 400],
    ['{"type":"ack"}', 400],
    ['[1]', 400],
    ['', 400],
    ['[{"type":"subscribe"}]', 400],
    [JSON.stringify([{ type: 'ack', eventId: 'x'.repeat(65_536) }]), 413],
  ])('is refused where it is malformed or has another route: %.40s', async (body, status) => {
    const server = serve()
    const { connectionId } = await open(server)
    const response = await server.ask('POST', `/ack?connectionId=${connectionId}`, { body })
    expect(response.status).toBe(status)
    expect(await response.json()).toEqual({ code: expect.any(String), message: expect.any(String) })
  })
})

describe('routes', () => {
  it('are these and no others', async () => {
    const { ask } = serve()
    for (const [method, path] of [
      ['GET', '/other'],
      ['PUT', ''],
      ['POST', '/stream'],
      ['DELETE', '/ack'],
    ] as const) {
      expect((await ask(method, path)).status).toBe(404)
    }
  })

  it('may stand elsewhere', async () => {
    const { hub, handle } = serve({}, { basePath: '/live' })
    const response = await handle(new Request('http://hub/live/stream', { headers: { authorization: 'Bearer ada' } }))
    expect(response.status).toBe(200)
    expect(hub.sessions).toBe(1)
    await response.body!.cancel()
  })

  it('answer pages of other sites, as far as they are allowed', async () => {
    const { ask } = serve({}, { allowOrigin: (origin) => origin === 'https://app.example.com' })
    const headers = { origin: 'https://app.example.com' }
    const preflight = await ask('OPTIONS', '/subscriptions', { token: null, headers })
    expect(preflight.status).toBe(204)
    expect(Object.fromEntries(preflight.headers)).toEqual({
      vary: 'origin',
      'access-control-allow-origin': 'https://app.example.com',
      'access-control-allow-methods': 'GET, POST, PATCH',
      'access-control-allow-headers': 'authorization, content-type, last-event-id',
      'access-control-expose-headers': 'livecache-protocol, retry-after',
      'access-control-max-age': '7200',
    })
    const refused = await ask('GET', '/stream', { token: 'forged', headers })
    expect(refused.headers.get('access-control-allow-origin')).toBe('https://app.example.com')
    for (const method of ['OPTIONS', 'GET']) {
      const foreign = await ask(method, '/stream', { headers: { origin: 'https://app.example.com.evil.com' } })
      expect([foreign.status, foreign.headers.get('access-control-allow-origin')]).toEqual([403, null])
    }
    expect((await ask('GET', '/stream', { token: 'forged' })).headers.has('access-control-allow-origin')).toBe(false)
  })
})
