// What apps call: a client and its rules, joined. The provider binds it to its QueryClient.
import type { QueryClient, QueryKey } from '@tanstack/react-query'
import type { Undo } from '../base/emitter.ts'
import { createClient } from '../client/create-client.ts'
import type { ClientOptions } from '../client/options.ts'
import type { ClientInspection, RealtimeClient } from '../client/realtime-client.ts'
import type { EventTable } from '../protocol/define-events.ts'
import { bindQueryClient } from './bind-query-client.ts'
import type { StreamBindings } from './bindings.ts'
import { isPolled } from './fallback.ts'
import type { Gate } from './gate.ts'
import type { Lineage } from './lineage.ts'
import { liveCacheOf } from './live-cache.ts'
import { createLiveStatus, type LiveStatusStore } from './live-status.ts'
import type { Rules } from './rules.ts'

/** What concerns the cache. */
export interface CacheOptions<Events extends EventTable = EventTable> {
  /** What each event does to the cache. */
  rules?: Rules<NoInfer<Events>>
  /** Which queries a stream feeds, so that a gap in it fetches those again and no others. @default all of them */
  streams?: StreamBindings
  /** How often queries on screen are fetched while nothing is pushed, in ms. `Infinity`: never. @default 30_000 */
  fallbackMs?: number
  /** Told which queries were taken away with the access to their streams, to remove copies that are kept elsewhere. */
  onRevoked?: (queryKeys: readonly QueryKey[]) => void
}

export interface RealtimeOptions<Events extends EventTable = EventTable>
  extends Omit<ClientOptions, 'events'>, CacheOptions<Events> {
  /** The table of event types: types for rules and payloads, checked on arrival. */
  events?: Events
}

export interface RealtimeInspection extends ClientInspection {
  /** The queries that events have changed or had fetched again, with the last of these. */
  queries: readonly Lineage[]
}

export interface Realtime<Events extends EventTable = EventTable> extends RealtimeClient {
  /** Applies the rules to a QueryClient until the undo is called. `RealtimeProvider` does it. @param gate shut while the cache is being restored */
  bindQueryClient(queryClient: QueryClient, gate?: Gate): Undo
  /** Whether what a query shows is live (`useLiveStatus`). */
  liveStatus(queryClient: QueryClient, queryKey: QueryKey): LiveStatusStore
  /** How often what is on screen is fetched for want of events, in ms; null while it is not. `onState` tells when to ask again. */
  polledEveryMs(): number | null
  inspect(): RealtimeInspection
  /** For types only: the table the client was made with. */
  readonly events?: Events
}

export const defaultFallbackMs = 30_000

/** Creates a client with its rules. Nothing connects until a provider mounts it (or `hold()` is called). */
export function createRealtime<const Events extends EventTable = EventTable>(
  options: RealtimeOptions<Events>,
): Realtime<Events> {
  // Without types it may be called with nothing; the client then says what is missing.
  const { rules = {}, streams, fallbackMs, onRevoked, ...clientOptions } = options ?? {}
  const { onError = (error) => console.error(error) } = clientOptions
  const client = createClient(clientOptions)
  return joinCache(client, () => ({ rules, streams, fallbackMs, onRevoked, onError }))
}

export type JoinOptions = { [Option in keyof CacheOptions]: CacheOptions[Option] | undefined } & {
  onError: NonNullable<ClientOptions['onError']>
}

/** The client with what it can do to a cache. @param options asked for anew with each binding */
export function joinCache<Events extends EventTable>(
  client: RealtimeClient,
  options: () => JoinOptions,
): Realtime<Events> {
  const bound = new Set<QueryClient>()
  return {
    ...client,
    bindQueryClient(queryClient, gate) {
      const { rules = {}, fallbackMs = defaultFallbackMs, ...rest } = options()
      const unbind = bindQueryClient({ ...rest, client, queryClient, gate, rules, fallbackMs })
      bound.add(queryClient)
      return () => {
        bound.delete(queryClient)
        unbind()
      }
    },
    liveStatus(queryClient, queryKey) {
      const { streams, fallbackMs = defaultFallbackMs } = options()
      return createLiveStatus({ client, streams, hasFallback: fallbackMs !== Infinity }, queryClient, queryKey)
    },
    polledEveryMs() {
      const { fallbackMs = defaultFallbackMs } = options()
      return fallbackMs !== Infinity && isPolled(client.getState()) ? fallbackMs : null
    },
    inspect: () => ({
      ...client.inspect(),
      queries: [...bound].flatMap((queryClient) => liveCacheOf(queryClient)?.lineage() ?? []),
    }),
  }
}
