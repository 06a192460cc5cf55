import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { systemClock } from '../../src/base/clock.ts'
import { createScope } from '../../src/base/scope.ts'
import { createDelivery } from '../../src/client/delivery.ts'
import { sampleEvent } from './sample-event.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => {
  expect(vi.getTimerCount()).toBe(0)
  vi.useRealTimers()
})

function setUp({ maxQueued = 10_000, costMs = 0 } = {}) {
  const flushes: string[][] = []
  const dropped: string[][] = []
  const slow: [number, number][] = []
  const page = { hidden: false }
  /** What the app's handlers do: each event costs so many ms. */
  const app = { costMs, run: () => {} }
  const delivery = createDelivery({
    scope: createScope(systemClock),
    now: systemClock.now,
    isHidden: () => page.hidden,
    gapMs: 16,
    hiddenGapMs: 250,
    budgetMs: 8,
    maxQueued,
    flush(events) {
      flushes.push(events.map(({ type }) => type))
      vi.setSystemTime(Date.now() + app.costMs * events.length)
      app.run()
    },
    overflow: (events) => dropped.push(events.map(({ type }) => type)),
    slow: (...told) => slow.push(told),
  })
  /** One socket message that brought these events. */
  const message = (...types: string[]) => {
    for (const type of types) delivery.push(sampleEvent({ type }))
    delivery.settle()
  }
  return { delivery, flushes, message, page, dropped, slow, app }
}

const numbered = (count: number) => Array.from({ length: count }, (_, index) => String(index))

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

  it('leaves the time to the timer, unless that is very late', () => {
    const { flushes, message } = setUp()
    message('a')
    message('b')
    // A task that took long; the timer is due and has not come yet.
    vi.setSystemTime(Date.now() + 20)
    message('c')
    expect(flushes).toEqual([['a']])
    vi.setSystemTime(Date.now() + 40)
    message('d')
    expect(flushes).toEqual([['a'], ['b', 'c', 'd']])
  })

  it('does not wait for the timer where messages come faster than it does', () => {
    const { flushes, message, dropped } = setUp({ maxQueued: 100 })
    message('a')
    for (let n = 0; n < 200; n++) {
      // A busy task after the other: no timer comes in between.
      vi.setSystemTime(Date.now() + 1)
      message(String(n))
    }
    expect(dropped).toEqual([])
    expect(flushes.flat().length).toBeGreaterThan(150)
    vi.advanceTimersByTime(16)
  })

  it('waits for what is left of the frame, and no longer', () => {
    const { flushes, message } = setUp()
    message('a')
    vi.advanceTimersByTime(10)
    message('b')
    vi.advanceTimersByTime(5)
    expect(flushes).toEqual([['a']])
    vi.advanceTimersByTime(1)
    expect(flushes).toEqual([['a'], ['b']])
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
    expect(vi.getTimerCount()).toBe(0)
    vi.advanceTimersByTime(1000)
    expect(flushes).toEqual([['a']])
  })

  it('hands over now when asked to', () => {
    const { delivery, flushes, message } = setUp()
    message('a')
    message('b')
    delivery.flush()
    delivery.flush()
    expect(flushes).toEqual([['a'], ['b']])
    expect(vi.getTimerCount()).toBe(0)
  })
})

describe('delivery, while the app is being handed something', () => {
  it('keeps what is pushed meanwhile for the next flush', () => {
    const { app, flushes, message } = setUp()
    app.run = () => {
      app.run = () => {}
      message('b')
    }
    message('a')
    expect(flushes).toEqual([['a']])
    vi.advanceTimersByTime(16)
    expect(flushes).toEqual([['a'], ['b']])
  })

  it('does what is due afterwards once that flush is done, what waits first', () => {
    const { app, delivery, flushes, message } = setUp()
    const order: string[] = []
    app.run = () => {
      app.run = () => {}
      message('b')
      delivery.flush()
      delivery.afterFlush(() => order.push(`afterwards, ${flushes.flat().join()} known`))
      expect(flushes).toEqual([['a']])
      expect(order).toEqual([])
    }
    message('a')
    expect(order).toEqual(['afterwards, a,b known'])
  })

  it('does what is due at once where nothing is being handed over', () => {
    const { delivery } = setUp()
    const order: string[] = []
    delivery.afterFlush(() => order.push('now'))
    expect(order).toEqual(['now'])
  })
})

describe('the budget of a flush', () => {
  it('is time: what follows on a dear flush is not held up, once it is cheap', () => {
    const { app, flushes, message } = setUp({ costMs: 1 })
    message(...numbered(100))
    app.costMs = 0
    message(...numbered(5_000))
    vi.advanceTimersByTime(16)
    expect(flushes.flat()).toHaveLength(5_100)
  })

  it('lets a thousand go at first, when nothing is known of the app', () => {
    const { flushes, message } = setUp()
    message(...numbered(1_001))
    vi.advanceTimersByTime(16)
    expect(flushes.map(({ length }) => length)).toEqual([1_000, 1])
  })

  it('hands over as many next time as fit into it', () => {
    const { app, delivery, flushes, message, slow } = setUp({ costMs: 1 })
    message(...numbered(100))
    // A hundred took 100 ms where 8 are allowed.
    expect(slow).toEqual([[100, 100]])
    message(...numbered(20))
    vi.advanceTimersByTime(16)
    expect(flushes.map(({ length }) => length)).toEqual([100, 8])
    vi.advanceTimersByTime(32)
    expect(flushes.map(({ length }) => length)).toEqual([100, 8, 8, 4])
    expect(flushes.slice(1).flat()).toEqual(numbered(20))
    expect(slow).toHaveLength(1)
    app.costMs = 0
    delivery.flush()
  })

  it('reads the next messages between two dear flushes', () => {
    const { flushes, message } = setUp({ costMs: 10 })
    message('a')
    message('b', 'c')
    vi.advanceTimersByTime(16)
    // One event is more than the budget, and still one goes: nothing would ever arrive else.
    expect(flushes).toEqual([['a'], ['b']])
    message('d')
    vi.advanceTimersByTime(16)
    expect(flushes).toEqual([['a'], ['b'], ['c']])
    vi.advanceTimersByTime(16)
    expect(flushes).toEqual([['a'], ['b'], ['c'], ['d']])
  })

  it('grows again when the app is quick', () => {
    const { app, flushes, message } = setUp({ costMs: 1 })
    message(...numbered(100))
    app.costMs = 0
    message(...numbered(120))
    vi.advanceTimersByTime(16 * 5)
    expect(flushes.map(({ length }) => length)).toEqual([100, 8, 16, 32, 64])
  })

  it('does not grow by flushes that were not full', () => {
    const { app, flushes, message } = setUp({ costMs: 1 })
    message(...numbered(100))
    app.costMs = 0
    for (let round = 0; round < 3; round++) {
      message('small')
      vi.advanceTimersByTime(16)
    }
    message(...numbered(20))
    vi.advanceTimersByTime(64)
    expect(flushes.slice(4).map(({ length }) => length)).toEqual([8, 12])
  })

  it('does not count where all has to be known now', () => {
    const { delivery, flushes, message } = setUp({ costMs: 1 })
    message(...numbered(100))
    message(...numbered(17))
    delivery.flush()
    expect(flushes.slice(1).flat()).toEqual(numbered(17))
  })

  it('does not count either where that was asked from within a flush', () => {
    const { app, delivery, flushes, message } = setUp({ costMs: 1 })
    message(...numbered(100))
    app.run = () => {
      app.run = () => {}
      delivery.flush()
      delivery.afterFlush(() => flushes.push(['afterwards']))
    }
    message(...numbered(17))
    vi.advanceTimersByTime(16)
    expect(flushes.slice(1).flat()).toEqual([...numbered(17), 'afterwards'])
  })
})

describe('the bound of the queue', () => {
  it('gives up all that waits, with the one that was too many, and goes on', () => {
    const { flushes, message, dropped } = setUp({ maxQueued: 3 })
    message('first')
    message('a', 'b', 'c', 'd')
    expect(dropped).toEqual([['a', 'b', 'c', 'd']])
    message('e')
    vi.advanceTimersByTime(16)
    expect(flushes).toEqual([['first'], ['e']])
  })

  it('is not reached by exactly as many', () => {
    const { flushes, message, dropped } = setUp({ maxQueued: 3 })
    message('a', 'b', 'c')
    expect(dropped).toEqual([])
    expect(flushes).toEqual([['a', 'b', 'c']])
  })
})
