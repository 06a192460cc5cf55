// @vitest-environment node
// On a server: no window, no document, no WebSocket, as in Node 20. Hydrating what was rendered so: faults.test.tsx.
import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { renderToString } from 'react-dom/server'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'

const missing = [
  'window',
  'document',
  'navigator',
  'WebSocket',
  'EventSource',
  'fetch',
  'sessionStorage',
  'localStorage',
]
const timers = ['setTimeout', 'setInterval', 'setImmediate'] as const

beforeEach(() => {
  vi.useFakeTimers({ toFake: [...timers] })
  vi.resetModules()
  for (const name of missing) vi.stubGlobal(name, undefined)
})
afterEach(() => {
  vi.unstubAllGlobals()
  vi.restoreAllMocks()
  vi.useRealTimers()
})

it('F28 the import starts nothing, puts nothing on the global object and listens to nothing', async () => {
  const globals = () => Object.getOwnPropertyNames(globalThis).toSorted()
  const listeners = () => process.eventNames().map((name) => [String(name), process.listenerCount(name)])
  const before = { globals: globals(), listeners: listeners() }
  const complaints = (['log', 'warn', 'error'] as const).map((level) => vi.spyOn(console, level))
  const front = await import('../../src/index.ts')
  expect(Object.keys(front)).toContain('RealtimeProvider')
  expect(vi.getTimerCount()).toBe(0)
  expect({ globals: globals(), listeners: listeners() }).toEqual(before)
  for (const complaint of complaints) expect(complaint).not.toHaveBeenCalled()
})

it('F28 the hooks are idle, the same at every render, and neither a socket nor a token is asked for', async () => {
  const {
    createRealtime,
    RealtimeIndicator,
    RealtimeProvider,
    useRealtime,
    useRealtimeConnection,
    useRealtimeEvent,
    useShownStatus,
  } = await import('../../src/index.ts')
  const complaint = vi.spyOn(console, 'error')
  const getToken = vi.fn(() => 't')
  const realtime = createRealtime({ url: 'wss://api.example.com/realtime', getToken })
  function Page() {
    useRealtimeEvent('goal.*', () => {})
    const words = [useRealtime().status, useShownStatus(), useRealtimeConnection(({ status }) => status)]
    return <p>{words.join(' ')}</p>
  }
  const render = () =>
    renderToString(
      <QueryClientProvider client={new QueryClient()}>
        <RealtimeProvider client={realtime} identity="ada">
          <Page />
          <RealtimeIndicator />
        </RealtimeProvider>
        <RealtimeProvider url="wss://api.example.com/realtime" getToken={getToken}>
          <Page />
        </RealtimeProvider>
      </QueryClientProvider>,
    )
  const html = render()
  expect(html).toContain('<p>idle idle idle</p>')
  expect(html).toContain('data-status="idle"')
  expect(render()).toBe(html)
  expect(getToken).not.toHaveBeenCalled()
  expect(realtime.getState()).toBe(realtime.getState())
  expect(vi.getTimerCount()).toBe(0)
  expect(complaint).not.toHaveBeenCalled()
})
