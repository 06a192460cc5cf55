// Rate limiters: one in memory, and one on a real Redis that two processes' worth of them share.
import { createClient } from 'redis'
import { afterEach, describe, expect, it } from 'vitest'
import { createAdmission } from '../../src/gateway/admission.ts'
import { memoryRateLimiter } from '../../src/gateway/memory-rate-limiter.ts'
import { redisRateLimiter } from '../../src/gateway/redis-rate-limiter.ts'
import type { RateLimiter } from '../../src/hub/rate-limit.ts'
import { afterTest, endAll } from '../after-test.ts'
import { noRedis, startRedis } from './redis-process.ts'

afterEach(endAll)

const tenAtOnce = { burst: 10, perSecond: 2 }

async function countTaken(limiter: RateLimiter, times: number, key = 'ada', kind = 'connect'): Promise<number> {
  let taken = 0
  for (let count = 0; count < times; count++) if ((await limiter.take(kind, key, tenAtOnce)) === null) taken++
  return taken
}

describe('a rate limiter in memory', () => {
  function limiterAt(maxKeys?: number) {
    const time = { now: 0 }
    const limiter = memoryRateLimiter({ now: () => time.now, ...(maxKeys !== undefined && { maxKeys }) })
    return { time, limiter }
  }

  it('counts each kind and each key by itself', async () => {
    const { limiter } = limiterAt()
    expect(await countTaken(limiter, 15)).toBe(10)
    expect(await countTaken(limiter, 15, 'bo')).toBe(10)
    expect(await countTaken(limiter, 15, 'ada', 'publish')).toBe(10)
    expect(limiter.take('connect', 'ada', tenAtOnce)).toBe(500)
  })

  it('forgets who has not come for so long that nothing is left to know', () => {
    const { time, limiter } = limiterAt()
    for (let count = 0; count < 1_000; count++) limiter.take('connect', `k${count}`, tenAtOnce)
    expect(limiter.size).toBe(1_000)
    time.now += 5_000
    for (let count = 0; count < 1_000; count++) limiter.take('connect', 'ada', tenAtOnce)
    expect(limiter.size).toBe(1)
  })

  it('is bounded: the one goes that came longest ago, and who comes all the time stays limited', () => {
    const { limiter } = limiterAt(100)
    for (let count = 0; count < 10_000; count++) {
      limiter.take('connect', `k${count}`, tenAtOnce)
      if (count % 50 === 0) limiter.take('connect', 'ada', tenAtOnce)
    }
    expect(limiter.size).toBe(100)
    expect(limiter.take('connect', 'ada', tenAtOnce)).toBe(500)
  })

  it('takes Infinity for no limit, and what costs more than there ever is for all there is', () => {
    const { limiter } = limiterAt()
    const unlimited = [
      { burst: Infinity, perSecond: 1 },
      { burst: 1, perSecond: Infinity },
    ]
    for (const limit of unlimited)
      for (let count = 0; count < 100; count++) expect(limiter.take('a', 'b', limit)).toBeNull()
    expect(limiter.size).toBe(0)
    expect(limiter.take('connect', 'ada', { burst: 2, perSecond: 1 }, 4)).toBeNull()
    expect(limiter.take('connect', 'ada', { burst: 2, perSecond: 1 })).toBe(1_000)
  })
})

describe.skipIf(noRedis !== null)(`a rate limiter on Redis${noRedis === null ? '' : ` (skipped: ${noRedis})`}`, () => {
  async function start() {
    const redis = await startRedis()
    afterTest(redis.end)
    async function join() {
      const client = createClient({ socket: { ...redis.client.socket, reconnectStrategy: 50 } })
      client.on('error', () => {})
      await client.connect()
      afterTest(() => client.destroy())
      return client
    }
    return { ...redis, join }
  }

  it('shares one budget with another one, and says when there is more', async () => {
    const redis = await start()
    const [one, other] = [
      await redisRateLimiter({ client: await redis.join() }),
      await redisRateLimiter({ client: await redis.join() }),
    ]
    expect((await countTaken(one, 6)) + (await countTaken(other, 6))).toBe(10)
    const waitMs = await other.take('connect', 'ada', tenAtOnce)
    expect(waitMs).toBeGreaterThan(3_000)
    expect(waitMs).toBeLessThanOrEqual(5_000)
    expect(await countTaken(other, 1, 'bo')).toBe(1)
    expect(await countTaken(other, 1, 'ada', 'publish')).toBe(1)
  })

  it('holds an address to one rate, at whichever node it comes in', async () => {
    const redis = await start()
    const nodes = await Promise.all(
      [1, 2].map(async () => {
        const rateLimiter = await redisRateLimiter({ client: await redis.join() })
        return createAdmission({ rateLimiter, limits: { connect: tenAtOnce } })
      }),
    )
    const answers = await Promise.all(Array.from({ length: 30 }, (_, index) => nodes[index % 2]!.admit('10.0.0.1')))
    expect(answers.filter(({ ok }) => ok)).toHaveLength(10)
    expect(await nodes[0]!.admit('10.0.0.2')).toMatchObject({ ok: true })
  })

  it('counts in windows: all of a burst is back at once when one ends', async () => {
    const redis = await start()
    const limiter = await redisRateLimiter({ client: await redis.join() })
    const limit = { burst: 3, perSecond: 3 }
    const many = async () => {
      const verdicts = []
      for (let count = 0; count < 6; count++) verdicts.push(await limiter.take('publish', 'ada', limit))
      return verdicts
    }
    const before = await many()
    expect(before.slice(0, 3)).toEqual([null, null, null])
    await new Promise((resolve) => setTimeout(resolve, Math.max(...before.slice(3).map(Number)) + 20))
    expect((await many()).slice(0, 3)).toEqual([null, null, null])
  })

  it('leaves keys under its prefix that Redis forgets by itself, also of a rate above its burst', async () => {
    const redis = await start()
    const client = await redis.join()
    const limiter = await redisRateLimiter({ client, prefix: 'app:' })
    await limiter.take('connect', 'ada', { burst: 5, perSecond: 50 })
    const keys = await client.keys('*')
    expect(keys).toEqual(['app:connect:50/1:ada'])
    expect(await client.pTTL(keys[0]!)).toBeGreaterThan(0)
  })

  it('takes no time when Redis is killed, and counts by itself until it is back', async () => {
    const redis = await start()
    const limiter = await redisRateLimiter({ client: await redis.join() })
    expect(await countTaken(limiter, 10)).toBe(10)
    await redis.kill()
    const startedAt = performance.now()
    expect(await countTaken(limiter, 1_000)).toBe(10)
    expect(performance.now() - startedAt).toBeLessThan(1_000)
  })

  it('waits 200 ms at most for a Redis that has stopped, and not at each attempt', async () => {
    const redis = await start()
    const limiter = await redisRateLimiter({ client: await redis.join() })
    await limiter.take('connect', 'ada', tenAtOnce)
    redis.stop()
    const startedAt = performance.now()
    expect(await countTaken(limiter, 500, 'bo')).toBe(10)
    expect(performance.now() - startedAt).toBeGreaterThan(190)
    expect(performance.now() - startedAt).toBeLessThan(900)
    redis.resume()
    await new Promise((resolve) => setTimeout(resolve, 1_100))
    // It is asked again: what it remembers counts.
    expect(await countTaken(limiter, 15)).toBe(9)
  })

  it('has no limit where there is none to keep', async () => {
    const redis = await start()
    const client = await redis.join()
    const limiter = await redisRateLimiter({ client })
    expect(await limiter.take('connect', 'ada', { burst: Infinity, perSecond: 1 })).toBeNull()
    expect(await client.keys('*')).toEqual([])
  })
})
