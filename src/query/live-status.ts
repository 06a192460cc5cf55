// Is what a query shows live? Said only while that is true: a badge that says it must not lie.
import { notifyManager, onlineManager, type Query, type QueryClient, type QueryKey } from '@tanstack/react-query'
import type { Undo } from '../base/emitter.ts'
import type { RealtimeClient } from '../client/realtime-client.ts'
import { type StreamBindings, streamsOf } from './bindings.ts'
import { isPolled } from './fallback.ts'
import { liveCacheOf } from './live-cache.ts'
import { realtimeMeta } from './rules.ts'

/**
 * `live`: its streams are subscribed, known up to now and heard from, and nothing that was missed waits to be fetched. `polling`: it is
 * fetched on a clock, or comes by a transport that asks. `offline`: the device has no network. `stale`: none of these, so it may be out of date.
 */
export type LiveStatus = 'live' | 'polling' | 'stale' | 'offline'

export interface LiveStatusStore {
  subscribe(listener: () => void): Undo
  getSnapshot(): LiveStatus
}

export interface LiveStatusParts {
  client: RealtimeClient
  streams: StreamBindings | undefined
  /** Whether the fallback is on. */
  hasFallback: boolean
}

export function createLiveStatus(
  parts: LiveStatusParts,
  queryClient: QueryClient,
  queryKey: QueryKey,
): LiveStatusStore {
  const { client, streams, hasFallback } = parts
  const cache = queryClient.getQueryCache()
  const find = () =>
    cache.get(queryClient.defaultQueryOptions({ queryKey }).queryHash) ?? cache.find({ queryKey, exact: true })

  function getSnapshot(): LiveStatus {
    const state = client.getState()
    if (!onlineManager.isOnline() || state.name === 'offline') return 'offline'
    const query = find()
    if (query === undefined) return 'stale'
    if (state.name === 'connected') {
      if (!isHeard(query)) return 'stale'
      return state.transport === 'polling' ? 'polling' : 'live'
    }
    return hasFallback && isPolled(state) && query.isActive() ? 'polling' : 'stale'
  }

  function isHeard(query: Query): boolean {
    if (query.state.status !== 'success' || liveCacheOf(queryClient)?.awaitsResync(query)) return false
    const feeding = streamsOf(queryClient, query, streams)
    // Where nothing says what feeds which query, every stream may feed each of them.
    const isUnbound = streams === undefined && realtimeMeta(query).streams === undefined
    return (isUnbound || feeding.length > 0) && client.hears(feeding)
  }

  return {
    getSnapshot,
    subscribe(listener) {
      let isListening = true
      // A task later, as TanStack Query tells of data: by then what follows on a result is done, whoever listened first.
      const changed = notifyManager.batchCalls(() => isListening && listener())
      const undos = [
        client.onState(listener),
        client.onResync(listener),
        onlineManager.subscribe(listener),
        cache.subscribe(({ query }) => query === find() && changed()),
      ]
      return () => {
        isListening = false
        for (const undo of undos) undo()
      }
    },
  }
}
