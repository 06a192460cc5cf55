// The engine against a real Redis, and odd things around it: numbers that are no multiples, a clock that is set, rights that are missing.
import { setTimeout as sleep } from 'node:timers/promises'
import { createClient } from 'redis'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { redisRateLimiter } from '../../src/gateway/redis-rate-limiter.ts'
import type { RateLimiter } from '../../src/hub/rate-limit.ts'
import { afterTest, endAll } from '../after-test.ts'
import { until } from '../smoke/until.ts'
import { counted, createNode, joinNode } from './redis-nodes.ts'
import { noRedis, type RedisProcess, startRedis } from './redis-process.ts'

describe.skipIf(noRedis !== null)(`odd things around Redis${noRedis === null ? '' : ` (skipped: ${noRedis})`}`, () => {
  let redis: RedisProcess
  beforeEach(async () => {
    redis = await startRedis()
    afterTest(redis.end)
  })
  afterEach(async () => {
    vi.restoreAllMocks()
    await endAll()
  })

  it('an answer may take an odd number of milliseconds', async () => {
    const node = await joinNode(redis, { answerWithinMs: 999 })
    await node.engine.append(counted(1))
    await until(() => node.events.length === 1)
    await sleep(300)
    expect(node.engine.status.isUp).toBe(true)
  })

  it.each([
    ['back', -3_600_000],
    ['on', 3_600_000],
  ])(
    'the clock of this machine is set %s by an hour: what is published is kept at once, and the skew is told',
    async (_how, step) => {
      const node = await joinNode(redis, { giveUpMs: 1_000 })
      await node.engine.append(counted(1))
      const { now } = Date
      vi.spyOn(Date, 'now').mockImplementation(() => now() + step)
      const startedAt = performance.now()
      await node.engine.append(counted(2))
      expect(performance.now() - startedAt).toBeLessThan(500)
      expect(Math.abs(node.engine.status.skewMs - step)).toBeLessThan(500)
      await until(() => node.events.length === 2)
      // As old as it is by the clock that is asked for its age.
      expect(Math.abs(node.events[1]!.at - Date.now())).toBeLessThan(5_000)
    },
  )

  it('a Redis that lets nodes in and nothing be read is not up, is tried now and then, and says why', async () => {
    await redis.ask('ACL', 'SETUSER', 'blind', 'on', '>secret', '~*', '+@all', '-xread')
    const client = { ...redis.client, username: 'blind', password: 'secret' }
    const node = createNode({ client }, { giveUpMs: 1_500 })
    const connections = async () =>
      Number(/total_connections_received:(\d+)/.exec((await redis.ask('INFO', 'stats')) as string)![1])
    const before = await connections()
    await expect(node.follow()).rejects.toMatchObject({
      code: 'engine-unavailable',
      message: expect.stringContaining('xread') as string,
    })
    // Two links for each attempt, and one that counts them.
    expect((await connections()) - before).toBeLessThan(20)
    await redis.ask('ACL', 'SETUSER', 'blind', '+xread')
    await node.follow()
    await node.engine.append(counted(1))
    await until(() => node.events.length === 1)
  })

  it('an engine serves one gateway: another one is told so, rather than never being ready', async () => {
    const node = await joinNode(redis)
    await expect(node.follow()).rejects.toMatchObject({ code: 'invalid-option' })
    await node.engine.append(counted(1))
    await until(() => node.events.length === 1)
  })

  it('a rate may be asked for what costs one and a half, as it does under pressure, and is shared all the same', async () => {
    const join = async () => {
      const client = createClient({ socket: redis.client.socket })
      await client.connect()
      client.on('error', () => {})
      afterTest(() => client.destroy())
      return redisRateLimiter({ client })
    }
    const [one, other] = [await join(), await join()]
    const take = (limiter: RateLimiter) => limiter.take('publish', 'ada', { burst: 10, perSecond: 1 }, 1.5)
    const verdicts = []
    for (let count = 0; count < 10; count++) verdicts.push(await take(count % 2 === 0 ? one : other))
    // Half is rounded up: of ten there is room for five.
    expect(verdicts.filter((verdict) => verdict === null)).toHaveLength(5)
  })
})
