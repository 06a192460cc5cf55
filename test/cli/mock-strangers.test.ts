// Who is answered by the mock server, and who is not: pages of elsewhere can reach this machine's ports, too.
import { request as httpRequest } from 'node:http'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { WebSocket as NodeSocket } from 'ws'
import { endAll } from '../after-test.ts'
import { serveScenario, stateOf } from './mock-process.ts'
import { answerOf, serve, type Served } from './process.ts'

let server: Served
beforeAll(async () => void (server = await serveScenario()))
afterAll(endAll)

describe('strangers', () => {
  /** What is answered to a request with these headers, whose `Host` fetch would not send. */
  function ask(port: number, path: string, headers: Record<string, string>, method = 'GET') {
    return new Promise<{ status: number; text: string; headers: NodeJS.Dict<string | string[]> }>((resolve, reject) => {
      const request = httpRequest(
        { port, path, method, headers: { host: `localhost:${port}`, ...headers } },
        (response) => {
          let text = ''
          response.on('data', (data: Buffer) => (text += data.toString()))
          response.on('end', () => resolve({ status: response.statusCode!, text, headers: response.headers }))
          if (response.headers['content-type'] === 'text/event-stream') {
            resolve({ status: response.statusCode!, text: '', headers: response.headers })
            response.destroy()
          }
        },
      )
      request.on('error', reject)
      request.end()
    })
  }

  /** The status that a request to upgrade is answered with; 101 where it is granted. */
  function upgrade(port: number, headers: Record<string, string>): Promise<number> {
    return new Promise((resolve) => {
      const socket = new NodeSocket(`ws://127.0.0.1:${port}/realtime`, { headers })
      socket.on('open', () => (socket.terminate(), resolve(101)))
      socket.on('unexpected-response', (_request, response) => resolve(response.statusCode!))
      socket.on('error', () => {})
    })
  }

  const paths = [
    '/mock',
    '/mock/state',
    '/api/v1/events/stream',
    '/api/v1/events?protocol=realtime.v1',
    '/healthz',
    '/',
  ]

  it.each<[string, (port: number) => Record<string, string>]>([
    ['a name that was made to mean this machine', (port) => ({ host: `evil.example:${port}` })],
    ['another port', (port) => ({ host: `localhost:${port + 1}` })],
    ['no port', () => ({ host: 'localhost' })],
    ['an address of the network', (port) => ({ host: `192.168.1.7:${port}` })],
    ['a look-alike', (port) => ({ host: `localhost.evil.example:${port}` })],
    ['a page of another site', () => ({ origin: 'https://evil.example' })],
    ['a page of a look-alike', () => ({ origin: 'http://localhost.evil.example' })],
    ['a page without an origin', () => ({ origin: 'null' })],
    ['something that is no origin', () => ({ origin: 'http://localhost:3000/path' })],
    ['a page of another kind', () => ({ origin: 'file://localhost' })],
  ])('that come with %s are refused over HTTP and at the upgrade', async (_name, headersFor) => {
    const headers = headersFor(server.port)
    for (const path of paths) {
      const { status, text } = await ask(server.port, path, headers)
      expect([path, status, JSON.parse(text)]).toEqual([
        path,
        403,
        { code: 'FORBIDDEN', message: expect.stringContaining('The mock server answers') },
      ])
    }
    expect((await ask(server.port, '/mock/events', headers, 'POST')).status).toBe(403)
    expect((await ask(server.port, '/mock/events', headers, 'OPTIONS')).status).toBe(403)
    expect(await upgrade(server.port, headers)).toBe(403)
    expect((await stateOf(server)).recent).toEqual([])
  })

  it.each<[string, (port: number) => Record<string, string>]>([
    ['localhost', () => ({})],
    ['127.0.0.1', (port) => ({ host: `127.0.0.1:${port}` })],
    ['[::1]', (port) => ({ host: `[::1]:${port}` })],
    ['a page on another port of this machine', () => ({ origin: 'http://localhost:5173' })],
    ['a page at 127.0.0.1', () => ({ origin: 'https://127.0.0.1:8443' })],
    ['a page at [::1]', () => ({ origin: 'http://[::1]:3000' })],
  ])('are not those who come by %s', async (_name, headersFor) => {
    const headers = headersFor(server.port)
    for (const path of paths) expect((await ask(server.port, path, headers)).status).toBeLessThan(400)
    expect(await upgrade(server.port, headers)).toBe(101)
  })

  it('can hide no origin behind a hundred other headers', async () => {
    const many = Object.fromEntries(Array.from({ length: 110 }, (_, index) => [`x-${index}`, '1']))
    const headers = { ...many, origin: 'https://evil.example' }
    // Node 24 says so by itself, older ones leave the origin out.
    const refused = [403, 431]
    expect(refused).toContain((await ask(server.port, '/mock/state', headers)).status)
    expect(refused).toContain(await upgrade(server.port, headers))
  })

  it('lets a page of this machine post, and read the answer', async () => {
    const origin = 'http://localhost:5173'
    const asked = await ask(server.port, '/mock/events', { origin }, 'OPTIONS')
    expect(asked.status).toBe(204)
    const { headers } = await fetch(`${server.http}/mock/events`, {
      method: 'POST',
      body: '"counted"',
      headers: { origin, 'content-type': 'application/json' },
    })
    for (const given of [asked.headers, Object.fromEntries(headers)]) {
      expect(given).toMatchObject({ 'access-control-allow-origin': origin, vary: 'origin' })
    }
    expect(asked.headers['access-control-allow-headers']).toBe('content-type')
  })
})

it('the mock server listens on this machine alone', async () => {
  const { code, stderr } = await answerOf(['mock', '--host', '0.0.0.0'])
  expect([code, stderr]).toEqual([
    1,
    'livecache: --host 0.0.0.0 would let others in, and the mock server asks nobody who they are. It listens on 127.0.0.1 or ::1 only. All options: npx livecache mock --help\n',
  ])
  const six = await serve(['mock', '--port', '0', '--host', '::1'])
  expect(six.ws).toBe(`ws://[::1]:${six.port}`)
  expect((await fetch(`${six.http}/mock/state`)).status).toBe(200)
  await expect(fetch(`http://127.0.0.1:${six.port}/mock/state`)).rejects.toThrow('fetch failed')
})
