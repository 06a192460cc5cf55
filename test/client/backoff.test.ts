import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { RealtimeError } from '../../src/base/errors.ts'
import {
  type BackoffOptions,
  defaultBackoff,
  firstRetryDelayMs,
  resolveBackoff,
  retryDelayMs,
} from '../../src/client/backoff.ts'

const almostOne = 1 - 2 ** -53

describe('backoff', () => {
  it('climbs from 1 s to 32 s and stays there', () => {
    const ceilings = [1, 2, 3, 4, 5, 6, 7, 50].map((attempt) => retryDelayMs(attempt, 0.999_999_999))
    expect(ceilings.map(Math.round)).toEqual([1000, 2000, 4000, 8000, 16_000, 32_000, 32_000, 32_000])
  })

  it('leaves half of each delay to chance by default, all of it with full jitter, none without', () => {
    const at = (jitter: 'equal' | 'full' | 'none', random: number) =>
      retryDelayMs(4, random, { ...defaultBackoff, jitter })
    expect([at('equal', 0), at('equal', 0.5)]).toEqual([4000, 6000])
    expect([at('full', 0), at('full', 0.5)]).toEqual([0, 4000])
    expect([at('none', 0), at('none', 0.5)]).toEqual([8000, 8000])
  })

  it('spreads the first retry after a link that held over one second', () => {
    expect([firstRetryDelayMs(0), firstRetryDelayMs(0.75)]).toEqual([0, 750])
  })

  it('spreads it over the first ceiling where that is shorter', () => {
    expect(firstRetryDelayMs(0.5, resolveBackoff({ ceilingsMs: [200, 5000] }))).toBe(100)
    expect(firstRetryDelayMs(0.5, resolveBackoff({ ceilingsMs: [5000] }))).toBe(500)
    expect(firstRetryDelayMs(0.5, resolveBackoff({ jitter: 'none' }))).toBe(1000)
  })
})

describe('phased backoff', () => {
  const phased = resolveBackoff({ policy: 'phased' })
  const at = (attempt: number, random: number, options = phased) => Math.round(retryDelayMs(attempt, random, options))

  it('begins anywhere within 2 s, whether a link held before or none ever did', () => {
    expect([0, 0.25, 0.5].map((random) => firstRetryDelayMs(random, phased))).toEqual([0, 500, 1000])
    expect([0, 0.25, 0.5].map((random) => at(1, random))).toEqual([0, 500, 1000])
  })

  it('then tries each 2 s, give or take a tenth', () => {
    expect([0, 0.5, almostOne].map((random) => at(2, random))).toEqual([1800, 2000, 2200])
    expect([0, 0.5, almostOne].map((random) => at(30, random))).toEqual([1800, 2000, 2200])
  })

  it('slows down after a minute, to 10 s', () => {
    expect([30, 31, 32, 33, 34, 35, 1000].map((attempt) => at(attempt, 0.5))).toEqual([
      2000, 3000, 4500, 6750, 10_000, 10_000, 10_000,
    ])
    expect([0, almostOne].map((random) => at(1_000_000, random))).toEqual([9000, 11_000])
  })

  it('leaves nothing to chance without jitter', () => {
    const none = resolveBackoff({ policy: 'phased', jitter: 'none' })
    expect(firstRetryDelayMs(0.3, none)).toBe(2000)
    expect([1, 2, 31, 99].map((attempt) => at(attempt, 0.3, none))).toEqual([2000, 2000, 3000, 10_000])
  })
})

describe('any backoff', () => {
  const options = fc
    .record({
      policy: fc.constantFrom('ladder' as const, 'phased' as const),
      jitter: fc.constantFrom('equal' as const, 'full' as const, 'none' as const),
      ceilingsMs: fc.array(fc.double({ min: 0.001, max: 1e9, noNaN: true }), { minLength: 1, maxLength: 8 }),
    })
    .map(resolveBackoff)
  const attempt = fc.integer({ min: 1, max: 1_000_000 })
  const random = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true })

  const ceilingOf = ({ policy, ceilingsMs }: Required<BackoffOptions>, of: number) =>
    policy === 'phased' ? 11_000 : ceilingsMs[Math.min(of, ceilingsMs.length) - 1]!

  it('never waits a negative time, nor longer than the ceiling', () => {
    fc.assert(
      fc.property(options, attempt, random, (given, of, chance) => {
        const delayMs = retryDelayMs(of, chance, given)
        expect(delayMs).toBeGreaterThanOrEqual(0)
        expect(delayMs).toBeLessThanOrEqual(ceilingOf(given, of))
        const firstMs = firstRetryDelayMs(chance, given)
        expect(firstMs).toBeGreaterThanOrEqual(0)
        expect(firstMs).toBeLessThanOrEqual(given.policy === 'phased' ? 2000 : Math.min(1000, ceilingOf(given, 1)))
      }),
    )
  })

  it('says the same for the same chance, and without jitter for any', () => {
    fc.assert(
      fc.property(options, attempt, random, random, (given, of, chance, other) => {
        expect(retryDelayMs(of, chance, given)).toBe(retryDelayMs(of, chance, given))
        const none = { ...given, jitter: 'none' as const }
        expect(retryDelayMs(of, chance, none)).toBe(retryDelayMs(of, other, none))
        expect(firstRetryDelayMs(chance, none)).toBe(firstRetryDelayMs(other, none))
      }),
    )
  })
})

describe('the options of a backoff', () => {
  const codeOf = (given: unknown) => {
    try {
      resolveBackoff(given as BackoffOptions)
    } catch (error) {
      return error instanceof RealtimeError ? `${error.code}: ${error.message.split(' ')[0]}` : error
    }
    return null
  }

  it('each have a default, also where they are named and undefined', () => {
    expect(resolveBackoff()).toEqual(defaultBackoff)
    expect(resolveBackoff({ policy: undefined, ceilingsMs: undefined, jitter: undefined } as never)).toEqual(
      defaultBackoff,
    )
  })

  it('refuse a ladder that would not wait, or for ever', () => {
    for (const ceilingsMs of [[], [0], [1000, -1], [Number.NaN], [Infinity], 1000, '1000', null]) {
      expect(codeOf({ ceilingsMs })).toBe('invalid-option: backoff.ceilingsMs')
    }
  })

  it('refuse words that they do not know', () => {
    expect(codeOf({ policy: 'fased' })).toBe('invalid-option: backoff.policy')
    expect(codeOf({ jitter: 'some' })).toBe('invalid-option: backoff.jitter')
    expect(codeOf({ jitter: null })).toBe('invalid-option: backoff.jitter')
  })
})
