// Invalidations: at most one fetch running and one waiting per query, with a least time between two. TanStack Query by itself
// loses an invalidation that comes during a first fetch, and never settles under a train of them (each cancels the fetch before it).
import { focusManager, onlineManager, type Query } from '@tanstack/react-query'
import type { Clock } from '../base/clock.ts'
import type { Undo } from '../base/emitter.ts'
import { createScope } from '../base/scope.ts'
import type { InvalidateOptions } from './operations.ts'

export interface Refetcher {
  /** A fetch that begins after this call will be made: now, when the running one has settled, or when its time has come. */
  invalidate(query: Query, options?: InvalidateOptions): void
  /** Whatever fetches it next will do; until then it counts as stale. */
  markStale(query: Query): void
  /** A fetch has begun, on whoever's behalf. @param isMore it fetches one page more and leaves the others as they are */
  began(query: Query, isMore: boolean): void
  /** A fetch has ended. `cancelled`: without an answer, for an optimistic change perhaps, which a new one would overwrite. */
  ended(query: Query, how: 'success' | 'error' | 'cancelled'): void
  /** Somebody looks at the query. */
  seen(query: Query): void
  /** The app wrote data, by which TanStack Query forgets that the query was to be fetched. */
  written(query: Query): void
  forget(query: Query): void
  /** Whether the query is still to be fetched, or being fetched for it. */
  wants(query: Query): boolean
  /** Takes nothing new; what waits for a running fetch is still done, or a result that is already old would pass for fresh. */
  dispose: Undo
  /** Queries that are to be fetched once more when the running fetch has settled. */
  readonly waiting: number
}

interface Wanted {
  notBefore: number
  spreadMs: number
  /** It has waited long enough, whatever the clock says. */
  isDue: boolean
  minGapMs: number
  cancelTimer: Undo | null
  /** The fetch that runs began since, and will do if nothing cuts it short. */
  isRunning: boolean
  /** Its fetch came to nothing. It is not tried again by itself, but what others fetch without it must not make it forgotten. */
  isGivenUp: boolean
}

export const defaultMinGapMs = 1_000

export function createRefetcher(clock: Clock): Refetcher {
  const scope = createScope(clock)
  const wanted = new Map<Query, Wanted>()
  const begunAt = new WeakMap<Query, number>()

  function forget(query: Query) {
    wanted.get(query)?.cancelTimer?.()
    wanted.delete(query)
  }

  /** Fetches what is wanted of it, if its time has come. */
  function attempt(query: Query) {
    const want = wanted.get(query)
    // What runs began before; once it has settled this is called again. A paused one has not begun.
    if (want === undefined || query.state.fetchStatus === 'fetching') return
    query.invalidate()
    if (want.isGivenUp || !canFetch(query)) return
    const waitMs = want.isDue ? 0 : waitOf(query, want)
    want.cancelTimer?.()
    want.cancelTimer = null
    if (waitMs <= 0 || scope.disposed) {
      // A failure is the query's own to show.
      query.fetch(undefined, { cancelRefetch: false }).catch(() => {})
      return
    }
    want.cancelTimer = scope.timeout(() => {
      want.isDue = true
      attempt(query)
    }, waitMs)
  }

  /** In ms. A clock that was set back must not make it longer than was meant. */
  function waitOf(query: Query, { notBefore, spreadMs, minGapMs }: Wanted): number {
    const now = clock.now()
    const sinceMs = now - (begunAt.get(query) ?? -Infinity)
    return Math.max(Math.min(minGapMs - sinceMs, minGapMs), Math.min(notBefore - now, spreadMs))
  }

  function invalidate(query: Query, { minGapMs = defaultMinGapMs, spreadMs = 0 }: InvalidateOptions = {}) {
    const notBefore = clock.now() + clock.random() * spreadMs
    const known = wanted.get(query)
    if (known === undefined)
      wanted.set(query, {
        notBefore,
        spreadMs,
        minGapMs,
        isDue: false,
        cancelTimer: null,
        isRunning: false,
        isGivenUp: false,
      })
    else {
      known.isRunning = known.isGivenUp = false
      // Who cannot wait is not held up by who can.
      known.notBefore = Math.min(known.notBefore, notBefore)
      known.spreadMs = Math.min(known.spreadMs, spreadMs)
      known.minGapMs = Math.min(known.minGapMs, minGapMs)
    }
    attempt(query)
  }

  const attemptAll = () => {
    for (const query of [...wanted.keys()]) attempt(query)
  }
  scope.own(focusManager.subscribe(attemptAll))
  scope.own(onlineManager.subscribe(attemptAll))

  return {
    invalidate,
    markStale: (query) => query.invalidate(),
    began(query, isMore) {
      begunAt.set(query, clock.now())
      const want = wanted.get(query)
      if (want === undefined) return
      want.isRunning = !isMore
      want.isDue = false
    },
    ended(query, how) {
      const want = wanted.get(query)
      if (want === undefined) return
      if (how === 'success' && want.isRunning) return forget(query)
      // A failure is shown, and not tried again on behalf of an event: a train of them would hide it for ever.
      want.isGivenUp = how !== 'success'
      want.isRunning = false
      attempt(query)
    },
    seen: attempt,
    written(query) {
      if (wanted.has(query)) query.invalidate()
    },
    forget,
    wants: (query) => wanted.has(query),
    dispose: scope.dispose,
    get waiting() {
      return [...wanted.keys()].filter(({ state }) => state.fetchStatus === 'fetching').length
    },
  }
}

/** Hidden or offline it is kept until the page is back, unseen until somebody looks; `networkMode` says who wants it all the same. */
function canFetch(query: Query): boolean {
  const { networkMode } = query.options
  if (!query.isActive() || query.isDisabled() || query.isStatic()) return false
  return focusManager.isFocused() && (onlineManager.isOnline() || networkMode === 'always')
}
