import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { systemClock } from '../../src/base/clock.ts'
import { createScope } from '../../src/base/scope.ts'
import { createFrames } from '../../src/client/frames.ts'

beforeEach(() => void vi.useFakeTimers({ now: 1_000_000 }))
afterEach(() => {
  expect(vi.getTimerCount()).toBe(0)
  vi.useRealTimers()
})

/** A display that paints every `intervalMs`. */
function setUp(intervalMs = 20) {
  const scope = createScope(systemClock)
  const asked = { frames: 0 }
  const requestFrame = (run: () => void) => {
    asked.frames++
    const timer = setTimeout(run, intervalMs - (Date.now() % intervalMs))
    return () => clearTimeout(timer)
  }
  const frames = createFrames({ scope, now: Date.now, requestFrame })
  /** Events that keep coming for so long. */
  const watch = (count: number) => {
    for (let n = 0; n < count; n++) {
      frames.delayMs(-Infinity)
      vi.advanceTimersByTime(intervalMs)
    }
  }
  return { scope, frames, asked, watch }
}

describe('the time to hand events over', () => {
  it('is shortly before the next frame', () => {
    const { frames, scope, watch } = setUp()
    watch(100)
    const delayMs = frames.delayMs(-Infinity)!
    expect(Math.abs(delayMs - 15)).toBeLessThan(1)
    scope.dispose()
  })

  it('is before the one after that, where the next can no longer be made', () => {
    const { frames, scope, watch } = setUp()
    watch(100)
    vi.advanceTimersByTime(17)
    const delayMs = frames.delayMs(-Infinity)!
    expect(Math.abs(delayMs - 18)).toBeLessThan(1)
    scope.dispose()
  })

  it('does not come twice for one frame', () => {
    const { frames, scope, watch } = setUp()
    watch(100)
    vi.advanceTimersByTime(12)
    expect(frames.delayMs(Date.now() - 1)!).toBeGreaterThan(20)
    scope.dispose()
  })

  it('is not known before a frame was seen, and no more when the last one is long ago', () => {
    const { frames, scope } = setUp()
    expect(frames.delayMs(-Infinity)).toBeNull()
    vi.advanceTimersByTime(20)
    expect(frames.delayMs(-Infinity)).not.toBeNull()
    vi.advanceTimersByTime(1_000)
    expect(frames.delayMs(-Infinity)).toBeNull()
    scope.dispose()
  })

  it('is nobody’s to know where nothing is painted', () => {
    const frames = createFrames({ scope: createScope(systemClock), now: Date.now, requestFrame: undefined })
    expect(frames.delayMs(-Infinity)).toBeNull()
  })

  it('asks for one frame at a time', () => {
    const { frames, scope, asked } = setUp()
    for (let n = 0; n < 10; n++) frames.delayMs(-Infinity)
    expect(asked.frames).toBe(1)
    scope.dispose()
  })
})
