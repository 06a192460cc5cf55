// Rendered on a server and taken over by a page, in whichever React this runs with (React 18 and 19: vite.config.ts).
import { QueryClient, QueryClientProvider, useQuery } from '@tanstack/react-query'
import { act, render, screen } from '@testing-library/react'
import { type ReactNode, StrictMode, useState, version } from 'react'
import { renderToString } from 'react-dom/server'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createRealtime, type RealtimeOptions } from '../../src/query/index.ts'
import { RealtimeProvider } from '../../src/react/index.ts'
import { createTestServer } from '../../src/testing/index.ts'
import {
  ConnectionBanner,
  Dialog,
  LiveBadge,
  RealtimeIndicator,
  RealtimeUiProvider,
  StatusTransition,
  useConnectionLoss,
  useLiveHighlight,
  useNow,
  useReducedMotion,
} from '../../src/ui/index.ts'
import { pass } from '../react/app.tsx'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => {
  vi.useRealTimers()
  vi.restoreAllMocks()
})

const key = ['goals']

/** Everything there is. */
function Page() {
  const { data = 'Sail' } = useQuery({ queryKey: key, queryFn: () => 'Sail' })
  const { props, mark } = useLiveHighlight(key)
  return (
    <RealtimeUiProvider locale="de_DE" timeZone="Europe/Berlin">
      <ConnectionBanner />
      <RealtimeIndicator />
      <RealtimeIndicator variant="dot" />
      <RealtimeIndicator variant="label" words="simple" details={false} tooltip />
      <RealtimeIndicator hideWhenHealthy />
      <LiveBadge queryKey={key} />
      <LiveBadge status="polling" pulse={3} />
      <LiveBadge status="stale" visible={false} />
      <StatusTransition status="PENDING" />
      <Dialog isOpen={false} onClose={() => {}} title="closed" />
      <p {...props}>
        {data} {mark} {useNow(1_000) === null ? 'no time' : 'time'} {String(useReducedMotion())}{' '}
        {useConnectionLoss()?.cause}
      </p>
    </RealtimeUiProvider>
  )
}

function app(children: ReactNode, options?: RealtimeOptions) {
  const realtime = createRealtime(options ?? { transports: [createTestServer().transport] })
  const queryClient = new QueryClient()
  return (
    <StrictMode>
      <QueryClientProvider client={queryClient}>
        <RealtimeProvider client={realtime}>{children}</RealtimeProvider>
      </QueryClientProvider>
    </StrictMode>
  )
}

describe(`with React ${version.split('.')[0]}`, () => {
  it('ALL-4 renders on a server and hydrates without a warning, whatever the time', async () => {
    const complaints = vi.spyOn(console, 'error')
    const container = document.createElement('div')
    document.body.append(container)
    vi.stubGlobal('document', undefined)
    const html = renderToString(app(<Page />))
    vi.unstubAllGlobals()
    expect(html).toContain('Realtime')
    expect(html).toContain('no time')
    vi.setSystemTime(Date.now() + 3_600_000)
    container.innerHTML = html
    const { unmount } = render(app(<Page />), { container, hydrate: true })
    await pass(3_000)
    expect(container).toHaveTextContent('Realtime: Connected')
    expect(complaints.mock.calls).toEqual([])
    unmount()
  })

  it('renders and leaves in StrictMode without a warning', async () => {
    const complaints = vi.spyOn(console, 'error')
    const { unmount } = render(app(<Page />))
    await pass(3_000)
    unmount()
    await pass(5_000)
    expect(complaints.mock.calls).toEqual([])
  })

  it.each([
    ['RealtimeIndicator', <RealtimeIndicator key="i" />],
    ['ConnectionBanner', <ConnectionBanner key="b" />],
    ['LiveBadge', <LiveBadge key="l" queryKey={key} />],
  ])('says with a code that %s has no client', (_name, element) => {
    vi.spyOn(console, 'error').mockImplementation(() => {})
    expect(() => render(<QueryClientProvider client={new QueryClient()}>{element}</QueryClientProvider>)).toThrow(
      expect.objectContaining({ code: 'no-provider' }) as Error,
    )
  })

  it('speaks for the nearest of several clients, and follows one that is replaced', async () => {
    const up = createRealtime({ transports: [createTestServer().transport] })
    const downServer = createTestServer()
    downServer.goDown()
    const down = createRealtime({ transports: [downServer.transport] })
    let swap = () => {}
    function Swapping() {
      const [client, setClient] = useState(down)
      swap = () => setClient(up)
      return (
        <RealtimeProvider client={client}>
          <RealtimeIndicator labels={{ name: 'Inner' }} minShowMs={0} />
        </RealtimeProvider>
      )
    }
    render(
      <QueryClientProvider client={new QueryClient()}>
        <RealtimeProvider client={up}>
          <RealtimeIndicator labels={{ name: 'Outer' }} />
          <Swapping />
        </RealtimeProvider>
      </QueryClientProvider>,
    )
    await pass(4_000)
    expect(screen.getByRole('button', { name: /Outer/ })).toHaveAccessibleName('Outer: Connected')
    expect(screen.getByRole('button', { name: /Inner/ })).toHaveAccessibleName('Inner: Reconnecting')
    act(() => swap())
    await pass(2_000)
    expect(screen.getByRole('button', { name: /Inner/ })).toHaveAccessibleName('Inner: Connected')
  })
})
