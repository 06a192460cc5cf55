// Faults of a link's life in React (faults.md): mounted twice, left too early, rendered with ever new options, there in two
// copies, hydrated. On a server without a browser's globals: server.test.tsx.
import { QueryClient, QueryClientProvider, useQuery } from '@tanstack/react-query'
import { act, render, screen } from '@testing-library/react'
import { type ComponentProps, type ComponentType, Fragment, type ReactNode, StrictMode } from 'react'
import { hydrateRoot } from 'react-dom/client'
import { renderToString } from 'react-dom/server'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { RealtimeEvent } from '../../src/protocol/index.ts'
import { createRealtime, patch } from '../../src/query/index.ts'
import { RealtimeProvider, useRealtimeConnection, useRealtimeEvent } from '../../src/react/index.ts'
import { createTestServer } from '../../src/testing/index.ts'
import { RealtimeIndicator } from '../../src/ui/index.ts'
import { scriptedTransport } from '../client/scripted-transport.ts'
import { pass } from './app.tsx'
import { hubSockets } from './hub-socket.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => {
  vi.unstubAllGlobals()
  vi.restoreAllMocks()
  vi.useRealTimers()
})

type Props = ComponentProps<typeof RealtimeProvider>

function Status() {
  return <p>{useRealtimeConnection((connection) => connection.status)}</p>
}

function Listener({ on }: { on: (event: RealtimeEvent) => void }) {
  useRealtimeEvent('goal.*', on)
  return null
}

function app(
  props: Props,
  children: ReactNode,
  queryClient = new QueryClient(),
  Mode: ComponentType<any> = StrictMode,
) {
  return (
    <Mode>
      <QueryClientProvider client={queryClient}>
        <RealtimeProvider {...props}>{children}</RealtimeProvider>
      </QueryClientProvider>
    </Mode>
  )
}

/** Counts the listeners on window and document that were added and not removed, as the platform does: by target, type and function. */
function watchListeners() {
  const live = new Map<string, Set<unknown>>()
  for (const [name, target] of [
    ['window', window],
    ['document', document],
  ] as const) {
    const of = (type: string) => {
      const key = `${name} ${type}`
      const found = live.get(key) ?? new Set()
      live.set(key, found)
      return found
    }
    const add = target.addEventListener.bind(target)
    const remove = target.removeEventListener.bind(target)
    vi.spyOn(target, 'addEventListener').mockImplementation((...given: [string, any]) => {
      of(given[0]).add(given[1])
      add(...given)
    })
    vi.spyOn(target, 'removeEventListener').mockImplementation((...given: [string, any]) => {
      of(given[0]).delete(given[1])
      remove(...given)
    })
  }
  return () => Object.fromEntries([...live].map(([key, listeners]) => [key, listeners.size]).filter(([, size]) => size))
}

describe('F24 a StrictMode that mounts everything twice', () => {
  /** Mounts an app with a listener, counts, unmounts, and counts again. */
  async function live(Mode: ComponentType<any>) {
    const sockets = hubSockets()
    vi.stubGlobal('WebSocket', sockets.WebSocket)
    const url = 'wss://one.test/realtime'
    const heard: unknown[] = []
    const listeners = watchListeners()
    const { unmount } = render(app({ url }, <Listener on={({ id }) => heard.push(id)} />, new QueryClient(), Mode))
    await pass(1_000)
    const mounted = {
      sockets: sockets.opened.map(({ closed, sent }) => ({ closed, said: sent.map(({ type }) => type) })),
      sessions: sockets.hub(url).sessions,
      timers: vi.getTimerCount(),
      listeners: listeners(),
    }
    for (const id of ['1', '2']) sockets.hub(url).publish({ id, type: 'goal.made', stream: 'goal:1', payload: {} })
    await pass(3_000)
    unmount()
    await pass(3_000)
    const left = { open: sockets.opened.filter(({ closed }) => !closed).length, timers: vi.getTimerCount() }
    vi.restoreAllMocks()
    return { mounted, heard, left, listenersLeft: listeners() }
  }

  it('F24 StrictMode holds one socket and one subscription, hears each event once, and leaves nothing behind', async () => {
    const { mounted, heard, left, listenersLeft } = await live(StrictMode)
    expect(mounted.sockets).toEqual([{ closed: false, said: ['auth', 'subscribe', 'resume'] }])
    expect(mounted.sessions).toBe(1)
    expect(heard).toEqual(['1', '2'])
    expect(left).toEqual({ open: 0, timers: 0 })
    const ours = ['visibilitychange', 'focus', 'online', 'offline', 'pagehide', 'pageshow', 'resume']
    const typesIn = (counted: object) => new Set(Object.keys(counted).map((key) => key.split(' ')[1]))
    expect(ours.filter((type) => !typesIn(mounted.listeners).has(type))).toEqual([])
    expect(ours.filter((type) => typesIn(listenersLeft).has(type))).toEqual([])
  })

  it('F24 StrictMode keeps as many sockets, timers and listeners as the same app without it', async () => {
    const strict = await live(StrictMode)
    const plain = await live(Fragment)
    expect(strict.mounted).toEqual(plain.mounted)
  })
})

describe('F25 an app that is unmounted while it connects', () => {
  const rejections: unknown[] = []
  const note = (reason: unknown) => rejections.push(reason)
  beforeEach(() => void process.on('unhandledRejection', note))
  afterEach(() => {
    process.off('unhandledRejection', note)
    rejections.length = 0
  })

  type Stage = (start: ReturnType<typeof begin>) => void
  const stages: [string, Stage, Stage][] = [
    ['its token is asked for, which comes later', () => {}, ({ token }) => token.resolve('late')],
    ['its token is asked for, which fails later', () => {}, ({ token }) => token.reject(new Error('late'))],
    ['its socket opens', ({ token }) => token.resolve('t'), ({ transport }) => transport.last.open()],
    ['its socket is refused', ({ token }) => token.resolve('t'), ({ transport }) => transport.last.close(1006)],
    [
      'it signs in',
      ({ token, transport }) => {
        token.resolve('t')
        setTimeout(() => transport.last.open(), 1)
      },
      ({ transport }) => transport.last.say({ type: 'welcome', connectionId: 'c1' }),
    ],
    [
      'it waits to try again',
      ({ token, transport }) => {
        token.resolve('t')
        setTimeout(() => transport.last.close(1006), 1)
        setTimeout(() => transport.last.close(1006), 2)
      },
      () => {},
    ],
  ]

  function begin() {
    const transport = scriptedTransport()
    const token = {
      promise: new Promise<string>(() => {}),
      resolve: (_token: string) => {},
      reject: (_error: Error) => {},
    }
    token.promise = new Promise((resolve, reject) => Object.assign(token, { resolve, reject }))
    const realtime = createRealtime({ transports: [transport], getToken: () => token.promise, storage: null })
    const states: string[] = []
    realtime.onState(() => states.push(realtime.getState().name))
    const { unmount } = render(app({ client: realtime }, <Status />))
    return { transport, token, realtime, states, unmount }
  }

  it.each(stages)('F25 unmounted while %s: no error, no retry, nothing left', async (_name, before, after) => {
    const complaints = vi.spyOn(console, 'error')
    const begun = begin()
    before(begun)
    await pass(10)
    const dials = begun.transport.dials.length
    expect(begun.realtime.getState().name).not.toBe('connected')
    begun.unmount()
    await pass(10)
    const statesThen = [...begun.states]
    after(begun)
    await pass(120_000)
    expect(begun.transport.dials).toHaveLength(dials)
    expect(begun.transport.dials.every(({ closedByClient }) => closedByClient)).toBe(true)
    expect(begun.states).toEqual(statesThen)
    expect(begun.realtime.getState().name).toBe('closed')
    expect(vi.getTimerCount()).toBe(0)
    expect(complaints).not.toHaveBeenCalled()
    expect(rejections).toEqual([])
  })
})

describe('F26 options that are new at every render', () => {
  function Name() {
    return <h1>{useQuery({ queryKey: ['goal'], queryFn: () => 'Ship' }).data}</h1>
  }

  it('F26 do not reconnect, a hundred times over, and the newest rules run', async () => {
    const server = createTestServer()
    const queryClient = new QueryClient()
    const at = (round: number) =>
      app(
        {
          transports: [server.transport],
          getToken: () => 't',
          rules: { renamed: () => patch<string>(['goal'], () => `round ${round}`) },
          streams: { '*': [['goal']] },
          backoff: { ceilingsMs: [1_000] },
          onError: () => {},
        },
        <Name />,
        queryClient,
      )
    const { rerender } = render(at(0))
    await pass(100)
    for (let round = 1; round <= 100; round++) rerender(at(round))
    server.publish({ type: 'renamed', payload: {} })
    await pass(2_000)
    expect(server.opened).toBe(1)
    expect(server.received.filter(({ type }) => type === 'subscribe')).toHaveLength(1)
    expect(screen.getByRole('heading')).toHaveTextContent('round 100')
  })

  it('F26 and another address: one switch, the old link closed, its positions dropped', async () => {
    const sockets = hubSockets()
    vi.stubGlobal('WebSocket', sockets.WebSocket)
    const queryClient = new QueryClient()
    const heard: unknown[] = []
    const at = (host: string) =>
      app({ url: `wss://${host}.test/realtime` }, <Listener on={({ id }) => heard.push(id)} />, queryClient)
    const publish = (host: string, id: string) =>
      sockets.hub(`wss://${host}.test/realtime`).publish({ id, type: 'goal.made', stream: 'goal:1', payload: {} })
    const { rerender } = render(at('one'))
    await pass(100)
    publish('one', 'a')
    await pass(100)
    for (let round = 0; round < 3; round++) rerender(at('two'))
    await pass(100)
    publish('one', 'b')
    publish('two', 'c')
    await pass(100)
    expect(sockets.opened.map(({ url, closed }) => [url, closed])).toEqual([
      ['wss://one.test/realtime', true],
      ['wss://two.test/realtime', false],
    ])
    expect(sockets.opened[1]!.sent.find(({ type }) => type === 'resume')).toEqual({ type: 'resume', streams: {} })
    expect(heard).toEqual(['a', 'c'])
  })
})

describe('F27 two copies of the package on one page', () => {
  /** A copy with modules of its own, as a second bundle has them. React and TanStack Query are shared. */
  async function copy() {
    vi.resetModules()
    const { createRealtime: create } = await import('../../src/query/index.ts')
    const {
      RealtimeProvider: Provider,
      useRealtimeConnection: useConnection,
      useRealtimeEvent: useEvent,
    } = await import('../../src/react/index.ts')
    const server = createTestServer()
    const realtime = create({ transports: [server.transport] })
    const heard: unknown[] = []
    function Inside() {
      const status = useConnection((connection) => connection.status)
      useEvent('goal.*', ({ id }) => heard.push(id))
      return <p>{status}</p>
    }
    return { server, realtime, heard, Provider, Inside }
  }

  it('F27 each hears its own server, and neither the other one', async () => {
    const [one, two] = [await copy(), await copy()]
    expect(one.Provider).not.toBe(two.Provider)
    const { unmount } = render(
      <StrictMode>
        <QueryClientProvider client={new QueryClient()}>
          <one.Provider client={one.realtime}>
            <two.Provider client={two.realtime}>
              <one.Inside />
              <two.Inside />
            </two.Provider>
          </one.Provider>
        </QueryClientProvider>
      </StrictMode>,
    )
    await pass(1_000)
    one.server.publish({ id: 'one', type: 'goal.made', payload: {} })
    two.server.publish({ id: 'two', type: 'goal.made', payload: {} })
    await pass(100)
    two.server.goDown()
    await pass(10)
    expect([one.heard, two.heard]).toEqual([['one'], ['two']])
    expect(screen.getAllByRole('paragraph').map(({ textContent }) => textContent)).toEqual([
      'connected',
      'reconnecting',
    ])
    expect([one.server.opened, two.server.opened]).toEqual([1, 1])
    unmount()
    await pass(3_000)
    expect(vi.getTimerCount()).toBe(0)
  })

  it('F27 a hook of one copy under the provider of the other says that it has no provider', async () => {
    const [one, two] = [await copy(), await copy()]
    vi.spyOn(console, 'error').mockImplementation(() => {})
    const tree = (
      <QueryClientProvider client={new QueryClient()}>
        <one.Provider client={one.realtime}>
          <two.Inside />
        </one.Provider>
      </QueryClientProvider>
    )
    expect(() => render(tree)).toThrow(expect.objectContaining({ name: 'RealtimeError', code: 'no-provider' }))
    expect(() => render(tree)).toThrow(/useRealtimeConnection ran outside <RealtimeProvider>/)
  })

  it('F27 a client of one copy works under the provider of the other', async () => {
    const [one, two] = [await copy(), await copy()]
    render(
      <QueryClientProvider client={new QueryClient()}>
        <one.Provider client={two.realtime}>
          <one.Inside />
        </one.Provider>
      </QueryClientProvider>,
    )
    await pass(100)
    two.server.publish({ id: 'two', type: 'goal.made', payload: {} })
    await pass(100)
    expect(screen.getByText('connected')).toBeInTheDocument()
    expect(one.heard).toEqual(['two'])
  })
})

describe('F28 a page that was rendered on a server', () => {
  it('F28 hydrates without a word of complaint, and only then opens its socket', async () => {
    const server = createTestServer()
    const realtime = createRealtime({ transports: [server.transport] })
    const page = app(
      { client: realtime },
      <>
        <Status />
        <RealtimeIndicator />
        <Listener on={() => {}} />
      </>,
    )
    const html = renderToString(page)
    await pass(1_000)
    expect(html).toContain('idle')
    expect(server.opened).toBe(0)
    expect(realtime.inspect().subscriptions).toEqual([])

    const complaints = vi.spyOn(console, 'error')
    const container = document.createElement('div')
    container.innerHTML = html
    document.body.append(container)
    const onRecoverableError = vi.fn<(error: unknown) => void>()
    const root = await act(async () => hydrateRoot(container, page, { onRecoverableError }))
    await pass(1_000)
    expect(container).toHaveTextContent('connected')
    expect(server.opened).toBe(1)
    expect(complaints).not.toHaveBeenCalled()
    expect(onRecoverableError).not.toHaveBeenCalled()
    act(() => root.unmount())
    container.remove()
  })
})
