// The provider. Faults of its life (StrictMode, unmounting early, ever new options, two copies, hydration): faults.test.tsx.
import { IsRestoringProvider, QueryClient, QueryClientProvider, useQuery } from '@tanstack/react-query'
import { render, screen } from '@testing-library/react'
import { type ComponentProps, type ReactNode, StrictMode, useContext, useEffect } from 'react'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { RealtimeEvent } from '../../src/protocol/index.ts'
import { createRealtime, patch } from '../../src/query/index.ts'
import { RealtimeContext } from '../../src/react/context.ts'
import { RealtimeProvider, useRealtimeConnection } from '../../src/react/index.ts'
import { createTestServer } from '../../src/testing/index.ts'
import { pass, renderApp } from './app.tsx'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

function Status() {
  return <p>{useRealtimeConnection((connection) => connection.status)}</p>
}

/** What the API says: it is fetched too, within two seconds of an event by chance. */
let saved = 'Ship'
beforeEach(() => void (saved = 'Ship'))

function Name() {
  const { data } = useQuery({ queryKey: ['goal'], queryFn: () => saved })
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
    saved = 'Sail'
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
  it('is not touched while it is being restored; what came in between is done to it afterwards', async () => {
    const server = createTestServer()
    const realtime = createRealtime({
      transports: [server.transport],
      rules: { renamed: ({ payload }) => patch<{ name: string }>(['goal'], { name: String(payload) }) },
    })
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
    expect(server.opened).toBe(1)
    server.publish({ type: 'renamed', payload: 'Sail' })
    await pass(100)
    queryClient.setQueryData(['goal'], { name: 'Ship' })
    await pass(100)
    expect(queryClient.getQueryData(['goal'])).toEqual({ name: 'Ship' })
    rerender(tree(false))
    await pass(100)
    expect(queryClient.getQueryData(['goal'])).toEqual({ name: 'Sail' })
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

  it('takes up a rule that is added later', async () => {
    const server = createTestServer()
    const { rerender } = renderProvider({ transports: [server.transport] }, <Name />)
    await pass(100)
    rerender({ transports: [server.transport], rules: { renamed: () => patch<string>(['goal'], () => 'Sail') } })
    await pass(100)
    expect(server.opened).toBe(1)
    saved = 'Sail'
    server.publish({ type: 'renamed', payload: {} })
    await pass(100)
    expect(screen.getByRole('heading')).toHaveTextContent('Sail')
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

  it('tells what it does to the newest onDiagnostic', async () => {
    const server = createTestServer()
    const told: string[] = []
    const { rerender } = renderProvider({ transports: [server.transport], onDiagnostic: () => told.push('old') })
    await pass(100)
    rerender({ transports: [server.transport], onDiagnostic: () => told.push('new') })
    told.length = 0
    server.cut()
    await pass(100)
    expect(new Set(told)).toEqual(new Set(['new']))
  })

  it('reads streams and fallbackMs once, so that what it says of polling is what it does', async () => {
    const server = createTestServer()
    let fetches = 0
    let saidMs: number | null | undefined
    function Polled() {
      const client = useContext(RealtimeContext)
      useQuery({ queryKey: ['goal'], queryFn: () => ++fetches, meta: { realtime: { streams: ['t'] } } })
      useEffect(() => void (saidMs = client?.polledEveryMs()))
      return null
    }
    const given = (fallbackMs: number) => ({ transports: [server.transport], enabled: false, fallbackMs })
    const { rerender } = renderProvider(given(30_000), <Polled />)
    await pass(100)
    rerender(given(1_000))
    fetches = 0
    await pass(60_000)
    expect({ saidMs, fetches }).toEqual({ saidMs: 30_000, fetches: 2 })
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
