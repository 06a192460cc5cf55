import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { systemClock } from '../../src/base/clock.ts'

beforeEach(() => void vi.useFakeTimers({ now: 1_700_000_000_000 }))
afterEach(() => void vi.useRealTimers())

const longestTimeoutMs = 2 ** 31 - 1

describe('the system clock', () => {
  it('tells epoch time in ms and chance in [0, 1)', () => {
    expect(systemClock.now()).toBe(1_700_000_000_000)
    const numbers = Array.from({ length: 100 }, () => systemClock.random())
    expect(numbers.every((number) => number >= 0 && number < 1)).toBe(true)
    expect(new Set(numbers).size).toBeGreaterThan(1)
  })

  it('runs once after the delay, not before', () => {
    const run = vi.fn()
    systemClock.timeout(run, 100)
    vi.advanceTimersByTime(99)
    expect(run).not.toHaveBeenCalled()
    vi.advanceTimersByTime(1000)
    expect(run).toHaveBeenCalledOnce()
  })

  it('takes a delay that is over already as none', () => {
    const run = vi.fn()
    systemClock.timeout(run, -5)
    vi.advanceTimersByTime(0)
    expect(run).toHaveBeenCalledOnce()
  })

  it('waits out a delay that setTimeout cannot hold, which would fire at once', () => {
    const run = vi.fn()
    const delayMs = 2 * longestTimeoutMs + 10
    const setTimeout = vi.spyOn(globalThis, 'setTimeout')
    systemClock.timeout(run, delayMs)
    vi.advanceTimersByTime(delayMs - 1)
    expect(run).not.toHaveBeenCalled()
    vi.advanceTimersByTime(1)
    expect(run).toHaveBeenCalledOnce()
    // Fake timers know no such limit, so the proof is that it is kept.
    const asked = setTimeout.mock.calls.map(([, ms]) => ms)
    expect(asked).toEqual([longestTimeoutMs, longestTimeoutMs, 10])
  })

  it('can be cancelled in a later step of a long delay too', () => {
    const run = vi.fn()
    const cancel = systemClock.timeout(run, 2 * longestTimeoutMs)
    vi.advanceTimersByTime(longestTimeoutMs + 1)
    cancel()
    cancel()
    expect(vi.getTimerCount()).toBe(0)
    vi.advanceTimersByTime(longestTimeoutMs)
    expect(run).not.toHaveBeenCalled()
  })

  it('starts no timer for Infinity', () => {
    const cancel = systemClock.timeout(() => {}, Infinity)
    expect(vi.getTimerCount()).toBe(0)
    expect(cancel).not.toThrow()
  })
})
