// Token buckets: how many at once, how many after a while, and how long to wait.
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createTokenBucket } from '../../src/hub/rate-limit.ts'

function bucketAt(burst: number, perSecond: number) {
  const time = { now: 1_000_000 }
  return { time, bucket: createTokenBucket({ burst, perSecond }, () => time.now) }
}

describe('a token bucket', () => {
  it('lets a burst through, then one for each that came back', () => {
    const { time, bucket } = bucketAt(3, 2)
    expect([1, 2, 3].map(() => bucket.take())).toEqual([null, null, null])
    expect(bucket.take()).toBe(500)
    time.now += 250
    expect(bucket.take()).toBe(250)
    time.now += 250
    expect(bucket.take()).toBeNull()
    expect(bucket.take()).toBe(500)
  })

  it('gives no more than its burst after a long rest', () => {
    const { time, bucket } = bucketAt(3, 2)
    time.now += 86_400_000
    expect([1, 2, 3, 4].map(() => bucket.take())).toEqual([null, null, null, 500])
  })

  it('takes nothing from who is refused', () => {
    const { time, bucket } = bucketAt(1, 1)
    bucket.take()
    for (let count = 0; count < 1_000; count++) expect(bucket.take()).toBe(1_000)
    time.now += 1_000
    expect(bucket.take()).toBeNull()
  })

  it('takes as much as something costs', () => {
    const { bucket } = bucketAt(10, 1)
    expect(bucket.take(8)).toBeNull()
    expect(bucket.take(4)).toBe(2_000)
    expect(bucket.take(2)).toBeNull()
  })

  it('neither gives nor takes when the clock is set back', () => {
    const { time, bucket } = bucketAt(2, 1)
    bucket.take()
    time.now -= 3_600_000
    expect(bucket.take()).toBeNull()
    expect(bucket.take()).toBe(1_000)
    time.now += 1_000
    expect(bucket.take()).toBeNull()
  })

  it('never lets more through than its burst and what came back, and keeps its word on when to return', () => {
    const rate = fc.record({ burst: fc.integer({ min: 1, max: 50 }), perSecond: fc.integer({ min: 1, max: 100 }) })
    const pauses = fc.array(fc.integer({ min: 0, max: 300 }), { maxLength: 200 })
    fc.assert(
      fc.property(rate, pauses, ({ burst, perSecond }, waits) => {
        const { time, bucket } = bucketAt(burst, perSecond)
        const beganAt = time.now
        const returns: unknown[] = []
        let taken = 0
        for (const wait of waits) {
          time.now += wait
          const waitMs = bucket.take() ?? 0
          time.now += waitMs
          if (waitMs > 0) returns.push(bucket.take())
          taken++
          expect(taken).toBeLessThanOrEqual(burst + ((time.now - beganAt) / 1_000) * perSecond + 1e-6)
        }
        expect(returns.every((verdict) => verdict === null)).toBe(true)
      }),
    )
  })
})
