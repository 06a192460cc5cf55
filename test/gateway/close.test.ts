// A gateway that is closed beside requests that are not its own: on a server of the app's, and on its own one.
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { createGateway, type GatewayOptions } from '../../src/gateway/index.ts'
import { afterTest, endAll } from '../after-test.ts'
import { until } from '../smoke/until.ts'
import { rawLink, upgradeHead } from './raw-link.ts'

afterEach(() => {
  vi.useRealTimers()
  return endAll()
})

/** An app whose answers begin, and end when the test says so. */
function slowApp() {
  const waiting: ServerResponse[] = []
  return {
    waiting,
    answer(_request: IncomingMessage, response: ServerResponse) {
      waiting.push(response)
      response.write('begun, ')
    },
    finish: () => waiting.splice(0).forEach((response) => response.end('finished')),
  }
}

const newGateway = (options: Partial<GatewayOptions> = {}) =>
  createGateway({ verify: () => ({ subject: 'ada', streams: ['*'] }), ...options })

async function attached() {
  const app = slowApp()
  const gateway = newGateway()
  const server = createServer(app.answer)
  gateway.attach(server)
  server.listen(0, '127.0.0.1')
  afterTest(() => (server.close(), server.closeAllConnections()), gateway.close)
  await once(server, 'listening')
  return { app, gateway, server, port: (server.address() as AddressInfo).port }
}

async function byItself(options: Partial<GatewayOptions> = {}) {
  const app = slowApp()
  const gateway = newGateway({ onRequest: app.answer, ...options })
  const { port } = await gateway.listen(0)
  afterTest(() => gateway.server.closeAllConnections())
  return { app, gateway, port }
}

const textOf = async (answer: Promise<Response>) => (await answer).text().catch(() => 'cut')

/** Reads nothing of an event stream that has more to say than the network holds. */
async function stalled(port: number, { hub }: ReturnType<typeof newGateway>) {
  const link = rawLink(port, 'GET /api/v1/events/stream?events=* HTTP/1.1\r\nHost: x\r\n\r\n')
  afterTest(() => link.socket.destroy())
  await until(() => hub.stats.sessions.subscribed === 1)
  link.socket.pause()
  for (let count = 0; count < 500; count++) hub.publish({ type: 'a', stream: 'b', payload: 'x'.repeat(30_000) })
  return link
}

describe('on a server of the app', () => {
  it('what the app is answering goes on, and what it is asked later', async () => {
    const { app, gateway, port } = await attached()
    const before = textOf(fetch(`http://127.0.0.1:${port}/goals`))
    await until(() => app.waiting.length === 1)
    const from = performance.now()
    await gateway.close()
    expect(performance.now() - from).toBeLessThan(400)
    await new Promise((resolve) => setTimeout(resolve, 700))
    app.finish()
    expect(await before).toBe('begun, finished')
    const after = textOf(fetch(`http://127.0.0.1:${port}/goals`))
    await until(() => app.waiting.length === 1)
    app.finish()
    expect(await after).toBe('begun, finished')
  })

  it('the gateway’s own requests are told why they end, and cut where nobody reads it', async () => {
    const { gateway, server, port } = await attached()
    const stream = fetch(`http://127.0.0.1:${port}/api/v1/events/stream?protocol=realtime.v1`)
    const text = textOf(stream)
    await until(() => gateway.hub.stats.sessions.authenticated === 1)
    const connections = () => new Promise<number>((resolve) => server.getConnections((_, count) => resolve(count)))
    await stalled(port, gateway)
    expect(await connections()).toBe(2)
    await gateway.close()
    expect(await text).toContain('"code":1012')
    server.closeIdleConnections()
    await vi.waitFor(async () => expect(await connections()).toBe(0))
  })

  it('its paths are answered by 503 from then on, and it is not ready', async () => {
    const { gateway, port } = await attached()
    const ask = (path: string) => fetch(`http://127.0.0.1:${port}${path}`)
    expect((await ask('/readyz')).status).toBe(200)
    await gateway.close()
    for (const path of ['/api/v1/events/stream', '/api/v1/events?protocol=realtime.v1']) {
      const { status, headers } = await ask(path)
      expect([status, headers.get('retry-after')]).toEqual([503, '2'])
    }
    const upgrade = rawLink(port, upgradeHead())
    await until(() => upgrade.isClosed())
    expect(upgrade.text()).toMatch(/^HTTP\/1.1 503 /)
    const ready = await ask('/readyz')
    expect([ready.status, await ready.json()]).toEqual([503, { status: 'not-ready', reasons: ['draining'] }])
  })
})

describe('on its own server', () => {
  it('what the app is answering is finished first, and nothing more is taken', async () => {
    const { app, gateway, port } = await byItself()
    const link = await stalled(port, gateway)
    const before = textOf(fetch(`http://127.0.0.1:${port}/goals`))
    await until(() => app.waiting.length === 1)
    const closed = gateway.close()
    await new Promise((resolve) => setTimeout(resolve, 1_000))
    await expect(fetch(`http://127.0.0.1:${port}/goals`)).rejects.toThrow('fetch failed')
    // Its own do not wait for the app's.
    link.socket.resume()
    await until(() => link.isClosed())
    app.finish()
    expect(await before).toBe('begun, finished')
    const from = performance.now()
    await closed
    expect(performance.now() - from).toBeLessThan(400)
  })

  it('a drain finishes it, too', async () => {
    const { app, gateway, port } = await byItself({ drainNoticeMs: 0 })
    const text = textOf(fetch(`http://127.0.0.1:${port}/goals`))
    await until(() => app.waiting.length === 1)
    const drained = gateway.drain()
    await new Promise((resolve) => setTimeout(resolve, 1_000))
    app.finish()
    expect(await text).toBe('begun, finished')
    await drained
  })

  it('an answer that never ends is cut after ten seconds, and the port is free', async () => {
    const { app, gateway, port } = await byItself()
    const text = textOf(fetch(`http://127.0.0.1:${port}/goals`))
    await until(() => app.waiting.length === 1)
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    const closed = gateway.close()
    let isCut = false
    app.waiting[0]!.once('close', () => (isCut = true))
    await vi.advanceTimersByTimeAsync(9_900)
    expect(isCut).toBe(false)
    await vi.advanceTimersByTimeAsync(200)
    vi.useRealTimers()
    expect(await text).toBe('cut')
    await closed
  })
})
