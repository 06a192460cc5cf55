// What a first run gets wrong around the provider, and what is said of it: once, with what to do. The link's own are in
// test/errors/first-run.test.ts.
import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { render } from '@testing-library/react'
import { type ComponentProps, type ReactNode, StrictMode } from 'react'
import { afterEach, beforeEach, describe, expect, it, type MockInstance, vi } from 'vitest'
import { payload } from '../../src/protocol/index.ts'
import { systemClock } from '../../src/client/index.ts'
import { createRealtime } from '../../src/query/index.ts'
import { RealtimeProvider, useRealtime } from '../../src/react/index.ts'
import { createTestServer } from '../../src/testing/index.ts'
import { scriptedTransport } from '../client/scripted-transport.ts'
import { pass } from './app.tsx'

type Props = ComponentProps<typeof RealtimeProvider>

let warn: MockInstance<typeof console.warn>
const told = () => warn.mock.calls.map(([text]) => String(text))

beforeEach(() => {
  vi.useFakeTimers()
  vi.stubEnv('NODE_ENV', 'development')
  warn = vi.spyOn(console, 'warn').mockReturnValue(undefined)
})
afterEach(() => {
  vi.unstubAllEnvs()
  vi.unstubAllGlobals()
  vi.restoreAllMocks()
  vi.useRealTimers()
})

const tree = (children: ReactNode, queryClient = new QueryClient()) => (
  <StrictMode>
    <QueryClientProvider client={queryClient}>{children}</QueryClientProvider>
  </StrictMode>
)
const newClient = () => createRealtime({ transports: [createTestServer().transport] })

/** What rendering it throws, React's own report of it left out. */
function thrownBy(children: ReactNode): unknown {
  vi.spyOn(console, 'error').mockReturnValue(undefined)
  try {
    render(children)
  } catch (error) {
    return error
  }
  throw new Error('nothing was thrown')
}

describe('an app', () => {
  it('without a provider is told which hook misses it, and where to put it', () => {
    const Screen = () => <p>{useRealtime().status}</p>
    expect(thrownBy(tree(<Screen />))).toMatchObject({
      code: 'no-provider',
      message: expect.stringMatching(/^useRealtime ran outside <RealtimeProvider>.*Render the provider above it/),
    })
  })

  it('without a QueryClient is told what to render above the provider, and of copies', () => {
    expect(thrownBy(<RealtimeProvider client={newClient()} />)).toMatchObject({
      code: 'no-query-client',
      message: expect.stringMatching(/outside <QueryClientProvider>.*Render that above.*two copies of @tanstack/),
    })
  })

  it('without a url is told to pass one, as where a variable of the environment is not set', () => {
    const props = { url: undefined } as unknown as Props
    expect(thrownBy(tree(<RealtimeProvider {...props} />))).toMatchObject({
      code: 'invalid-url',
      message: expect.stringMatching(/^The url is undefined, so there is no server.*Pass the address/),
    })
  })

  it('on an encrypted page is told that ws:// will not do', () => {
    vi.stubGlobal('location', new URL('https://app.example.com/'))
    expect(thrownBy(tree(<RealtimeProvider url="ws://api.example.com" />))).toMatchObject({
      code: 'invalid-url',
      message: expect.stringMatching(/is not encrypted and the page is.*Use wss:\/\/ instead/),
    })
  })

  it('with two providers for one server is told to have one', async () => {
    const provider = (name: string) => {
      const transport = Object.assign(scriptedTransport(), { address: 'wss://two.example.com' })
      return <RealtimeProvider key={name} transports={[transport]} />
    }
    render(tree(<>{['a', 'b'].map(provider)}</>))
    await pass(100)
    expect(told()).toEqual([
      expect.stringMatching(
        /two clients are connected to wss:\/\/two\.example\.com at once.*Let one <RealtimeProvider>/,
      ),
    ])
  })
})

describe('a client', () => {
  async function renderTimes(times: number, next: () => Props, gapMs = 100, queryClient?: () => QueryClient) {
    const fixed = new QueryClient()
    const page = () => tree(<RealtimeProvider {...next()} />, queryClient?.() ?? fixed)
    const { rerender } = render(page())
    for (let time = 1; time < times; time++) {
      await pass(gapMs)
      rerender(page())
    }
    await pass(gapMs)
  }

  it('that is made anew with each render is told of once', async () => {
    const makeAnew = () => ({ client: newClient() })
    await renderTimes(2, makeAnew)
    expect(told()).toEqual([])
    await renderTimes(6, makeAnew)
    expect(told()).toEqual([
      expect.stringMatching(/another client with each.*Create it once, outside of any component/),
    ])
  })

  it('whose options are made anew is well: they are compared by value, or always the newest', async () => {
    const server = createTestServer()
    await renderTimes(6, () => ({
      transports: [server.transport],
      rules: { renamed: () => undefined },
      streams: {},
      getToken: () => 't',
      onError: () => {},
    }))
    expect(told()).toEqual([])
    expect(server.opened).toBe(1)
  })

  it('that is changed now and then is well', async () => {
    await renderTimes(4, () => ({ client: newClient() }), 6_000)
    expect(told()).toEqual([])
  })

  it('is not blamed where it is the QueryClient that is made anew', async () => {
    const client = newClient()
    await renderTimes(
      4,
      () => ({ client }),
      100,
      () => new QueryClient(),
    )
    expect(told()).toEqual([expect.stringMatching(/another QueryClient with each.*new QueryClient\(\)/)])
  })

  it('that is made anew is told of in development alone', async () => {
    vi.stubEnv('NODE_ENV', 'production')
    let url = 0
    const transports = [scriptedTransport()]
    await renderTimes(6, () => ({ url: `wss://n${url++}.example.com`, transports }))
    expect(told()).toEqual([])
  })
})

describe('an option of the provider that is read once', () => {
  /** Renders with each of these in turn, in the same place. */
  async function renderAll(...turns: Partial<Props>[]) {
    const queryClient = new QueryClient()
    const transports = [scriptedTransport()]
    const page = (props: Partial<Props>) =>
      tree(<RealtimeProvider {...({ transports, ...props } as Props)} />, queryClient)
    const { rerender } = render(page(turns[0]!))
    for (const props of turns.slice(1)) {
      await pass(100)
      rerender(page(props))
    }
    await pass(100)
  }
  const at = (address: string) => [Object.assign(scriptedTransport(), { address })]

  // The quiet ones first: a text is told once in the life of a page, and all of this file is one.
  it('is well where it says the same, though it is made anew with each render', async () => {
    let times = 0
    const made = (): Partial<Props> => ({
      transports: at('wss://c.example.com'),
      events: { renamed: payload<string>() },
      exempt: ['payload.labels'],
      backoff: { ceilingsMs: [100, 200] },
      streams: { 'goal:*': [['goals'], { queryKey: ['issues'], predicate: () => true }] },
      fallbackMs: 1_000,
      onDiagnostic: () => {},
      onError: () => {},
      onRevoked: () => {},
      getToken: () => 't',
      page: Object.assign({ isHidden: () => false, isOffline: () => false, listen: () => () => {} }, { made: times++ }),
      clock: Object.assign({ ...systemClock }, { made: times++ }),
      storage: Object.assign({ getItem: () => null, setItem: () => {} }, { made: times++ }),
    })
    await renderAll(made(), made(), made())
    expect(told()).toEqual([])
  })

  it('is not what is followed: address, server, auth, rules, whether there is a token', async () => {
    await renderAll(
      { url: 'wss://d.example.com' },
      { url: 'wss://e.example.com', releaseMs: 1 },
      { url: 'wss://e.example.com', releaseMs: 1, server: 'plain' },
      { url: 'wss://e.example.com', releaseMs: 1, server: 'plain', auth: 'query' },
      { url: 'wss://e.example.com', releaseMs: 1, server: 'plain', auth: 'query', getToken: () => 't' },
      {
        url: 'wss://e.example.com',
        releaseMs: 1,
        server: 'plain',
        auth: 'query',
        getToken: () => 't',
        // With other rules comes another binding, which takes these up.
        rules: { renamed: () => undefined },
        streams: { 'goal:*': [['goals']] },
        onError: () => {},
        onRevoked: () => {},
        identity: 'ada',
        enabled: false,
      },
    )
    // Of clients that are made anew there is a word of its own.
    expect(told().filter((text) => text.includes('ignored'))).toEqual([])
  })

  it('is told of once where it changes, with its name and what to do', async () => {
    await renderAll(...[40_000, 50_000, 60_000, 40_000, 50_000].map((silenceTimeoutMs) => ({ silenceTimeoutMs })))
    expect(told()).toEqual([
      expect.stringMatching(
        /^livecache: .*another `silenceTimeoutMs`.*is ignored.*Give it once.*`key`.*troubleshooting\.md#read-once\)$/,
      ),
    ])
  })

  it.each<[name: string, first: Partial<Props>, then: Partial<Props>]>([
    ['acks', {}, { acks: 'manual' }],
    ['debug', { debug: false }, {}],
    ['transports', { transports: at('wss://a.example.com') }, { transports: at('wss://b.example.com') }],
    ['events', { events: { renamed: payload() } }, { events: { renamed: payload(), archived: payload() } }],
    ['exempt', { exempt: ['payload.labels'] }, { exempt: [] }],
    ['backoff', { backoff: { jitter: 'full' } }, { backoff: { jitter: 'none' } }],
    ['streams', { streams: { 'goal:*': [['goals']] } }, { streams: { 'goal:*': [['goals'], ['issues']] } }],
    ['fallbackMs', { fallbackMs: 30_000 }, { fallbackMs: Infinity }],
    ['onDiagnostic', {}, { onDiagnostic: () => {} }],
  ])('is told of where it is %s', async (name, first, then) => {
    await renderAll(first, then)
    expect(told()).toEqual([expect.stringContaining(`another \`${name}\` than before`)])
  })

  it('is told of in development alone', async () => {
    vi.stubEnv('NODE_ENV', 'production')
    await renderAll({ settleMs: 1 }, { settleMs: 2 })
    expect(told()).toEqual([])
  })
})
