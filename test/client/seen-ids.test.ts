import { describe, expect, it } from 'vitest'
import { createSeenIds } from '../../src/client/seen-ids.ts'

describe('the memory of ids', () => {
  it('knows an id again', () => {
    const seen = createSeenIds()
    expect([seen.add('a', 0), seen.add('a', 1), seen.add('b', 2)]).toEqual([true, false, true])
  })

  it('tells whether it knows one without remembering it', () => {
    const seen = createSeenIds()
    expect([seen.has('a'), seen.has('a'), seen.size]).toEqual([false, false, 0])
    seen.add('a', 0)
    expect(seen.has('a')).toBe(true)
  })

  it('forgets the oldest beyond its number', () => {
    const seen = createSeenIds(3)
    for (const id of ['a', 'b', 'c', 'd']) seen.add(id, 0)
    expect(seen.size).toBe(3)
    expect([seen.has('a'), seen.has('b'), seen.has('d')]).toEqual([false, true, true])
    expect(seen.add('d', 0)).toBe(false)
    expect(seen.add('a', 0)).toBe(true)
  })

  it('forgets an id ten minutes after it was seen', () => {
    const seen = createSeenIds()
    seen.add('a', 0)
    expect(seen.add('a', 600_000)).toBe(false)
    expect(seen.add('a', 600_001)).toBe(true)
  })

  it('holds ten thousand ids and no more, whatever comes', () => {
    const seen = createSeenIds()
    for (let index = 0; index < 12_000; index++) seen.add(`E${index}`, 0)
    expect(seen.size).toBe(10_000)
    expect([seen.has('E1999'), seen.has('E2000')]).toEqual([false, true])
  })

  it('forgets all when cleared', () => {
    const seen = createSeenIds()
    seen.add('a', 0)
    seen.clear()
    expect([seen.has('a'), seen.size]).toEqual([false, 0])
  })

  it('is not confused by ids named like members of an object', () => {
    const seen = createSeenIds()
    expect(seen.has('constructor')).toBe(false)
    expect(seen.add('__proto__', 0)).toBe(true)
    expect(seen.add('constructor', 0)).toBe(true)
    expect(seen.add('__proto__', 0)).toBe(false)
  })
})
