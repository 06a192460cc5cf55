// Whether the process keeps up, with a loop that is really blocked.
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { createOverloadWatch, type OverloadOptions, type OverloadWatch } from '../../src/gateway/overload.ts'

const ends: (() => unknown)[] = []
afterEach(() => {
  vi.restoreAllMocks()
  for (const end of ends.splice(0)) end()
})

function watch(options?: OverloadOptions) {
  const overload = createOverloadWatch(options)
  ends.push(overload.close)
  return overload
}

/** Past what does not count, and asked all the time, as a gateway does that has something to do. */
async function started(overload: OverloadWatch, windowMs = 1_000) {
  for (const until = performance.now() + windowMs + 150; performance.now() < until;) {
    expect(overload.factor).toBe(1)
    await sleep(10)
  }
}

function block(ms: number) {
  const until = performance.now() + ms
  while (performance.now() < until);
}

describe('a watch on the event loop', () => {
  it('asks for nothing while timers come in time', async () => {
    // Other processes of the machine may hold this one up.
    const overload = watch({ limitMs: 1_000, windowMs: 100 })
    await sleep(700)
    expect(overload.factor).toBe(1)
    expect(overload.lagMs).toBeLessThan(1_000)
  })

  it('tightens at once by how late they are, up to a quarter, and loosens slowly', async () => {
    const overload = watch({ limitMs: 400, windowMs: 200 })
    await started(overload, 200)
    block(1_050)
    await sleep(20)
    expect(overload.lagMs).toBeGreaterThan(900)
    expect(overload.factor).toBeGreaterThan(2)
    expect(overload.factor).toBeLessThan(4)
    block(2_000)
    await sleep(20)
    expect(overload.factor).toBe(4)
    const factors: number[] = []
    while (overload.factor > 1 && factors.length < 500) {
      factors.push(overload.factor)
      await sleep(20)
    }
    expect(overload.factor).toBe(1)
    expect(new Set(factors).size).toBeGreaterThan(4)
    expect(factors.toSorted((one, other) => other - one)).toEqual(factors)
  }, 20_000)

  it('does not loosen while the loop is still rather late', async () => {
    const overload = watch({ limitMs: 200, windowMs: 100 })
    await started(overload, 100)
    block(1_000)
    await sleep(20)
    expect(overload.factor).toBe(4)
    for (let count = 0; count < 8; count++) {
      block(190)
      await sleep(0)
    }
    expect(overload.factor).toBe(4)
  }, 20_000)

  it('hardly wakes the process while there is nothing to do and nobody asks', async () => {
    const timers = vi.spyOn(globalThis, 'setTimeout')
    const overload = watch({ windowMs: 500 })
    await sleep(1_500)
    timers.mockClear()
    await sleep(3_000)
    // One of them is this test's.
    expect(timers.mock.calls.length).toBeLessThan(9)
    const asked = overload.factor
    timers.mockClear()
    await sleep(400)
    expect(asked).toBe(1)
    expect(timers.mock.calls.length).toBeGreaterThan(4)
  }, 20_000)

  it('is awake once the loop was busy, though nobody asks', async () => {
    const overload = watch({ limitMs: 400, windowMs: 500 })
    await sleep(1_500)
    block(1_000)
    await sleep(600)
    const { lagMs } = overload
    block(1_500)
    await sleep(20)
    expect(lagMs).toBeLessThan(1_050)
    expect(overload.lagMs).toBeGreaterThan(1_350)
    expect(overload.factor).toBeGreaterThan(3)
  }, 20_000)

  it('counts what was late before the first question after a rest, as far as it can tell', async () => {
    const overload = watch({ limitMs: 200, windowMs: 100 })
    await sleep(800)
    block(2_000)
    // Before any timer: this is the same task.
    expect(overload.factor).toBe(4)
  }, 20_000)

  it('does not count the time in which the process starts', async () => {
    const overload = watch({ limitMs: 200, windowMs: 400 })
    block(1_000)
    await sleep(100)
    block(400)
    await sleep(20)
    expect([overload.factor, overload.lagMs]).toEqual([1, 0])
    await started(overload, 400)
    block(1_000)
    await sleep(20)
    expect(overload.factor).toBe(4)
  }, 20_000)

  it('can be told not to', async () => {
    const overload = watch({ limitMs: Infinity, windowMs: 100 })
    await started(overload, 100)
    block(500)
    await sleep(20)
    expect(overload.factor).toBe(1)
    expect(overload.lagMs).toBeGreaterThan(300)
  })

  it('is all well once it was closed', async () => {
    const overload = watch({ windowMs: 100 })
    await started(overload, 100)
    block(1_000)
    await sleep(20)
    expect(overload.factor).toBe(4)
    overload.close()
    expect([overload.factor, overload.lagMs]).toEqual([1, 0])
    block(1_000)
    await sleep(60)
    expect([overload.factor, overload.lagMs]).toEqual([1, 0])
  })

  it('says that a limit is none', () => {
    for (const limitMs of [0, -1, NaN])
      expect(() => createOverloadWatch({ limitMs })).toThrow(expect.objectContaining({ code: 'invalid-option' }))
  })
})
