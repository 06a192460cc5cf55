// A server that knows none of our frames, on a real socket: it echoes no subprotocol, overwrites its one subscription,
// and sends what many banks send.
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { type ServerOptions, WebSocketServer } from 'ws'
import { createClient, type RealtimeClient } from '../../src/client/index.ts'
import { afterTest, endAll } from '../after-test.ts'
import { until } from '../smoke/until.ts'

afterEach(endAll)

const transaction = {
  type: 'transaction',
  eventId: 'EV-550e8400e29b41d4',
  timestamp: '2024-11-09T14:30:00Z',
  transaction: { id: 'TXN-1', amount: 50_000, currency: 'NGN', type: 'TRANSFER', status: 'SUCCESS' },
}

/** @param options of ws; by default it chooses no subprotocol */
async function startPlainServer(options: ServerOptions = { handleProtocols: () => false }) {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1', ...options })
  await new Promise((resolve) => server.once('listening', resolve))
  const received: string[] = []
  const urls: string[] = []
  server.on('connection', (socket, request) => {
    urls.push(request.url ?? '')
    socket.on('message', (data: Buffer) => received.push(data.toString()))
  })
  afterTest(
    () =>
      new Promise((resolve) => {
        for (const socket of server.clients) socket.terminate()
        server.close(resolve)
      }),
  )
  const send = (text: string) => {
    for (const socket of server.clients) socket.send(text)
  }
  return { server, received, urls, send, url: `ws://127.0.0.1:${(server.address() as AddressInfo).port}/feed` }
}

describe('a client with no word about its server', () => {
  it('finds out that it is a plain one and works with it', async () => {
    const { received, urls, send, url } = await startPlainServer()
    const client: RealtimeClient = createClient({ url })
    afterTest(client.dispose)
    const heard: unknown[] = []
    client.on(['transaction', 'balance'], (event) => heard.push(event.payload), {
      filters: { minAmount: 1000, maxAmount: 100000, status: 'success' },
    })
    client.hold()
    await until(() => client.getState().name === 'connected')
    expect(client.getState()).toMatchObject({ server: 'plain', connectionId: null })

    send(JSON.stringify(transaction))
    send('<html>not for you</html>')
    send('{"type":"ping"}')
    send(JSON.stringify({ ...transaction, eventId: 'EV-2', transaction: { ...transaction.transaction, amount: 5 } }))
    await until(() => received.length === 4)
    expect(received).toEqual([
      '{"type":"subscribe","events":["transaction","balance"],"filters":{"minAmount":1000,"maxAmount":100000,"status":"success"}}',
      '{"type":"ack","eventId":"EV-550e8400e29b41d4"}',
      '{"type":"pong"}',
      '{"type":"ack","eventId":"EV-2"}',
    ])
    expect(heard).toEqual([transaction.transaction])
    expect(client.inspect().counters).toMatchObject({ received: 2, quarantined: 1 })
    // The first open offers realtime.v1 and fails, since nobody echoes it; the second asks as a plain client does.
    expect(urls).toEqual([
      '/feed',
      '/feed?events=transaction%2Cbalance&minAmount=1000&maxAmount=100000&status=success&protocol=realtime.v1',
    ])
  })

  it('survives a megabyte in one frame, and goes on with the next', async () => {
    const { send, url } = await startPlainServer()
    const client = createClient({ url, server: 'plain' })
    afterTest(client.dispose)
    const heard: unknown[] = []
    client.on('transaction', ({ id }) => heard.push(id))
    client.hold()
    await until(() => client.getState().name === 'connected')
    send(JSON.stringify({ ...transaction, note: 'x'.repeat(1_000_000) }))
    send(JSON.stringify({ ...transaction, eventId: 'EV-2' }))
    await until(() => heard.length > 0)
    expect(heard).toEqual(['EV-2'])
    expect(client.inspect().quarantine).toMatchObject([{ reason: expect.stringContaining('65536 characters at most') }])
  })

  it('comes back to it after a blip, and knows that it may have missed something', async () => {
    const { server, url } = await startPlainServer()
    const client = createClient({ url, server: 'plain' })
    afterTest(client.dispose)
    const causes: string[] = []
    client.onResync(({ cause }) => causes.push(cause))
    client.on('transaction', () => {})
    client.hold()
    await until(() => client.getState().name === 'connected')
    for (const socket of server.clients) socket.terminate()
    await until(() => client.inspect().counters.dials === 2 && client.getState().name === 'connected')
    expect(causes).toEqual(['joined', 'unconfirmed'])
  })
})

describe('a server that chooses whatever subprotocol is offered, as ws does by itself', () => {
  it('is found to be a plain one as soon as it sends an event', async () => {
    const { server, urls, url } = await startPlainServer({})
    server.on('connection', (socket) => {
      const timer = setInterval(() => socket.send(JSON.stringify(transaction)), 50)
      socket.on('close', () => clearInterval(timer))
    })
    const client = createClient({ url })
    afterTest(client.dispose)
    const heard: unknown[] = []
    client.on('transaction', (event) => heard.push(event.payload))
    client.hold()
    await until(() => heard.length > 0)
    expect(heard[0]).toEqual(transaction.transaction)
    expect(urls).toHaveLength(2)
    expect(client.getState()).toMatchObject({ name: 'connected' })
  })

  it('is found to be a plain one where it says nothing for as long as a sign-in may take', async () => {
    const { url, urls, send } = await startPlainServer({})
    const client = createClient({ url, authTimeoutMs: 300 })
    afterTest(client.dispose)
    const heard: unknown[] = []
    client.on('transaction', (event) => heard.push(event.payload))
    client.hold()
    await until(() => client.getState().name === 'connected')
    send(JSON.stringify(transaction))
    await until(() => heard.length === 1)
    expect(urls).toHaveLength(2)
  })
})
