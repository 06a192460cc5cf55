// Where the client meets the cache.
import { QueryClient, QueryObserver } from '@tanstack/react-query'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { createRealtime, invalidate } from '../../src/query/index.ts'
import { begin, end, eventOf, pass } from '../client/fixture.ts'
import { scriptedTransport } from '../client/scripted-transport.ts'

beforeEach(begin)
afterEach(end)

it('what is applied while unbinding, during a fetch, is fetched once more', async () => {
  const transport = scriptedTransport()
  const realtime = createRealtime({
    transports: [transport],
    storage: null,
    rules: { 'goal.renamed': () => invalidate(['goals']) },
  })
  const queryClient = new QueryClient()
  let truth = 0
  const observer = new QueryObserver(queryClient, {
    queryKey: ['goals'],
    staleTime: Infinity,
    queryFn: async () => {
      const value = truth
      await new Promise((resolve) => setTimeout(resolve, 500))
      return value
    },
  })
  const unbind = realtime.bindQueryClient(queryClient)
  const release = realtime.hold()
  await pass(0)
  transport.last.welcome({})
  transport.last.settle()
  const off = observer.subscribe(() => {})
  await pass(1_000)
  transport.last.say({ ...eventOf('t', 1), type: 'other' })
  void queryClient.refetchQueries({ queryKey: ['goals'] })
  await pass(1)
  // Handed over at once, so that the next one waits for its flush.
  truth = 1
  transport.last.say(eventOf('t', 2))
  unbind()
  await pass(5_000)
  const query = queryClient.getQueryCache().find({ queryKey: ['goals'] })!
  expect(query.state.data === 1 || query.state.isInvalidated).toBe(true)
  off()
  release()
  realtime.dispose()
  queryClient.clear()
  vi.clearAllTimers()
})
