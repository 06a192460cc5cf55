// Events to a real QueryClient, through a real hub.
import { type InfiniteData, notifyManager, QueryClient, QueryObserver } from '@tanstack/react-query'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { RealtimeError } from '../../src/client/index.ts'
import type { RealtimeEvent } from '../../src/protocol/index.ts'
import { createRealtime, invalidate, patch, type RealtimeOptions, remove, upsert } from '../../src/query/index.ts'
import { createTestServer, type TestServerOptions } from '../../src/testing/index.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())
const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms)

interface Goal {
  id: number
  name: string
  done?: boolean
}

async function setUp(options: Omit<RealtimeOptions, 'transports'>, serverOptions: TestServerOptions = {}) {
  const server = createTestServer(serverOptions)
  const errors: RealtimeError[] = []
  const realtime = createRealtime({
    transports: [server.transport],
    onError: (error) => errors.push(error),
    ...options,
  })
  const queryClient = new QueryClient()
  const unbind = realtime.bindQueryClient(queryClient)
  realtime.hold()
  await pass(0)
  const publish = async (type: string, payload: unknown = {}) => {
    server.publish({ type, payload })
    await pass(20)
  }
  return { server, realtime, queryClient, unbind, publish, errors }
}

/** Puts a query on screen; its fetch takes 60 ms. */
function show(queryClient: QueryClient, queryKey: unknown[], read: () => unknown) {
  const fetches = { count: 0 }
  const observer = new QueryObserver(queryClient, {
    queryKey,
    staleTime: Infinity,
    retry: false,
    queryFn: async () => {
      fetches.count++
      const value = read()
      await new Promise((resolve) => setTimeout(resolve, 60))
      if (value instanceof Error) throw value
      return value
    },
  })
  // As React's useQuery does it.
  observer.subscribe(notifyManager.batchCalls(() => {}))
  return { fetches }
}

describe('a patch', () => {
  it('changes the data of the query', async () => {
    const { queryClient, publish } = await setUp({
      rules: {
        'goal.renamed': ({ payload }: RealtimeEvent<Goal>) => patch<Goal>(['goal', payload.id], { name: payload.name }),
      },
    })
    queryClient.setQueryData(['goal', 1], { id: 1, name: 'Ship' })
    await publish('goal.renamed', { id: 1, name: 'Sail' })
    expect(queryClient.getQueryData(['goal', 1])).toEqual({ id: 1, name: 'Sail' })
  })

  it('changes one entity of every list that holds it, and no other', async () => {
    const { queryClient, publish } = await setUp({
      rules: {
        'goal.renamed': ({ payload }: RealtimeEvent<Goal>) =>
          patch<Goal>(['goals'], { name: payload.name }, { id: payload.id }),
      },
    })
    const other = { id: 2, name: 'Other' }
    queryClient.setQueryData(['goals', 'open'], [{ id: 1, name: 'Ship' }, other])
    queryClient.setQueryData(['goals', 'mine'], { items: [other] })
    const mine = queryClient.getQueryData(['goals', 'mine'])
    await publish('goal.renamed', { id: 1, name: 'Sail' })
    expect(queryClient.getQueryData<Goal[]>(['goals', 'open'])).toEqual([{ id: 1, name: 'Sail' }, other])
    expect(queryClient.getQueryData<Goal[]>(['goals', 'open'])![1]).toBe(other)
    expect(queryClient.getQueryData(['goals', 'mine'])).toBe(mine)
  })

  it('finds a query that hashes its key in its own way', async () => {
    const { queryClient, publish } = await setUp({ rules: { a: () => patch<Goal>(['goal'], { name: 'Sail' }) } })
    const observer = new QueryObserver(queryClient, {
      queryKey: ['goal'],
      queryKeyHashFn: (key) => `mine ${JSON.stringify(key)}`,
      queryFn: () => ({ id: 1, name: 'Ship' }),
    })
    observer.subscribe(() => {})
    await pass(0)
    await publish('a')
    expect(observer.getCurrentResult().data).toEqual({ id: 1, name: 'Sail' })
    expect(queryClient.getQueryCache().getAll()).toHaveLength(1)
  })

  it('does not make old data look fresh, and keeps an invalidation', async () => {
    const { queryClient, publish } = await setUp({ rules: { a: () => patch<Goal>(['goal'], { name: 'Sail' }) } })
    queryClient.setQueryData(['goal'], { id: 1, name: 'Ship' }, { updatedAt: 1000 })
    await queryClient.invalidateQueries({ queryKey: ['goal'], refetchType: 'none' })
    await publish('a')
    expect(queryClient.getQueryState(['goal'])).toMatchObject({
      data: { name: 'Sail' },
      dataUpdatedAt: 1000,
      isInvalidated: true,
    })
  })

  it('completes nothing that never loaded, and leaves a failure on screen where it is', async () => {
    const { queryClient, publish } = await setUp({ rules: { a: () => patch<Goal>(['goal'], { name: 'Sail' }) } })
    await publish('a')
    expect(queryClient.getQueryData(['goal'])).toBeUndefined()
    const { fetches } = show(queryClient, ['goal'], () => new Error('down'))
    // An event every 20 ms, during the fetch and long after.
    for (let event = 0; event < 20; event++) await publish('a')
    expect(queryClient.getQueryState(['goal'])).toMatchObject({ data: undefined, status: 'error', isInvalidated: true })
    expect(fetches.count).toBe(1)
  })

  it('does not pass over a query whose last fetch failed: it is fetched again', async () => {
    let answer: unknown = { name: 'Ship' }
    const { queryClient, publish } = await setUp({ rules: { a: () => patch<Goal>(['goal'], { name: 'Sail' }) } })
    show(queryClient, ['goal'], () => answer)
    await pass(100)
    answer = new Error('down')
    void queryClient.refetchQueries({ queryKey: ['goal'] })
    await pass(100)
    expect(queryClient.getQueryState(['goal'])).toMatchObject({ status: 'error', data: { name: 'Ship' } })
    answer = { name: 'Sail' }
    await publish('a')
    await pass(3_000)
    expect(queryClient.getQueryState(['goal'])).toMatchObject({ status: 'success', data: { name: 'Sail' } })
  })

  it('made while a fetch runs is made again to the older answer, and confirmed by one fetch once it is quiet', async () => {
    const truth = { name: 'Ship' }
    const { queryClient, publish } = await setUp({
      rules: { a: ({ payload }: RealtimeEvent<Goal>) => patch<Goal>(['goal'], payload) },
    })
    const { fetches } = show(queryClient, ['goal'], () => ({ ...truth }))
    await pass(100)
    void queryClient.refetchQueries({ queryKey: ['goal'] })
    await pass(10)
    truth.name = 'Sail'
    await publish('a', { name: 'Sail' })
    expect(queryClient.getQueryData(['goal'])).toEqual({ name: 'Sail' })
    await pass(500)
    expect(queryClient.getQueryData(['goal'])).toEqual({ name: 'Sail' })
    expect(fetches.count).toBe(2)
    await pass(5_000)
    expect(fetches.count).toBe(3)
  })

  it('whose updater throws is reported, fetches the query again, and stops nothing', async () => {
    const { queryClient, publish, errors } = await setUp({
      rules: {
        'goal.*': () => [patch<Goal>(['goal'], { name: 'x' }), patch<Goal>(['other'], { name: 'still' })],
        'goal.renamed': () => patch<Goal>(['third'], { name: 'too' }),
      },
    })
    queryClient.setQueryData(['goal'], [1, 2])
    queryClient.setQueryData(['third'], { name: '' })
    await publish('goal.renamed')
    expect(errors).toMatchObject([
      { code: 'handler-threw', message: expect.stringContaining('The rule "goal.*" failed on event') },
    ])
    expect(queryClient.getQueryState(['goal'])?.isInvalidated).toBe(true)
    expect(queryClient.getQueryData(['third'])).toEqual({ name: 'too' })
  })
})

describe('a rule that answers no operation', () => {
  it.each([
    ['a query key', () => ['goals']],
    ['a text', () => 'goals'],
    ['filters', () => ({ queryKey: ['goals'] })],
    ['a promise', () => Promise.resolve()],
    ['an operation aimed at nothing', () => invalidate(undefined as never)],
  ])('but %s is named, and what other rules do is done and stays', async (_, rule) => {
    const truth = { name: 'Ship' }
    const { queryClient, publish, errors } = await setUp({
      rules: { 'goal.*': rule as never, 'goal.renamed': () => patch<Goal>(['goal'], { name: 'Sail' }) },
    })
    show(queryClient, ['goal'], () => ({ ...truth }))
    await pass(100)
    void queryClient.refetchQueries({ queryKey: ['goal'] })
    await pass(10)
    await publish('goal.renamed')
    const message = expect.stringContaining('The rule "goal.*" failed on event')
    expect(errors).toMatchObject([{ code: 'handler-threw', message, cause: { code: 'invalid-operation' } }])
    expect(queryClient.getQueryData(['goal'])).toEqual({ name: 'Sail' })
    await pass(200) // the fetch that was running ends with what is older
    expect(queryClient.getQueryData(['goal'])).toEqual({ name: 'Sail' })
    expect(errors).toHaveLength(1)
  })
})

describe('an upsert', () => {
  const rules = {
    'goal.saved': ({ payload }: RealtimeEvent<Goal>) =>
      upsert(['goals'], payload, { where: (goal, key) => key[1] === (goal.done ? 'done' : 'open') }),
  }

  it('replaces what is there, adds where it belongs, and takes away where it does no more', async () => {
    const { queryClient, publish } = await setUp({ rules })
    queryClient.setQueryData(['goals', 'open'], [{ id: 1, name: 'Ship' }])
    queryClient.setQueryData(['goals', 'done'], [])
    await publish('goal.saved', { id: 1, name: 'Sail' })
    await publish('goal.saved', { id: 2, name: 'Dock' })
    expect(queryClient.getQueryData(['goals', 'open'])).toEqual([
      { id: 1, name: 'Sail' },
      { id: 2, name: 'Dock' },
    ])
    await publish('goal.saved', { id: 1, name: 'Sail', done: true })
    expect(queryClient.getQueryData(['goals', 'open'])).toEqual([{ id: 2, name: 'Dock' }])
    expect(queryClient.getQueryData(['goals', 'done'])).toEqual([{ id: 1, name: 'Sail', done: true }])
  })

  it('fetches a list again where nothing says whether the entity belongs to it', async () => {
    const { queryClient, publish } = await setUp({ rules: { a: () => upsert(['goals'], { id: 9 }) } })
    queryClient.setQueryData(['goals'], [{ id: 1 }])
    await publish('a')
    expect(queryClient.getQueryState(['goals'])).toMatchObject({ data: [{ id: 1 }], isInvalidated: true })
  })

  it('adds at the start where it is told to, and never twice', async () => {
    const { queryClient, publish } = await setUp({
      rules: { a: () => upsert(['goals'], { id: 9 }, { where: () => true, at: 'start' }) },
    })
    queryClient.setQueryData<InfiniteData<unknown>>(['goals'], {
      pages: [[{ id: 1 }], [{ id: 2 }]],
      pageParams: [0, 1],
    })
    await publish('a')
    await publish('a')
    expect(queryClient.getQueryData(['goals'])).toEqual({
      pages: [[{ id: 9 }, { id: 1 }], [{ id: 2 }]],
      pageParams: [0, 1],
    })
  })

  it('aimed at what is no list fetches it again', async () => {
    const { queryClient, publish } = await setUp({
      rules: { a: () => upsert(['goals'], { id: 9 }, { where: () => true }) },
    })
    queryClient.setQueryData(['goals'], { total: 3 })
    await publish('a')
    expect(queryClient.getQueryState(['goals'])).toMatchObject({ data: { total: 3 }, isInvalidated: true })
  })
})

describe('a removal', () => {
  it('takes the entity out of the lists', async () => {
    const { queryClient, publish } = await setUp({
      rules: { 'goal.removed': ({ payload }: RealtimeEvent<Goal>) => remove(['goals'], payload.id) },
    })
    queryClient.setQueryData(['goals'], [{ id: 1 }, { id: 2 }])
    await publish('goal.removed', { id: 1 })
    expect(queryClient.getQueryData(['goals'])).toEqual([{ id: 2 }])
  })
})

describe('a flush of many events', () => {
  afterEach(() => notifyManager.setScheduler((callback) => setTimeout(callback, 0)))

  it('notifies whoever watches once', async () => {
    const { queryClient, server } = await setUp({
      rules: { a: ({ payload }: RealtimeEvent<string>) => patch<Goal>(['goal'], { name: payload }) },
    })
    show(queryClient, ['goal'], () => ({ id: 1, name: '' }))
    await pass(100)
    let notifications = 0
    notifyManager.setScheduler((callback) => {
      notifications++
      setTimeout(callback, 0)
    })
    for (let index = 0; index < 200; index++) server.publish({ type: 'a', payload: `v${index}` })
    await pass(100)
    expect(queryClient.getQueryData(['goal'])).toEqual({ id: 1, name: 'v199' })
    // The first event goes at once, what follows within the frame together.
    expect(notifications).toBe(2)
  })
})

describe('what may have been missed', () => {
  it('is fetched again, and only that', async () => {
    const { queryClient, server } = await setUp(
      { rules: { a: () => invalidate(['goals']) }, streams: { test: [['goals']], 'user:*': [['me']] } },
      { maxPerStream: 2 },
    )
    const goals = show(queryClient, ['goals'], () => 1)
    const me = show(queryClient, ['me'], () => 1)
    server.publish({ type: 'a', payload: {} })
    await pass(5_000)
    const before = goals.fetches.count
    server.goDown()
    for (let event = 0; event < 3; event++) server.publish({ type: 'a', payload: {} })
    server.comeBack()
    await pass(5_000)
    expect(goals.fetches.count).toBe(before + 1)
    expect(me.fetches.count).toBe(1)
  })

  it('includes what the rules did not hear while others already listened', async () => {
    let truth = 0
    const server = createTestServer()
    const realtime = createRealtime({
      transports: [server.transport],
      rules: { 'goal.*': () => invalidate(['goals']) },
    })
    const queryClient = new QueryClient()
    const { fetches } = show(queryClient, ['goals'], () => truth)
    realtime.on('chat.*', () => {})
    realtime.hold()
    await pass(100)
    server.publish({ type: 'chat.said', payload: {} })
    truth = 1
    server.publish({ type: 'goal.changed', payload: {} })
    await pass(100)
    realtime.bindQueryClient(queryClient)
    await pass(3_000)
    expect(queryClient.getQueryData(['goals'])).toBe(1)
    expect(fetches.count).toBe(2)
  })

  it('includes an event that waited for its flush when the binding ended', async () => {
    const { queryClient, server, unbind } = await setUp({
      rules: { a: ({ payload }: RealtimeEvent<Goal>) => patch<Goal>(['goal'], payload) },
    })
    queryClient.setQueryData(['goal'], { id: 1, name: 'Ship' })
    server.publish({ type: 'a', payload: { name: 'first' } })
    server.publish({ type: 'a', payload: { name: 'second' } })
    await pass(0)
    unbind()
    expect(queryClient.getQueryData(['goal'])).toEqual({ id: 1, name: 'second' })
  })
})

describe('a link that is back', () => {
  it('tries again what failed meanwhile and is on screen, also where the stream lost nothing', async () => {
    let answer: unknown = 'Ship'
    const { queryClient, server, realtime } = await setUp({ rules: { a: () => invalidate(['goal']) } })
    server.publish({ type: 'a', payload: {} })
    await pass(20)
    const { fetches } = show(queryClient, ['goal'], () => answer)
    await pass(100)
    server.goDown()
    answer = new Error('down')
    void queryClient.refetchQueries({ queryKey: ['goal'] })
    await pass(200)
    answer = 'Sail'
    server.comeBack()
    await pass(20_000)
    expect(queryClient.getQueryState(['goal'])).toMatchObject({ status: 'success', data: 'Sail' })
    expect(fetches.count).toBe(3)
    expect(realtime.inspect().counters.lost).toBe(0)
  })
})

describe('a binding that was undone', () => {
  it('changes nothing any more', async () => {
    const { queryClient, publish, unbind } = await setUp({
      rules: { a: () => patch<Goal>(['goal'], { name: 'Sail' }) },
    })
    queryClient.setQueryData(['goal'], { id: 1, name: 'Ship' })
    unbind()
    await publish('a')
    expect(queryClient.getQueryData(['goal'])).toEqual({ id: 1, name: 'Ship' })
  })
})
