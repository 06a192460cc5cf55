import { array, assert, double, integer, oneof, property } from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createSortableId } from '../../src/base/sortable-id.ts'

const version7 = /^[\da-f]{8}-[\da-f]{4}-7[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/
const timeOf = (id: string) => Number.parseInt(id.slice(0, 8) + id.slice(9, 13), 16)
const counterOf = (id: string) => Number.parseInt(id.slice(15, 18), 16)
const make = (count: number, next: () => string) => Array.from({ length: count }, next)
/** A clock that says one time after the other, and stays at the last. */
const clock = (times: readonly number[]) => {
  let index = 0
  return () => times[Math.min(index++, times.length - 1)]!
}
const isRising = (ids: readonly string[]) => ids.every((id, index) => index === 0 || id > ids[index - 1]!)

describe('a sortable id', () => {
  it('is laid out as RFC 9562 shows it for version 7', () => {
    // Its appendix A.6: 017F22E2-79B0-7CC3-98C4-DC0C0C07398F.
    const random = [0x18, 0xc4, 0xdc, 0x0c, 0x0c, 0x07, 0x39, 0x8f, 0x04, 0xc3]
    const next = createSortableId({
      now: () => Date.UTC(2022, 1, 22, 19, 22, 22),
      fillRandom: (bytes) => bytes.set(random),
    })
    // But for the highest bit of the counter, which is left free at first.
    expect(next()).toBe('017f22e2-79b0-74c3-98c4-dc0c0c07398f')
  })

  it('says when it was made, by the clock of this machine where no other is given', () => {
    const before = Date.now()
    const id = createSortableId()()
    expect(id).toMatch(version7)
    expect(timeOf(id)).toBeGreaterThanOrEqual(before)
    expect(timeOf(id)).toBeLessThanOrEqual(Date.now())
  })

  it('is greater than all before it, whatever the clock does', () => {
    const anyTime = oneof(
      integer({ min: 0, max: 2 ** 47 }),
      integer({ min: 0, max: 3 }),
      double({ min: -1e15, max: 2 ** 47, noNaN: true }),
    )
    assert(
      property(array(anyTime, { minLength: 1, maxLength: 60 }), (times) => {
        const ids = make(times.length, createSortableId({ now: clock(times) }))
        expect(isRising(ids)).toBe(true)
        expect(ids.every((id) => version7.test(id))).toBe(true)
        // Never behind the clock, if maybe ahead of it.
        for (const [index, id] of ids.entries()) expect(timeOf(id)).toBeGreaterThanOrEqual(Math.floor(times[index]!))
      }),
    )
  })

  it('keeps its order through more than a millisecond has room for', () => {
    const at = 1_700_000_000_000
    const ids = make(20_000, createSortableId({ now: () => at }))
    expect(isRising(ids)).toBe(true)
    expect(new Set(ids).size).toBe(20_000)
    expect(timeOf(ids[0]!)).toBe(at)
    // 4,096 a millisecond, of the first at least half.
    expect(timeOf(ids.at(-1)!) - at).toBeGreaterThanOrEqual(4)
    expect(timeOf(ids.at(-1)!) - at).toBeLessThanOrEqual(5)
  })

  it('goes on from the latest time while the clock is set back, and from the clock once that is ahead', () => {
    const next = createSortableId({ now: clock([5_000, 1_000, 4_999, 5_000, 5_001]) })
    const ids = make(5, next)
    expect(ids.map(timeOf)).toEqual([5_000, 5_000, 5_000, 5_000, 5_001])
    expect(isRising(ids)).toBe(true)
    const [first, second, third, fourth] = ids.map(counterOf)
    expect([second, third, fourth]).toEqual([first! + 1, first! + 2, first! + 3])
  })

  it('survives a clock that tells no time', () => {
    const ids = make(4, createSortableId({ now: clock([Number.NaN, -1, Infinity, Number.NaN]) }))
    expect(ids.every((id) => version7.test(id))).toBe(true)
    expect(isRising(ids)).toBe(true)
  })

  it('is another one than that of a second maker in the same millisecond', () => {
    const now = () => 1_700_000_000_000
    const ids = [createSortableId({ now }), createSortableId({ now })].flatMap((next) => make(5_000, next))
    expect(new Set(ids).size).toBe(10_000)
  })

  it('begins each millisecond somewhere in the lower half of the counter, so that half of it is always free', () => {
    let at = 0
    const firsts = make(500, createSortableId({ now: () => ++at })).map(counterOf)
    expect(Math.max(...firsts)).toBeLessThan(2_048)
    expect(new Set(firsts).size).toBeGreaterThan(100)
  })

  it('takes fresh random bytes for each, which are asked for in lots', () => {
    let fills = 0
    const next = createSortableId({
      now: () => 1,
      fillRandom(bytes) {
        fills++
        for (const index of bytes.keys()) bytes[index] = (fills * 131 + index * 7) % 256
      },
    })
    const tails = make(128, next).map((id) => id.slice(19))
    expect(fills).toBe(2)
    expect(new Set(tails).size).toBe(128)
  })
})
