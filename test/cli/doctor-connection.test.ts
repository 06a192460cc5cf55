// What stands in the way of a socket: name, port, TLS, the answer to the upgrade, origins, subprotocols.
import type { IncomingMessage } from 'node:http'
import { afterEach, describe, expect, it } from 'vitest'
import { endAll } from '../after-test.ts'
import {
  closedPort,
  doctor,
  goodToken,
  plain,
  selfSigned,
  serveGateway,
  serveHttp,
  serveStatus,
  serveTcp,
  serveTls,
  serveWs,
} from './doctor-servers.ts'

afterEach(endAll)

describe('a server that can not be reached', () => {
  it('by its name is said to be nowhere, and nothing else is tried', async () => {
    // Longer than a name may be, so that no resolver is asked.
    const name = `${'x'.repeat(64)}.example`
    const { of, exitCode, findings, untried } = await doctor({ url: `wss://${name}/realtime` })
    expect(of('connection', 'name')).toMatchObject({
      level: 'problem',
      text: expect.stringContaining(`The name ${name} leads nowhere (`),
    })
    expect([exitCode, findings.length]).toEqual([2, 1])
    expect(untried).toContain('could not be reached')
  })

  it('at a closed port is said not to listen', async () => {
    const port = await closedPort()
    const { of, exitCode } = await doctor({ url: `ws://127.0.0.1:${port}/realtime` })
    expect(of('connection', 'port').text).toBe(`Nothing listens at 127.0.0.1:${port} (ECONNREFUSED).`)
    expect(exitCode).toBe(2)
  })

  it('behind a port that takes connections and never answers is given up in time', async () => {
    const { ws } = await serveTcp(() => {})
    const beganAt = performance.now()
    const { of, exitCode } = await doctor({ url: ws, limits: { handshakeMs: 400 } })
    expect(performance.now() - beganAt).toBeLessThan(2_000)
    expect(of('connection', 'port').level).toBe('ok')
    expect(of('connection', 'answer').text).toContain('took the connection, and answered nothing')
    expect(exitCode).toBe(2)
  })

  it('behind a port that speaks something else, or breaks off, is told apart', async () => {
    const other = await serveTcp((socket) => socket.end('220 mail.example.com ESMTP\r\n'))
    expect((await doctor({ url: other.ws })).of('connection', 'answer').text).toContain('is no HTTP (HPE_')
    const breaking = await serveTcp((socket) => socket.once('data', () => socket.destroy()))
    const { of } = await doctor({ url: breaking.ws })
    expect(of('connection', 'answer').text).toContain('broke the connection off before it answered (ECONNRESET)')
  })
})

describe('TLS', () => {
  const certificate = selfSigned()

  it.skipIf(certificate === null)(
    'by a certificate that nobody signed is a problem, and the token is not sent there (left out where there is no openssl)',
    async () => {
      const { wss } = await serveTls(certificate!)
      const { of, exitCode, complaints } = await doctor({ url: wss, token: goodToken })
      expect(of('connection', 'tls').text).toBe(
        'The certificate of localhost is signed by nobody but itself (DEPTH_ZERO_SELF_SIGNED_CERT).',
      )
      expect(of('connection', 'tls').change).toContain('NODE_EXTRA_CA_CERTS')
      expect([exitCode, complaints]).toEqual([1, ['problem connection tls']])
    },
  )

  it('asked of a port that has none is said so', async () => {
    const { port } = await serveStatus(200)
    const { of } = await doctor({ url: `wss://127.0.0.1:${port}/realtime` })
    expect(of('connection', 'tls').text).toMatch(/^No TLS connection came about \(E/)
    expect(of('connection', 'tls').change).toContain('ws://')
  })
})

describe('an upgrade that is not granted', () => {
  it.each<[number, string, string]>([
    [200, 'an ordinary page', 'operations/README.md#load-balancers'],
    [404, 'Nothing opens a WebSocket at this path', 'troubleshooting.md#nothing-connects'],
    [426, 'a proxy in between has dropped the headers', 'operations/README.md#load-balancers'],
    [401, 'wants a token with the upgrade', 'recipes/auth.md#where-the-token-goes'],
    [403, 'by no means', 'security.md#pages-of-other-sites'],
    [502, 'does not reach the server behind it', 'operations/incident.md#nobody-can-connect'],
  ])('%i says what it means, what to change and where to read on', async (status, means, page) => {
    const { ws } = await serveStatus(status)
    const { of, exitCode } = await doctor({ url: ws })
    expect(of('connection', 'upgrade')).toMatchObject({
      level: 'problem',
      text: `The upgrade was answered with ${status}.`,
      means: expect.stringContaining(means),
      change: expect.stringMatching(/\w/),
      see: `livecache/docs/${page}`,
    })
    expect(exitCode).toBe(1)
  })

  it('but redirected names the address to dial, without its query', async () => {
    const { ws } = await serveStatus(301, { location: 'https://live.example.com/socket?token=secret' })
    const { of } = await doctor({ url: ws })
    expect(of('connection', 'upgrade').text).toBe(
      'The upgrade was answered with 301: a redirect to "https://live.example.com/socket".',
    )
    expect(of('connection', 'upgrade').change).toContain('"wss://live.example.com/socket"')
  })

  it('but put off says for how long', async () => {
    const { ws } = await serveStatus(503, { 'retry-after': '7' })
    expect((await doctor({ url: ws })).of('connection', 'upgrade').text).toContain('503, Retry-After: "7"')
  })

  it('but answered out of a cache is seen', async () => {
    const { ws } = await serveTcp((socket) => {
      const head = 'HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nconnection: upgrade\r\n'
      socket.once('data', () => socket.end(`${head}sec-websocket-accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n`))
    })
    const { of } = await doctor({ url: ws })
    expect(of('connection', 'upgrade').text).toContain('a wrong Sec-WebSocket-Accept')
  })
})

describe('an origin', () => {
  const origins = ['https://app.example.com']

  it('that is let in is told, and that others are not', async () => {
    const { ws } = await serveGateway({ origins })
    const { of, complaints } = await doctor({ url: ws, token: goodToken, origin: 'https://app.example.com' })
    expect(of('connection', 'origin').text).toBe('Pages of https://app.example.com are let in.')
    expect(of('connection', 'foreign-origin')).toMatchObject({ level: 'ok', text: expect.stringContaining('403') })
    expect(complaints).toEqual([])
  })

  it('that is not let in is the reason, as the server opens without one', async () => {
    const { ws } = await serveGateway({ origins })
    const { of, exitCode } = await doctor({ url: ws, token: goodToken, origin: 'https://other.example.com' })
    expect(of('connection', 'origin')).toMatchObject({
      level: 'problem',
      text: 'Pages of https://other.example.com are not let in: 403, and 101 without an Origin.',
    })
    expect(exitCode).toBe(1)
  })

  it('of any site being let in is noted', async () => {
    const { ws } = await serveGateway()
    expect((await doctor({ url: ws, token: goodToken })).of('connection', 'foreign-origin')).toMatchObject({
      level: 'note',
      text: 'Pages of any site may connect.',
    })
  })
})

describe('a token that is offered as a subprotocol', () => {
  it('and said back is a problem', async () => {
    const echo = (offered: Set<string>) => [...offered].at(-1) ?? false
    const { ws } = await serveWs(() => {}, { handleProtocols: echo })
    const { of, findings } = await doctor({ url: ws, token: goodToken, auth: 'subprotocol' })
    expect(of('connection', 'token-echo')).toMatchObject({
      level: 'problem',
      text: expect.stringContaining('said back'),
    })
    expect(JSON.stringify(findings)).not.toContain(goodToken)
  })

  it('and not said back is none', async () => {
    const { ws } = await serveGateway()
    const { findings } = await doctor({ url: ws, token: goodToken })
    expect(findings.filter(({ id }) => id === 'token-echo')).toEqual([])
  })
})

it('a token that the server wants with the upgrade is brought there, and one that is refused there is told', async () => {
  const refuse = ({ url }: IncomingMessage) => (url?.includes(`token=${goodToken}`) ? false : 401)
  const { ws } = await serveWs(() => {}, { ...plain, refuse })
  const brought = await doctor({ url: ws, token: goodToken, auth: 'query' })
  expect(brought.of('connection', 'upgrade').level).toBe('ok')
  expect(brought.of('sign-in', 'signed-in').level).toBe('ok')
  // A page sees 1006, and would never ask for a fresh token.
  expect(brought.of('sign-in', 'wrong-token')).toMatchObject({
    level: 'warning',
    means: expect.stringContaining('1006'),
  })
  const refused = await doctor({ url: ws, token: 'another token', auth: 'query' })
  expect(refused.of('connection', 'upgrade').means).toBe('The token was brought with the upgrade, and refused.')
})

it('an event stream is tried though no socket opens', async () => {
  const { ws } = await serveHttp((request, response) => {
    const isStream = request.url?.startsWith('/api/v1/events/stream') === true
    response.writeHead(isStream ? 200 : 404, { 'content-type': 'text/event-stream', 'cache-control': 'no-transform' })
    if (isStream) response.write('event: goal.counted\nid: 1\ndata: {"count":1}\n\n')
    else response.end()
  })
  const { of } = await doctor({ url: ws })
  expect(of('connection', 'upgrade').text).toContain('404')
  expect(of('sse', 'open').level).toBe('ok')
  expect(of('events', 'type').text).toContain('id of the SSE message')
})
