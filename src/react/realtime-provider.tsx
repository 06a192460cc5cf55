'use client'
// Holds the one client of an app: connects while it is mounted, applies the rules to the QueryClient.
import { QueryClientContext, useIsRestoring } from '@tanstack/react-query'
import { type JSX, type ReactNode, useContext, useEffect } from 'react'
import { RealtimeError } from '../base/errors.ts'
import type { EventTable } from '../protocol/define-events.ts'
import type { Realtime, RealtimeOptions } from '../query/create-realtime.ts'
import { RealtimeContext } from './context.ts'
import { noteBinding } from './notices.ts'
import { useCommitEffect } from './use-commit-effect.ts'
import { useGate } from './use-gate.ts'
import { useOwnRealtime } from './use-own-realtime.ts'

interface CommonProps {
  /** The app, or the part of it that is live. */
  children?: ReactNode
  /** Who is signed in, compared by value. A new one closes the link and forgets what the old one received. */
  identity?: string | number | null | undefined
  /** The feature flag: false opens no socket and asks for no token. @default true */
  enabled?: boolean | undefined
}

export type RealtimeProviderProps<Events extends EventTable = EventTable> = CommonProps &
  (
    | { /** From `createRealtime`. */ client: Realtime<Events>; url?: never }
    /** Or its options: `url`, `server` and `auth` are compared by value, rules and functions are always the newest, the rest is read once: a change of it is told of in development. */
    | ({ client?: never } & RealtimeOptions<Events>)
  )

/**
 * Opens nothing on the server, and one socket in StrictMode. Throws `invalid-url` where neither a client nor a usable url is given,
 * `no-query-client` outside `<QueryClientProvider>`.
 */
export function RealtimeProvider<const Events extends EventTable = EventTable>(
  props: RealtimeProviderProps<Events>,
): JSX.Element {
  return props.client === undefined ? <OwnClientProvider {...props} /> : <ClientProvider {...props} />
}

type GivenProps = CommonProps & { client: Realtime<any> }
type OwnProps = CommonProps & RealtimeOptions

function OwnClientProvider({ children, identity, enabled, ...options }: OwnProps): JSX.Element {
  return (
    <ClientProvider client={useOwnRealtime(options)} identity={identity} enabled={enabled}>
      {children}
    </ClientProvider>
  )
}

function ClientProvider({ client, identity, enabled = true, children }: GivenProps): JSX.Element {
  const queryClient = useContext(QueryClientContext)
  if (queryClient === undefined) {
    throw new RealtimeError(
      'no-query-client',
      '<RealtimeProvider> ran outside <QueryClientProvider>, so it has no cache to keep live. Render that above it; if it is there, the page holds two copies of @tanstack/react-query: let both come from one.',
    )
  }
  const isRestoring = useIsRestoring()

  const gate = useGate(!isRestoring)
  useEffect(() => {
    noteBinding(gate, client, queryClient)
    return client.bindQueryClient(queryClient, gate)
  }, [client, queryClient, gate])
  // In the commit that shows the new user: between it and passive effects a message of the old one could still arrive.
  useCommitEffect(() => client.configure({ identity, enabled }), [client, identity, enabled])
  useEffect(() => client.hold(), [client])

  return <RealtimeContext.Provider value={client}>{children}</RealtimeContext.Provider>
}
