import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { render, screen } from '@testing-library/react'
import { type ReactNode, useState } from 'react'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createRealtime, patch } from '../../src/query/index.ts'
import {
  RealtimeProvider,
  useRealtime,
  useRealtimeClient,
  useRealtimeConnection,
  useRealtimeEvent,
  useShownStatus,
} from '../../src/react/index.ts'
import { createTestServer } from '../../src/testing/index.ts'
import { pass, renderApp } from './app.tsx'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

describe('a hook outside the provider', () => {
  it.each([
    ['useRealtime', () => useRealtime()],
    ['useRealtimeConnection', () => useRealtimeConnection()],
    ['useRealtimeEvent', () => useRealtimeEvent('a', () => {})],
    ['useShownStatus', () => useShownStatus()],
    ['useRealtimeClient', () => useRealtimeClient()],
  ])('says so: %s', (name, useIt) => {
    function Alone() {
      useIt()
      return null
    }
    const quiet = vi.spyOn(console, 'error').mockImplementation(() => {})
    expect(() => render(<Alone />)).toThrow(
      `${name} ran outside <RealtimeProvider>, so it has no client to read. Render the provider above it;`,
    )
    quiet.mockRestore()
  })
})

describe('useRealtimeEvent', () => {
  it('hears each event once and in order, and renders nothing', async () => {
    const heard: unknown[] = []
    let renders = 0
    function Listener() {
      renders++
      useRealtimeEvent('goal.*', (event) => heard.push(event.id))
      return null
    }
    const { server } = renderApp(<Listener />)
    await pass(100)
    const before = renders
    for (const id of ['1', '2', '3']) server.publish({ id, type: 'goal.updated', payload: {} })
    await pass(100)
    expect(heard).toEqual(['1', '2', '3'])
    expect(renders).toBe(before)
  })

  it('calls the handler of the newest render, and does not subscribe again for it', async () => {
    const heard: string[] = []
    let setPrefix = (_prefix: string) => {}
    function Listener() {
      const [prefix, set] = useState('old')
      setPrefix = set
      useRealtimeEvent('a', (event) => heard.push(`${prefix} ${event.id}`), { filters: { minAmount: 0 } })
      return null
    }
    const { server } = renderApp(<Listener />)
    await pass(100)
    server.publish({ id: '1', type: 'a', payload: {} })
    await pass(100)
    for (const prefix of ['newer', 'newest']) {
      setPrefix(prefix)
      await pass(0)
    }
    server.publish({ id: '2', type: 'a', payload: {} })
    await pass(2_000)
    expect(heard).toEqual(['old 1', 'newest 2'])
    expect(server.received.filter(({ type }) => type === 'subscribe')).toHaveLength(1)
    expect(server.received.map(({ type }) => type)).not.toContain('unsubscribe')
  })

  it('follows a change of what it asks for, and leaves when it unmounts', async () => {
    function Listener({ type, enabled = true }: { type: string; enabled?: boolean }) {
      useRealtimeEvent(type, () => {}, { enabled })
      return null
    }
    const { realtime, rerender } = renderApp(<Listener type="a" />)
    const wanted = () => realtime.inspect().subscriptions.map(({ spec: { events } }) => events.join())
    await pass(100)
    expect(wanted()).toEqual(['a'])
    rerender(<Listener type="b" />)
    await pass(2_000)
    expect(wanted()).toEqual(['b'])
    rerender(<Listener type="b" enabled={false} />)
    await pass(2_000)
    expect(wanted()).toEqual([])
    rerender(<Listener type="c" />)
    await pass(2_000)
    rerender(null)
    await pass(2_000)
    expect(wanted()).toEqual([])
  })

  it('runs after the rules have changed the cache', async () => {
    const seen: unknown[] = []
    function Listener() {
      useRealtimeEvent('a', () => seen.push(app.queryClient.getQueryData(['n'])))
      return null
    }
    const app = renderApp(<Listener />, { rules: { a: () => patch<string>(['n'], () => 'new') } })
    app.queryClient.setQueryData(['n'], 'old')
    await pass(100)
    app.server.publish({ type: 'a', payload: {} })
    await pass(100)
    expect(seen).toEqual(['new'])
  })
})

describe('useRealtimeConnection', () => {
  it('renders only when its selection changes', async () => {
    const renders: string[] = []
    function Connected() {
      const isConnected = useRealtimeConnection((connection) => connection.status === 'connected')
      renders.push(String(isConnected))
      return null
    }
    const { server } = renderApp(<Connected />)
    await pass(100)
    server.cut()
    await pass(3_000)
    const changes = renders.filter((value, index) => value !== renders[index - 1])
    expect(changes).toEqual(['false', 'true', 'false', 'true'])
    // Four values, each rendered twice by StrictMode, where the link went through more states than that.
    expect(renders.length).toBeLessThanOrEqual(10)
  })

  it('gives the whole state without a selector, and takes a selector that makes an object', async () => {
    function State() {
      const connection = useRealtimeConnection()
      const { transport } = useRealtimeConnection((given) => ({
        transport: given.name === 'connected' ? given.transport : 'none',
      }))
      return <p>{`${connection.status} by ${transport}`}</p>
    }
    renderApp(<State />)
    await pass(100)
    expect(screen.getByText('connected by memory')).toBeInTheDocument()
  })
})

describe('useRealtime', () => {
  it('renders for the status only where it is read', async () => {
    const renders = { reader: 0, other: 0 }
    function Reader() {
      renders.reader++
      return <p>{useRealtime().status}</p>
    }
    function Other() {
      renders.other++
      useRealtime()
      return null
    }
    const both: ReactNode = (
      <>
        <Reader />
        <Other />
      </>
    )
    renderApp(both)
    const { other } = renders
    await pass(100)
    expect(screen.getByText('connected')).toBeInTheDocument()
    expect(renders.reader).toBeGreaterThan(2)
    expect(renders.other).toBe(other)
  })

  it('answers what is true now where it is first read in a later render', async () => {
    function Late({ show }: { show: boolean }) {
      const realtime = useRealtime()
      return <p>{show ? realtime.status : 'not read'}</p>
    }
    // Without StrictMode, whose second render would hide an old answer.
    const server = createTestServer()
    const realtime = createRealtime({ transports: [server.transport] })
    const tree = (show: boolean) => (
      <QueryClientProvider client={new QueryClient()}>
        <RealtimeProvider client={realtime}>
          <Late show={show} />
        </RealtimeProvider>
      </QueryClientProvider>
    )
    const { rerender } = render(tree(false))
    await pass(100)
    rerender(tree(true))
    expect(screen.getByText('connected')).toBeInTheDocument()
  })

  it('pauses, resumes and reconnects', async () => {
    let realtime!: ReturnType<typeof useRealtime>
    function Controls() {
      realtime = useRealtime()
      return <p>{realtime.status}</p>
    }
    const { server } = renderApp(<Controls />)
    await pass(100)
    realtime.pause()
    await pass(0)
    expect(screen.getByText('closed')).toBeInTheDocument()
    realtime.resume()
    await pass(100)
    expect(screen.getByText('connected')).toBeInTheDocument()
    realtime.reconnect()
    await pass(100)
    expect(server.opened).toBe(3)
    expect(server.open).toBe(1)
  })
})
