import { describe, expect, it } from 'vitest'
import { createLatency } from '../../src/client/latency.ts'

function measured(samples: readonly number[], maxSamples?: number) {
  const latency = createLatency(maxSamples)
  for (const ms of samples) latency.add(ms)
  return latency
}

const upTo = (count: number) => Array.from({ length: count }, (_, index) => index + 1)

describe('the latency', () => {
  it('is not known before the first round trip', () => {
    expect(measured([]).percentile(0.5)).toBeNull()
  })

  it('has a median and a slow end, in whatever order the samples came', () => {
    const latency = measured([90, 10, 50, 30, 70])
    expect([0, 0.5, 0.95, 1].map(latency.percentile)).toEqual([10, 50, 90, 90])
    expect(measured([40]).percentile(0.95)).toBe(40)
    expect(measured(upTo(100)).percentile(0.95)).toBe(96)
  })

  it('sorts by number, not by text', () => {
    expect(measured([9, 100, 20]).percentile(1)).toBe(100)
  })

  it('is that of the last hundred', () => {
    const latency = measured([...upTo(100).map(() => 5_000), ...upTo(100)])
    expect([0, 0.5, 1].map(latency.percentile)).toEqual([1, 51, 100])
    expect(measured([1, 2, 3], 2).percentile(0)).toBe(2)
  })

  it('is not made of what a clock says that was set back', () => {
    expect(measured([-3_600_000]).percentile(0.5)).toBeNull()
    expect(measured([0]).percentile(0.5)).toBe(0)
  })

  it('is forgotten with the user', () => {
    const latency = measured([7])
    latency.clear()
    expect(latency.percentile(0.5)).toBeNull()
  })
})
