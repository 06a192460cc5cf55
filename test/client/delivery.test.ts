import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { systemClock } from '../../src/base/clock.ts'
import { createScope } from '../../src/base/scope.ts'
import { createDelivery } from '../../src/client/delivery.ts'
import type { RealtimeEvent } from '../../src/protocol/index.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

function setUp() {
  const flushes: string[][] = []
  const page = { hidden: false }
  const delivery = createDelivery({
    scope: createScope(systemClock),
    now: systemClock.now,
    isHidden: () => page.hidden,
    gapMs: 16,
    hiddenGapMs: 250,
    flush: (events) => flushes.push(events.map(({ type }) => type)),
  })
  /** One socket message that brought these events. */
  const message = (...types: string[]) => {
    for (const type of types) delivery.push({ type } as RealtimeEvent)
    delivery.settle()
  }
  return { delivery, flushes, message, page }
}

describe('delivery', () => {
  it('hands over the first event after silence at once', () => {
    const { flushes, message } = setUp()
    message('a')
    expect(flushes).toEqual([['a']])
  })

  it('gathers what follows within a frame into one flush, in order', () => {
    const { flushes, message } = setUp()
    message('a')
    message('b')
    message('c', 'd')
    expect(flushes).toEqual([['a']])
    vi.advanceTimersByTime(16)
    expect(flushes).toEqual([['a'], ['b', 'c', 'd']])
    expect(vi.getTimerCount()).toBe(0)
  })

  it('hands all events of one message over together', () => {
    const { flushes, message } = setUp()
    message('a', 'b')
    expect(flushes).toEqual([['a', 'b']])
  })

  it('flushes a hidden page four times a second, from the message itself', () => {
    const { flushes, message, page } = setUp()
    page.hidden = true
    message('a')
    for (let ms = 50; ms <= 500; ms += 50) {
      vi.setSystemTime(Date.now() + 50)
      message(`at ${ms}`)
    }
    expect(flushes.map((batch) => batch.at(-1))).toEqual(['a', 'at 250', 'at 500'])
    expect(flushes.flat()).toHaveLength(11)
  })

  it('does not hold the queue when the clock is set back', () => {
    const { flushes, message } = setUp()
    message('a')
    vi.setSystemTime(Date.now() - 3_600_000)
    message('b')
    expect(flushes).toEqual([['a'], ['b']])
  })

  it('forgets what waits when it is cleared, and leaves no timer', () => {
    const { delivery, flushes, message } = setUp()
    message('a')
    message('b')
    delivery.clear()
    vi.advanceTimersByTime(1000)
    expect(flushes).toEqual([['a']])
    expect(vi.getTimerCount()).toBe(0)
  })

  it('hands over now when asked to', () => {
    const { delivery, flushes, message } = setUp()
    message('a')
    message('b')
    delivery.flush()
    delivery.flush()
    expect(flushes).toEqual([['a'], ['b']])
  })
})
