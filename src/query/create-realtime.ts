// What apps call: a client and its rules, joined. The provider binds it to its QueryClient.
import type { QueryClient } from '@tanstack/react-query'
import type { Undo } from '../base/emitter.ts'
import { createClient } from '../client/create-client.ts'
import type { ClientOptions } from '../client/options.ts'
import type { RealtimeClient } from '../client/realtime-client.ts'
import type { EventTable } from '../protocol/define-events.ts'
import { bindQueryClient } from './bind-query-client.ts'
import type { StreamBindings } from './bindings.ts'
import type { Rules } from './rules.ts'

export interface RealtimeOptions<Events extends EventTable = EventTable> extends Omit<ClientOptions, 'events'> {
  /** The table of event types: types for rules and payloads, checked on arrival. */
  events?: Events
  /** What each event does to the cache. */
  rules?: Rules<NoInfer<Events>>
  /** Which queries a stream feeds, so that a gap in it fetches those again and no others. @default all of them */
  streams?: StreamBindings
}

export interface Realtime<Events extends EventTable = EventTable> extends RealtimeClient {
  /** Applies the rules to a QueryClient until the undo is called. `RealtimeProvider` does it. */
  bindQueryClient(queryClient: QueryClient): Undo
  /** For types only: the table the client was made with. */
  readonly events?: Events
}

/** Creates a client with its rules. Nothing connects until a provider mounts it (or `hold()` is called). */
export function createRealtime<const Events extends EventTable = EventTable>(
  options: RealtimeOptions<Events>,
): Realtime<Events> {
  const { rules = {}, streams, ...clientOptions } = options
  const { onError = (error) => console.error(error) } = clientOptions
  const client = createClient(clientOptions)
  return {
    ...client,
    bindQueryClient: (queryClient) => bindQueryClient({ client, queryClient, rules, streams, onError }),
  }
}
