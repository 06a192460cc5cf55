import { IsRestoringProvider, QueryClient, QueryClientProvider, useQuery } from '@tanstack/react-query'
import { act, render, screen } from '@testing-library/react'
import { type ComponentProps, type ReactNode, StrictMode } from 'react'
import { hydrateRoot } from 'react-dom/client'
import { renderToString } from 'react-dom/server'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { RealtimeEvent } from '../../src/protocol/index.ts'
import { createRealtime, patch } from '../../src/query/index.ts'
import { RealtimeProvider, useRealtimeConnection } from '../../src/react/index.ts'
import { createTestServer } from '../../src/testing/index.ts'
import { scriptedTransport } from '../client/scripted-transport.ts'
import { pass, renderApp } from './app.tsx'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

function Status() {
  return <p>{useRealtimeConnection((connection) => connection.status)}</p>
}

function Name() {
  const { data } = useQuery({ queryKey: ['goal'], queryFn: () => 'Ship' })
  return <h1>{data}</h1>
}

type Props = Partial<ComponentProps<typeof RealtimeProvider>>

/** A provider made of options, in StrictMode. */
function renderProvider(props: Props, children: ReactNode = <Status />) {
  const queryClient = new QueryClient()
  const tree = (given: Props) => (
    <StrictMode>
      <QueryClientProvider client={queryClient}>
        <RealtimeProvider {...(given as ComponentProps<typeof RealtimeProvider>)}>{children}</RealtimeProvider>
      </QueryClientProvider>
    </StrictMode>
  )
  const { rerender, unmount } = render(tree(props))
  return { rerender: (next: Props) => rerender(tree(next)), unmount, queryClient }
}

describe('a provider with a client', () => {
  it('opens one socket in StrictMode and shows an event on the screen', async () => {
    const { server } = renderApp(<Name />, {
      rules: { renamed: ({ payload }: RealtimeEvent<{ name: string }>) => patch<string>(['goal'], () => payload.name) },
    })
    await pass(100)
    expect(server.opened).toBe(1)
    expect(screen.getByRole('heading')).toHaveTextContent('Ship')
    server.publish({ type: 'renamed', payload: { name: 'Sail' } })
    await pass(100)
    expect(screen.getByRole('heading')).toHaveTextContent('Sail')
  })

  it('renders once or twice for two hundred events of a burst', async () => {
    let renders = 0
    function Counted() {
      renders++
      return <h1>{useQuery({ queryKey: ['goal'], queryFn: () => 'Ship' }).data}</h1>
    }
    const { server } = renderApp(<Counted />, {
      rules: { renamed: ({ payload }: RealtimeEvent<{ name: string }>) => patch<string>(['goal'], () => payload.name) },
    })
    await pass(100)
    const before = renders
    for (let index = 0; index < 200; index++) server.publish({ type: 'renamed', payload: { name: `v${index}` } })
    await pass(100)
    expect(screen.getByRole('heading')).toHaveTextContent('v199')
    // StrictMode renders everything twice.
    expect(renders - before).toBeLessThanOrEqual(4)
  })

  it('closes the link when it unmounts and leaves nothing running', async () => {
    const { server, unmount } = renderApp(<Status />)
    await pass(100)
    unmount()
    await pass(2_000)
    expect(server.open).toBe(0)
    expect(vi.getTimerCount()).toBe(0)
  })

  it('unmounts while it connects: no error, no retry, nothing left', async () => {
    const transport = scriptedTransport()
    const realtime = createRealtime({ transports: [transport], getToken: () => new Promise(() => {}) })
    const { unmount } = render(
      <QueryClientProvider client={new QueryClient()}>
        <RealtimeProvider client={realtime}>
          <Status />
        </RealtimeProvider>
      </QueryClientProvider>,
    )
    await pass(10)
    unmount()
    await pass(60_000)
    expect(transport.dials).toHaveLength(0)
    expect(vi.getTimerCount()).toBe(0)
  })

  it('keeps its link when it moves to another place in the tree within one task', async () => {
    const server = createTestServer()
    const realtime = createRealtime({ transports: [server.transport] })
    const place = (key: string) => (
      <QueryClientProvider client={new QueryClient()}>
        <RealtimeProvider key={key} client={realtime} />
      </QueryClientProvider>
    )
    const { rerender } = render(place('a'))
    await pass(100)
    rerender(place('b'))
    await pass(100)
    expect(server.opened).toBe(1)
    expect(server.open).toBe(1)
  })
})

describe('a persisted cache', () => {
  it('is restored before anything connects, so that nothing is applied to what is about to be overwritten', async () => {
    const server = createTestServer()
    const realtime = createRealtime({ transports: [server.transport] })
    const queryClient = new QueryClient()
    const tree = (isRestoring: boolean) => (
      <QueryClientProvider client={queryClient}>
        <IsRestoringProvider value={isRestoring}>
          <RealtimeProvider client={realtime} />
        </IsRestoringProvider>
      </QueryClientProvider>
    )
    const { rerender } = render(tree(true))
    await pass(1_000)
    expect(server.opened).toBe(0)
    rerender(tree(false))
    await pass(100)
    expect(server.opened).toBe(1)
  })
})

describe('a provider with options', () => {
  it('connects with what it is given', async () => {
    const server = createTestServer()
    renderProvider({ transports: [server.transport] })
    await pass(100)
    expect(screen.getByText('connected')).toBeInTheDocument()
    expect(server.opened).toBe(1)
  })

  it('does not reconnect for new objects and functions, and always runs the newest rules', async () => {
    const server = createTestServer()
    const props = (round: number): Props => ({
      transports: [server.transport],
      getToken: () => 't',
      rules: { renamed: () => patch<string>(['goal'], () => `round ${round}`) },
      streams: { '*': [['goal']] },
    })
    const { rerender } = renderProvider(props(0), <Name />)
    await pass(100)
    for (let round = 1; round <= 100; round++) rerender(props(round))
    server.publish({ type: 'renamed', payload: {} })
    await pass(100)
    expect(server.opened).toBe(1)
    expect(screen.getByRole('heading')).toHaveTextContent('round 100')
  })

  it('takes up a rule that is added later', async () => {
    const server = createTestServer()
    const { rerender } = renderProvider({ transports: [server.transport] }, <Name />)
    await pass(100)
    rerender({ transports: [server.transport], rules: { renamed: () => patch<string>(['goal'], () => 'Sail') } })
    await pass(100)
    expect(server.opened).toBe(1)
    server.publish({ type: 'renamed', payload: {} })
    await pass(100)
    expect(screen.getByRole('heading')).toHaveTextContent('Sail')
  })

  it('switches once when the address changes, and closes the old link', async () => {
    class FakeSocket extends EventTarget {
      static opened: FakeSocket[] = []
      readyState = 0
      protocol = ''
      url: string
      closed = false
      constructor(url: string) {
        super()
        this.url = url
        FakeSocket.opened.push(this)
      }
      send() {}
      close() {
        this.closed = true
      }
    }
    vi.stubGlobal('WebSocket', FakeSocket)
    const { rerender } = renderProvider({ url: 'wss://one.test/realtime' })
    rerender({ url: 'wss://two.test/realtime' })
    rerender({ url: 'wss://two.test/realtime' })
    await pass(100)
    vi.unstubAllGlobals()
    expect(FakeSocket.opened.map(({ url, closed }) => [url, closed])).toEqual([
      ['wss://one.test/realtime', true],
      ['wss://two.test/realtime', false],
    ])
  })

  it.each([[undefined], [''], ['   '], ['ftp://example.com'], ['wss://']])(
    'refuses the url %j with a word on what to do',
    (url) => {
      const quiet = vi.spyOn(console, 'error').mockImplementation(() => {})
      expect(() => renderProvider({ url } as Props)).toThrow(/wss:\/\//)
      quiet.mockRestore()
    },
  )

  it('opens nothing and asks for no token while it is disabled', async () => {
    const server = createTestServer()
    const getToken = vi.fn(() => 't')
    const { rerender } = renderProvider({ transports: [server.transport], getToken, enabled: false })
    await pass(1_000)
    expect(server.opened).toBe(0)
    expect(getToken).not.toHaveBeenCalled()
    expect(screen.getByText('idle')).toBeInTheDocument()
    rerender({ transports: [server.transport], getToken, enabled: true })
    await pass(100)
    expect(screen.getByText('connected')).toBeInTheDocument()
  })

  it('takes up a getToken that comes later', async () => {
    const tokens: unknown[] = []
    const server = createTestServer({
      verify: (token) => {
        tokens.push(token)
        return { subject: 'ada', streams: ['*'] }
      },
    })
    const { rerender } = renderProvider({ transports: [server.transport] })
    await pass(100)
    rerender({ transports: [server.transport], getToken: () => 'late' })
    await pass(100)
    expect(tokens).toEqual([undefined, 'late'])
    expect(server.open).toBe(1)
  })

  it('signs in anew for another identity', async () => {
    const server = createTestServer()
    const props = (identity: string): Props => ({ transports: [server.transport], identity })
    const { rerender } = renderProvider(props('ada'))
    await pass(100)
    rerender(props('bo'))
    await pass(100)
    expect(server.opened).toBe(2)
    expect(server.open).toBe(1)
  })

  it('ends in unauthorized with a wrong token, without a loop', async () => {
    const server = createTestServer({
      verify: () => {
        throw new Error('no')
      },
    })
    renderProvider({ transports: [server.transport], getToken: () => 'wrong' })
    await pass(600_000)
    expect(screen.getByText('unauthorized')).toBeInTheDocument()
    expect(server.opened).toBe(2)
  })
})

describe('on the server', () => {
  const page = (realtime: ReturnType<typeof createRealtime>) => (
    <QueryClientProvider client={new QueryClient()}>
      <RealtimeProvider client={realtime}>
        <Status />
      </RealtimeProvider>
    </QueryClientProvider>
  )

  it('nothing opens, and hydration matches', async () => {
    const server = createTestServer()
    const realtime = createRealtime({ transports: [server.transport] })
    const html = renderToString(page(realtime))
    await pass(1_000)
    expect(html).toContain('idle')
    expect(server.opened).toBe(0)

    const complaints = vi.spyOn(console, 'error')
    const container = document.createElement('div')
    container.innerHTML = html
    document.body.append(container)
    const root = await act(async () => hydrateRoot(container, page(realtime)))
    await pass(100)
    expect(container).toHaveTextContent('connected')
    expect(complaints).not.toHaveBeenCalled()
    act(() => root.unmount())
    container.remove()
  })
})
