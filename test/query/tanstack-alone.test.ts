// What TanStack Query does by itself when events are written into its cache, each shown to be a problem, and the same with
// livecache, where it is none. The letters are those of the measurements behind design.md §7.
import { MutationObserver, type QueryClient } from '@tanstack/react-query'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { invalidate, liveMutationOptions, patch, type RuleResult } from '../../src/query/index.ts'
import { begin, createQueryClient, end, type Goal, pass, setUp, show, showPages, wait } from './fixture.ts'

beforeEach(begin)
afterEach(end)

/** A cache, and the way in which events get into it. */
interface World {
  queryClient: QueryClient
  /** A message of the server arrives. */
  event(payload?: unknown): void
}

/** What apps write into `onmessage`. */
function alone(onMessage: (queryClient: QueryClient, payload: any) => unknown): World {
  const queryClient = createQueryClient()
  return { queryClient, event: (payload) => void onMessage(queryClient, payload) }
}

async function withLivecache(rule: (payload: any) => RuleResult): Promise<World> {
  const { queryClient, publish } = await setUp({ rules: { changed: ({ payload }) => rule(payload) } })
  return { queryClient, event: (payload) => void publish('changed', payload) }
}

const key = ['goal']

describe('A: a patch while a refetch is in flight', () => {
  async function scenario({ queryClient, event }: World) {
    let truth = 'old'
    const goal = show(queryClient, key, () => truth)
    await pass(100)
    void goal.observer.refetch()
    await pass(10)
    truth = 'new'
    event({ name: 'new' })
    await pass(500)
    return goal.seen
  }

  it('TanStack Query alone: the older result overwrites it', async () => {
    const world = alone((queryClient, { name }) => queryClient.setQueryData(key, name))
    expect(await scenario(world)).toEqual(['old', 'new', 'old'])
  })

  it('livecache does not let it', async () => {
    expect(await scenario(await withLivecache(({ name }) => patch<string>(key, () => name)))).toEqual(['old', 'new'])
  })
})

describe('B: an invalidation during the first fetch', () => {
  async function scenario({ queryClient, event }: World) {
    let truth = 'old'
    const goal = show(queryClient, key, () => truth)
    await pass(30)
    truth = 'new'
    event()
    await pass(5_000)
    return { data: goal.data, fetches: goal.begun.length, isInvalidated: goal.state.isInvalidated }
  }

  it('TanStack Query alone: it is lost', async () => {
    const world = alone((queryClient) => queryClient.invalidateQueries({ queryKey: key }))
    expect(await scenario(world)).toEqual({ data: 'old', fetches: 1, isInvalidated: false })
  })

  it('livecache does not lose it', async () => {
    const world = await withLivecache(() => invalidate(key))
    expect(await scenario(world)).toEqual({ data: 'new', fetches: 2, isInvalidated: false })
  })
})

describe('C: an invalidation every 30 ms against a fetch of 60 ms', () => {
  async function scenario({ queryClient, event }: World) {
    let truth = 0
    let lastEventAt = 0
    const goal = show(queryClient, key, () => truth)
    await pass(100)
    for (let turn = 0; turn < 30; turn++) {
      truth++
      lastEventAt = Date.now()
      event()
      await pass(30)
    }
    const meanwhile = goal.seen.length - 1
    await pass(5_000)
    return { meanwhile, fetches: goal.begun.length, last: goal.data, begunSince: goal.begun.at(-1)! - lastEventAt }
  }

  it('TanStack Query alone: nothing settles before the last one', async () => {
    const world = alone((queryClient) => queryClient.invalidateQueries({ queryKey: key }))
    expect(await scenario(world)).toMatchObject({ meanwhile: 0, fetches: 31, last: 30 })
  })

  it('livecache does not starve it: each fetch is shown, and one begins after the last event', async () => {
    const { meanwhile, fetches, last, begunSince } = await scenario(
      await withLivecache(() => invalidate(key, { minGapMs: 0 })),
    )
    expect(meanwhile).toBeGreaterThan(10)
    expect(fetches).toBeLessThanOrEqual(17)
    expect(begunSince).toBeGreaterThanOrEqual(0)
    expect(last).toBe(30)
  })

  it('livecache does not fetch more than once a second either, unless it is told to', async () => {
    const { fetches, last, begunSince } = await scenario(await withLivecache(() => invalidate(key)))
    expect(fetches).toBeLessThanOrEqual(3)
    expect(begunSince).toBeGreaterThanOrEqual(0)
    expect(last).toBe(30)
  })
})

describe('S: an invalidation during a refetch that is not to be cancelled', () => {
  async function scenario({ queryClient, event }: World) {
    let truth = 'old'
    const goal = show(queryClient, key, () => truth)
    await pass(100)
    void goal.observer.refetch()
    await pass(10)
    truth = 'new'
    event()
    await pass(5_000)
    return { data: goal.data, isInvalidated: goal.state.isInvalidated, fetches: goal.begun.length }
  }

  it('TanStack Query alone: it is lost', async () => {
    const world = alone((queryClient) => queryClient.invalidateQueries({ queryKey: key }, { cancelRefetch: false }))
    expect(await scenario(world)).toEqual({ data: 'old', isInvalidated: false, fetches: 2 })
  })

  it('livecache does not lose it, and cancels nothing', async () => {
    const world = await withLivecache(() => invalidate(key))
    expect(await scenario(world)).toEqual({ data: 'new', isInvalidated: false, fetches: 3 })
  })
})

describe('D: a patch of a query that is marked as stale', () => {
  async function scenario({ queryClient, event }: World) {
    queryClient.setQueryData(key, { name: 'old', description: 'old' }, { updatedAt: 1_000 })
    await queryClient.invalidateQueries({ queryKey: key, refetchType: 'none' })
    event({ name: 'new' })
    await pass(20)
    return queryClient.getQueryState(key)!
  }

  it('TanStack Query alone: it counts as fresh, though only a part of it is', async () => {
    const { isInvalidated, dataUpdatedAt } = await scenario(
      alone((queryClient, changes) => queryClient.setQueryData(key, (goal: object) => ({ ...goal, ...changes }))),
    )
    expect(isInvalidated).toBe(false)
    expect(dataUpdatedAt).toBeGreaterThan(1_000)
  })

  it('livecache does not make it fresh', async () => {
    expect(await scenario(await withLivecache((changes) => patch<object>(key, changes)))).toMatchObject({
      data: { name: 'new', description: 'old' },
      isInvalidated: true,
      dataUpdatedAt: 1_000,
    })
  })
})

describe('F: a patch of a query that was never loaded', () => {
  async function scenario({ queryClient, event }: World) {
    event({ name: 'new' })
    await pass(20)
    const goal = show(queryClient, key, () => ({ name: 'new', description: 'all of it' }))
    await pass(500)
    return { data: goal.data, fetches: goal.begun.length }
  }

  it('TanStack Query alone: a part of it passes for the whole, and nothing is fetched', async () => {
    const world = alone((queryClient, changes) =>
      queryClient.setQueryData(key, (goal: object | undefined) => ({ ...goal, ...changes })),
    )
    expect(await scenario(world)).toEqual({ data: { name: 'new' }, fetches: 0 })
  })

  it('livecache does not make one up', async () => {
    const world = await withLivecache((changes) => patch<object>(key, (goal) => ({ ...goal, ...changes })))
    expect(await scenario(world)).toEqual({ data: { name: 'new', description: 'all of it' }, fetches: 1 })
  })
})

describe('H: a patch of a query whose fetch failed', () => {
  async function scenario({ queryClient, event }: World, first: object | Error) {
    let answer = first
    const goal = show(queryClient, key, () => answer)
    await pass(100)
    answer = new Error('down')
    void goal.observer.refetch()
    await pass(100)
    event({ name: 'new' })
    await pass(5_000)
    return goal.state
  }

  it('TanStack Query alone: the failure is hidden by a part of the data', async () => {
    const onMessage = (queryClient: QueryClient, changes: object) =>
      queryClient.setQueryData(key, (goal: object | undefined) => ({ ...goal, ...changes }))
    expect(await scenario(alone(onMessage), new Error('down'))).toMatchObject({
      status: 'success',
      data: { name: 'new' },
    })
    expect(await scenario(alone(onMessage), { name: 'old' })).toMatchObject({ status: 'success', error: null })
  })

  it('livecache does not hide it', async () => {
    const rule = (changes: object) => patch<object>(key, changes)
    expect(await scenario(await withLivecache(rule), new Error('down'))).toMatchObject({
      status: 'error',
      data: undefined,
      isInvalidated: true,
    })
    expect(await scenario(await withLivecache(rule), { name: 'old' })).toMatchObject({
      status: 'error',
      data: { name: 'old' },
    })
  })
})

describe('I: a query nobody looks at is to be fetched, then patched, then looked at', () => {
  async function scenario({ queryClient, event }: World) {
    const first = show(queryClient, key, () => ({ name: 'old', count: 1 }))
    await pass(100)
    first.stop()
    event()
    await pass(20)
    event({ name: 'new' })
    await pass(20)
    const again = show(queryClient, key, () => ({ name: 'new', count: 2 }))
    await pass(2_000)
    return { data: again.data, fetches: again.begun.length }
  }

  it('TanStack Query alone: it is not fetched', async () => {
    const world = alone((queryClient, changes) =>
      changes === undefined
        ? queryClient.invalidateQueries({ queryKey: key })
        : queryClient.setQueryData(key, (goal: object) => ({ ...goal, ...changes })),
    )
    expect(await scenario(world)).toEqual({ data: { name: 'new', count: 1 }, fetches: 0 })
  })

  it('livecache does not forget it', async () => {
    const world = await withLivecache((changes) => ('name' in changes ? patch<object>(key, changes) : invalidate(key)))
    expect(await scenario(world)).toEqual({ data: { name: 'new', count: 2 }, fetches: 1 })
  })
})

const namesOf = (...names: string[]): Goal[] => names.map((name, index) => ({ id: index + 1, name }))

describe('K: a patch during fetchNextPage', () => {
  async function scenario({ queryClient, event }: World) {
    const goals = namesOf('a', 'b', 'c', 'd')
    const list = showPages(queryClient, key, () => goals.map((goal) => ({ ...goal })))
    await pass(100)
    void list.fetchNextPage()
    await pass(10)
    goals[0]!.name = 'new'
    event({ id: 1, name: 'new' })
    await pass(100)
    return list.pages()
  }

  it('TanStack Query alone: it is lost', async () => {
    const world = alone((queryClient, { id, name }: Goal) =>
      queryClient.setQueryData(key, ({ pages, pageParams }: { pages: { items: Goal[] }[]; pageParams: unknown[] }) => ({
        pageParams,
        pages: pages.map((page) => ({
          ...page,
          items: page.items.map((goal) => (goal.id === id ? { ...goal, name } : goal)),
        })),
      })),
    )
    expect(await scenario(world)).toEqual([
      ['1 a', '2 b'],
      ['3 c', '4 d'],
    ])
  })

  it('livecache does not lose it', async () => {
    const world = await withLivecache(({ id, name }: Goal) => patch<Goal>(key, { name }, { id }))
    expect(await scenario(world)).toEqual([
      ['1 new', '2 b'],
      ['3 c', '4 d'],
    ])
  })
})

describe('L: an invalidation during fetchNextPage', () => {
  async function scenario({ queryClient, event }: World) {
    const goals = namesOf('a', 'b', 'c', 'd')
    const list = showPages(queryClient, key, () => goals.map((goal) => ({ ...goal })))
    await pass(100)
    void list.fetchNextPage().catch(() => {})
    await pass(10)
    goals[0]!.name = 'new'
    event()
    await pass(5_000)
    return list.pages()
  }

  it('TanStack Query alone: the page that was asked for never comes', async () => {
    const world = alone((queryClient) => queryClient.invalidateQueries({ queryKey: key }))
    expect(await scenario(world)).toEqual([['1 new', '2 b']])
  })

  it('livecache does not take it away, and fetches afterwards', async () => {
    expect(await scenario(await withLivecache(() => invalidate(key)))).toEqual([
      ['1 new', '2 b'],
      ['3 c', '4 d'],
    ])
  })
})

describe('N: an event between an optimistic change and its failure', () => {
  async function scenario({ queryClient, event }: World, options: object) {
    const list = show(queryClient, key, () => namesOf('a', 'b'))
    await pass(100)
    new MutationObserver(queryClient, options).mutate().catch(() => {})
    await pass(10)
    event({ id: 2, name: 'new' })
    await pass(100)
    return list.data
  }

  async function mutationFn() {
    await wait(60)
    throw new Error('refused')
  }

  const renamed = (goals: Goal[], { id, name }: Goal) =>
    goals.map((goal) => (goal.id === id ? { ...goal, name } : goal))

  it('TanStack Query alone: the rollback erases it', async () => {
    const world = alone((queryClient, goal) => queryClient.setQueryData(key, (goals: Goal[]) => renamed(goals, goal)))
    const { queryClient } = world
    const options = {
      mutationFn,
      onMutate() {
        const before = queryClient.getQueryData(key)
        queryClient.setQueryData(key, (goals: Goal[]) => renamed(goals, { id: 1, name: 'hoped' }))
        return before
      },
      onError: (_error: unknown, _variables: unknown, before: unknown) => queryClient.setQueryData(key, before),
    }
    expect(await scenario(world, options)).toEqual(namesOf('a', 'b'))
  })

  it('livecache does not erase it', async () => {
    const world = await withLivecache(({ id, name }: Goal) => patch<Goal>(key, { name }, { id }))
    const optimistic = () => patch<Goal>(key, { name: 'hoped' }, { id: 1 })
    expect(await scenario(world, liveMutationOptions({ mutationFn, optimistic }))).toEqual(namesOf('a', 'new'))
  })
})

describe('T: two hundred messages, one after the other', () => {
  async function scenario({ queryClient, event }: World) {
    const goal = show(queryClient, key, () => 0)
    await pass(100)
    const before = goal.renders
    for (let count = 1; count <= 200; count++) {
      event({ count })
      // Each in a task of its own, as sockets bring them.
      await pass(0)
    }
    await pass(100)
    expect(goal.data).toBe(200)
    return goal.renders - before
  }

  it('TanStack Query alone: each of them renders', async () => {
    expect(await scenario(alone((queryClient, { count }) => queryClient.setQueryData(key, count)))).toBe(200)
  })

  it('livecache does not: it renders twice at most', async () => {
    expect(await scenario(await withLivecache(({ count }) => patch<number>(key, () => count)))).toBeLessThanOrEqual(2)
  })
})

describe('R: a patch of one row in five thousand', () => {
  /** Rows that count how often their text is read. */
  async function scenario({ queryClient, event }: World) {
    let reads = 0
    const rows = Array.from({ length: 5_000 }, (_, id) => ({
      id,
      name: 'old',
      get text() {
        reads++
        return 'long'
      },
    }))
    queryClient.setQueryData(key, rows)
    const before = queryClient.getQueryData<object[]>(key)!
    reads = 0
    event({ id: 2_500, name: 'new' })
    await pass(20)
    const readInAll = reads
    const after = queryClient.getQueryData<{ name: string }[]>(key)!
    expect(after[2_500]!.name).toBe('new')
    return { reads: readInAll, replaced: after.filter((row, index) => row !== before[index]).length }
  }

  it('TanStack Query alone: after a copy of the list each field of each row is compared, to keep the rows that are equal', async () => {
    const world = alone((queryClient, { id, name }) =>
      queryClient.setQueryData(key, (rows: Goal[]) => {
        const copy = structuredClone(rows)
        copy.find((row) => row.id === id)!.name = name
        return copy
      }),
    )
    const { reads, replaced } = await scenario(world)
    expect(reads).toBeGreaterThanOrEqual(10_000)
    expect(replaced).toBe(1)
  })

  it('livecache does not copy or compare the others', async () => {
    const { reads, replaced } = await scenario(
      await withLivecache(({ id, name }: Goal) => patch<Goal>(key, { name }, { id })),
    )
    expect(reads).toBeLessThanOrEqual(2)
    expect(replaced).toBe(1)
  })
})

describe('ten thousand invalidations in a tick', () => {
  async function scenario({ queryClient, event }: World) {
    const goal = show(queryClient, key, () => 1)
    await pass(100)
    for (let turn = 0; turn < 10_000; turn++) event()
    await pass(5_000)
    return goal.begun.length - 1
  }

  it('TanStack Query alone: each begins a fetch', async () => {
    const world = alone((queryClient) => queryClient.invalidateQueries({ queryKey: key }))
    expect(await scenario(world)).toBe(10_000)
  })

  it('livecache does not: the first begins one at once, all others together one more', async () => {
    expect(await scenario(await withLivecache(() => invalidate(key)))).toBeLessThanOrEqual(2)
  })
})
