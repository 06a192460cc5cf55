// Requests over HTTP that show a token for themselves alone, as those for subscriptions do: how often somebody can have it verified.
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import {
  createGateway,
  type Gateway,
  type GatewayOptions,
  prometheusMetrics,
  TokenRefused,
} from '../../src/gateway/index.ts'
import { memoryRateLimiter } from '../../src/gateway/memory-rate-limiter.ts'
import { afterTest, endAll } from '../after-test.ts'
import { ask } from './access-links.ts'

afterEach(endAll)

/** `good-…` is a token, named like its user. Nothing comes back into a bucket. */
async function start(options: Partial<GatewayOptions> = {}) {
  const verified: (string | undefined)[] = []
  const refused: unknown[] = []
  const metrics = await prometheusMetrics({ defaultMetrics: false })
  const gateway = createGateway({
    verify(token) {
      verified.push(token)
      if (token === 'later') throw new TokenRefused('keys-unavailable', 'the keys are away')
      if (!token?.startsWith('good-')) throw new TokenRefused('bad-signature', 'forged')
      return { subject: token, streams: ['tenant:3'] }
    },
    rateLimiter: memoryRateLimiter({ now: () => 0 }),
    observers: [{ refused: (about) => refused.push(about) }],
    metrics,
    ...options,
  })
  afterTest(gateway.close)
  return { gateway, verified, refused, metrics }
}

const request = (token: string, init: RequestInit = {}, query = '') =>
  new Request(`https://api.test/api/v1/events/subscriptions${query}`, {
    headers: { authorization: `Bearer ${token}` },
    ...init,
  })

const ways = {
  'GET subscriptions': {},
  'PATCH subscriptions': { method: 'PATCH', body: '{}' },
} satisfies Record<string, RequestInit>

async function askTimes(gateway: Gateway, count: number, token: string, by?: { ip: string }, init: RequestInit = {}) {
  const statuses: number[] = []
  for (let time = 0; time < count; time++) statuses.push((await gateway.fetch(request(token, init), by)).status)
  return statuses
}

const here = { ip: '192.0.2.7' }

describe('bad tokens', () => {
  it.each(Object.entries(ways))('of one address are verified so often and no more: %s', async (_name, init) => {
    const { gateway, verified, refused } = await start({ limits: { connect: { burst: 20, perSecond: 0.1 } } })
    const statuses = await askTimes(gateway, 100, 'forged', here, init)
    // The one that is too many is still verified: nobody knew before.
    expect(statuses).toEqual([...Array(21).fill(401), ...Array(79).fill(429)])
    expect(verified).toHaveLength(21)
    const answer = await gateway.fetch(request('forged', init), here)
    expect(answer.status).toBe(429)
    expect(Number(answer.headers.get('retry-after'))).toBeGreaterThanOrEqual(1)
    expect(await answer.json()).toMatchObject({ code: 'RATE_LIMIT', message: expect.stringContaining('your address') })
    expect(refused).toContainEqual({ code: 'UNAUTHORIZED', limit: 'bad-signature', ip: here.ip })
    expect(refused).toContainEqual({ code: 'RATE_LIMIT', limit: 'connect', ip: here.ip })
    expect(await askTimes(gateway, 1, 'forged', { ip: '192.0.2.8' }, init)).toEqual([401])
  })

  it('are counted like every other refusal', async () => {
    const { gateway, metrics } = await start({ limits: { connect: { burst: 1, perSecond: 1 } } })
    await askTimes(gateway, 5, 'forged', here)
    const text = await metrics.text()
    expect(text).toContain('livecache_refusals_total{code="UNAUTHORIZED",limit="bad-signature"} 2')
    expect(text).toContain('livecache_refusals_total{code="RATE_LIMIT",limit="connect"} 3')
  })

  it('that are many at once are not all verified at once', async () => {
    let running = 0
    let most = 0
    const { gateway } = await start({
      limits: { maxStrangersPerIp: 5, maxStrangers: 8 },
      async verify() {
        most = Math.max(most, ++running)
        await new Promise((resolve) => setTimeout(resolve, 5))
        running--
        throw new Error('forged')
      },
    })
    const from = (ip: string) =>
      Array.from({ length: 20 }, async () => (await gateway.fetch(request('x'), { ip })).status)
    const statuses = await Promise.all([...from('192.0.2.7'), ...from('192.0.2.8')])
    expect(most).toBe(8)
    const count = (status: number) => statuses.filter((answered) => answered === status).length
    expect([count(401), count(429), count(503)]).toEqual([8, 15, 17])
    expect(await askTimes(gateway, 1, 'x', here)).toEqual([401])
  })

  it('of an address that is not told do not lock out all others', async () => {
    const { gateway } = await start({ limits: { connect: { burst: 1, perSecond: 1 } } })
    expect(await askTimes(gateway, 5, 'forged')).toEqual(Array(5).fill(401))
    expect(await askTimes(gateway, 1, 'good-ada')).toEqual([200])
  })

  it('that nobody can judge now are no fault of the address, and nobody is signed out for it', async () => {
    const { gateway, refused } = await start({ limits: { connect: { burst: 1, perSecond: 1 } } })
    expect(await askTimes(gateway, 5, 'later', here)).toEqual(Array(5).fill(503))
    expect((await gateway.fetch(request('later'), here)).headers.get('retry-after')).toBe('2')
    expect(refused[0]).toEqual({ code: 'UNAUTHORIZED', limit: 'keys-unavailable', ip: here.ip })
  })
})

describe('good tokens', () => {
  it.each(Object.entries(ways))(
    'count for their user, from wherever they come, and not for the address: %s',
    async (_name, init) => {
      const { gateway, refused } = await start({
        limits: { requests: { burst: 3, perSecond: 1 }, connect: { burst: 2, perSecond: 1 } },
      })
      for (const ip of ['192.0.2.1', '192.0.2.2', '192.0.2.3']) {
        expect(await askTimes(gateway, 1, 'good-ada', { ip }, init)).toEqual([200])
      }
      const answer = await gateway.fetch(request('good-ada', init), here)
      expect(answer.status).toBe(429)
      expect(Number(answer.headers.get('retry-after'))).toBeGreaterThanOrEqual(1)
      expect(await answer.json()).toMatchObject({ code: 'RATE_LIMIT', message: expect.stringContaining('this user') })
      expect(refused).toEqual([{ code: 'RATE_LIMIT', limit: 'requests', ip: here.ip }])
      for (const token of ['good-bo', 'good-cy', 'good-di', 'good-ed']) {
        expect(await askTimes(gateway, 1, token, here, init)).toEqual([200])
      }
    },
  )

  it('that are refused for it are verified so often and no more, too', async () => {
    const { gateway, verified } = await start({
      limits: { requests: { burst: 3, perSecond: 1 }, connect: { burst: 10, perSecond: 1 } },
    })
    const statuses = await askTimes(gateway, 100, 'good-ada', here)
    expect(statuses).toEqual([...Array(3).fill(200), ...Array(97).fill(429)])
    expect(verified).toHaveLength(3 + 11)
  })

  it('of somebody who asks as an app does are never refused', async () => {
    const { gateway } = await start()
    expect(new Set(await askTimes(gateway, 100, 'good-ada', here))).toEqual(new Set([200]))
  })
})

describe('what is not verified', () => {
  it.each([
    ['GET', '?connectionId=none'],
    ['POST', '/ack?connectionId=none'],
    ['POST', '?connectionId=none'],
    ['POST', ''],
  ])('%s %s of a stranger does not ask the app', async (method, path) => {
    const { gateway, verified } = await start({ publishKeys: ['k'.repeat(32)] })
    const { status } = await gateway.fetch(
      new Request(`https://api.test/api/v1/events${path}`, {
        method,
        headers: { authorization: 'Bearer forged' },
        ...(method === 'POST' && { body: '[]' }),
      }),
      here,
    )
    expect([status, verified]).toEqual([path === '' ? 401 : 404, []])
  })
})

it('holds over real sockets, on a server of the app, by the address that the proxy tells', async () => {
  const { gateway, verified } = await start({ trustProxy: 1, limits: { connect: { burst: 2, perSecond: 1 } } })
  const server = createServer((_, response) => response.end())
  gateway.attach(server)
  server.listen(0, '127.0.0.1')
  afterTest(() => server.close())
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const statuses: number[] = []
  for (let count = 0; count < 5; count++) {
    const headers = { 'x-forwarded-for': '10.0.0.1' }
    statuses.push((await ask(port, '/subscriptions', { token: 'forged', headers })).status)
  }
  expect(statuses).toEqual([401, 401, 401, 429, 429])
  expect(verified).toHaveLength(3)
  const other = await ask(port, '/subscriptions', { token: 'good-ada', headers: { 'x-forwarded-for': '10.0.0.2' } })
  expect(other.status).toBe(200)
})
