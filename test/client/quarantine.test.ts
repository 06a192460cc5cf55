import { describe, expect, it } from 'vitest'
import { createQuarantine, type Quarantined } from '../../src/client/quarantine.ts'

const refused = (fields: Partial<Quarantined> = {}): Quarantined => ({
  reason: 'wrong',
  path: null,
  eventType: null,
  text: 'text',
  at: 0,
  ...fields,
})

describe('the quarantine', () => {
  it('keeps the newest and counts them all', () => {
    const quarantine = createQuarantine(undefined, 2)
    for (const [at, reason] of ['a', 'b', 'c'].entries()) quarantine.add(refused({ reason, at }))
    expect(quarantine.count).toBe(3)
    expect(quarantine.entries.map(({ reason }) => reason)).toEqual(['b', 'c'])
    quarantine.clear()
    expect(quarantine.entries).toEqual([])
    expect(quarantine.count).toBe(3)
  })

  it('keeps fifty where nothing else is said, and of each no more than the beginning', () => {
    const quarantine = createQuarantine()
    for (let at = 0; at < 60; at++) quarantine.add(refused({ text: 'x'.repeat(10_000), at }))
    expect(quarantine.entries).toHaveLength(50)
    expect(quarantine.entries[0]).toMatchObject({ text: 'x'.repeat(500), at: 10 })
  })

  it('tells of each as it comes, with the place that is to blame', () => {
    const told: Quarantined[] = []
    const quarantine = createQuarantine((entry) => told.push(entry))
    const entry = refused({ path: 'payload.goal.id', eventType: 'goal.created', at: 7 })
    quarantine.add(entry)
    expect(told).toEqual([entry])
    expect(quarantine.entries).toEqual([entry])
  })
})
