import { describe, expect, it } from 'vitest'
import { defaultBackoff, firstRetryDelayMs, retryDelayMs } from '../../src/client/backoff.ts'

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
})
