// A persisted cache is restored while events come in: what PersistQueryClientProvider does, by the provider it is made of.
import {
  dehydrate,
  hydrate,
  IsRestoringProvider,
  QueryClient,
  QueryClientProvider,
  useQuery,
} from '@tanstack/react-query'
import { act, render, screen } from '@testing-library/react'
import { StrictMode } from 'react'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { RealtimeEvent } from '../../src/protocol/index.ts'
import { createRealtime, invalidate, patch } from '../../src/query/index.ts'
import { RealtimeProvider, useLiveStatus } from '../../src/react/index.ts'
import { createTestServer } from '../../src/testing/index.ts'
import { pass } from './app.tsx'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

const stream = 'user:ada'

/** An app whose cache is being restored until `restore(data)` is called. */
function renderRestoring() {
  const server = createTestServer({ verify: () => ({ subject: 'ada', streams: [stream] }) })
  const realtime = createRealtime({
    transports: [server.transport],
    rules: {
      added: ({ payload }: RealtimeEvent<{ word: string }>) =>
        patch<string[]>(['words'], (words) => (words.includes(payload.word) ? words : [...words, payload.word]), {
          confirm: false,
        }),
      changed: () => invalidate(['words']),
    },
  })
  const queryClient = new QueryClient({ defaultOptions: { queries: { staleTime: Infinity, retry: false } } })
  const fetches: number[] = []
  const truth = { words: ['fetched'] }
  const shown: string[] = []

  function Words() {
    const { data = [] } = useQuery({
      queryKey: ['words'],
      queryFn: async () => {
        fetches.push(Date.now())
        await new Promise((resolve) => setTimeout(resolve, 60))
        return truth.words
      },
    })
    const text = data.join(' ')
    if (shown.at(-1) !== text) shown.push(text)
    return <h1>{text}</h1>
  }

  function Badge() {
    return <output>{useLiveStatus(['words'])}</output>
  }

  const tree = (isRestoring: boolean) => (
    <StrictMode>
      <QueryClientProvider client={queryClient}>
        <IsRestoringProvider value={isRestoring}>
          <RealtimeProvider client={realtime}>
            <Words />
            <Badge />
          </RealtimeProvider>
        </IsRestoringProvider>
      </QueryClientProvider>
    </StrictMode>
  )
  const { rerender, unmount } = render(tree(true))
  return {
    server,
    realtime,
    queryClient,
    fetches,
    truth,
    shown,
    unmount,
    publish: (type: string, payload: unknown = {}) => server.publish({ type, payload, stream }),
    restore(words: string[]) {
      const elsewhere = new QueryClient()
      elsewhere.setQueryData(['words'], words)
      // As the persister does it: the data comes, then everybody may go on.
      act(() => hydrate(queryClient, dehydrate(elsewhere)))
      elsewhere.clear()
      rerender(tree(false))
    },
  }
}

describe('while a persisted cache is being restored', () => {
  it('the link is opened, and nothing is fetched or changed', async () => {
    const { server, publish, fetches, queryClient } = renderRestoring()
    await pass(3_000)
    publish('added', { word: 'a' })
    publish('changed')
    await pass(3_000)
    expect(server.open).toBe(1)
    expect(fetches).toEqual([])
    expect(queryClient.getQueryData(['words'])).toBeUndefined()
  })

  it('what came in between is done to what was restored, in order, and shown', async () => {
    const { publish, restore, shown } = renderRestoring()
    await pass(3_000)
    for (const word of ['a', 'b', 'c']) publish('added', { word })
    await pass(100)
    restore(['stored'])
    await pass(0)
    expect(screen.getByRole('heading')).toHaveTextContent('stored a b c')
    expect(shown.filter((text) => text !== '' && text !== 'stored')).toEqual(['stored a b c'])
  })

  it('what was restored is fetched again once, since nobody knows what happened before', async () => {
    const { restore, fetches } = renderRestoring()
    await pass(3_000)
    restore(['stored'])
    expect(screen.getByRole('heading')).toHaveTextContent('stored')
    await pass(30_000)
    expect(screen.getByRole('heading')).toHaveTextContent('fetched')
    expect(fetches).toHaveLength(1)
    expect(screen.getByRole('status')).toHaveTextContent('live')
  })

  it('what happens afterwards is done at once', async () => {
    const { restore, publish } = renderRestoring()
    await pass(3_000)
    restore(['stored'])
    await pass(5_000)
    publish('added', { word: 'a' })
    await pass(50)
    expect(screen.getByRole('heading')).toHaveTextContent('fetched a')
  })

  it('an app that unmounts leaves nothing behind', async () => {
    const { server, publish, unmount, queryClient } = renderRestoring()
    await pass(3_000)
    publish('added', { word: 'a' })
    await pass(100)
    unmount()
    queryClient.clear()
    await pass(40_000)
    expect(server.open).toBe(0)
    expect(vi.getTimerCount()).toBe(0)
  })
})
