// A link that stays in one state, for pictures of states on the docs pages. It connects to nothing, and says nothing aloud.
import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { type ConnectionState, createRealtime, type Realtime, type RealtimeEvent } from 'livecache'
import { RealtimeProvider } from 'livecache/react'
import { RealtimeUiProvider } from 'livecache/ui'
import { type JSX, type ReactNode, useState } from 'react'
import './docs.css'

interface FrozenLinkProps {
  state: ConnectionState
  /** Queries are answered all the same, and fetched this often, in ms. */
  polledEveryMs?: number
  /** Come once, as soon as somebody listens. */
  events?: readonly RealtimeEvent[]
  children: ReactNode
}

export function FrozenLink({ state, polledEveryMs, events = [], children }: FrozenLinkProps): JSX.Element {
  const [client] = useState(() => frozen(state, polledEveryMs ?? null, events))
  const [queryClient] = useState(() => {
    const made = new QueryClient()
    if (polledEveryMs !== undefined) made.setQueryData(['answered'], true, { updatedAt: Date.now() + 1_000 })
    return made
  })
  // In no page, nothing is heard.
  const [silence] = useState(() => document.createElement('div'))
  return (
    <QueryClientProvider client={queryClient}>
      <RealtimeProvider client={client}>
        <RealtimeUiProvider portalContainer={silence}>{children}</RealtimeUiProvider>
      </RealtimeProvider>
    </QueryClientProvider>
  )
}

const nothing = () => {}
const undo = () => nothing

function frozen(state: ConnectionState, polledEveryMs: number | null, events: readonly RealtimeEvent[]): Realtime {
  const idle = createRealtime({ url: 'wss://example.com/realtime', storage: null })
  return {
    ...idle,
    getState: () => state,
    onState: undo,
    hold: undo,
    on(_types: unknown, handler: (event: any) => void) {
      queueMicrotask(() => events.forEach(handler))
      return nothing
    },
    bindQueryClient: undo,
    configure: nothing,
    reconnect: nothing,
    resume: nothing,
    polledEveryMs: () => polledEveryMs,
  }
}

const trying = { attempt: 3, downSince: Date.now() - 20_000 }
const link = {
  attempt: 0,
  transport: 'websocket',
  server: 'livecache',
  connectionId: null,
  since: Date.now() - 240_000,
  resumed: false,
  latencyMs: 41,
  degraded: false,
} as const

/** One of each, and what is told apart beyond the name. */
export const states = {
  connected: { name: 'connected', ...link },
  degraded: { name: 'connected', ...link, transport: 'sse', degraded: true },
  connecting: { name: 'connecting', attempt: 0, downSince: Date.now() },
  authenticating: { name: 'authenticating', attempt: 0, downSince: Date.now() },
  reconnecting: { name: 'reconnecting', ...trying, retryAt: Date.now(), reason: 'closed' },
  suspended: { name: 'suspended', ...trying, retryAt: Date.now(), reason: 'closed' },
  offline: { name: 'offline', ...trying, reason: 'offline' },
  unauthorized: { name: 'unauthorized', reason: 'token refused' },
  failed: { name: 'failed', reason: 'refused' },
  paused: { name: 'closed', reason: 'paused' },
  closed: { name: 'closed', reason: 'stopped' },
  idle: { name: 'idle' },
} as const satisfies Record<string, unknown>
