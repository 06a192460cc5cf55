// Through the live cache, which tells the refetcher of fetches, writes and looks.
import {
  focusManager,
  onlineManager,
  type Query,
  QueryClient,
  QueryObserver,
  InfiniteQueryObserver,
} from '@tanstack/react-query'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { systemClock } from '../../src/base/clock.ts'
import { retainLiveCache } from '../../src/query/live-cache.ts'
import type { InvalidateOptions } from '../../src/query/operations.ts'
import { createRefetcher, defaultMinGapMs } from '../../src/query/refetcher.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => {
  focusManager.setFocused(undefined)
  onlineManager.setOnline(true)
  vi.useRealTimers()
})
const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms)
const atOnce: InvalidateOptions = { minGapMs: 0 }

/** A query on screen whose fetch takes 60 ms and answers what the server holds when it began. */
function setUp(observing: object = {}, random = 0.5) {
  const queryClient = new QueryClient()
  const server = { value: 0, calls: 0, fails: false }
  const options = {
    queryKey: ['goals'],
    staleTime: Infinity,
    retry: false,
    queryFn: async () => {
      server.calls++
      const { value } = server
      await new Promise((resolve) => setTimeout(resolve, 60))
      if (server.fails) throw new Error('down')
      return value
    },
    ...observing,
  }
  const [cache, release] = retainLiveCache(queryClient, { ...systemClock, random: () => random })
  const observer = new QueryObserver(queryClient, options)
  const look = () => observer.subscribe(() => {})
  const stop = look()
  const query = queryClient.getQueryCache().find({ queryKey: ['goals'] })!
  /** An event: the server has changed, and says so. */
  const happens = (how: InvalidateOptions = {}) => {
    server.value++
    cache.invalidate(query, how)
  }
  return { queryClient, server, release, query, happens, look, stop }
}

describe('an invalidation', () => {
  it('of a query at rest fetches it at once', async () => {
    const { query, server, happens } = setUp()
    await pass(1_000)
    happens()
    await pass(60)
    expect(query.state.data).toBe(1)
    expect(server.calls).toBe(2)
  })

  it('during the first fetch is not lost', async () => {
    const { query, server, happens } = setUp()
    await pass(30)
    happens()
    await pass(2_000)
    expect(query.state.data).toBe(1)
    expect(server.calls).toBe(2)
  })

  it('every 30 ms against a fetch of 60 ms lets each fetch finish, and the last begins after the last event', async () => {
    const { query, server, happens } = setUp()
    const results = new Set<unknown>()
    for (let event = 0; event < 30; event++) {
      happens(atOnce)
      await pass(30)
      results.add(query.state.data)
    }
    await pass(500)
    expect(query.state.data).toBe(30)
    expect(server.calls).toBeLessThanOrEqual(17)
    expect(results.size).toBeGreaterThan(10)
  })

  it('of a thousand in a tick makes one fetch', async () => {
    const { query, server, happens } = setUp()
    await pass(1_000)
    for (let event = 0; event < 1000; event++) happens()
    await pass(2_000)
    expect(query.state.data).toBe(1000)
    // The first one begins at once, before the others happened, so one more follows.
    expect(server.calls).toBeLessThanOrEqual(3)
  })

  it('during a fetch that fails leaves the failure to be seen', async () => {
    const { query, server, happens } = setUp()
    await pass(1_000)
    server.fails = true
    happens()
    await pass(30)
    happens()
    await pass(5_000)
    expect(query.state).toMatchObject({ status: 'error', isInvalidated: true, data: 0 })
    expect(server.calls).toBe(2)
  })

  it('after a fetch that failed is made', async () => {
    const { query, server, happens } = setUp()
    server.fails = true
    await pass(1_000)
    server.fails = false
    happens()
    await pass(60)
    expect(query.state).toMatchObject({ status: 'success', data: 1 })
  })

  it('of a query that is removed meanwhile is forgotten', async () => {
    const { queryClient, server, happens } = setUp()
    happens()
    queryClient.removeQueries({ queryKey: ['goals'] })
    await pass(5_000)
    expect(server.calls).toBe(1)
  })

  it('does not undo an optimistic update that cancelled the fetch', async () => {
    const { queryClient, query, happens } = setUp()
    await pass(1_000)
    void queryClient.refetchQueries()
    await pass(10)
    happens()
    await queryClient.cancelQueries({ queryKey: ['goals'] })
    queryClient.setQueryData(['goals'], 'optimistic')
    await pass(5_000)
    expect(query.state.data).toBe('optimistic')
  })

  it('leaves disabled and static queries alone', async () => {
    for (const observing of [{ enabled: false }, { staleTime: 'static', initialData: 0 }]) {
      const { server, happens } = setUp(observing)
      await pass(1_000)
      happens()
      await pass(5_000)
      expect(server.calls).toBe(0)
    }
  })

  it('is answered by a fetch that somebody else begins after it', async () => {
    const { queryClient, query, server, happens } = setUp()
    await pass(100)
    happens()
    void queryClient.refetchQueries()
    await pass(5_000)
    expect(query.state.data).toBe(1)
    expect(server.calls).toBe(2)
  })

  it('leaves no timer behind once it is made', async () => {
    const { queryClient, happens, stop } = setUp()
    await pass(100)
    happens()
    await pass(2_000)
    stop()
    queryClient.clear()
    expect(vi.getTimerCount()).toBe(0)
  })
})

describe('the least time between two fetches', () => {
  it('is a second, and the last of a train is made when it is over', async () => {
    const { query, server, happens } = setUp()
    expect(defaultMinGapMs).toBe(1_000)
    await pass(100)
    happens()
    await pass(300)
    happens()
    expect(server.calls).toBe(1)
    expect(query.state.isInvalidated).toBe(true)
    await pass(599)
    expect(server.calls).toBe(1)
    await pass(1)
    expect(server.calls).toBe(2)
    await pass(60)
    expect(query.state).toMatchObject({ data: 2, isInvalidated: false })
    await pass(5_000)
    expect(server.calls).toBe(2)
  })

  it('counts from the beginning of the last fetch, whoever began it', async () => {
    const { queryClient, server, happens } = setUp()
    await pass(5_000)
    void queryClient.refetchQueries()
    await pass(100)
    happens()
    await pass(899)
    expect(server.calls).toBe(2)
    await pass(1)
    expect(server.calls).toBe(3)
  })

  it('lets a train of events fetch once a second', async () => {
    const { query, server, happens } = setUp()
    for (let event = 0; event < 100; event++) {
      happens()
      await pass(100)
    }
    await pass(2_000)
    expect(query.state.data).toBe(100)
    expect(server.calls).toBeGreaterThanOrEqual(10)
    expect(server.calls).toBeLessThanOrEqual(12)
  })

  it('is as long as the event says, and the shortest where several say', async () => {
    const { server, happens } = setUp()
    await pass(100)
    happens({ minGapMs: 5_000 })
    await pass(2_000)
    expect(server.calls).toBe(1)
    happens({ minGapMs: 3_000 })
    await pass(899)
    expect(server.calls).toBe(1)
    await pass(1)
    expect(server.calls).toBe(2)
  })

  it('is not lengthened by a clock that was set back', async () => {
    const { server, happens } = setUp()
    await pass(100)
    vi.setSystemTime(Date.now() - 86_400_000)
    happens()
    await pass(300_000)
    expect(server.calls).toBe(2)
  })
})

describe('a spread', () => {
  it('has the fetch begin by chance within it, so that not all clients fetch in the same instant', async () => {
    for (const [random, beginsAt] of [
      [0, 0],
      [0.25, 500],
      [0.9, 1_800],
    ] as const) {
      const { server, query, happens } = setUp({}, random)
      await pass(2_000)
      happens({ spreadMs: 2_000 })
      expect(query.state.isInvalidated || beginsAt === 0).toBe(true)
      if (beginsAt > 0) await pass(beginsAt - 1)
      expect(server.calls).toBe(beginsAt > 0 ? 1 : 2)
      await pass(1)
      expect(server.calls).toBe(2)
    }
  })

  it('does not hold up who cannot wait', async () => {
    const { server, query, happens } = setUp()
    await pass(2_000)
    happens({ spreadMs: 2_000 })
    await pass(100)
    happens()
    await pass(60)
    expect(query.state.data).toBe(2)
    await pass(5_000)
    expect(server.calls).toBe(2)
  })

  it('is not drawn anew by each event of a train', async () => {
    const { server, happens } = setUp()
    await pass(2_000)
    for (let event = 0; event < 10; event++) {
      happens({ spreadMs: 2_000 })
      await pass(100)
    }
    expect(server.calls).toBe(2)
  })
})

describe('a page that is hidden or offline', () => {
  const states: [string, (isBack: boolean) => void][] = [
    ['hidden', (isBack) => focusManager.setFocused(isBack)],
    ['offline', (isBack) => onlineManager.setOnline(isBack)],
  ]

  it.each(states)('%s keeps what it is asked for, and runs it once on return', async (_state, turn) => {
    const { query, server, happens } = setUp()
    await pass(2_000)
    turn(false)
    for (let event = 0; event < 3; event++) {
      happens()
      await pass(5_000)
    }
    expect(server.calls).toBe(1)
    expect(query.state.isInvalidated).toBe(true)
    turn(true)
    await pass(60)
    expect(query.state.data).toBe(3)
    await pass(5_000)
    expect(server.calls).toBe(2)
  })

  it.each(states)('%s and back fetches once beside what TanStack Query does by itself', async (_state, turn) => {
    const { queryClient, query, server, happens } = setUp()
    queryClient.mount()
    await pass(2_000)
    turn(false)
    happens()
    await pass(2_000)
    turn(true)
    await pass(5_000)
    expect(query.state.data).toBe(1)
    expect(server.calls).toBe(2)
    queryClient.unmount()
  })

  it('that goes while a fetch waits for its time keeps it too', async () => {
    const { query, server, happens } = setUp()
    await pass(100)
    happens()
    focusManager.setFocused(false)
    await pass(5_000)
    expect(server.calls).toBe(1)
    focusManager.setFocused(true)
    await pass(60)
    expect(query.state.data).toBe(1)
  })

  it('fetches offline what says that it needs no network', async () => {
    const { query, happens } = setUp({ networkMode: 'always' })
    await pass(2_000)
    onlineManager.setOnline(false)
    happens()
    await pass(60)
    expect(query.state.data).toBe(1)
  })

  it('whose first fetch is paused loses nothing on return', async () => {
    onlineManager.setOnline(false)
    const { queryClient, query, server, happens } = setUp()
    queryClient.mount()
    await pass(100)
    expect(query.state.fetchStatus).toBe('paused')
    happens()
    await pass(2_000)
    expect(query.state.isInvalidated).toBe(true)
    onlineManager.setOnline(true)
    await pass(5_000)
    expect(query.state.data).toBe(1)
    // One would do: what was paused begins after the event.
    expect(server.calls).toBeLessThanOrEqual(2)
    queryClient.unmount()
  })
})

describe('a query nobody looks at', () => {
  it('is only marked', async () => {
    const { query, server, happens, stop } = setUp()
    await pass(100)
    stop()
    happens()
    await pass(5_000)
    expect(server.calls).toBe(1)
    expect(query.state.isInvalidated).toBe(true)
  })

  it('is fetched as soon as somebody does, even where that alone would not fetch it', async () => {
    const { query, server, happens, look, stop } = setUp({ refetchOnMount: false })
    await pass(100)
    stop()
    happens()
    await pass(5_000)
    look()
    await pass(60)
    expect(query.state.data).toBe(1)
    expect(server.calls).toBe(2)
  })

  it('is fetched once, where both TanStack Query and this would', async () => {
    const { query, server, happens, look, stop } = setUp()
    await pass(100)
    stop()
    happens()
    await pass(5_000)
    look()
    await pass(5_000)
    expect(query.state.data).toBe(1)
    expect(server.calls).toBe(2)
  })

  it('loses nothing by being left while its fetch waits for its time', async () => {
    const { query, server, happens, look, stop } = setUp({ refetchOnMount: false })
    await pass(100)
    happens()
    stop()
    await pass(5_000)
    expect(server.calls).toBe(1)
    look()
    await pass(60)
    expect(query.state.data).toBe(1)
  })
})

describe('data that the app writes', () => {
  it('does not forget what is still to be fetched', async () => {
    const { queryClient, query, server, happens } = setUp()
    await pass(100)
    happens()
    queryClient.setQueryData(['goals'], 'written')
    expect(query.state).toMatchObject({ data: 'written', isInvalidated: true })
    await pass(2_000)
    expect(query.state).toMatchObject({ data: 1, isInvalidated: false })
    expect(server.calls).toBe(2)
  })

  it('does not forget it during a fetch either', async () => {
    const { queryClient, query, server, happens } = setUp()
    await pass(2_000)
    void queryClient.refetchQueries()
    await pass(10)
    happens()
    queryClient.setQueryData(['goals'], 'written')
    await pass(5_000)
    expect(query.state.data).toBe(1)
    expect(server.calls).toBe(3)
  })

  it('does not forget it of a query nobody looks at', async () => {
    const { queryClient, query, happens, stop } = setUp()
    await pass(100)
    stop()
    happens()
    queryClient.setQueryData(['goals'], 'written')
    expect(query.state.isInvalidated).toBe(true)
  })
})

async function setUpPages() {
  const queryClient = new QueryClient()
  const server = { value: 0, pages: [] as number[], fails: false }
  const [cache, release] = retainLiveCache(queryClient, systemClock)
  const observer = new InfiniteQueryObserver(queryClient, {
    queryKey: ['pages'],
    staleTime: Infinity,
    retry: false,
    initialPageParam: 0,
    getNextPageParam: (_page, _pages, last: number) => last + 1,
    queryFn: async ({ pageParam }) => {
      server.pages.push(pageParam)
      const { value, fails } = server
      await new Promise((resolve) => setTimeout(resolve, 60))
      if (fails) throw new Error('down')
      return `${pageParam}:${value}`
    },
  })
  const stop = observer.subscribe(() => {})
  const query = queryClient.getQueryCache().find({ queryKey: ['pages'] }) as Query
  await pass(2_000)
  const happens = () => {
    server.value++
    cache.invalidate(query)
  }
  const pages = () => (query.state.data as { pages: string[] }).pages
  return { observer, server, happens, pages, stop, release }
}

describe('a fetch of one page more', () => {
  it('does not do for the others: all are fetched after it', async () => {
    const { observer, server, happens, pages } = await setUpPages()
    void observer.fetchNextPage()
    await pass(10)
    happens()
    await pass(50)
    expect(pages()).toEqual(['0:0', '1:0'])
    await pass(2_000)
    expect(pages()).toEqual(['0:1', '1:1'])
    expect(server.pages).toEqual([0, 1, 0, 1])
  })

  it('that begins while a fetch waits for its time does not do either', async () => {
    const { observer, happens, pages } = await setUpPages()
    happens()
    await pass(100)
    happens()
    void observer.fetchNextPage()
    await pass(100)
    expect(pages()).toEqual(['0:1', '1:2'])
    await pass(2_000)
    expect(pages()).toEqual(['0:2', '1:2'])
  })
})

describe('a fetch of one page more behind one that came to nothing', () => {
  it('has all fetched after it where it cut that one short', async () => {
    const { observer, happens, pages } = await setUpPages()
    happens()
    await pass(20)
    void observer.fetchNextPage()
    await pass(100)
    expect(pages()).toEqual(['0:0', '1:1'])
    await pass(2_000)
    expect(pages()).toEqual(['0:1', '1:1'])
  })

  it('has them fetched once somebody looks, where nobody did meanwhile', async () => {
    const { observer, happens, pages, stop } = await setUpPages()
    happens()
    await pass(20)
    stop()
    void observer.fetchNextPage()
    await pass(5_000)
    expect(pages()).toEqual(['0:0', '1:1'])
    observer.subscribe(() => {})
    await pass(200)
    expect(pages()).toEqual(['0:1', '1:1'])
  })

  it('has all fetched after it where that one failed', async () => {
    const { observer, server, happens, pages } = await setUpPages()
    server.fails = true
    happens()
    await pass(5_000)
    expect([observer.getCurrentResult().status, server.pages]).toEqual(['error', [0, 0]])
    server.fails = false
    void observer.fetchNextPage()
    await pass(100)
    expect(pages()).toEqual(['0:0', '1:1'])
    await pass(2_000)
    expect(pages()).toEqual(['0:1', '1:1'])
  })
})

describe('the end', () => {
  it('still makes what waits for a running fetch, so that no old result passes for fresh', async () => {
    const { query, server, happens, release, queryClient } = setUp()
    happens()
    release()
    expect(queryClient.getQueryCache().hasListeners()).toBe(true)
    await pass(500)
    expect(server.calls).toBe(2)
    expect(query.state.data).toBe(1)
    expect(queryClient.getQueryCache().hasListeners()).toBe(false)
  })

  it('leaves no timer and no listener behind', async () => {
    const { query, server, happens, release, queryClient } = setUp()
    await pass(100)
    happens()
    release()
    expect(vi.getTimerCount()).toBe(0)
    expect(queryClient.getQueryCache().hasListeners()).toBe(false)
    await pass(5_000)
    expect(server.calls).toBe(1)
    expect(query.state.isInvalidated).toBe(true)
  })
})

describe('a refetcher', () => {
  it('counts what waits for a running fetch', async () => {
    const { query } = setUp()
    const refetcher = createRefetcher(systemClock)
    expect(refetcher.waiting).toBe(0)
    refetcher.invalidate(query)
    expect(refetcher.waiting).toBe(1)
    refetcher.forget(query)
    expect(refetcher.waiting).toBe(0)
    await pass(100)
    refetcher.dispose()
  })

  it('knows what is wanted, until a fetch that began since has answered', async () => {
    const { query, server } = setUp()
    const refetcher = createRefetcher(systemClock)
    await pass(2_000)
    refetcher.invalidate(query)
    refetcher.began(query, false)
    expect([server.calls, refetcher.wants(query)]).toEqual([2, true])
    refetcher.ended(query, 'success')
    expect(refetcher.wants(query)).toBe(false)
    refetcher.dispose()
  })

  it('only marks what is to count as stale', async () => {
    const { query, server } = setUp()
    const refetcher = createRefetcher(systemClock)
    await pass(2_000)
    refetcher.markStale(query)
    expect(query.state.isInvalidated).toBe(true)
    await pass(5_000)
    expect(server.calls).toBe(1)
    refetcher.dispose()
  })
})
