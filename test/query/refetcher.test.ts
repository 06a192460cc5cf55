import { QueryClient, QueryObserver } from '@tanstack/react-query'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createRefetcher } from '../../src/query/refetcher.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())
const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms)

/** A query on screen whose fetch takes 60 ms and answers what the server holds when it began. */
function setUp() {
  const queryClient = new QueryClient()
  const server = { value: 0, calls: 0, fails: false }
  const observer = new QueryObserver(queryClient, {
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
  })
  const stop = observer.subscribe(() => {})
  const refetcher = createRefetcher(queryClient)
  const query = queryClient.getQueryCache().find({ queryKey: ['goals'] })!
  /** An event: the server has changed, and says so. */
  const happens = () => {
    server.value++
    refetcher.invalidate(query)
  }
  return { queryClient, server, refetcher, query, happens, stop }
}

describe('an invalidation', () => {
  it('of a query at rest fetches it at once', async () => {
    const { query, server, happens } = setUp()
    await pass(100)
    happens()
    await pass(60)
    expect(query.state.data).toBe(1)
    expect(server.calls).toBe(2)
  })

  it('during the first fetch is not lost', async () => {
    const { query, server, happens } = setUp()
    await pass(30)
    happens()
    await pass(200)
    expect(query.state.data).toBe(1)
    expect(server.calls).toBe(2)
  })

  it('every 30 ms against a fetch of 60 ms lets each fetch finish, and the last begins after the last event', async () => {
    const { query, server, happens } = setUp()
    const results = new Set<unknown>()
    for (let event = 0; event < 30; event++) {
      happens()
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
    await pass(100)
    for (let event = 0; event < 1000; event++) happens()
    await pass(500)
    expect(query.state.data).toBe(1000)
    // The first one begins at once, before the others happened, so one more follows.
    expect(server.calls).toBeLessThanOrEqual(3)
  })

  it('during a fetch that fails leaves the failure to be seen', async () => {
    const { queryClient, query, server, happens } = setUp()
    queryClient.setQueryDefaults(['goals'], { retry: false })
    await pass(100)
    server.fails = true
    happens()
    await pass(30)
    happens()
    await pass(500)
    expect(query.state).toMatchObject({ status: 'error', isInvalidated: true, data: 0 })
    expect(server.calls).toBe(2)
  })

  it('of a query nobody looks at only marks it', async () => {
    const { query, server, happens, stop } = setUp()
    await pass(100)
    stop()
    happens()
    await pass(500)
    expect(server.calls).toBe(1)
    expect(query.state.isInvalidated).toBe(true)
  })

  it('of a query that is removed meanwhile is forgotten', async () => {
    const { queryClient, server, happens } = setUp()
    happens()
    queryClient.removeQueries({ queryKey: ['goals'] })
    await pass(500)
    expect(server.calls).toBe(1)
  })

  it('that waits is still made after the end, so that no old result passes for fresh', async () => {
    const { query, server, happens, refetcher, queryClient } = setUp()
    const listeners = () => (queryClient.getQueryCache() as unknown as { listeners: Set<unknown> }).listeners.size
    happens()
    refetcher.dispose()
    expect(listeners()).toBe(1)
    await pass(500)
    expect(server.calls).toBe(2)
    expect(query.state.data).toBe(1)
    expect(listeners()).toBe(0)
  })

  it('does not undo an optimistic update that cancelled the fetch', async () => {
    const { queryClient, query, happens } = setUp()
    await pass(100)
    void queryClient.refetchQueries()
    await pass(10)
    happens()
    await queryClient.cancelQueries({ queryKey: ['goals'] })
    queryClient.setQueryData(['goals'], 'optimistic')
    await pass(500)
    expect(query.state.data).toBe('optimistic')
  })

  it('leaves disabled queries alone', async () => {
    const queryClient = new QueryClient()
    const queryFn = vi.fn(() => 1)
    const observer = new QueryObserver(queryClient, { queryKey: ['off'], queryFn, enabled: false })
    observer.subscribe(() => {})
    const refetcher = createRefetcher(queryClient)
    refetcher.invalidate(queryClient.getQueryCache().find({ queryKey: ['off'] })!)
    await pass(100)
    expect(queryFn).not.toHaveBeenCalled()
  })
})
