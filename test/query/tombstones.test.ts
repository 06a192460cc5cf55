import { describe, expect, it } from 'vitest'
import { createTombstones } from '../../src/query/tombstones.ts'

describe('what has left a list', () => {
  it('does not come back in an older version, and may in the same or a newer one', () => {
    const gone = createTombstones()
    gone.left(1, 5)
    expect([4, 5, 6].map((version) => gone.isGone(1, version))).toEqual([true, false, false])
  })

  it('for good does not come back in its last version either', () => {
    const gone = createTombstones()
    gone.removed(1, 5)
    expect([4, 5, 6].map((version) => gone.isGone(1, version))).toEqual([true, true, false])
  })

  it('is known by its id alone', () => {
    const gone = createTombstones()
    gone.removed(1, 5)
    expect(gone.isGone(2, 1)).toBe(false)
    expect(gone.isGone('1', 1)).toBe(false)
  })

  it('is not remembered without a version, and what has none is not held back', () => {
    const gone = createTombstones()
    gone.removed(1, undefined)
    gone.left(2, undefined)
    expect(gone.size).toBe(0)
    gone.removed(1, 5)
    expect(gone.isGone(1, undefined)).toBe(false)
  })

  it('is remembered in its newest version, whichever is told last', () => {
    const gone = createTombstones()
    gone.removed(1, 5)
    gone.left(1, 3)
    expect(gone.isGone(1, 5)).toBe(true)
    gone.left(1, 8)
    expect([7, 8].map((version) => gone.isGone(1, version))).toEqual([true, false])
    expect(gone.size).toBe(1)
  })

  it('is forgotten by the thousand, the longest gone first', () => {
    const gone = createTombstones()
    for (let id = 0; id < 1_000; id++) gone.removed(id, 5)
    gone.removed(0, 6)
    gone.removed(1_000, 5)
    expect(gone.size).toBe(1_000)
    expect([0, 1, 2, 1_000].map((id) => gone.isGone(id, 5))).toEqual([true, false, true, true])
  })
})
