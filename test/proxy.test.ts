// The proxy does to links what its modes say, so that the fault tests show what they claim to.
import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { afterEach, expect, it } from 'vitest'
import { afterTest, endAll } from './after-test.ts'
import { createProxy, type ProxyMode } from './proxy.ts'
import { until } from './smoke/until.ts'

afterEach(endAll)

/** A link through a proxy; what either end hears is kept. */
async function start(mode: ProxyMode = {}) {
  const peers: Socket[] = []
  const heard = { server: [] as string[], client: [] as string[], errors: [] as string[], ended: 0 }
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    peers.push(socket)
    socket.on('data', (data: Buffer) => heard.server.push(data.toString()))
    socket.on('error', (error: NodeJS.ErrnoException) => heard.errors.push(`server ${error.code}`))
    socket.on('end', () => heard.ended++)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const proxy = await createProxy((server.address() as AddressInfo).port)
  proxy.set(mode)
  const client = connect(proxy.port, '127.0.0.1')
  client.on('data', (data: Buffer) => heard.client.push(data.toString()))
  client.on('error', (error: NodeJS.ErrnoException) => heard.errors.push(`client ${error.code}`))
  afterTest(
    () => server.close(),
    () => proxy.close(),
    () => client.destroy(),
  )
  if (!mode.refuses) await until(() => peers.length === 1)
  return { proxy, client, peer: peers[0]!, heard }
}

const moment = () => new Promise((resolve) => setTimeout(resolve, 60))

it('forwards both ways, ends included', async () => {
  const { proxy, client, peer, heard } = await start()
  client.write('up')
  peer.write('down')
  await until(() => heard.client.length > 0 && heard.server.length > 0)
  expect(heard).toMatchObject({ server: ['up'], client: ['down'] })
  client.end()
  await until(() => heard.ended === 1)
  peer.end()
  await until(() => proxy.open === 0)
  expect(proxy.carried).toEqual({ up: 2, down: 4 })
})

it('resets both ends when it is cut, and takes new links', async () => {
  const { proxy, heard } = await start()
  proxy.cut()
  await until(() => heard.errors.length === 2)
  expect(heard.errors.toSorted()).toEqual(['client ECONNRESET', 'server ECONNRESET'])
  const next = connect(proxy.port, '127.0.0.1')
  await once(next, 'connect')
  next.destroy()
})

it('hands a reset by one end on to the other', async () => {
  const { peer, heard } = await start()
  peer.resetAndDestroy()
  await until(() => heard.errors.length === 1)
  expect(heard.errors).toEqual(['client ECONNRESET'])
})

it.each([
  ['up', { server: 0, client: 1 }],
  ['down', { server: 1, client: 0 }],
  ['both', { server: 0, client: 0 }],
] as const)('falls silent (%s) on what is open, for good, and stays open', async (silent, arrives) => {
  const { proxy, client, peer, heard } = await start()
  proxy.set({ silent })
  proxy.set({})
  client.write('up')
  peer.write('down')
  await moment()
  expect({ server: heard.server.length, client: heard.client.length }).toEqual(arrives)
  client.end()
  await moment()
  expect(heard.ended).toBe(arrives.server)
  expect(heard.errors).toEqual([])
  expect(proxy.open).toBe(1)
})

it('refuses', async () => {
  const { proxy, heard } = await start({ refuses: true })
  await until(() => heard.errors.length === 1)
  expect(heard.errors).toEqual(['client ECONNRESET'])
  expect(proxy).toMatchObject({ accepted: 1, open: 0 })
})

it('splits and throttles', async () => {
  const { client, heard } = await start({ pieceBytes: 2, bytesPerSecond: 100 })
  const beganAt = performance.now()
  client.write('abcdef')
  await until(() => heard.server.join('') === 'abcdef')
  // Each piece arrives once its last byte has: 20 ms apart.
  expect(performance.now() - beganAt).toBeGreaterThan(55)
  expect(heard.server).toEqual(['ab', 'cd', 'ef'])
})

it('throttles each direction by itself, and all links of it together', async () => {
  const { proxy, client, peer, heard } = await start({ bytesPerSecond: { up: 1_000, down: 100_000 } })
  const other = connect(proxy.port, '127.0.0.1')
  afterTest(() => other.destroy())
  const beganAt = performance.now()
  const tookMs = { up: 0, down: 0 }
  for (const socket of [client, other]) socket.write('x'.repeat(100))
  peer.write('y'.repeat(100))
  await until(() => {
    if (tookMs.down === 0 && heard.client.join('').length === 100) tookMs.down = performance.now() - beganAt
    if (tookMs.up === 0 && heard.server.join('').length === 200) tookMs.up = performance.now() - beganAt
    return tookMs.up > 0
  })
  expect(tookMs.up).toBeGreaterThan(190)
  expect(tookMs.down).toBeGreaterThan(0)
  expect(tookMs.down).toBeLessThan(tookMs.up)
})

it('has much on its way at a time, in order, where everything takes long', async () => {
  const { proxy, client, heard } = await start({ latencyMs: 100 })
  const beganAt = performance.now()
  const sent = ['a', 'b', 'c', 'd', 'e']
  for (const [index, text] of sent.entries()) {
    // The last ones would overtake the others.
    if (index === 3) proxy.set({})
    client.write(text)
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
  expect(heard.server).toEqual([])
  client.end()
  await until(() => heard.ended === 1)
  expect(heard.server.join('')).toBe('abcde')
  // One after the other they would have taken three times as long.
  const tookMs = performance.now() - beganAt
  expect(tookMs).toBeGreaterThan(95)
  expect(tookMs).toBeLessThan(290)
})

it('holds back the body of an event stream, and of nothing else', async () => {
  const { peer, heard } = await start({ bufferBytes: 10 })
  const head = 'HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n'
  peer.write('HTTP/1.1 200 OK\r\n\r\n{}')
  await moment()
  peer.write(`${head}12345`)
  await moment()
  expect(heard.client).toEqual(['HTTP/1.1 200 OK\r\n\r\n{}', head])
  peer.write('67890')
  await until(() => heard.client.length === 3)
  expect(heard.client[2]).toBe('1234567890')
})

it('ends with everything that goes through it', async () => {
  const { proxy, client } = await start()
  await proxy.close()
  await until(() => client.destroyed)
  expect(proxy.open).toBe(0)
})
