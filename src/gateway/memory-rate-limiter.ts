// How often somebody may do something, counted in this process. Shared between processes it is in redis-rate-limiter.ts.
import { createTokenBucket, type RateLimit, type RateLimiter, type TokenBucket } from '../hub/rate-limit.ts'

export interface MemoryRateLimiterOptions {
  /** Of each kind: beyond it the one goes that came longest ago, and may begin anew. @default 50_000 */
  maxKeys?: number
  /** In ms; only differences count. @default performance.now, which no correction of the clock touches */
  now?: () => number
}

export interface MemoryRateLimiter extends RateLimiter {
  take(...asked: Parameters<RateLimiter['take']>): number | null
  /** Buckets kept. */
  readonly size: number
}

interface Entry {
  readonly bucket: TokenBucket
  /** By then it is full again, if nothing is taken: as good as a new one. */
  fullAt: number
}

/** The next in line, looked at whenever somebody comes: what was left behind goes without a timer. */
const lookedAt = 2

/** Counts rates in this process: what a gateway does by itself. For several nodes: `redisRateLimiter`. */
export function memoryRateLimiter({
  maxKeys = 50_000,
  now = () => performance.now(),
}: MemoryRateLimiterOptions = {}): MemoryRateLimiter {
  const kinds = new Map<string, Map<string, Entry>>()

  function take(kind: string, key: string, limit: RateLimit, cost = 1): number | null {
    if (isUnlimited(limit)) return null
    const entries = kinds.get(kind) ?? new Map<string, Entry>()
    kinds.set(kind, entries)
    const entry = entries.get(key) ?? { bucket: createTokenBucket(limit, now), fullAt: 0 }
    entry.fullAt = now() + (limit.burst / limit.perSecond) * 1_000
    // A Map keeps its order of insertion, so the first one was here the longest ago.
    entries.delete(key)
    entries.set(key, entry)
    forget(entries)
    // What costs more than there ever is would be refused for good.
    return entry.bucket.take(Math.min(cost, limit.burst))
  }

  function forget(entries: Map<string, Entry>) {
    const oldest = entries.entries()
    for (let count = 0; count < lookedAt; count++) {
      const [key, { fullAt }] = oldest.next().value ?? ['', { fullAt: Infinity }]
      if (fullAt <= now() || entries.size > maxKeys) entries.delete(key)
    }
  }

  return {
    take,
    get size() {
      return [...kinds.values()].reduce((sum, { size }) => sum + size, 0)
    },
  }
}

export function isUnlimited({ burst, perSecond }: RateLimit): boolean {
  return burst === Infinity || perSecond === Infinity
}
