// Events over real HTTP: what node:http, its backpressure and its broken connections make of the handler.
import { type ClientRequest, type IncomingMessage, request as httpRequest } from 'node:http'
import { connect as connectTcp } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { type Clock, systemClock } from '../../src/base/clock.ts'
import { createClient } from '../../src/client/index.ts'
import { createGateway, type Gateway, type GatewayOptions } from '../../src/gateway/index.ts'
import { polling, sse, type Transport } from '../../src/transports/index.ts'
import { afterTest, endAll } from '../after-test.ts'
import { until } from '../smoke/until.ts'
import { dial } from '../transports/dial.ts'

afterEach(endAll)

const verify = (token: string | undefined) => {
  if (token === 'ada') return { subject: 'ada', streams: ['tenant:1'] }
  throw new Error('no such token')
}

async function start(options: Partial<GatewayOptions> = {}): Promise<{ gateway: Gateway; port: number; url: string }> {
  const gateway = createGateway({ verify, ...options })
  const { port } = await gateway.listen(0)
  afterTest(gateway.close)
  return { gateway, port, url: `http://127.0.0.1:${port}/api/v1/events` }
}

/** A second in twenty milliseconds. */
const hasty: Clock = {
  ...systemClock,
  now: () => Date.now() * 50,
  timeout: (run, ms) => systemClock.timeout(run, ms / 50),
}

/** A link that is subscribed to everything and has resumed. */
async function join(transport: Transport) {
  const { link, heard } = dial(transport, {
    protocol: 'realtime.v1',
    credential: { token: 'ada', place: 'header' },
  })
  afterTest(link.close)
  const frames = () =>
    heard.flatMap((entry) => {
      const [kind, text] = entry as string[]
      return kind === 'message' ? [JSON.parse(text!) as Record<string, unknown>] : []
    })
  const types = () => frames().map(({ type }) => type)
  await until(() => types().includes('welcome'))
  link.send({ type: 'subscribe', id: 's1', events: ['*'] })
  link.send({ type: 'resume', streams: {} })
  await until(() => types().includes('resumed'))
  return { link, heard, frames, types }
}

const transports = {
  sse: (url: string) => sse(`${url}/stream`),
  polling: (url: string) => polling(url),
}

describe.each(['sse', 'polling'] as const)('a gateway by %s', (name) => {
  it('takes events to a client, and what the client says back', async () => {
    const { gateway, url } = await start()
    const { link, heard, frames } = await join(transports[name](url))
    expect(heard[0]).toEqual(['opened', 'realtime.v1'])
    const payloads = [{ text: 'ü€🙂' }, { text: 'x'.repeat(60_000) }, { text: 'last' }]
    for (const payload of payloads) void gateway.publish({ type: 'goal.created', stream: 'tenant:1', payload })
    await until(() => frames().filter(({ type }) => type === 'goal.created').length === 3)
    expect(frames().flatMap(({ payload }) => payload ?? [])).toEqual(payloads)
    link.send({ type: 'ping' })
    await until(() => frames().some(({ type }) => type === 'pong'))
  })

  it('refuses a wrong token by status', async () => {
    const { url } = await start()
    const { heard } = dial(transports[name](url), {
      protocol: 'realtime.v1',
      credential: { token: 'forged', place: 'header' },
    })
    await until(() => heard.length > 0)
    expect(heard).toEqual([['closed', 4401, expect.stringContaining('was answered with 401')]])
  })

  it('is told when the server goes away, which then frees its port', async () => {
    const { gateway, url } = await start()
    const { heard } = await join(transports[name](url))
    // A poll that is not on its way yet would find nobody.
    await new Promise((resolve) => setTimeout(resolve, 50))
    await gateway.close()
    await until(() => heard.at(-1) !== undefined && (heard.at(-1) as unknown[])[0] === 'closed')
    expect(heard.at(-1)).toEqual(['closed', 1012, 'the server is going away'])
    await expect(fetch(url)).rejects.toThrow('fetch failed')
  })
})

describe('a plain client over HTTP', () => {
  it('gets what its address asks for, and goes on where its stream broke off', async () => {
    const { gateway, url } = await start()
    const transport = sse(`${url}/stream`)
    const client = createClient({
      transports: [transport],
      server: 'plain',
      auth: 'subprotocol',
      getToken: () => 'ada',
      // The stream asks for 5 s before it is opened again.
      clock: hasty,
    })
    afterTest(client.dispose)
    const heard: unknown[] = []
    client.on('goal.created', ({ id, payload, transport: by }) => heard.push([id, payload, by]), {
      filters: { status: 'open' },
    })
    client.hold()
    await until(() => client.getState().name === 'connected')
    const publish = (id: string, status: string) =>
      void gateway.publish({ type: 'goal.created', stream: 'tenant:1', id, payload: { status } })
    publish('EV-1', 'open')
    publish('EV-2', 'closed')
    await until(() => heard.length === 1)
    gateway.server.closeAllConnections()
    publish('EV-3', 'open')
    await until(() => heard.length === 2)
    expect(heard).toEqual([
      ['EV-1', { status: 'open' }, 'sse'],
      ['EV-3', { status: 'open' }, 'sse'],
    ])
  })
})

describe('a client over HTTP', () => {
  const ask = (port: number, path: string) => {
    const request = httpRequest({ port, path: `/api/v1/events${path}`, headers: { authorization: 'Bearer ada' } })
    const arrived = new Promise<{ response: IncomingMessage; request: ClientRequest }>((resolve) => {
      request.once('response', (response) => resolve({ response, request }))
    })
    request.on('error', () => {})
    request.end()
    return arrived
  }

  it('that is killed takes its stream with it', async () => {
    const { gateway, port } = await start()
    const { request } = await ask(port, '/stream?protocol=realtime.v1')
    expect(gateway.hub.sessions).toBe(1)
    request.destroy()
    await until(() => gateway.hub.sessions === 0)
    expect(gateway.hub.sessions).toBe(0)
  })

  it('that is killed before it was signed in leaves no session', async () => {
    const { gateway, port } = await start({ verify: () => new Promise(() => {}) })
    const socket = connectTcp(port, '127.0.0.1')
    socket.write('GET /api/v1/events/stream?protocol=realtime.v1 HTTP/1.1\r\nHost: x\r\n\r\n')
    await until(() => gateway.hub.sessions === 1)
    socket.destroy()
    await until(() => gateway.hub.sessions === 0)
    expect(gateway.hub.sessions).toBe(0)
  })

  it('that reads nothing costs no more than a few megabytes, and is let go', async () => {
    const { gateway, port, url } = await start({ clock: hasty })
    const { response } = await ask(port, '/stream?events=*')
    response.on('error', () => {})
    expect(gateway.hub.sessions).toBe(1)
    for (let count = 0; count < 1_000 && gateway.hub.sessions > 0; count++) {
      void gateway.publish({ type: 'goal.created', stream: 'tenant:1', payload: 'x'.repeat(60_000) })
      if (count % 10 === 0) await new Promise((resolve) => setTimeout(resolve, 1))
    }
    expect(gateway.hub.sessions).toBe(0)
    // Its connection is cut, though it takes nothing of what waits for it.
    const connections = () =>
      new Promise<number>((resolve) => gateway.server.getConnections((_, count) => resolve(count)))
    while ((await connections()) > 0) await new Promise((resolve) => setTimeout(resolve, 5))
    response.destroy()
    await join(sse(`${url}/stream`))
  })

  it('that sends too much is told so', async () => {
    const { port } = await start()
    const request = httpRequest({
      port,
      path: '/api/v1/events/ack?connectionId=x',
      method: 'POST',
      headers: { authorization: 'Bearer ada' },
    })
    const status = new Promise((resolve) => request.once('response', (response) => resolve(response.statusCode)))
    request.on('error', () => {})
    request.end('x'.repeat(1_000_000))
    expect(await status).toBe(404)
  })

  it('that asks for nonsense is answered', async () => {
    const { port } = await start()
    for (const head of ['TRACE /api/v1/events HTTP/1.1', 'GET /api/v1/events/%zz HTTP/1.1']) {
      const socket = connectTcp(port, '127.0.0.1')
      afterTest(() => socket.destroy())
      socket.write(`${head}\r\nHost: x\r\n\r\n`)
      const text = await new Promise<string>((resolve) => socket.once('data', (data) => resolve(data.toString())))
      expect(text).toMatch(/^HTTP\/1\.1 40[04]/)
    }
  })

  it('finds other addresses to be the app’s', async () => {
    const { port } = await start({ onRequest: (request, response) => void response.end(`app: ${request.url}`) })
    expect(await (await fetch(`http://127.0.0.1:${port}/api/v1/eventsource`)).text()).toBe('app: /api/v1/eventsource')
  })
})
