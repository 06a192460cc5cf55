// A real server, real sockets, real tokens.
import { connect as connectTcp } from 'node:net'
import { SignJWT } from 'jose'
import { afterEach, describe, expect, it } from 'vitest'
import { WebSocket as NodeSocket } from 'ws'
import { createClient, type RealtimeClient } from '../../src/client/index.ts'
import { createGateway, type Gateway, type GatewayOptions, verifyJwt } from '../../src/gateway/index.ts'
import { asOfHeader, parseAsOf } from '../../src/protocol/index.ts'
import { afterTest, endAll } from '../after-test.ts'
import { until } from '../smoke/until.ts'

const secret = 'a secret of thirty-two bytes or more'
const key = new TextEncoder().encode(secret)

afterEach(endAll)

function tokenFor(claims: Record<string, unknown> = {}, expires = '1h', signingKey = key) {
  return new SignJWT({ tenant: '1', ...claims })
    .setProtectedHeader({ alg: 'HS256' })
    .setSubject('ada')
    .setExpirationTime(expires)
    .sign(signingKey)
}

async function start(
  options: Partial<GatewayOptions> = {},
): Promise<{ gateway: Gateway; port: number; http: string; ws: string }> {
  const gateway = createGateway({ verify: verifyJwt({ secret }), ...options })
  const { port } = await gateway.listen(0)
  afterTest(gateway.close)
  return { gateway, port, http: `http://127.0.0.1:${port}`, ws: `ws://127.0.0.1:${port}` }
}

function joinWith(url: string, token: string): RealtimeClient {
  const client = createClient({ url, getToken: () => token })
  afterTest(client.dispose)
  client.hold()
  return client
}

function rawSocket(url: string, protocols: string[] = [], headers: Record<string, string> = {}) {
  const socket = new NodeSocket(url, protocols, { headers })
  const texts: string[] = []
  const closes: number[] = []
  const refusals: string[] = []
  socket.on('message', (data: Buffer) => texts.push(data.toString()))
  socket.on('close', (code) => closes.push(code))
  socket.on('error', (error) => refusals.push(error.message))
  afterTest(() => socket.terminate())
  return { socket, texts, closes, refusals }
}

describe('a gateway', () => {
  it('takes an event from its server to a client, and the ack back', async () => {
    const { gateway, ws } = await start()
    const client = joinWith(`${ws}/realtime`, await tokenFor())
    const heard: unknown[] = []
    const about = { entity: { type: 'goal', id: '7', version: 3 }, origin: { clientId: 'c1', mutationId: 'm1' } }
    client.on('goal.*', ({ payload, entity, origin }) => heard.push({ payload, entity, origin }))
    await until(() => client.inspect().subscriptions[0]?.status === 'subscribed')
    void gateway.publish({ type: 'goal.created', stream: 'tenant:1', payload: { id: 7 }, ...about })
    void gateway.publish({ type: 'goal.created', stream: 'tenant:2', payload: { id: 8 } })
    void gateway.publish({ type: 'goal.created', stream: 'user:ada', payload: { id: 9 } })
    await until(() => heard.length === 2)
    expect(heard).toEqual([
      { payload: { id: 7 }, ...about },
      { payload: { id: 9 }, entity: null, origin: undefined },
    ])
    expect(client.getState()).toMatchObject({ server: 'livecache', transport: 'websocket' })
    await until(() => client.inspect().counters.acked === 2)
    expect(client.inspect().counters).toMatchObject({ received: 2, acked: 2 })
  })

  it('serves both of its paths, and no other', async () => {
    const { ws } = await start()
    const client = joinWith(`${ws}/api/v1/ws/transactions`, await tokenFor())
    await until(() => client.getState().name === 'connected')
    const { refusals } = rawSocket(`${ws}/elsewhere`)
    await until(() => refusals.length > 0)
    expect(refusals[0]).toContain('404')
  })

  it('sends a wrong token away for good', async () => {
    const { ws } = await start()
    const forged = await tokenFor({}, '1h', new TextEncoder().encode('another secret of thirty-two bytes'))
    for (const token of [forged, await tokenFor({}, '-1s'), 'no token at all']) {
      const client = joinWith(`${ws}/realtime`, token)
      await until(() => client.getState().name === 'unauthorized')
      expect(client.inspect().counters.dials).toBe(2)
    }
  })

  it('tells how it is', async () => {
    const { http, ws } = await start()
    const client = joinWith(`${ws}/realtime`, await tokenFor())
    await until(() => client.getState().name === 'connected')
    const answer = await fetch(`${http}/healthz`)
    expect(answer.status).toBe(200)
    expect(await answer.json()).toEqual({ status: 'ok', sessions: 1, uptimeMs: expect.any(Number) })
  })

  it('leaves every other request to the app', async () => {
    const { http } = await start({ onRequest: (request, response) => response.end(`app: ${request.url}`) })
    expect(await (await fetch(`${http}/api/goals`)).text()).toBe('app: /api/goals')
    const bare = await start()
    expect((await fetch(`${bare.http}/api/goals`)).status).toBe(404)
  })

  it('tells the app how new its answers are, in a header that takes any name of a stream', async () => {
    const { gateway, http } = await start({
      onRequest: (_request, response) => response.setHeader(asOfHeader, gateway.asOf(['tenant:Žofia'])).end(),
    })
    void gateway.publish({ type: 'goal.created', payload: {}, stream: 'tenant:Žofia' })
    const { headers } = await fetch(`${http}/api/goals`)
    expect(parseAsOf(headers.get(asOfHeader))).toEqual({ 'tenant:Žofia': { epoch: gateway.hub.epoch, seq: 1 } })
  })

  it('says plainly that its port is taken', async () => {
    const { port } = await start()
    const second = createGateway({ verify: verifyJwt({ secret }) })
    await expect(second.listen(port)).rejects.toMatchObject({
      code: 'port-in-use',
      message: expect.stringContaining(
        `Port ${port} is taken, so the server cannot start. Stop what uses it, or choose another port.`,
      ),
    })
  })

  it('lets its clients go with 1012 and frees its port', async () => {
    const { gateway, port, ws } = await start()
    const { closes } = rawSocket(`${ws}/realtime`, ['realtime.v1'])
    await until(() => gateway.hub.sessions === 1)
    await gateway.close()
    await until(() => closes.length === 1)
    expect(closes).toEqual([1012])
    const next = createGateway({ verify: verifyJwt({ secret }) })
    await next.listen(port)
    await next.close()
  })

  it('survives addresses that are none, and sockets that are reset', async () => {
    const { port, http } = await start()
    for (const target of ['//', 'http://[', '/realtime%']) {
      const tcp = connectTcp(port, '127.0.0.1')
      tcp.on('error', () => {})
      tcp.write(`GET ${target} HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n`)
      await new Promise((resolve) => setTimeout(resolve, 20))
      tcp.resetAndDestroy()
    }
    expect((await fetch(`${http}/healthz`)).status).toBe(200)
  })

  it('closes in good time, also where a refused peer keeps its half open', async () => {
    const { gateway, port } = await start()
    const tcp = connectTcp({ port, host: '127.0.0.1', allowHalfOpen: true })
    const answers: string[] = []
    tcp.on('data', (data: Buffer) => answers.push(data.toString()))
    tcp.on('error', () => {})
    tcp.write('GET /nope HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n')
    await until(() => answers.length > 0)
    await gateway.close()
    tcp.destroy()
    expect(answers[0]).toContain('404')
  })

  it('turns away pages it was not told to serve', async () => {
    const { ws } = await start({ origins: ['https://app.test'] })
    const { refusals } = rawSocket(`${ws}/realtime`, [], { origin: 'https://evil.test' })
    await until(() => refusals.length > 0)
    expect(refusals[0]).toContain('403')
    const { socket } = rawSocket(`${ws}/realtime`, ['realtime.v1'], { origin: 'https://app.test' })
    await until(() => socket.readyState === NodeSocket.OPEN)
  })

  it('cuts off who sends a megabyte, and serves the others on', async () => {
    const { gateway, ws } = await start()
    const client = joinWith(`${ws}/realtime`, await tokenFor())
    const heard: unknown[] = []
    client.on('goal.*', ({ payload }) => heard.push(payload))
    await until(() => client.getState().name === 'connected')
    const { socket, closes } = rawSocket(`${ws}/realtime`, ['realtime.v1'])
    socket.on('open', () => socket.send(JSON.stringify({ type: 'auth', token: 'x'.repeat(1_000_000) })))
    await until(() => closes.length === 1)
    expect(closes).toEqual([1009])
    void gateway.publish({ type: 'goal.created', stream: 'tenant:1', payload: 'still here' })
    await until(() => heard.length === 1)
    expect(heard).toEqual(['still here'])
  })

  it('ends a session that sends bytes', async () => {
    const { ws } = await start()
    const { socket, closes } = rawSocket(`${ws}/realtime`, ['realtime.v1'])
    socket.on('open', () => socket.send(Buffer.from([1, 2, 3])))
    await until(() => closes.length === 1)
    expect(closes).toEqual([1003])
  })
})

describe('a plain client of the gateway', () => {
  const flat = { type: 'goal.created', eventId: 'E1', timestamp: expect.any(String), created: { amount: 5 } }
  const published = { id: 'E1', type: 'goal.created', stream: 'tenant:1', payload: { amount: 5 } }

  it('says in its address what it wants, and gets flat frames', async () => {
    const { gateway, ws } = await start({ allowQueryToken: true })
    const { texts } = rawSocket(`${ws}/realtime?token=${await tokenFor()}&events=goal.created&minAmount=5`)
    await until(() => gateway.hub.sessions === 1)
    await new Promise((resolve) => setTimeout(resolve, 50))
    void gateway.publish({ ...published, id: 'E0', payload: { amount: 4 } })
    void gateway.publish(published)
    await until(() => texts.length > 0)
    expect(texts.map((text) => JSON.parse(text))).toEqual([flat])
  })

  it('may mean a number or a text by the digits in its address', async () => {
    const { gateway, ws } = await start({ allowQueryToken: true })
    const { texts } = rawSocket(`${ws}/realtime?token=${await tokenFor()}&events=paid&accountNumber=0123456789,42`)
    await until(() => gateway.hub.sessions === 1)
    await new Promise((resolve) => setTimeout(resolve, 50))
    for (const accountNumber of ['0123456789', 42, '42', 7]) {
      void gateway.publish({ type: 'paid', stream: 'tenant:1', payload: { accountNumber } })
    }
    await until(() => texts.length === 3)
    expect(texts.map((text) => JSON.parse(text).paid.accountNumber)).toEqual(['0123456789', 42, '42'])
  })

  it('may carry its token in a header or a subprotocol; the token is never echoed', async () => {
    const { gateway, ws } = await start()
    const token = await tokenFor()
    const byHeader = rawSocket(`${ws}/realtime?events=*`, [], { authorization: `Bearer ${token}` })
    await until(() => gateway.hub.sessions === 1)
    await new Promise((resolve) => setTimeout(resolve, 50))
    void gateway.publish(published)
    await until(() => byHeader.texts.length === 1)

    const bySubprotocol = rawSocket(`${ws}/realtime`, ['realtime.v1', `realtime.v1.token.${token}`])
    await until(() => bySubprotocol.socket.readyState === NodeSocket.OPEN)
    expect(bySubprotocol.socket.protocol).toBe('realtime.v1')
  })

  it('is not signed in by its address unless the gateway allows it', async () => {
    const { ws } = await start()
    const { closes } = rawSocket(`${ws}/realtime?token=${await tokenFor()}`)
    await until(() => closes.length === 1)
    expect(closes).toEqual([4401])
  })

  it('that announced realtime.v1 in its address and says nothing is sent away', async () => {
    const { ws } = await start()
    const { closes } = rawSocket(`${ws}/realtime?protocol=realtime.v1`)
    await until(() => closes.length === 1)
    expect(closes).toEqual([4408])
  })

  it('that announced realtime.v1 in its address has to sign in', async () => {
    const { ws } = await start()
    const { socket, closes } = rawSocket(`${ws}/realtime?protocol=realtime.v1`)
    socket.on('open', () => socket.send('{"type":"subscribe","events":["*"]}'))
    await until(() => closes.length === 1)
    expect(closes).toEqual([4401])
  })
})
