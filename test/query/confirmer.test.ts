import { type Query, QueryClient, type QueryKey } from '@tanstack/react-query'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { systemClock } from '../../src/base/clock.ts'
import { createConfirmer } from '../../src/query/confirmer.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())
const pass = (ms: number) => vi.advanceTimersByTime(ms)

function setUp(random = 0.5) {
  const queryClient = new QueryClient()
  const queryOf = (queryKey: QueryKey): Query =>
    queryClient.getQueryCache().build(queryClient, queryClient.defaultQueryOptions({ queryKey }))
  const confirm = vi.fn<(query: Query) => void>()
  const confirmer = createConfirmer({ ...systemClock, random: () => random }, confirm)
  return { goals: queryOf(['goals']), issues: queryOf(['issues']), confirmer, confirm }
}

describe('a change that nothing confirms', () => {
  it('is confirmed by a fetch two seconds later', () => {
    const { goals, confirmer, confirm } = setUp()
    confirmer.note(goals, 1, 0)
    pass(1_999)
    expect(confirm).not.toHaveBeenCalled()
    pass(1)
    expect(confirm).toHaveBeenCalledExactlyOnceWith(goals)
    pass(60_000)
    expect(confirm).toHaveBeenCalledOnce()
    expect(vi.getTimerCount()).toBe(0)
  })

  it('is not put off by a clock that was set back', () => {
    const { goals, confirmer, confirm } = setUp()
    confirmer.note(goals, 1, 0)
    vi.setSystemTime(Date.now() - 86_400_000)
    pass(4_000)
    expect(confirm).toHaveBeenCalledOnce()
  })

  it('waits for two seconds without another', () => {
    const { goals, confirmer, confirm } = setUp()
    for (let place = 1; place <= 10; place++) {
      confirmer.note(goals, place, 0)
      pass(1_500)
    }
    expect(confirm).not.toHaveBeenCalled()
    pass(499)
    expect(confirm).not.toHaveBeenCalled()
    pass(1)
    expect(confirm).toHaveBeenCalledOnce()
  })

  it('waits for half a minute at most', () => {
    const { goals, confirmer, confirm } = setUp()
    for (let second = 0; second < 30; second++) {
      confirmer.note(goals, second, 0)
      expect(confirm).not.toHaveBeenCalled()
      pass(1_000)
    }
    expect(confirm).toHaveBeenCalledOnce()
  })

  it('begins a new half minute once it is confirmed', () => {
    const { goals, confirmer, confirm } = setUp()
    confirmer.note(goals, 1, 0)
    pass(2_000)
    confirmer.note(goals, 2, 0)
    pass(1_999)
    expect(confirm).toHaveBeenCalledOnce()
    pass(1)
    expect(confirm).toHaveBeenCalledTimes(2)
  })

  it('that many hear of is confirmed by each of them at another time', () => {
    const { goals, confirmer, confirm } = setUp(0.5)
    confirmer.note(goals, 1, 2_000)
    pass(2_999)
    expect(confirm).not.toHaveBeenCalled()
    pass(1)
    expect(confirm).toHaveBeenCalledOnce()
  })

  it('that many hear of, again and again, is so too at the end of the half minute', () => {
    const { goals, confirmer, confirm } = setUp(0.5)
    for (let second = 0; second < 31; second++) {
      confirmer.note(goals, second, 2_000)
      expect(confirm).not.toHaveBeenCalled()
      pass(1_000)
    }
    expect(confirm).toHaveBeenCalledOnce()
  })

  it('of one query is none of another', () => {
    const { goals, issues, confirmer, confirm } = setUp()
    confirmer.note(goals, 1, 0)
    pass(1_000)
    confirmer.note(issues, 2, 0)
    pass(1_000)
    expect(confirm.mock.calls).toEqual([[goals]])
    pass(1_000)
    expect(confirm.mock.calls).toEqual([[goals], [issues]])
  })

  it('holds one timer for any number of them', () => {
    const { goals, confirmer } = setUp()
    for (let place = 1; place <= 100; place++) confirmer.note(goals, place, 0)
    expect(vi.getTimerCount()).toBe(1)
  })
})

describe('an answer', () => {
  it('of a fetch that began after the last change confirms it', () => {
    const { goals, confirmer, confirm } = setUp()
    confirmer.note(goals, 3, 0)
    confirmer.note(goals, 4, 0)
    confirmer.answered(goals, 4)
    pass(60_000)
    expect(confirm).not.toHaveBeenCalled()
    expect(vi.getTimerCount()).toBe(0)
  })

  it('of a fetch that began before the last change does not', () => {
    const { goals, confirmer, confirm } = setUp()
    confirmer.note(goals, 3, 0)
    confirmer.note(goals, 4, 0)
    confirmer.answered(goals, 3)
    pass(2_000)
    expect(confirm).toHaveBeenCalledOnce()
  })

  it('of another query does not', () => {
    const { goals, issues, confirmer, confirm } = setUp()
    confirmer.note(goals, 3, 0)
    confirmer.answered(issues, 9)
    pass(2_000)
    expect(confirm).toHaveBeenCalledOnce()
  })
})

describe('the end', () => {
  it('of a query leaves nothing to confirm', () => {
    const { goals, confirmer, confirm } = setUp()
    confirmer.note(goals, 1, 0)
    confirmer.forget(goals)
    expect(vi.getTimerCount()).toBe(0)
    pass(60_000)
    expect(confirm).not.toHaveBeenCalled()
  })

  it('leaves no timer behind, and begins none', () => {
    const { goals, issues, confirmer, confirm } = setUp()
    confirmer.note(goals, 1, 0)
    confirmer.dispose()
    confirmer.note(issues, 2, 0)
    expect(vi.getTimerCount()).toBe(0)
    pass(60_000)
    expect(confirm).not.toHaveBeenCalled()
  })
})
