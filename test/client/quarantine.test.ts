import { describe, expect, it } from 'vitest'
import { createQuarantine } from '../../src/client/quarantine.ts'

describe('the quarantine', () => {
  it('keeps the newest and counts them all', () => {
    const quarantine = createQuarantine(2)
    for (const [at, reason] of ['a', 'b', 'c'].entries()) quarantine.add(reason, 'text', at)
    expect(quarantine.count).toBe(3)
    expect(quarantine.entries.map(({ reason }) => reason)).toEqual(['b', 'c'])
    quarantine.clear()
    expect(quarantine.entries).toEqual([])
  })
})
