// How often somebody may do something, counted in Redis by rate-limiter-flexible, so that all nodes share it.
import type { RateLimiterRedis } from 'rate-limiter-flexible'
import type { RateLimit, RateLimiter, Verdict } from '../hub/rate-limit.ts'
import { isUnlimited, memoryRateLimiter } from './memory-rate-limiter.ts'
import { importPeer } from './optional-peer.ts'

export interface RedisRateLimiterOptions {
  /** A connected client of the package `redis`. It stays yours: nothing here closes it. */
  client: object
  /** Begins every key. @default 'livecache:limit:' */
  prefix?: string
  /** How long an answer may take, in ms; then this process counts by itself. @default 200 */
  timeLimitMs?: number
}

/** After Redis did not answer, in ms, it is not asked: who comes must not wait, nor pile up in the client's queue. */
const leftAloneMs = 1_000

/**
 * Redis counts windows, not buckets: in the time it takes `perSecond` to bring back `burst`, rounded up to whole seconds, as many
 * may happen as `perSecond` allows in it. So twice the burst may pass around the end of a window, and never more than that.
 *
 * While Redis is away each process counts by itself: nobody is refused for it, and nobody is let through unlimited.
 * Rejects with `missing-peer` where rate-limiter-flexible is not installed.
 */
export async function redisRateLimiter({
  client,
  prefix = 'livecache:limit:',
  timeLimitMs = 200,
}: RedisRateLimiterOptions): Promise<RateLimiter> {
  const peer = await importPeer('rate-limiter-flexible', 'redisRateLimiter')
  const insurance = memoryRateLimiter()
  const counters = new Map<string, RateLimiterRedis>()
  let aloneUntil = 0

  function counterOf(kind: string, limit: RateLimit): RateLimiterRedis {
    const { points, duration } = windowOf(limit)
    const keyPrefix = `${prefix}${kind}:${points}/${duration}`
    const known = counters.get(keyPrefix)
    if (known !== undefined) return known
    // Its own insurance and time limits would need limiters of their own for each of these.
    const made = new peer.RateLimiterRedis({
      storeClient: client,
      useRedisPackage: true,
      rejectIfRedisNotReady: true,
      keyPrefix,
      points,
      duration,
    })
    counters.set(keyPrefix, made)
    return made
  }

  async function ask(kind: string, key: string, limit: RateLimit, cost: number): Promise<Verdict> {
    const counter = counterOf(kind, limit)
    try {
      // Redis counts whole ones; under pressure a cost has parts.
      await inTime(counter.consume(key, Math.min(Math.ceil(cost), counter.points)), timeLimitMs)
      return null
    } catch (error) {
      if (error instanceof peer.RateLimiterRes) return error.msBeforeNext
      aloneUntil = performance.now() + leftAloneMs
      return insurance.take(kind, key, limit, cost)
    }
  }

  return {
    take(kind, key, limit, cost = 1) {
      if (isUnlimited(limit)) return null
      return performance.now() < aloneUntil ? insurance.take(kind, key, limit, cost) : ask(kind, key, limit, cost)
    },
  }
}

/** `duration` in seconds: Redis is told whole ones, and of 0 it would never forget. */
function windowOf({ burst, perSecond }: RateLimit) {
  const duration = Math.max(1, Math.ceil(burst / perSecond))
  return { points: Math.max(1, Math.round(perSecond * duration)), duration }
}

function inTime<Value>(answer: Promise<Value>, ms: number): Promise<Value> {
  let timer: ReturnType<typeof setTimeout>
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${ms} ms`)), ms)
  })
  return Promise.race([answer, late]).finally(() => clearTimeout(timer))
}
