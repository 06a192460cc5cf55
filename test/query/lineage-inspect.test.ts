// `client.inspect().queries`: which event changed a query, by which rule, with which effect, and how late.
import { MutationObserver } from '@tanstack/react-query'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { RealtimeEvent } from '../../src/protocol/index.ts'
import { invalidate, liveMutationOptions, patch } from '../../src/query/index.ts'
import { begin, end, type Goal, own, pass, setUp, show } from './fixture.ts'

beforeEach(begin)
afterEach(end)

const key = ['goal']
const rules = {
  'goal.renamed': ({ payload }: RealtimeEvent<Goal>) => patch<Goal>(key, payload, { version: (goal) => goal.version }),
  'goal.*': () => [],
  changed: () => invalidate(key),
}

async function setUpShown() {
  const all = await setUp({ rules })
  const goal = show<Goal>(all.queryClient, key, () => ({ id: 1, name: 'a', version: 1 }))
  await pass(3_000)
  return {
    ...all,
    goal,
    changes: () => all.realtime.inspect().queries.find(({ queryKey }) => queryKey[0] === 'goal')?.changes ?? [],
    effects: () => all.realtime.inspect().queries.flatMap(({ changes }) => changes.map(({ effect }) => effect)),
  }
}

describe('the lineage of a query', () => {
  it('is empty as long as no event has done anything to it', async () => {
    const { realtime } = await setUpShown()
    expect(realtime.inspect().queries).toEqual([])
  })

  it('names the event, its place, the rule, the effect, and the time between', async () => {
    const { changes, publish } = await setUpShown()
    const at = Date.now()
    const first = publish('goal.renamed', { name: 'b', version: 2 })
    const second = publish('goal.renamed', { name: 'c', version: 3 })
    await pass(50)
    const said = { effect: 'changed', rule: 'goal.renamed', type: 'goal.renamed', stream: own }
    expect(changes()).toEqual([
      { ...said, eventId: first.eventId, seq: 1, at, latencyMs: 0 },
      // It waited for its frame.
      { ...said, eventId: second.eventId, seq: 2, at: expect.any(Number), latencyMs: expect.any(Number) },
    ])
    const { latencyMs } = changes()[1]!
    expect(latencyMs).toBeGreaterThan(0)
    expect(latencyMs).toBeLessThanOrEqual(17)
    expect(changes()[1]!.at).toBe(at + latencyMs!)
  })

  it('tells of an event that was too old', async () => {
    const { effects, happens } = await setUpShown()
    await happens('goal.renamed', { name: 'z', version: 0 })
    expect(effects()).toEqual(['skipped'])
  })

  it('tells of an event that had it fetched', async () => {
    const { changes, happens } = await setUpShown()
    await happens('changed')
    expect(changes()).toMatchObject([{ effect: 'fetched', rule: 'changed', type: 'changed' }])
  })

  it('tells of an event that was done again to an older answer', async () => {
    const { goal, effects, happens } = await setUpShown()
    void goal.observer.refetch()
    await pass(10)
    await happens('goal.renamed', { name: 'b', version: 2 })
    await pass(100)
    expect(effects()).toEqual(['changed', 'repeated'])
  })

  it('tells of what may have been missed', async () => {
    const { changes, say } = await setUpShown()
    say({ type: 'resync', streams: [own], reason: 'test' })
    await pass(10)
    expect(changes()).toMatchObject([
      { effect: 'fetched', rule: 'resync', type: 'requested', eventId: null, stream: null, seq: null, latencyMs: null },
    ])
  })

  it('tells of the answer of a mutation', async () => {
    const { queryClient, changes } = await setUpShown()
    const options = liveMutationOptions({
      mutationFn: async () => ({ id: 1, name: 'b', version: 2 }),
      confirmed: (goal) => patch<Goal>(key, goal),
    })
    void new MutationObserver(queryClient, options).mutate()
    await pass(10)
    expect(changes()).toMatchObject([{ effect: 'changed', rule: 'response', type: null }])
  })

  it('calls a rule that a query brought along `meta.realtime`', async () => {
    const { queryClient, realtime, happens } = await setUpShown()
    show(queryClient, ['mine'], () => 1, { meta: { realtime: { on: 'mine.changed' } } })
    await pass(100)
    await happens('mine.changed')
    const mine = realtime.inspect().queries.find(({ queryKey }) => queryKey[0] === 'mine')
    expect(mine?.changes.at(-1)).toMatchObject({ effect: 'fetched', rule: 'meta.realtime', type: 'mine.changed' })
  })

  it('names no latency where the server gave no time', async () => {
    const { changes, say } = await setUpShown()
    say({ type: 'goal.renamed', eventId: 'e1', payload: { name: 'b', version: 2 } })
    await pass(50)
    expect(changes()).toMatchObject([{ eventId: 'e1', stream: null, seq: null, latencyMs: null }])
  })

  it('keeps the last twenty of each query, the oldest first', async () => {
    const { changes, happens } = await setUpShown()
    for (let version = 2; version < 102; version++) await happens('goal.renamed', { version })
    expect(changes().map(({ seq }) => seq)).toEqual(Array.from({ length: 20 }, (_, index) => 81 + index))
  })

  it('is a snapshot of plain data that holds no payload', async () => {
    const { realtime, happens } = await setUpShown()
    await happens('goal.renamed', { name: 'hidden', version: 2 })
    const { queries } = realtime.inspect()
    const before = JSON.stringify(queries)
    expect(before).not.toContain('hidden')
    await happens('goal.renamed', { name: 'b', version: 3 })
    expect(JSON.stringify(queries)).toBe(before)
  })

  it('ends with the query, and with the binding', async () => {
    const { queryClient, realtime, goal, happens, unbind } = await setUpShown()
    show(queryClient, ['goal', 2], () => ({ id: 2, name: 'a', version: 1 }))
    await pass(100)
    await happens('goal.renamed', { version: 2 })
    expect(realtime.inspect().queries.map(({ queryKey }) => queryKey)).toEqual([key, ['goal', 2]])
    goal.stop()
    queryClient.removeQueries({ queryKey: key, exact: true })
    expect(realtime.inspect().queries.map(({ queryKey }) => queryKey)).toEqual([['goal', 2]])
    unbind()
    expect(realtime.inspect().queries).toEqual([])
  })
})
