// How often somebody may do something: token buckets in this process, and the port behind which they can be shared between nodes.

/** One per kind of thing that is limited. */
export interface RateLimit {
  /** How many at once, after a rest. */
  burst: number
  /** How many come back in a second. */
  perSecond: number
}

/** Null: go on. A number: refused; it may succeed after so many ms. */
export type Verdict = number | null

export interface RateLimiter {
  /**
   * Takes one, or `cost`, out of the bucket of `key`. Never rejects: a store that can't be reached must not stop the traffic.
   * @param kind such as `connect` or `publish`; @param key such as an address or a subject
   */
  take(kind: string, key: string, limit: RateLimit, cost?: number): Verdict | Promise<Verdict>
}

export interface TokenBucket {
  take(cost?: number): Verdict
}

/** One bucket: two numbers and no timer, so that a session can have several. */
export function createTokenBucket({ burst, perSecond }: RateLimit, now: () => number): TokenBucket {
  let left = burst
  let at = now()
  return {
    take(cost = 1) {
      const time = now()
      // A clock that was set back gives nothing and takes nothing.
      left = Math.min(burst, left + (Math.max(0, time - at) / 1_000) * perSecond)
      at = time
      // What came back in parts may lack the last bit of what was promised.
      if (left + 1e-9 >= cost) {
        left = Math.max(0, left - cost)
        return null
      }
      return Math.ceil(((cost - left) / perSecond) * 1_000)
    },
  }
}
