// Pages of other sites: what a browser is told by a real gateway, and what it could do on their behalf. Which origins count is
// origins.test.ts.
import { connect as connectTcp } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { createGateway, type Gateway, type GatewayOptions } from '../../src/gateway/create-gateway.ts'
import { afterTest, endAll } from '../after-test.ts'
import { until } from '../smoke/until.ts'
import { type Answer, ask, join, type Link } from './access-links.ts'

afterEach(endAll)

const app = 'https://app.example.com'
const others = [
  'https://evil.com',
  'https://app.example.com.evil.com',
  'https://appxexample.com',
  'https://evil-app.example.com',
  'https://sub.app.example.com',
  'http://app.example.com',
  'https://app.example.com:8443',
  'https://app.example.com:443',
  'https://app.example.com.',
  'https://app.example.com/',
  'https://APP.EXAMPLE.COM',
  'https://app.example.com@evil.com',
  'https://app.example.com, https://evil.com',
  'https://xn--pp-7kc.example.com',
  'null',
  'file://',
  'https://',
]

interface Started {
  gateway: Gateway
  port: number
  /** Tokens that were looked at. */
  verified: (string | undefined)[]
}

async function start(options: Partial<GatewayOptions> = {}): Promise<Started> {
  const verified: (string | undefined)[] = []
  const gateway = createGateway({
    verify(token) {
      verified.push(token)
      if (token !== 'ada') throw new Error('nobody of that name')
      return { subject: token, streams: ['tenant:1'] }
    },
    origins: [app],
    allowQueryToken: true,
    ...options,
  })
  const { port } = await gateway.listen(0)
  afterTest(gateway.close)
  return { gateway, port, verified }
}

const keep = (link: Link) => {
  afterTest(link.close)
  return link
}

/** Asks for a WebSocket, header by header; resolves with all that comes back until the server closes, or has let it in. */
function upgrade(port: number, headers: readonly string[], path = '/realtime?events=*&token=ada'): Promise<string> {
  return new Promise((resolve) => {
    const tcp = connectTcp(port, '127.0.0.1')
    afterTest(() => tcp.destroy())
    let text = ''
    tcp.on('data', (chunk) => {
      text += chunk.toString('latin1')
      if (text.startsWith('HTTP/1.1 101')) resolve(text)
    })
    tcp.on('close', () => resolve(text))
    tcp.on('error', () => {})
    const own = [
      'Connection: Upgrade',
      'Upgrade: websocket',
      'Sec-WebSocket-Version: 13',
      'Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==',
    ]
    tcp.write([`GET ${path} HTTP/1.1`, 'Host: gateway.example.com', ...own, ...headers, '', ''].join('\r\n'))
  })
}

const statusOf = (text: string) => text.split('\r\n', 1)[0]

const corsOf = ({ headers }: Answer) =>
  Object.fromEntries(Object.entries(headers).filter(([name]) => name.startsWith('access-control-')))

describe('a socket', () => {
  it.each(others)('F92 that a page of %s asks for is refused with 403, whoever is signed in', async (origin) => {
    const { gateway, port, verified } = await start()
    const cookie = 'Cookie: session=ada; token=ada'
    for (const path of ['/realtime?events=*&token=ada', '/api/v1/ws/transactions?token=ada']) {
      const text = await upgrade(port, [`Origin: ${origin}`, cookie, 'Authorization: Bearer ada'], path)
      expect(statusOf(text)).toBe('HTTP/1.1 403 Forbidden')
      expect(text.toLowerCase()).not.toContain('access-control')
      expect(text).not.toContain(app)
    }
    expect(verified).toEqual([])
    expect(gateway.hub.sessions).toBe(0)
  })

  it('F92 is refused where two origins are named, whichever comes first', async () => {
    const { port } = await start()
    for (const [one, other] of [
      [app, 'https://evil.com'],
      ['https://evil.com', app],
    ]) {
      expect(statusOf(await upgrade(port, [`Origin: ${one}`, `Origin: ${other}`]))).toBe('HTTP/1.1 403 Forbidden')
    }
  })

  it('F92 is opened for a page of the app, and for what is no browser', async () => {
    const { gateway, port } = await start()
    for (const headers of [[`Origin: ${app}`], []]) {
      expect(statusOf(await upgrade(port, headers))).toBe('HTTP/1.1 101 Switching Protocols')
    }
    await until(() => gateway.hub.stats.sessions.subscribed === 2)
  })

  it('F92 is signed in by no cookie', async () => {
    const { gateway, port, verified } = await start()
    await upgrade(port, [`Origin: ${app}`, 'Cookie: token=ada; authorization=Bearer%20ada'], '/realtime?events=*')
    await until(() => verified.length === 1 && gateway.hub.sessions === 0)
    expect(verified).toEqual([undefined])
  })
})

describe('over HTTP', () => {
  const routes: [method: string, path: string][] = [
    ['GET', '/stream?events=*'],
    ['GET', '/stream?protocol=realtime.v1'],
    ['GET', '?protocol=realtime.v1'],
    ['GET', '?connectionId=x&after=0'],
    ['GET', '/subscriptions'],
    ['PATCH', '/subscriptions'],
    ['POST', '/ack?connectionId=x'],
    ['POST', '?connectionId=x'],
    ['OPTIONS', '/stream'],
    ['OPTIONS', '/subscriptions'],
    ['OPTIONS', ''],
    ['GET', '/nothing'],
  ]
  const preflight = {
    'access-control-request-method': 'PATCH',
    'access-control-request-headers': 'authorization, x-evil',
  }

  it.each(others)(
    'F92 a page of %s is refused with 403 and told nothing of what others may, nor is anything done for it',
    async (origin) => {
      const { gateway, port, verified } = await start()
      for (const [method, path] of routes) {
        const headers = { origin, cookie: 'session=ada', ...(method === 'OPTIONS' && preflight) }
        const body = method === 'POST' || method === 'PATCH' ? [] : undefined
        const answer = await ask(port, path, { method, token: 'ada', headers, body })
        expect({ method, path, status: answer.status, cors: corsOf(answer) }).toEqual({
          method,
          path,
          status: 403,
          cors: {},
        })
        expect(JSON.parse(answer.body)).toEqual({ code: 'FORBIDDEN', message: 'pages of this origin may not ask' })
      }
      expect(verified).toEqual([])
      expect(gateway.hub.sessions).toBe(0)
    },
  )

  it('F92 a page of the app is told exactly its own origin, with every answer, and never that cookies may come along', async () => {
    const { gateway, port } = await start()
    for (const token of ['ada', 'nobody']) {
      for (const [method, path] of routes) {
        if (path.startsWith('/stream') && token === 'ada' && method === 'GET') continue
        const headers = { origin: app, cookie: 'session=ada', ...(method === 'OPTIONS' && preflight) }
        const body = method === 'POST' || method === 'PATCH' ? [] : undefined
        const answer = await ask(port, path, { method, token, headers, body })
        expect(answer.status).not.toBe(403)
        expect(corsOf(answer)).toMatchObject({ 'access-control-allow-origin': app })
        expect(corsOf(answer)).not.toHaveProperty('access-control-allow-credentials')
        expect(answer.headers.vary).toBe('origin')
      }
    }
    // The same holds for a stream, which does not end by itself.
    const abort = new AbortController()
    afterTest(() => abort.abort())
    const response = await fetch(`http://127.0.0.1:${port}/api/v1/events/stream?events=*`, {
      headers: { origin: app, authorization: 'Bearer ada' },
      signal: abort.signal,
    })
    expect(response.status).toBe(200)
    expect(response.headers.get('access-control-allow-origin')).toBe(app)
    expect(response.headers.get('vary')).toBe('origin')
    expect(response.headers.has('access-control-allow-credentials')).toBe(false)
    await until(() => gateway.hub.sessions > 0)
  })

  it('F92 a preflight grants the methods and headers there are, not those that are asked for', async () => {
    const { port } = await start()
    const answer = await ask(port, '/subscriptions', { method: 'OPTIONS', headers: { origin: app, ...preflight } })
    expect(answer.status).toBe(204)
    expect(corsOf(answer)).toEqual({
      'access-control-allow-origin': app,
      'access-control-allow-methods': 'GET, POST, PATCH',
      'access-control-allow-headers': 'authorization, content-type, last-event-id',
      'access-control-expose-headers': 'livecache-protocol, retry-after',
      'access-control-max-age': '7200',
    })
  })

  it('F92 two origins are none', async () => {
    const { port } = await start()
    const answer = await new Promise<string>((resolve) => {
      const tcp = connectTcp(port, '127.0.0.1')
      afterTest(() => tcp.destroy())
      tcp.once('data', (chunk) => resolve(chunk.toString()))
      const head = [
        'GET /api/v1/events/subscriptions HTTP/1.1',
        'Host: x',
        `Origin: ${app}`,
        'Origin: https://evil.com',
      ]
      tcp.write([...head, 'Authorization: Bearer ada', '', ''].join('\r\n'))
    })
    expect(statusOf(answer)).toBe('HTTP/1.1 403 Forbidden')
    expect(answer.toLowerCase()).not.toContain('access-control')
  })

  it('F92 a page cannot do anything to a session by requests whose answers it may not read', async () => {
    const { gateway, port } = await start({ authorizePublish: () => true })
    const link = keep(await join('sse', port, 'ada'))
    const id = link.of('welcome')[0]!['connectionId'] as string
    const blind = { 'content-type': 'text/plain', origin: 'https://evil.com' }
    const frames: [string, string, object][] = [
      ['POST', `?connectionId=${id}&token=ada`, { type: 'publish', id: 'm', event: 'paid', stream: 'tenant:1' }],
      ['PATCH', `/subscriptions?connectionId=${id}&token=ada`, { type: 'unsubscribe', id: 'all' }],
    ]
    for (const [method, path, frame] of frames) {
      expect((await ask(port, path, { method, headers: blind, body: [frame] })).status).toBe(403)
    }
    await gateway.publish({ type: 'paid', stream: 'tenant:1', payload: { real: true } })
    await until(() => link.of('paid').length > 0)
    expect(link.of('paid').map(({ payload }) => payload)).toEqual([{ real: true }])
  })

  it('F92 what a framework carries is checked the same way', async () => {
    const { gateway } = await start()
    const answer = (origin: string) =>
      gateway.fetch(
        new Request('http://gateway/api/v1/events/subscriptions', { headers: { origin, authorization: 'Bearer ada' } }),
      )
    const [refused, allowed] = [await answer('https://evil.com'), await answer(app)]
    expect([refused.status, refused.headers.get('access-control-allow-origin')]).toEqual([403, null])
    expect([allowed.status, allowed.headers.get('access-control-allow-origin')]).toEqual([200, app])
  })
})

it('F92 where any page may ask, it is told its own origin, and still no cookie may come along', async () => {
  const { port } = await start({ origins: 'any' })
  for (const origin of ['https://evil.com', 'null']) {
    const answer = await ask(port, '/subscriptions', { token: 'ada', headers: { origin, cookie: 'session=ada' } })
    expect(answer.status).toBe(200)
    expect(corsOf(answer)).toMatchObject({ 'access-control-allow-origin': origin })
    expect(corsOf(answer)).not.toHaveProperty('access-control-allow-credentials')
    const refused = await ask(port, '/subscriptions', { headers: { origin, cookie: 'session=ada; token=ada' } })
    expect(refused.status).toBe(401)
  }
})
