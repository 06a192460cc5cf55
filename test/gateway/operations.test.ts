// What a gateway answers to those who run it, and to nobody else.
import { afterEach, describe, expect, it } from 'vitest'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createOperations, type OperationsOptions } from '../../src/gateway/operations.ts'
import { afterTest, endAll } from '../after-test.ts'
import { until } from '../smoke/until.ts'

afterEach(endAll)

const token = 'a token of the metrics'
const metrics = { text: async () => 'livecache_ready 1\n', contentType: 'text/plain; version=0.0.4' }

/** On a port of the gateway's, where the rest is the app's, and on a port of its own. */
async function start(options: Partial<OperationsOptions> = {}) {
  const reasons: string[] = []
  const operations = createOperations({
    health: () => ({ sessions: 3, uptimeMs: 12 }),
    reasons: () => reasons,
    metrics,
    ...options,
  })
  const server = createServer((request, response) => {
    if (!operations.handle(request, response)) response.writeHead(200).end('the app')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const own = await operations.listen(0)
  afterTest(operations.close, () => server.close(), server.closeAllConnections.bind(server))
  const main = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return { reasons, operations, main, own: `http://127.0.0.1:${own.port}`, ownPort: own.port }
}

const withToken = (given: string) => ({ headers: { authorization: `Bearer ${given}` } })

describe('the health check', () => {
  it('says that the process is up, and stays so while it is not ready', async () => {
    const { main, reasons } = await start()
    reasons.push('draining')
    const answer = await fetch(`${main}/healthz`)
    expect(answer.status).toBe(200)
    expect(answer.headers.get('cache-control')).toBe('no-store')
    expect(await answer.json()).toEqual({ status: 'ok', sessions: 3, uptimeMs: 12 })
  })

  it('F101: shows by how much the clock of the machine is off', async () => {
    const { main } = await start({ health: () => ({ sessions: 0, uptimeMs: 1, skewMs: -61_000 }) })
    expect(await (await fetch(`${main}/healthz`)).json()).toMatchObject({ skewMs: -61_000 })
  })

  it('answers 500 where nobody knows, and the process goes on', async () => {
    const { main } = await start({
      health() {
        throw new Error('no numbers')
      },
    })
    expect((await fetch(`${main}/healthz`)).status).toBe(500)
    expect((await fetch(`${main}/readyz`)).status).toBe(200)
  })
})

describe('readiness', () => {
  it('is red with the reasons, and green without any', async () => {
    const { main, reasons } = await start()
    reasons.push('starting', 'engine-down')
    const red = await fetch(`${main}/readyz`)
    expect([red.status, await red.json()]).toEqual([503, { status: 'not-ready', reasons: ['starting', 'engine-down'] }])
    reasons.length = 0
    const green = await fetch(`${main}/readyz`)
    expect([green.status, await green.json()]).toEqual([200, { status: 'ready' }])
  })

  it('can be asked by HEAD, and by no method that changes something', async () => {
    const { main } = await start()
    expect((await fetch(`${main}/readyz`, { method: 'HEAD' })).status).toBe(200)
    const refused = await fetch(`${main}/readyz`, { method: 'POST' })
    expect([refused.status, refused.headers.get('allow')]).toEqual([405, 'GET, HEAD'])
  })
})

describe('the metrics', () => {
  it("are not on the gateway's own port, unless a token guards them", async () => {
    const { main } = await start()
    expect(await (await fetch(`${main}/metrics`)).text()).toBe('the app')
    const guarded = await start({ token })
    const stranger = await fetch(`${guarded.main}/metrics`)
    expect([stranger.status, stranger.headers.get('www-authenticate')]).toEqual([401, 'Bearer'])
    for (const wrong of ['x', `${token}x`, token.slice(1), `${token},${token}`]) {
      expect((await fetch(`${guarded.main}/metrics`, withToken(wrong))).status).toBe(401)
    }
    const known = await fetch(`${guarded.main}/metrics`, withToken(token))
    expect([known.status, known.headers.get('content-type')]).toEqual([200, metrics.contentType])
    expect(await known.text()).toBe('livecache_ready 1\n')
  })

  it('are on a port of their own, of this machine alone', async () => {
    const { own, ownPort, operations } = await start()
    expect(await (await fetch(`${own}/metrics`)).text()).toBe('livecache_ready 1\n')
    expect((await fetch(`${own}/readyz`)).status).toBe(200)
    expect((await fetch(`${own}/else`)).status).toBe(404)
    await expect(fetch(`http://127.0.0.2:${ownPort}/metrics`)).rejects.toThrow('fetch failed')
    await operations.close()
    await expect(fetch(`${own}/metrics`)).rejects.toThrow('fetch failed')
  })

  it('are guarded there too, where there is a token', async () => {
    const { own } = await start({ token })
    expect((await fetch(`${own}/metrics`)).status).toBe(401)
    expect((await fetch(`${own}/metrics`, withToken(token))).status).toBe(200)
  })

  it('need a token that cannot be guessed', () => {
    const options = { health: () => ({}), reasons: () => [], token: 'short' }
    expect(() => createOperations(options)).toThrow(expect.objectContaining({ code: 'invalid-option' }))
  })

  it('answer 503 where they cannot be collected, and are collected once for all who ask at a time', async () => {
    let collected = 0
    let fail: (error: Error) => void = () => {}
    const text = () => {
      collected++
      return new Promise<string>((_resolve, reject) => (fail = reject))
    }
    const { own } = await start({ metrics: { ...metrics, text } })
    const answers = Array.from({ length: 5 }, () => fetch(`${own}/metrics`))
    await until(() => collected > 0)
    await new Promise((resolve) => setTimeout(resolve, 100))
    fail(new Error('a source threw'))
    expect((await Promise.all(answers)).map(({ status }) => status)).toEqual([503, 503, 503, 503, 503])
    expect(collected).toBe(1)
  })

  it('give up after 5 s', { timeout: 8_000 }, async () => {
    const { own } = await start({ metrics: { ...metrics, text: () => new Promise(() => {}) } })
    const begun = performance.now()
    expect((await fetch(`${own}/metrics`)).status).toBe(503)
    expect(performance.now() - begun).toBeGreaterThan(4_900)
  })

  it('say plainly that their port is taken', async () => {
    const { ownPort } = await start()
    const { operations } = await start()
    await operations.close()
    await expect(operations.listen(ownPort)).rejects.toMatchObject({ code: 'port-in-use' })
  })
})
