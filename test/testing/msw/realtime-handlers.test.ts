// The app's own client, made from a url as the app makes it, in jsdom: MSW stands between it and a server of the test.
import { setupServer } from 'msw/node'
import { http, HttpResponse } from 'msw'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { createRealtime, type RealtimeOptions } from '../../../src/query/index.ts'
import { createTestServer, type TestServerOptions } from '../../../src/testing/index.ts'
import { realtimeHandlers } from '../../../src/testing/msw/index.ts'
import { polling, sse, webSocket } from '../../../src/transports/index.ts'

const mocks = setupServer(http.get('https://api.test/goals', () => HttpResponse.json(['Launch'])))
beforeAll(() => mocks.listen({ onUnhandledFrame: 'error' }))
const undos: (() => void)[] = []
afterEach(() => {
  for (const undo of undos.splice(0).toReversed()) undo()
  mocks.resetHandlers()
})
afterAll(() => mocks.close())

const url = 'wss://api.test/realtime'
const httpUrl = 'https://api.test/api/v1/events'

const kinds: Record<string, () => RealtimeOptions> = {
  'a url alone': () => ({ url }),
  'a socket': () => ({ transports: [webSocket(url)] }),
  'an event stream': () => ({ transports: [sse(`${httpUrl}/stream`)] }),
  polling: () => ({ transports: [polling(httpUrl)] }),
  'a plain socket': () => ({ url, server: 'plain' }),
}

async function join(options: RealtimeOptions, serverOptions: TestServerOptions = {}) {
  const server = createTestServer(serverOptions)
  mocks.use(...realtimeHandlers({ url, httpUrl, server }))
  const realtime = createRealtime({ storage: null, backoff: { ceilingsMs: [40] }, onError: () => {}, ...options })
  const heard: unknown[] = []
  realtime.on('*', ({ payload }) => heard.push(payload))
  undos.push(realtime.hold(), () => realtime.dispose())
  await vi.waitFor(() => {
    const { state, subscriptions } = realtime.inspect()
    expect([state.name, ...subscriptions.map(({ status }) => status)]).toEqual(['connected', 'subscribed'])
  })
  return { server, realtime, heard }
}

describe.each(Object.entries(kinds))('with MSW in between, a client with %s', (_, options) => {
  it('hears what the server publishes', async () => {
    const { server, heard } = await join(options())
    server.publish({ type: 'goal.created', payload: 1 })
    await vi.waitFor(() => expect(heard).toEqual([1]))
  })

  it('comes back after a cut and a while without a server', async () => {
    const { server, realtime, heard } = await join(options())
    server.publish({ type: 'goal.created', payload: 1 })
    await vi.waitFor(() => expect(heard).toEqual([1]))
    server.cut()
    await vi.waitFor(() => expect(realtime.inspect().counters.dials).toBe(2))
    server.goDown()
    await vi.waitFor(() => expect(realtime.getState()).toMatchObject({ name: 'reconnecting' }))
    server.comeBack()
    await vi.waitFor(() => expect(realtime.getState().name).toBe('connected'), 5_000)
    await vi.waitFor(() => {
      server.publish({ type: 'goal.created', payload: 2 })
      expect(heard).toContain(2)
    })
  })

  it('signs in with its token, and is refused with a wrong one', async () => {
    const verify = (token: string | undefined) => {
      if (token !== 'right') throw new Error('wrong')
      return { subject: 'ada', streams: ['*'] }
    }
    const given = options()
    const isPlain = given.server === 'plain'
    const { server, heard } = await join(
      { ...given, getToken: () => 'right', ...(isPlain && { auth: 'query' as const }) },
      { verify },
    )
    server.publish({ type: 'goal.created', payload: 1 })
    await vi.waitFor(() => expect(heard).toEqual([1]))
    const stranger = createRealtime({
      ...options(),
      storage: null,
      getToken: () => 'wrong',
      onError: () => {},
      ...(isPlain && { auth: 'query' as const }),
    })
    undos.push(stranger.hold(), () => stranger.dispose())
    stranger.on('*', () => {})
    await vi.waitFor(() => expect(stranger.getState().name).toBe('unauthorized'), 5_000)
  })
})

describe('with MSW in between', () => {
  it('faults of the server reach a stream too', async () => {
    const { server, realtime, heard } = await join(kinds['an event stream']!())
    server.faults.duplicate(1)
    server.publish({ type: 'a', payload: 1 })
    await vi.waitFor(() => expect([heard, realtime.inspect().counters.duplicates]).toEqual([[1], 1]))
    server.mute()
    server.publish({ type: 'a', payload: 'lost' })
    await new Promise((resolve) => setTimeout(resolve, 50))
    expect(heard).toEqual([1])
    server.unmute()
  })

  it('handlers of the team’s own go on beside it', async () => {
    await join({ url })
    expect(await (await fetch('https://api.test/goals')).json()).toEqual(['Launch'])
  })

  it('what is no frame ends the socket', async () => {
    mocks.use(...realtimeHandlers({ url, server: createTestServer() }))
    const socket = new WebSocket(url, 'realtime.v1')
    socket.addEventListener('open', () => socket.send('hello'))
    const code = await new Promise((resolve) => socket.addEventListener('close', (event) => resolve(event.code)))
    expect(code).toBe(4422)
  })
})
