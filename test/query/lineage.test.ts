import { describe, expect, it } from 'vitest'
import { type Cause, ownCause } from '../../src/query/cause.ts'
import { type Change, maxChanges, noteChange } from '../../src/query/lineage.ts'

const cause: Cause = {
  ...ownCause('goal.*'),
  type: 'goal.renamed',
  eventId: 'e1',
  stream: 'tenant:3',
  epoch: 'x',
  seq: 7,
  time: 1_000,
}

describe('the history of a query', () => {
  it('tells which event changed it, by which rule, when, and how late', () => {
    const history: Change[] = []
    noteChange(history, 'changed', cause, 1_250)
    expect(history).toEqual([
      {
        effect: 'changed',
        rule: 'goal.*',
        type: 'goal.renamed',
        eventId: 'e1',
        stream: 'tenant:3',
        seq: 7,
        at: 1_250,
        latencyMs: 250,
      },
    ])
  })

  it('says null for what a change of one’s own, or the server, did not tell', () => {
    const history: Change[] = []
    noteChange(history, 'fetched', ownCause('optimistic'), 5)
    expect(history).toEqual([
      {
        effect: 'fetched',
        rule: 'optimistic',
        type: null,
        eventId: null,
        stream: null,
        seq: null,
        at: 5,
        latencyMs: null,
      },
    ])
  })

  it('keeps the last twenty, the oldest first', () => {
    const history: Change[] = []
    for (let at = 1; at <= 25; at++) noteChange(history, 'changed', cause, at)
    expect(maxChanges).toBe(20)
    expect(history.map(({ at }) => at)).toEqual(Array.from({ length: 20 }, (_, index) => index + 6))
  })
})
