// Invalidations: at most one fetch running and one waiting per query. TanStack Query by itself loses an invalidation that
// comes during a first fetch, and never settles under a train of them (each cancels the fetch before it).
import type { Query, QueryClient } from '@tanstack/react-query'
import type { Undo } from '../base/emitter.ts'

export interface Refetcher {
  /** A fetch that begins after this call will be made, now or when the running one has settled. */
  invalidate(query: Query): void
  /** Whatever fetches it next will do; until then it counts as stale. */
  markStale(query: Query): void
  dispose: Undo
}

export function createRefetcher(queryClient: QueryClient): Refetcher {
  const waiting = new Set<Query>()
  const cache = queryClient.getQueryCache()

  const unsubscribe = cache.subscribe(({ type, query }) => {
    if (!waiting.has(query)) return
    if (type === 'removed') waiting.delete(query)
    else if (type === 'updated' && query.state.fetchStatus !== 'fetching') {
      waiting.delete(query)
      // A failure is shown, and not tried again on behalf of an event: a train of them would hide it for ever.
      if (query.state.status === 'error') markStale(query)
      else invalidateNow(query)
    }
  })

  function markStale(query: Query) {
    void queryClient.invalidateQueries({ predicate: (candidate) => candidate === query, refetchType: 'none' })
  }

  function invalidateNow(query: Query) {
    // Inactive queries are only flagged. A rejection is the query's own to show.
    void queryClient.invalidateQueries({ predicate: (candidate) => candidate === query }, { cancelRefetch: false })
  }

  return {
    invalidate(query) {
      // A paused fetch has not begun, so it will hold what was invalidated now.
      if (query.state.fetchStatus === 'fetching') waiting.add(query)
      else invalidateNow(query)
    },
    markStale,
    dispose() {
      unsubscribe()
      waiting.clear()
    },
  }
}
