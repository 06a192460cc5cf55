// What bench/storm.ts prints, held to its goals: it is simulated, so no wall time is in it.
import { describe, expect, it } from 'vitest'
import { hinted, ladder, phased } from '../../bench/storm/livecache.ts'
import { type Outage, type Policy, simulate } from '../../bench/storm/simulation.ts'

const outage: Outage = { clients: 10_000, lengthMs: 10_000, seed: 1 }
const seeds = [1, 2, 3]

describe('10,000 clients that lose one server for 10 s', () => {
  it('come back by the ladder at 3,000 attempts a second at most, half of them within 3 s, nearly all within 16', () => {
    for (const seed of seeds) {
      const { peakPerSecond, p50Ms, p99Ms, gaveUp } = simulate(ladder, { ...outage, seed })
      expect(peakPerSecond).toBeLessThanOrEqual(3_000)
      expect(p50Ms).toBeLessThanOrEqual(3_000)
      expect(p99Ms).toBeLessThanOrEqual(16_000)
      expect(gaveUp).toBe(0)
    }
  })

  it.each([phased, hinted(10_000, 2_000)])('come back within 2.2 s: $name', (policy) => {
    for (const seed of seeds) {
      const { peakPerSecond, p99Ms, gaveUp } = simulate(policy, { ...outage, seed })
      expect(peakPerSecond).toBeLessThanOrEqual(7_000)
      expect(p99Ms).toBeLessThanOrEqual(2_200)
      expect(gaveUp).toBe(0)
    }
  })

  it('ask no less evenly where they are phased and the outage is long', () => {
    const { peakPerSecond, p99Ms } = simulate(phased, { ...outage, lengthMs: 300_000 })
    expect(peakPerSecond).toBeLessThanOrEqual(2_000)
    expect(p99Ms).toBeLessThanOrEqual(11_000)
  })
})

describe('the simulation', () => {
  const every = (ms: number, tries = Infinity): Policy => ({
    name: `every ${ms} ms`,
    join() {
      let tried = 0
      return { waitMs: () => (++tried > tries ? null : ms) }
    },
  })

  it('says the same for the same seed', () => {
    expect(simulate(ladder, outage)).toEqual(simulate(ladder, outage))
    expect(simulate(ladder, outage)).not.toEqual(simulate(ladder, { ...outage, seed: 2 }))
  })

  it('shows a herd as what it is: all of them in the same 100 ms', () => {
    // Every attempt costs a round trip of 20 to 60 ms besides the 3 s.
    const { peakPerSecond, p50Ms, attemptsInVain } = simulate(every(3_000), outage)
    expect(peakPerSecond).toBeGreaterThan(50_000)
    expect(p50Ms).toBeGreaterThan(2_050)
    expect(p50Ms).toBeLessThan(2_350)
    expect(attemptsInVain).toBe(3)
  })

  it('counts who gave up, and takes nobody back', () => {
    const { gaveUp, peakPerSecond, attemptsInVain } = simulate(every(1_000, 2), { ...outage, clients: 10 })
    expect([gaveUp, peakPerSecond, attemptsInVain]).toEqual([10, 0, 2])
  })

  it('lets an attempt hang while a server is silent', () => {
    const { attemptsInVain, p50Ms } = simulate(every(1_000), { ...outage, silentForMs: 8_000 })
    expect(attemptsInVain).toBe(1)
    expect(p50Ms).toBeGreaterThan(0)
    expect(p50Ms).toBeLessThan(150)
  })
})
