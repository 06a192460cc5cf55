import { describe, expect, it } from 'vitest'
import { createSeenIds } from '../../src/client/seen-ids.ts'

describe('the memory of ids', () => {
  it('knows an id again', () => {
    const seen = createSeenIds()
    expect([seen.add('a', 0), seen.add('a', 1), seen.add('b', 2)]).toEqual([true, false, true])
  })

  it('forgets the oldest beyond its number', () => {
    const seen = createSeenIds(3)
    for (const id of ['a', 'b', 'c', 'd']) seen.add(id, 0)
    expect(seen.size).toBe(3)
    expect(seen.add('d', 0)).toBe(false)
    expect(seen.add('a', 0)).toBe(true)
  })

  it('forgets an id ten minutes after it was seen', () => {
    const seen = createSeenIds()
    seen.add('a', 0)
    expect(seen.add('a', 600_000)).toBe(false)
    expect(seen.add('a', 600_001)).toBe(true)
  })

  it('is not confused by ids named like members of an object', () => {
    const seen = createSeenIds()
    expect(seen.add('__proto__', 0)).toBe(true)
    expect(seen.add('constructor', 0)).toBe(true)
    expect(seen.add('__proto__', 0)).toBe(false)
  })
})
