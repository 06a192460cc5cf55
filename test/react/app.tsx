// An app around a component under test: a QueryClient, a provider, and a server in the same process.
import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { act, render } from '@testing-library/react'
import { type ReactNode, StrictMode } from 'react'
import { vi } from 'vitest'
import { createRealtime, type RealtimeOptions } from '../../src/query/index.ts'
import { RealtimeProvider } from '../../src/react/index.ts'
import { createTestServer, type TestServer, type TestServerOptions } from '../../src/testing/index.ts'

/** Lets `ms` of fake time pass, React's part included. */
export const pass = (ms: number) => act(() => vi.advanceTimersByTimeAsync(ms))

export interface App {
  server: TestServer
  queryClient: QueryClient
  rerender(children: ReactNode): void
  unmount(): void
}

export function renderApp(
  children: ReactNode,
  { serverOptions, ...options }: RealtimeOptions & { serverOptions?: TestServerOptions } = {},
): App & { realtime: ReturnType<typeof createRealtime> } {
  const server = createTestServer(serverOptions)
  const realtime = createRealtime({ transports: [server.transport], ...options })
  const queryClient = new QueryClient({ defaultOptions: { queries: { staleTime: Infinity, retry: false } } })
  const tree = (inner: ReactNode) => (
    <StrictMode>
      <QueryClientProvider client={queryClient}>
        <RealtimeProvider client={realtime}>{inner}</RealtimeProvider>
      </QueryClientProvider>
    </StrictMode>
  )
  const { rerender, unmount } = render(tree(children))
  return { server, realtime, queryClient, rerender: (next) => rerender(tree(next)), unmount }
}
