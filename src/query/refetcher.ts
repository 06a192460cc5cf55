// Invalidations: at most one fetch running and one waiting per query. TanStack Query by itself loses an invalidation that
// comes during a first fetch, and never settles under a train of them (each cancels the fetch before it).
import type { Query, QueryClient } from '@tanstack/react-query'
import type { Undo } from '../base/emitter.ts'

export interface Refetcher {
  /** A fetch that begins after this call will be made, now or when the running one has settled. */
  invalidate(query: Query): void
  /** Whatever fetches it next will do; until then it counts as stale. */
  markStale(query: Query): void
  /** Takes nothing new; what waits is still done, or a result that is already old would pass for fresh. */
  dispose: Undo
}

export function createRefetcher(queryClient: QueryClient): Refetcher {
  const waiting = new Set<Query>()
  let disposed = false

  const unsubscribe = queryClient.getQueryCache().subscribe((event) => {
    const { query } = event
    if (!waiting.has(query)) return
    if (event.type === 'removed') waiting.delete(query)
    else if (event.type === 'updated' && query.state.fetchStatus !== 'fetching') {
      waiting.delete(query)
      // A failure is shown, and not tried again on behalf of an event: a train of them would hide it for ever. A cancelled
      // fetch (its state is set back) makes room for an optimistic update, which a new one would overwrite.
      if (query.state.status === 'error' || event.action.type === 'setState') query.invalidate()
      else invalidateNow(query)
    }
    endIfDone()
  })

  function endIfDone() {
    if (disposed && waiting.size === 0) unsubscribe()
  }

  return {
    invalidate(query) {
      // A paused fetch has not begun, so it will hold what was invalidated now.
      if (query.state.fetchStatus === 'fetching') waiting.add(query)
      else invalidateNow(query)
    },
    markStale: (query) => query.invalidate(),
    dispose() {
      disposed = true
      endIfDone()
    },
  }
}

/** What `invalidateQueries` does to one query, without looking through all of them. */
function invalidateNow(query: Query) {
  query.invalidate()
  if (!query.isActive() || query.isDisabled() || query.isStatic()) return
  // A failure is the query's own to show.
  query.fetch(undefined, { cancelRefetch: false }).catch(() => {})
}
