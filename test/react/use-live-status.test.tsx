// The hook behind a Live badge. Each word and each reason: test/query/live-status.test.ts.
import { QueryClient, QueryClientProvider, useQuery } from '@tanstack/react-query'
import { act, render, screen } from '@testing-library/react'
import { renderToString } from 'react-dom/server'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createRealtime, patch } from '../../src/query/index.ts'
import { RealtimeProvider, useLiveStatus } from '../../src/react/index.ts'
import { createTestServer } from '../../src/testing/index.ts'
import { pass, renderApp } from './app.tsx'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

const rules = { renamed: () => patch<string>(['goal'], () => 'Sail') }
const verify = () => ({ subject: 'ada', streams: ['user:ada'] })

let renders = 0

/** A goal with its badge; the key is written inline. */
function Goal({ ms = 60 }: { ms?: number }) {
  const { data } = useQuery({
    queryKey: ['goal'],
    queryFn: () => new Promise((resolve) => setTimeout(resolve, ms, 'Ship')),
  })
  return (
    <h1>
      {String(data)} <Badge id="goal" />
    </h1>
  )
}

function Badge({ id }: { id: string }) {
  renders++
  return <output>{useLiveStatus([id])}</output>
}

const badge = () => screen.getByRole('status').textContent

describe('useLiveStatus', () => {
  it('follows a query from its first fetch through a loss of the link and back', async () => {
    const { server } = renderApp(<Goal />, { rules, fallbackMs: Infinity, serverOptions: { verify } })
    expect(badge()).toBe('stale')
    await pass(5_000)
    expect(badge()).toBe('live')
    act(() => server.goDown())
    expect(badge()).toBe('stale')
    act(() => server.comeBack())
    await pass(30_000)
    expect(badge()).toBe('live')
  })

  it('is live once what may have been missed before anybody listened is fetched', async () => {
    const { server, queryClient } = renderApp(<Goal ms={10} />, { rules, serverOptions: { verify } })
    queryClient.setQueryData(['goal'], 'from before')
    await pass(5_000)
    expect(server.opened).toBe(1)
    expect(badge()).toBe('live')
  })

  it('renders only when the word changes', async () => {
    const { server } = renderApp(<Goal />, { rules, serverOptions: { verify } })
    await pass(5_000)
    renders = 0
    for (let event = 0; event < 20; event++) {
      server.publish({ type: 'unknown', payload: {}, stream: 'user:ada' })
      await pass(50)
    }
    expect(renders).toBe(0)
  })

  it('takes up another key', async () => {
    const { rerender, queryClient } = renderApp(<Badge id="goal" />, { rules, serverOptions: { verify } })
    await pass(5_000)
    queryClient.setQueryData(['goal'], 'Ship')
    await pass(10)
    expect(badge()).toBe('live')
    rerender(<Badge id="other" />)
    expect(badge()).toBe('stale')
    queryClient.setQueryData(['other'], 'there')
    await pass(10)
    expect(badge()).toBe('live')
  })

  it('leaves no listener behind', async () => {
    const { queryClient, rerender } = renderApp(null, { rules })
    await pass(100)
    const listeners = () => (queryClient.getQueryCache() as unknown as { listeners: Set<unknown> }).listeners.size
    const before = listeners()
    rerender(<Badge id="goal" />)
    expect(listeners()).toBeGreaterThan(before)
    rerender(null)
    await pass(2_000)
    expect(listeners()).toBe(before)
  })

  it('is stale on a server', () => {
    const { transport } = createTestServer()
    const queryClient = new QueryClient()
    queryClient.setQueryData(['goal'], 'Ship')
    const html = renderToString(
      <QueryClientProvider client={queryClient}>
        <RealtimeProvider client={createRealtime({ transports: [transport], rules })}>
          <Badge id="goal" />
        </RealtimeProvider>
      </QueryClientProvider>,
    )
    expect(html).toContain('stale')
    queryClient.clear()
  })

  it('says what to do outside of a provider', () => {
    const quiet = vi.spyOn(console, 'error').mockImplementation(() => {})
    expect(() =>
      render(
        <QueryClientProvider client={new QueryClient()}>
          <Badge id="goal" />
        </QueryClientProvider>,
      ),
    ).toThrow(/useLiveStatus ran outside <RealtimeProvider>.*Render the provider above it/)
    quiet.mockRestore()
  })
})
