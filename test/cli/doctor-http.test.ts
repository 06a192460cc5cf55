// What the doctor finds of event streams and polling: buffering, headers, CORS, signs of life, what is said and answered.
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import { afterEach, describe, expect, it } from 'vitest'
import { endAll } from '../after-test.ts'
import { doctor, goodToken, plain, serveGateway, serveWs } from './doctor-servers.ts'

afterEach(endAll)

const origin = 'https://app.example.com'
const right = {
  'content-type': 'text/event-stream',
  'cache-control': 'no-store, no-transform',
  'x-accel-buffering': 'no',
}
const opening = `:${' '.repeat(2_048)}\n\n`

type Stream = (response: ServerResponse, request: IncomingMessage) => void

/** A plain server whose event stream is this. */
async function streaming(
  stream: Stream,
  options: RequestListener = (_request, response) => response.writeHead(404).end(),
) {
  return serveWs(() => {}, {
    ...plain,
    answer(request, response) {
      if (request.method === 'OPTIONS') return options(request, response)
      if (request.url?.startsWith('/api/v1/events/stream')) stream(response, request)
      else response.writeHead(404).end()
    },
  })
}

const openWith =
  (headers: Record<string, string>, begin = opening): Stream =>
  (response) => {
    response.writeHead(200, headers)
    response.write(begin)
  }

describe('an event stream', () => {
  it('that is as it should be is well, on a plain server too', async () => {
    const { ws } = await streaming(openWith(right))
    const { findings } = await doctor({ url: ws })
    expect(findings.filter(({ topic }) => topic === 'sse').map(({ id, level }) => `${level} ${id}`)).toEqual([
      'ok open',
      'ok content-type',
      'ok first-byte',
      'ok opening',
    ])
  })

  it('that opens and then is held back is a warning', async () => {
    const { ws } = await streaming((response) => {
      response.writeHead(200, right)
      response.flushHeaders()
    })
    const { of } = await doctor({ url: ws })
    expect(of('sse', 'first-byte')).toMatchObject({
      level: 'warning',
      text: 'It opened, and not a byte came within 500 ms.',
      change: expect.stringContaining('proxy_buffering off'),
      see: 'livecache/docs/troubleshooting.md#buffered-streams',
    })
  })

  it('of a livecache server that is held back is a problem', async () => {
    const { ws } = await streaming((response) => {
      response.writeHead(200, { ...right, 'livecache-protocol': 'realtime.v1' })
      response.flushHeaders()
    })
    expect((await doctor({ url: ws })).of('sse', 'first-byte').level).toBe('problem')
  })

  it('that is collected together with its headers is a problem', async () => {
    const { ws } = await streaming(() => {})
    const { of } = await doctor({ url: ws, limits: { handshakeMs: 400 } })
    expect(of('sse', 'open')).toMatchObject({
      level: 'problem',
      text: expect.stringContaining('sent no headers within 400 ms'),
    })
  })

  it('whose first byte is late is a warning', async () => {
    const { ws } = await streaming((response) => {
      response.writeHead(200, right)
      response.flushHeaders()
      setTimeout(() => response.write(opening), 2_200)
    })
    const { of } = await doctor({ url: ws, limits: { firstByteMs: 4_000 } })
    expect(of('sse', 'first-byte').text).toMatch(/^The first byte came 2\.\d s after the headers\.$/)
  })

  it('that lets proxies change it is a warning, and one that compresses', async () => {
    const { ws } = await streaming(
      openWith({ 'content-type': 'text/event-stream', 'cache-control': 'no-cache' }, ': hi\n\n'),
    )
    const { of, complaints } = await doctor({ url: ws })
    expect(of('sse', 'no-transform').text).toBe('Cache-Control is "no-cache", without no-transform.')
    expect(of('sse', 'x-accel-buffering').level).toBe('note')
    expect(of('sse', 'opening').level).toBe('note')
    expect(complaints).toContain('warning sse no-transform')
    const { gzipSync } = await import('node:zlib')
    const packed = await streaming((response) => {
      response.writeHead(200, { ...right, 'content-encoding': 'gzip' })
      response.end(gzipSync(opening))
    })
    expect((await doctor({ url: packed.ws })).of('sse', 'compressed').text).toBe('It is compressed ("gzip").')
  })

  it('that is a page is told what it is', async () => {
    const { ws } = await streaming((response) => response.writeHead(200, { 'content-type': 'text/html' }).end('<html>'))
    const { of } = await doctor({
      url: ws,
      sse: `${ws.replace('ws', 'http').replace('/realtime', '')}/api/v1/events/stream`,
    })
    expect(of('sse', 'open')).toMatchObject({
      level: 'problem',
      text: expect.stringContaining('answered with text/html instead of text/event-stream'),
    })
  })

  it('that is not there is noted, and a problem where it was named', async () => {
    const { ws, http } = await streaming((response) => response.writeHead(404).end())
    const { of, exitCode } = await doctor({ url: ws })
    expect([of('sse', 'open').level, of('polling', 'open').level, exitCode]).toEqual(['note', 'note', 0])
    expect((await doctor({ url: ws, sse: `${http}/live` })).of('sse', 'open').level).toBe('problem')
  })

  it('that leads elsewhere is a warning', async () => {
    const { ws } = await streaming((response, { url }) => {
      if (url?.includes('moved')) openWith(right)(response, {} as IncomingMessage)
      else response.writeHead(302, { location: '/api/v1/events/stream?moved' }).end()
    })
    expect((await doctor({ url: ws })).of('sse', 'redirected').level).toBe('warning')
  })

  it('that shows no sign of life is a warning, and one that ends a problem', async () => {
    const wish = { quick: false, limits: { heartbeatMs: 200, slackMs: 200 } }
    const silent = await streaming(openWith(right))
    expect((await doctor({ url: silent.ws, ...wish })).of('sse', 'alive').text).toBe('Nothing came for 400 ms.')
    const ending = await streaming((response) => {
      openWith(right)(response, {} as IncomingMessage)
      setTimeout(() => response.end(), 150)
    })
    expect((await doctor({ url: ending.ws, ...wish })).of('sse', 'alive').level).toBe('problem')
    const beating = await streaming((response) => {
      openWith(right)(response, {} as IncomingMessage)
      setTimeout(() => response.write(':heartbeat\n\n'), 150)
    })
    expect((await doctor({ url: beating.ws, ...wish })).of('sse', 'alive').level).toBe('ok')
  })
})

describe('a page of another origin', () => {
  it('that would be kept from the stream by its browser is a problem, with every reason', async () => {
    const { ws } = await streaming(openWith(right))
    const { of } = await doctor({ url: ws, origin, token: goodToken, auth: 'subprotocol' })
    expect(of('sse', 'cors')).toMatchObject({
      level: 'problem',
      text: `A browser keeps it from pages of ${origin}: Access-Control-Allow-Origin is missing; OPTIONS is answered with 404.`,
    })
  })

  it('may read it where the answers say so; without the header for the token it may not', async () => {
    const allowing =
      (headers: string): RequestListener =>
      (_request, response) =>
        response
          .writeHead(204, { 'access-control-allow-origin': origin, 'access-control-allow-headers': headers })
          .end()
    const stream = openWith({ ...right, 'access-control-allow-origin': origin })
    const wish = { origin, token: goodToken, auth: 'subprotocol' as const }
    const { ws } = await streaming(stream, allowing('Authorization'))
    expect((await doctor({ url: ws, ...wish })).of('sse', 'cors').level).toBe('ok')
    const lacking = await streaming(stream, allowing('content-type'))
    expect((await doctor({ url: lacking.ws, ...wish })).of('sse', 'cors').text).toContain(
      'Access-Control-Allow-Headers lacks authorization',
    )
  })

  it('may read our gateway, which lists it', async () => {
    const { ws } = await serveGateway({ origins: [origin] })
    const { of } = await doctor({ url: ws, token: goodToken, origin })
    expect([of('sse', 'cors').level, of('polling', 'cors').level]).toEqual(['ok', 'ok'])
  })

  it('is kept from the header that names the protocol where that is not exposed', async () => {
    const headers = { ...right, 'livecache-protocol': 'realtime.v1', 'access-control-allow-origin': '*' }
    const { ws } = await streaming(openWith(headers), (_request, response) => response.writeHead(204, headers).end())
    expect((await doctor({ url: ws, origin })).of('sse', 'cors').text).toContain(
      'Access-Control-Expose-Headers lacks livecache-protocol; Access-Control-Allow-Headers lacks content-type; Access-Control-Allow-Methods lacks PATCH',
    )
  })
})

describe('polling', () => {
  const polled = (answer: (request: IncomingMessage, response: ServerResponse) => void) =>
    serveWs(() => {}, { ...plain, answer })

  it('whose answers may be kept is a warning', async () => {
    const { ws } = await polled((request, response) => {
      if (request.url?.includes('/stream')) return response.writeHead(404).end()
      return response.writeHead(200, { 'content-type': 'application/json' }).end('[]')
    })
    const { of } = await doctor({ url: ws })
    expect(of('polling', 'cached').level).toBe('warning')
    expect(of('polling', 'answered').text).toMatch(/^The first poll is answered after/)
  })

  it('by a session that another node does not know is a problem', async () => {
    const { ws } = await polled((request, response) => {
      if (request.method !== 'GET') return response.writeHead(404).end()
      if (request.url?.includes('/stream')) return response.writeHead(404).end()
      const frames = [{ type: 'welcome', connectionId: 'c-1', protocol: 'realtime.v1' }]
      return response
        .writeHead(200, { 'livecache-protocol': 'realtime.v1', 'cache-control': 'no-store' })
        .end(JSON.stringify({ frames, connectionId: 'c-1', after: 1 }))
    })
    const { of } = await doctor({ url: ws })
    expect(of('polling', 'answers')).toMatchObject({
      level: 'problem',
      text: expect.stringContaining('404'),
      change: expect.stringContaining('reach the same one'),
    })
  })
})
