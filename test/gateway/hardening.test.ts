// What no well-behaved client sends, over real sockets: slow ones, large ones, lies. The gateway stays up, and works for the others.
import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { deflateRawSync } from 'node:zlib'
import { afterEach, describe, expect, it } from 'vitest'
import { guardedServer, hardenServer } from '../../src/gateway/http-guard.ts'
import { createGateway, type GatewayOptions } from '../../src/gateway/index.ts'
import { type ServingLimits, serveRequest } from '../../src/gateway/serve-request.ts'
import type { HttpHandler } from '../../src/hub/http-handler.ts'
import { afterTest, endAll } from '../after-test.ts'
import { until } from '../smoke/until.ts'
import { openSocket, watchBystander } from './limits-fixture.ts'
import { opcodes, rawFrame, type RawFrame, rawLink, type RawLink, upgradeHead } from './raw-link.ts'

afterEach(endAll)

const verify = (token: string | undefined) => {
  if (token === undefined) throw new Error('no token')
  return { subject: token, streams: ['tenant:1'] }
}

async function start(options: Partial<GatewayOptions> = {}) {
  const gateway = createGateway({ verify, ...options })
  const { port } = await gateway.listen(0)
  afterTest(gateway.close)
  const connections = () =>
    new Promise<number>((resolve) => gateway.server.getConnections((_, count) => resolve(count)))
  return { gateway, port, connections }
}

async function listening(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  afterTest(() => {
    server.closeAllConnections()
    server.close()
  })
  return (server.address() as AddressInfo).port
}

function link(port: number, head?: string | Buffer): RawLink {
  const made = rawLink(port, head)
  afterTest(() => made.socket.destroy())
  return made
}

const statusOf = ({ text }: RawLink) => Number(/^HTTP\/1\.1 (\d+)/.exec(text())?.[1] ?? 0)

describe('a gateway among slow ones', () => {
  it('F90 cuts a thousand sockets that dawdle, in head, upgrade and body, and serves a bystander meanwhile', async () => {
    const { port, connections } = await start()
    const stopBystander = await watchBystander(port)
    const post = 'POST /api/v1/events/ack?connectionId=x HTTP/1.1\r\nHost: x\r\nContent-Length: 60000\r\n\r\n'
    const beginnings = [
      '',
      'GET /api/v1/events/stream HTTP/1.1\r\nHost: x\r\nX-',
      upgradeHead().slice(0, -2),
      'GET /',
      post,
    ]
    const startedAt = performance.now()
    const slow: RawLink[] = []
    for (let count = 0; count < 1_000; count++) {
      slow.push(link(port, beginnings[count % beginnings.length]))
      // As many as the system's queue of connections takes.
      if (count % 100 === 99) await sleep(20)
    }
    while ((await connections()) < 1_001) await sleep(20)
    const drip = setInterval(() => {
      for (const { socket, isClosed } of slow) if (!isClosed() && socket.bytesWritten > 0) socket.write('a')
    }, 500)
    afterTest(() => clearInterval(drip))
    await until(() => slow.every(({ isClosed }) => isClosed()), 14_000)
    expect(performance.now() - startedAt).toBeLessThan(13_000)
    expect(new Set(slow.map(statusOf))).toEqual(new Set([404, 408]))
    const waits = await stopBystander()
    expect(waits.count).toBeGreaterThan(20)
    expect(waits.p50).toBeLessThan(100)
    expect(waits.p95).toBeLessThan(500)
    expect(await connections()).toBe(1)
  }, 30_000)

  /** Times as in a gateway, a hundred times shorter. */
  async function serve(handler: HttpHandler, limits: ServingLimits) {
    const server = createServer(
      { ...guardedServer, headersTimeout: 100, requestTimeout: 300, connectionsCheckingInterval: 20 },
      (incoming, outgoing) => void serveRequest(handler, incoming, outgoing, limits),
    )
    hardenServer(server, { maxConnections: 100 })
    return listening(server)
  }

  it('F90 has a time limit for a body, whatever the server it is mounted on allows', async () => {
    const server = createServer({ requestTimeout: 0 }, (incoming, outgoing) => {
      void serveRequest(async (request) => new Response(await request.text()), incoming, outgoing, { bodyMs: 200 })
    })
    const port = await listening(server)
    const slow = link(port, 'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n')
    const chunked = link(port, 'POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n')
    const drip = setInterval(() => {
      slow.socket.write('a')
      chunked.socket.write('1\r\na\r\n')
    }, 20)
    afterTest(() => clearInterval(drip))
    await until(() => slow.text() !== '' && chunked.text() !== '')
    expect([slow, chunked].map(statusOf)).toEqual([408, 408])
    // The rest of the body is not read for ever.
    await until(() => slow.isClosed() && chunked.isClosed(), 8_000)
    const whole = link(port, 'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\n')
    await sleep(100)
    whole.socket.write('hello')
    await until(() => whole.text().includes('hello'))
    expect(statusOf(whole)).toBe(200)
  }, 15_000)

  it('F90 leaves answers all the time they take: event streams and held polls', async () => {
    const body = () =>
      new ReadableStream({
        async start(controller) {
          for (let count = 0; count < 6; count++) {
            controller.enqueue(new TextEncoder().encode(`${count}\n`))
            await sleep(200)
          }
          controller.close()
        },
      })
    const port = await serve(
      async (request: Request) => {
        if (request.url.endsWith('/poll')) await sleep(1_200)
        return new Response(request.url.endsWith('/poll') ? 'held' : body())
      },
      { bodyMs: 300, writeMs: 300 },
    )
    const stream = link(port, 'GET /stream HTTP/1.1\r\nHost: x\r\n\r\n')
    const poll = link(port, 'GET /poll HTTP/1.1\r\nHost: x\r\n\r\n')
    await until(() => stream.text().includes('5\n') && poll.text().includes('held'))
    expect([stream, poll].map(statusOf)).toEqual([200, 200])
  })

  it('F90 cuts a reader that takes what it was sent bit by bit', async () => {
    const bytes = 33_554_432
    const port = await serve(async () => new Response(Buffer.alloc(bytes)), { writeMs: 500 })
    const read = (pauseMs: number) => {
      const socket = connect({ port, host: '127.0.0.1' })
      afterTest(() => socket.destroy())
      const state = { taken: 0, isClosed: false }
      socket.on('error', () => {})
      socket.on('close', () => (state.isClosed = true))
      socket.on('data', ({ length }) => {
        state.taken += length
        if (pauseMs === 0) return
        socket.pause()
        setTimeout(() => socket.resume(), pauseMs)
      })
      socket.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n')
      return state
    }
    const slow = read(100)
    const fast = read(0)
    await until(() => fast.taken > bytes, 10_000)
    await until(() => slow.isClosed, 30_000)
    expect(slow.taken).toBeLessThan(bytes)
  }, 45_000)

  it('F90 gets rid of those it refused to upgrade, also where they do not take the answer or hold their half open', async () => {
    const { port, connections } = await start()
    const refused = Array.from({ length: 50 }, () => link(port, upgradeHead('/elsewhere')))
    for (const { socket } of refused) socket.pause()
    await sleep(100)
    const deadline = performance.now() + 8_000
    while ((await connections()) > 0 && performance.now() < deadline) await sleep(20)
    expect(await connections()).toBe(0)
  }, 12_000)
})

describe('a gateway among odd requests', () => {
  it('F91 answers large heads, many headers and a long subprotocol with 431, and stays up', async () => {
    const { port } = await start()
    const many = (count: number) => Array.from({ length: count }, (_, index) => `a${index}: b\r\n`).join('')
    const heads = {
      'a header of 1 MB': `GET /healthz HTTP/1.1\r\nHost: x\r\nX: ${'x'.repeat(1_000_000)}\r\n\r\n`,
      '2,000 headers': `GET /api/v1/events HTTP/1.1\r\nHost: x\r\n${many(2_000)}\r\n`,
      '2,000 headers of an upgrade': upgradeHead().replace(/\r\n$/, `${many(2_000)}\r\n`),
      '150 headers': `GET /api/v1/events HTTP/1.1\r\nHost: x\r\n${many(150)}\r\n`,
      '150 headers of an upgrade': upgradeHead().replace(/\r\n$/, `${many(150)}\r\n`),
      'a subprotocol of 100 KB': upgradeHead('/realtime', { 'Sec-WebSocket-Protocol': 'x'.repeat(100_000) }),
      'a long address': `GET /${'x'.repeat(100_000)} HTTP/1.1\r\nHost: x\r\n\r\n`,
    }
    for (const [name, head] of Object.entries(heads)) {
      const sent = link(port, head)
      await until(() => sent.text() !== '' || sent.isClosed())
      expect([name, statusOf(sent)]).toEqual([name, 431])
    }
    await openSocket(port, 'ada')
  })

  it('F91 counts headers on any server it is put on', async () => {
    const { gateway } = await start()
    const server = createServer((_, response) => response.end('the app'))
    gateway.attach(server)
    const port = await listening(server)
    const many = Array.from({ length: 150 }, (_, index) => `a${index}: b\r\n`).join('')
    const heads = {
      [`GET /api/v1/events HTTP/1.1\r\nHost: x\r\n${many}\r\n`]: 431,
      [upgradeHead().replace(/\r\n$/, `${many}\r\n`)]: 431,
      [`GET / HTTP/1.1\r\nHost: x\r\n${many}\r\n`]: 200,
    }
    for (const [head, status] of Object.entries(heads)) {
      const sent = link(port, head)
      await until(() => sent.text() !== '')
      expect(statusOf(sent)).toBe(status)
    }
  })

  it('F91 cuts off no header without a word: one that says where a page is from counts, wherever it stands', async () => {
    const { port } = await start({ origins: ['https://app.example.com'] })
    const some = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, index) => [`a${index}`, 'b']))
    const origin = { Origin: 'https://evil.example.com' }
    for (const count of [0, 50, 94, 95, 99, 150]) {
      const sent = link(port, upgradeHead('/realtime', { ...some(count), ...origin }))
      await until(() => sent.text() !== '')
      expect([403, 431]).toContain(statusOf(sent))
    }
  })

  it('F91 takes a subprotocol of many names in its stride, and one that is none for what it is', async () => {
    const { port } = await start()
    const names = Array.from({ length: 1_500 }, (_, index) => `p${index}`)
    const long = await openSocket(port, 'ada', { 'Sec-WebSocket-Protocol': [...names, 'realtime.v1'].join(',') })
    expect(long.text()).toContain('Sec-WebSocket-Protocol: realtime.v1\r\n')
    for (const name of [',,,', 'a b', 'realtime.v1,realtime.v1', '"']) {
      const sent = link(port, upgradeHead('/realtime', { 'Sec-WebSocket-Protocol': name }))
      await until(() => sent.text() !== '')
      expect(statusOf(sent)).toBe(400)
    }
  })

  it('F91 answers odd methods, bad addresses and broken heads, and stays up', async () => {
    const { port } = await start()
    const heads: [string, number[]][] = [
      ['TRACE /api/v1/events HTTP/1.1\r\nHost: x\r\n\r\n', [400]],
      ['CONNECT x:443 HTTP/1.1\r\nHost: x\r\n\r\n', [0]],
      ['PROPFIND /api/v1/events HTTP/1.1\r\nHost: x\r\n\r\n', [404]],
      ['NONSENSE / HTTP/1.1\r\nHost: x\r\n\r\n', [400]],
      ['OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n', [404]],
      ['GET http://[ HTTP/1.1\r\nHost: x\r\n\r\n', [404]],
      ['GET //// HTTP/1.1\r\nHost: x\r\n\r\n', [404]],
      ['GET /%zz HTTP/1.1\r\nHost: x\r\n\r\n', [404]],
      ['GET /api/v1/events/%00 HTTP/1.1\r\nHost: x\r\n\r\n', [404]],
      ['GET /api/v1/events?protocol=%ff%fe HTTP/1.1\r\nHost: x\r\n\r\n', [400]],
      ['GET / HTTP/1.1\r\n\r\n', [400]],
      ['GET / HTTP/9.9\r\nHost: x\r\n\r\n', [400]],
      ['GET / HTTP/1.1\r\nHost: x\r\nExpect: the-impossible\r\n\r\n', [417]],
      // Two readers of which might see two requests, or one.
      ['POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n', [400]],
      ['POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello!', [400]],
      ['GET / HTTP/1.1\r\nHost: x\r\nX: a\rb\r\n\r\n', [400]],
      ['\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03', [400]],
      ['\r\n\r\n\r\nhello\r\n\r\n', [400]],
    ]
    for (const [head, expected] of heads) {
      const sent = link(port, Buffer.from(head, 'latin1'))
      await until(() => sent.text() !== '' || sent.isClosed())
      expect([head, statusOf(sent)]).toEqual([head, expect.toSatisfy((status: number) => expected.includes(status))])
    }
    await openSocket(port, 'ada')
  })

  it('F91 answers a plain request that offers another protocol as if it did not', async () => {
    const { port } = await start()
    const offer = 'Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n'
    const sent = link(port, `GET /healthz HTTP/1.1\r\nHost: x\r\n${offer}\r\n`)
    await until(() => sent.text() !== '')
    expect(statusOf(sent)).toBe(200)
  })

  it('F91 answers each of many requests that come at once on one connection', async () => {
    const { port } = await start()
    const sent = link(port, 'GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n'.repeat(2_000))
    const answers = () => sent.text().split('HTTP/1.1 200').length - 1
    await until(() => answers() === 2_000, 10_000)
    expect(answers()).toBe(2_000)
  })
})

describe('a gateway among sockets that lie', () => {
  /** The code it is closed with; it is gone soon after. */
  async function cut(port: number, frames: readonly RawFrame[]) {
    const { socket, closeCode, isClosed } = await openSocket(port, 'ada')
    for (const frame of frames) socket.write(rawFrame(frame))
    await until(() => closeCode() !== null)
    socket.write(rawFrame({ opcode: opcodes.close, payload: Buffer.from([3, 232]) }))
    await until(isClosed)
    return closeCode()
  }

  it('F93 never takes compressed messages, whatever a client offers', async () => {
    const { port } = await start()
    const offer = 'permessage-deflate; client_max_window_bits, permessage-deflate; server_no_context_takeover'
    const opened = await openSocket(port, 'ada', { 'Sec-WebSocket-Extensions': offer })
    expect(opened.text()).not.toMatch(/sec-websocket-extensions/i)
    // 100 MB in 100 KB.
    const bomb = deflateRawSync(Buffer.alloc(104_857_600))
    const before = process.memoryUsage().rss
    opened.socket.write(rawFrame({ payload: bomb.subarray(0, 60_000), rsv1: true }))
    await until(() => opened.closeCode() !== null)
    expect(opened.closeCode()).toBe(1002)
    expect(process.memoryUsage().rss - before).toBeLessThan(30_000_000)
  })

  it('F93 cuts a message that grows beyond the limit in fragments, or has more of them than any message needs', async () => {
    const { port } = await start()
    const first = { payload: 'x'.repeat(1_000), isLast: false }
    const more = { opcode: opcodes.continuation, payload: 'x'.repeat(1_000), isLast: false }
    expect(await cut(port, [first, ...Array.from({ length: 65 }, () => more)])).toBe(1009)
    expect(await cut(port, [first, ...Array.from({ length: 20_000 }, () => ({ ...more, payload: 'x' }))])).toBe(1008)
    expect(await cut(port, [first, ...Array.from({ length: 20_000 }, () => ({ ...more, payload: '' }))])).toBe(1008)
  })

  it('F93 cuts a frame that claims more than the limit before any of it has come', async () => {
    const { port } = await start()
    const before = process.memoryUsage().rss
    for (const length of [65_537n, 2n ** 31n, 2n ** 32n + 5n, 2n ** 40n, 2n ** 53n, 2n ** 63n, 2n ** 64n - 1n]) {
      expect(await cut(port, [{ length }])).toBe(1009)
    }
    expect(process.memoryUsage().rss - before).toBeLessThan(30_000_000)
  })

  it('F93 takes a message up to the limit, in fragments too', async () => {
    const { port } = await start()
    const { socket, texts } = await openSocket(port, 'ada')
    const payload = JSON.stringify({ type: 'ping', pad: 'x'.repeat(65_000) })
    socket.write(rawFrame({ payload }))
    const half = Math.floor(payload.length / 2)
    socket.write(rawFrame({ payload: payload.slice(0, half), isLast: false }))
    socket.write(rawFrame({ opcode: opcodes.continuation, payload: payload.slice(half) }))
    const answers = () => texts().filter((text) => text === '{"type":"pong"}').length
    await until(() => answers() === 2)
    expect(answers()).toBe(2)
  })

  it('F93 cuts whoever breaks the protocol in other ways', async () => {
    const { port } = await start()
    expect(await cut(port, [{ opcode: 3, payload: 'x' }])).toBe(1002)
    expect(await cut(port, [{ opcode: opcodes.continuation, payload: 'x' }])).toBe(1002)
    expect(await cut(port, [{ opcode: opcodes.ping, payload: 'x'.repeat(126) }])).toBe(1002)
    expect(await cut(port, [{ opcode: opcodes.ping, isLast: false }])).toBe(1002)
    expect(await cut(port, [{ payload: Buffer.from([0xc3, 0x28]) }])).toBe(1007)
    expect(await cut(port, [{ opcode: opcodes.binary, payload: 'x' }])).toBe(1003)
    const unmasked = await openSocket(port, 'ada')
    unmasked.socket.write(Buffer.from([0x81, 1, 97]))
    await until(() => unmasked.closeCode() !== null)
    expect(unmasked.closeCode()).toBe(1002)
  })

  it('F93 is rid of them soon, also where they do not answer the close', async () => {
    const { port, gateway, connections } = await start()
    const { socket, closeCode } = await openSocket(port, 'ada', {}, { allowHalfOpen: true })
    socket.write(rawFrame({ length: 2n ** 40n }))
    await until(() => closeCode() === 1009)
    expect(gateway.hub.sessions).toBe(0)
    const flood = setInterval(() => socket.write(Buffer.alloc(1_000)), 10)
    afterTest(() => clearInterval(flood))
    const deadline = performance.now() + 8_000
    while ((await connections()) > 0 && performance.now() < deadline) await sleep(20)
    expect(await connections()).toBe(0)
  }, 12_000)
})
