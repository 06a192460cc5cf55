// Operations on a QueryClient. Through a hub and a binding it is bind-query-client.test.ts, under random schedules convergence.test.ts.
import { notifyManager, type Query, QueryClient, QueryObserver } from '@tanstack/react-query'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { systemClock } from '../../src/base/clock.ts'
import { type Cause, ownCause } from '../../src/query/cause.ts'
import { liveCacheOf, retainLiveCache } from '../../src/query/live-cache.ts'
import { invalidate, type Operation, patch, remove, set, upsert } from '../../src/query/operations.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())
const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms)

interface Goal {
  id: number
  name: string
  v?: number
}
const version = ({ v }: Goal) => v
const cause: Cause = { ...ownCause('goal.*'), type: 'goal.renamed', eventId: 'e1' }

function setUp() {
  const queryClient = new QueryClient()
  const [cache, release] = retainLiveCache(queryClient, { ...systemClock, random: () => 0 })
  const apply = (...operations: Operation[]) => {
    const touched = new Set<Query>()
    cache.batch((run) => {
      for (const operation of operations) run(operation, cause, touched)
    })
    return [...touched].map(({ queryHash }) => queryHash)
  }
  const dataOf = (...queryKey: unknown[]) => queryClient.getQueryData(queryKey)
  const stateOf = (...queryKey: unknown[]) => queryClient.getQueryState(queryKey)!
  /** Puts a query on screen whose fetch takes 60 ms and answers what `read` says when it begins. */
  const show = (queryKey: unknown[], read: () => unknown) => {
    const calls = { count: 0 }
    const observer = new QueryObserver(queryClient, {
      queryKey,
      staleTime: Infinity,
      retry: false,
      queryFn: async () => {
        calls.count++
        const value = read()
        await new Promise((resolve) => setTimeout(resolve, 60))
        if (value instanceof Error) throw value
        return value
      },
    })
    const shown: unknown[] = []
    // As React's useQuery does it.
    observer.subscribe(notifyManager.batchCalls(() => shown.push(observer.getCurrentResult().data)))
    return Object.assign(calls, { shown })
  }
  return { queryClient, cache, release, apply, dataOf, stateOf, show }
}

describe('an operation', () => {
  it('reaches every query its target names, and no other', () => {
    const { queryClient, apply, dataOf, stateOf } = setUp()
    for (const key of [['goals', 'open'], ['goals', 'done'], ['issues']]) {
      queryClient.setQueryData(key, [{ id: 1, name: 'a' }])
    }
    const touched = apply(patch<Goal>(['goals'], { name: 'b' }, { id: 1 }))
    apply(invalidate({ predicate: ({ queryKey }) => queryKey[0] === 'issues' }))
    expect(dataOf('goals', 'open')).toEqual([{ id: 1, name: 'b' }])
    expect(dataOf('goals', 'done')).toEqual([{ id: 1, name: 'b' }])
    expect(dataOf('issues')).toEqual([{ id: 1, name: 'a' }])
    expect(touched).toEqual(['["goals","open"]', '["goals","done"]'])
    expect(stateOf('issues').isInvalidated).toBe(true)
    expect(stateOf('goals', 'open').isInvalidated).toBe(false)
  })

  it('touches nothing that already is as it says', () => {
    const { queryClient, apply, stateOf } = setUp()
    queryClient.setQueryData(['goal'], { id: 1, name: 'a' }, { updatedAt: 7 })
    const before = stateOf('goal')
    apply(patch<Goal>(['goal'], { name: 'a' }))
    apply(remove(['goal'], 9))
    expect(stateOf('goal')).toBe(before)
  })

  it('does not bring a removed query back', () => {
    const { queryClient, apply } = setUp()
    queryClient.setQueryData(['goal'], { id: 1 })
    queryClient.removeQueries({ queryKey: ['goal'] })
    apply(patch<Goal>(['goal'], { name: 'b' }))
    apply(upsert(['goal'], { id: 2 }, { where: () => true }))
    expect(queryClient.getQueryCache().getAll()).toEqual([])
  })

  it('may remove queries itself, in the middle of its own updater', () => {
    const { queryClient, apply, dataOf } = setUp()
    queryClient.setQueryData(['goal'], { name: 'a' })
    const heard: string[] = []
    queryClient.getQueryCache().subscribe(({ type }) => heard.push(type))
    apply(
      patch<{ name: string }>(['goal'], (goal) => {
        queryClient.removeQueries({ queryKey: ['goal'] })
        return { ...goal, name: 'b' }
      }),
    )
    expect(dataOf('goal')).toBeUndefined()
    vi.advanceTimersByTime(0)
    expect(heard).toEqual(['removed'])
  })

  it('on what never loaded leaves it stale, however it came to be', async () => {
    const { queryClient, apply, stateOf } = setUp()
    const queryFn = vi.fn(() => [])
    for (const operation of [
      patch<Goal>(['goals'], { name: 'b' }),
      upsert(['goals'], { id: 2 }, { where: () => true }),
      remove(['goals'], 2),
    ]) {
      queryClient.clear()
      queryClient.getQueryCache().build(queryClient, queryClient.defaultQueryOptions({ queryKey: ['goals'], queryFn }))
      expect(apply(operation)).toEqual([])
      expect(stateOf('goals')).toMatchObject({ data: undefined, status: 'pending', isInvalidated: true })
    }
    await pass(60_000)
    expect(queryFn).not.toHaveBeenCalled()
  })

  it('that fails on one query is done to the others, then says what failed', () => {
    const { queryClient, apply, dataOf, stateOf } = setUp()
    queryClient.setQueryData(['goals', 1], null)
    queryClient.setQueryData(['goals', 2], { name: 'a' })
    expect(() => apply(patch<{ name: string }>(['goals'], (goal) => ({ name: `${goal.name}b` })))).toThrow(TypeError)
    expect(dataOf('goals', 2)).toEqual({ name: 'ab' })
    expect(stateOf('goals', 1)).toMatchObject({ data: null, isInvalidated: true })
    expect(stateOf('goals', 2).isInvalidated).toBe(false)
  })

  it('on what failed fetches it again instead, where it has data to show', async () => {
    const { queryClient, apply, show, stateOf } = setUp()
    const answers = [{ id: 1, name: 'a' }, new Error('down'), { id: 1, name: 'new' }]
    const calls = show(['goal'], () => answers.shift())
    await pass(2_000)
    void queryClient.refetchQueries()
    await pass(2_000)
    apply(patch<Goal>(['goal'], { name: 'b' }))
    expect(stateOf('goal')).toMatchObject({ data: { id: 1, name: 'a' } })
    await pass(60)
    expect(stateOf('goal')).toMatchObject({ status: 'success', data: { id: 1, name: 'new' } })
    expect(calls.count).toBe(3)
  })

  it('that only a fetch can do has it fetched', async () => {
    const { apply, show, dataOf } = setUp()
    const goals: Goal[] = [{ id: 1, name: 'a' }]
    const calls = show(['goals'], () => [...goals])
    await pass(2_000)
    goals.push({ id: 2, name: 'b' })
    apply(upsert(['goals'], { id: 2, name: 'b' }))
    await pass(60)
    expect(dataOf('goals')).toEqual(goals)
    expect(calls.count).toBe(2)
  })
})

describe('a change', () => {
  it('does not make the query look newer than it was fetched', () => {
    const { queryClient, apply, stateOf } = setUp()
    queryClient.setQueryData(['goal'], { id: 1, name: 'a' }, { updatedAt: 7 })
    apply(patch<Goal>(['goal'], { name: 'b' }))
    expect(stateOf('goal')).toMatchObject({ data: { id: 1, name: 'b' }, dataUpdatedAt: 7 })
  })

  it('does not make it forget that it was to be fetched', async () => {
    const { queryClient, apply, stateOf } = setUp()
    queryClient.setQueryData(['goal'], { id: 1, name: 'a' })
    await queryClient.invalidateQueries({ queryKey: ['goal'] })
    apply(patch<Goal>(['goal'], { name: 'b' }))
    expect(stateOf('goal')).toMatchObject({ data: { id: 1, name: 'b' }, isInvalidated: true })
  })

  it('survives a fetch that began before it', async () => {
    const { queryClient, apply, show } = setUp()
    const { shown } = show(['goal'], () => ({ id: 1, name: 'a' }))
    await pass(2_000)
    void queryClient.refetchQueries()
    await pass(10)
    shown.length = 0
    apply(patch<Goal>(['goal'], { name: 'b' }))
    await pass(100)
    expect(shown.length).toBeGreaterThan(0)
    expect(new Set(shown.map((goal) => (goal as Goal).name))).toEqual(new Set(['b']))
  })

  it('without a version is confirmed by a fetch after two quiet seconds, unless it needs none', async () => {
    for (const [options, fetches] of [
      [{}, 2],
      [{ confirm: false }, 1],
      [{ version }, 1],
    ] as const) {
      const { apply, show } = setUp()
      const calls = show(['goal'], () => ({ id: 1, name: 'a', v: 1 }))
      await pass(2_000)
      apply(patch<Goal>(['goal'], (goal) => ({ ...goal, name: 'b', v: 2 }), options))
      await pass(1_999)
      expect(calls.count).toBe(1)
      await pass(60_000)
      expect(calls.count).toBe(fetches)
    }
  })

  it('of how many there are has the total fetched', async () => {
    const { apply, show } = setUp()
    const calls = show(['goals'], () => ({ total: 1, items: [{ id: 1, name: 'a', v: 1 }] }))
    await pass(2_000)
    apply(upsert(['goals'], { id: 2, name: 'b', v: 1 }, { where: () => true, version }))
    await pass(10_000)
    expect(calls.count).toBe(2)
  })

  it('is remembered with its cause', () => {
    const { queryClient, cache, apply } = setUp()
    queryClient.setQueryData(['goal'], { id: 1, name: 'b', v: 5 })
    apply(
      patch<Goal>(['goal'], { name: 'c', v: 6 }, { version }),
      patch<Goal>(['goal'], { name: 'a', v: 4 }, { version }),
    )
    expect(cache.lineage()).toMatchObject([
      {
        queryKey: ['goal'],
        changes: [
          { effect: 'changed', rule: 'goal.*', type: 'goal.renamed', eventId: 'e1' },
          { effect: 'skipped', rule: 'goal.*' },
        ],
      },
    ])
  })
})

describe('set', () => {
  it('makes a query where there was none, as if it had been fetched now', () => {
    const { apply, stateOf } = setUp()
    expect(apply(set(['goal', 1], { id: 1, name: 'a' }))).toEqual(['["goal",1]'])
    expect(stateOf('goal', 1)).toMatchObject({
      data: { id: 1, name: 'a' },
      status: 'success',
      dataUpdatedAt: Date.now(),
      isInvalidated: false,
    })
  })

  it('makes what was to be fetched new, and reaches no query below its key', async () => {
    const { queryClient, apply, stateOf, dataOf } = setUp()
    queryClient.setQueryData(['goal'], 'old', { updatedAt: 7 })
    queryClient.setQueryData(['goal', 'notes'], 'notes')
    await queryClient.invalidateQueries()
    apply(set(['goal'], 'old'))
    expect(stateOf('goal')).toMatchObject({ data: 'old', dataUpdatedAt: Date.now(), isInvalidated: false })
    expect(dataOf('goal', 'notes')).toBe('notes')
    expect(stateOf('goal', 'notes').isInvalidated).toBe(true)
  })
})

describe('a batch', () => {
  it('writes each query once, and tells of it once', () => {
    const { queryClient, cache } = setUp()
    queryClient.setQueryData(['goals'], [{ id: 1, name: 'a' }])
    const writes: unknown[] = []
    queryClient.getQueryCache().subscribe((event) => {
      if (event.type === 'updated') writes.push(event.query.state.data)
    })
    cache.batch((apply) => {
      for (let count = 1; count <= 200; count++) {
        apply(patch<Goal>(['goals'], { name: `${count}` }, { id: 1 }), cause)
        cache.batch((again) => again(upsert(['goals'], { id: 2, name: 'b' }, { where: () => true }), cause))
      }
      expect(writes).toEqual([])
    })
    vi.runOnlyPendingTimers()
    expect(new Set(writes)).toEqual(
      new Set([
        [
          { id: 1, name: '200' },
          { id: 2, name: 'b' },
        ],
      ]),
    )
    expect(new Set(writes).size).toBe(1)
  })

  it('writes what was applied before something threw', () => {
    const { queryClient, cache, dataOf } = setUp()
    queryClient.setQueryData(['goal'], { id: 1, name: 'a' })
    const throwing = () =>
      cache.batch((apply) => {
        apply(patch<Goal>(['goal'], { name: 'b' }), cause)
        throw new Error('boom')
      })
    expect(throwing).toThrow('boom')
    expect(dataOf('goal')).toEqual({ id: 1, name: 'b' })
  })

  it('fetches a query once for all that ask for it', async () => {
    const { apply, show } = setUp()
    const calls = show(['goals'], () => 1)
    await pass(2_000)
    apply(...Array.from({ length: 100 }, () => invalidate(['goals'])))
    await pass(10_000)
    expect(calls.count).toBe(2)
  })
})

describe('what was withdrawn', () => {
  it('goes, also from the screen, where it is asked for again', async () => {
    const { queryClient, cache, show, stateOf } = setUp()
    const answers: unknown[] = [{ id: 1, name: 'secret' }, new Error('forbidden')]
    show(['goal', 1], () => answers.shift())
    queryClient.setQueryData(['goal', 2], { id: 2, name: 'secret' })
    await pass(2_000)
    cache.purge(queryClient.getQueryCache().findAll({ queryKey: ['goal'] }), () => true)
    expect(stateOf('goal', 1).data).toBeUndefined()
    expect(stateOf('goal', 2)).toBeUndefined()
    await pass(60)
    expect(stateOf('goal', 1)).toMatchObject({ data: undefined, status: 'error' })
  })
})

describe('a resync', () => {
  it('is awaited until a fetch that began since has answered', async () => {
    const { queryClient, cache, show } = setUp()
    const calls = show(['goals'], () => 1)
    await pass(2_000)
    const query = queryClient.getQueryCache().find({ queryKey: ['goals'] })!
    expect(cache.awaitsResync(query)).toBe(false)
    cache.resync(query, ownCause('resync'))
    expect(cache.awaitsResync(query)).toBe(true)
    await pass(59)
    expect(cache.awaitsResync(query)).toBe(true)
    await pass(1)
    expect(cache.awaitsResync(query)).toBe(false)
    expect(calls.count).toBe(2)
  })
})

describe('the one that looks after a QueryClient', () => {
  it('is shared, and stays until each holder has let go', () => {
    const queryClient = new QueryClient()
    const [first, releaseFirst] = retainLiveCache(queryClient)
    const [second, releaseSecond] = retainLiveCache(queryClient)
    expect(second).toBe(first)
    expect(retainLiveCache(new QueryClient())[0]).not.toBe(first)
    releaseFirst()
    releaseFirst()
    expect(liveCacheOf(queryClient)).toBe(first)
    releaseSecond()
    expect(liveCacheOf(queryClient)).toBeUndefined()
  })

  it('leaves no timer and no listener behind', async () => {
    const { queryClient, release, apply, stateOf } = setUp()
    queryClient.setQueryDefaults(['goal'], { gcTime: Infinity })
    queryClient.setQueryData(['goal'], { id: 1, name: 'a' })
    apply(patch<Goal>(['goal'], { name: 'b' }))
    await pass(0)
    expect(vi.getTimerCount()).toBeGreaterThan(0)
    release()
    expect(vi.getTimerCount()).toBe(0)
    expect(queryClient.getQueryCache().hasListeners()).toBe(false)
    expect(stateOf('goal').data).toEqual({ id: 1, name: 'b' })
  })

  it('that goes during a fetch leaves none of its result over newer events', async () => {
    const { queryClient, release, apply, show, dataOf } = setUp()
    let name = 'a'
    const calls = show(['goal'], () => ({ id: 1, name }))
    await pass(2_000)
    void queryClient.refetchQueries()
    await pass(10)
    name = 'b'
    apply(patch<Goal>(['goal'], { name }))
    release()
    await pass(10_000)
    expect(dataOf('goal')).toEqual({ id: 1, name: 'b' })
    expect(calls.count).toBe(3)
    expect(queryClient.getQueryCache().hasListeners()).toBe(false)
  })
})
