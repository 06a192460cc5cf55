'use client'
import { type QueryKey, useInfiniteQuery } from '@tanstack/react-query'
import { useCallback, useEffect, useMemo, useState } from 'react'
import type { RealtimeEvent } from '../protocol/event.ts'
import type { LiveStatus } from '../query/live-status.ts'
import { type Operation, patch, upsert } from '../query/operations.ts'
import type { RealtimeMeta } from '../query/rules.ts'
import { useRealtimeClient } from '../react/context.ts'
import { useLiveStatus } from '../react/use-live-status.ts'
import { type ActivityData, type ActivityPage, bounded, entriesOf, newestFirst } from './activity-pages.ts'
import type { GoalActivity, Id } from './entities.ts'
import type { GoalActivityCreated } from './events.ts'
import { heldFeed, idsOf } from './held-feed.ts'
import { type GoalKeys, goalKeys } from './keys.ts'

export interface ActivityRequest {
  readonly goalId: Id
  /** Undefined for the newest page, else the last page's `nextCursor`. */
  readonly cursor: unknown
  readonly signal: AbortSignal
}

export interface UseGoalActivityOptions {
  /** Reads a page of the goal's history from the app's API, newest first. */
  queryFn: (request: ActivityRequest) => Promise<ActivityPage>
  /** Shows these kinds only. @default all */
  kinds?: readonly string[] | undefined
  /** The streams that feed it, by name: a gap in one of them fetches it again. @default [`goal:${goalId}`] */
  streams?: readonly string[] | undefined
  /** How many entries are kept; older ones are fetched again when asked for. @default 2_000 */
  maxEntries?: number | undefined
  /** What the API takes as a cursor to go on behind an entry. @default its id */
  cursorOf?: ((last: GoalActivity) => unknown) | undefined
  /** @default goalKeys */
  keys?: GoalKeys | undefined
}

export interface GoalActivityFeedState {
  /** Newest first, each once. */
  readonly activities: readonly GoalActivity[]
  /** How many came since the rows are held (`hold`). */
  readonly newCount: number
  /** Of the newest of them; null while none waits. */
  readonly newestNewId: string | null
  /** Shows them. */
  showNew(): void
  /** Whether rows are held, so that nothing moves under who reads. */
  readonly isHeld: boolean
  hold(held: boolean): void
  /** The entry behind which something may have been missed and was fetched since; null where nothing was. */
  readonly gapAfterId: string | null
  readonly status: 'pending' | 'error' | 'success'
  readonly error: Error | null
  readonly liveStatus: LiveStatus
  readonly isLive: boolean
  readonly hasOlder: boolean
  readonly isFetchingOlder: boolean
  fetchOlder(): void
  refetch(): void
  readonly queryKey: QueryKey
}

const byId = (last: GoalActivity): unknown => last.id

/**
 * A goal's feed: its history by the app's own API, and on top of it what happens. All components on one goal share one query and one
 * subscription. An entry the user made (`liveMutationOptions`) is there once.
 */
export function useGoalActivity(goalId: Id, options: UseGoalActivityOptions): GoalActivityFeedState {
  const { queryFn, kinds, streams = [`goal:${goalId}`], maxEntries = 2_000, cursorOf = byId, keys = goalKeys } = options
  const queryKey = keys.activity(goalId)
  const streamList = streams.join('\n')
  const realtime = useMemo(
    (): RealtimeMeta => ({
      on: 'goal.activity.created',
      do: (event, key) => added(event, goalId, key, maxEntries, cursorOf),
      streams: streamList.split('\n'),
    }),
    [goalId, maxEntries, cursorOf, streamList],
  )
  const query = useInfiniteQuery({
    queryKey,
    queryFn: ({ pageParam, signal }) => queryFn({ goalId, cursor: pageParam, signal }),
    initialPageParam: undefined,
    // Null ends it for TanStack Query too.
    getNextPageParam: (last: ActivityPage) => last.nextCursor ?? undefined,
    meta: { realtime },
  })
  const { data, fetchNextPage, refetch } = query

  const kindList = kinds?.join('\n')
  const entries = useMemo(
    () => entriesOf(data, kindList === undefined ? null : new Set(kindList.split('\n'))),
    [data, kindList],
  )
  const [heldTop, setHeldTop] = useState<ReadonlySet<string> | null>(null)
  const { shown, waiting } = useMemo(() => heldFeed(entries, heldTop), [entries, heldTop])
  const hold = useCallback((held: boolean) => setHeldTop((last) => (held ? (last ?? idsOf(entries)) : null)), [entries])
  const showNew = useCallback(() => setHeldTop((last) => (last === null ? null : idsOf(entries))), [entries])

  const liveStatus = useLiveStatus(queryKey)
  return {
    activities: shown,
    newCount: waiting.length,
    newestNewId: waiting[0] === undefined ? null : String(waiting[0].id),
    showNew,
    isHeld: heldTop !== null,
    hold,
    gapAfterId: useGap(streamList, entries),
    status: query.status,
    error: query.error,
    liveStatus,
    isLive: liveStatus === 'live',
    hasOlder: query.hasNextPage,
    isFetchingOlder: query.isFetchingNextPage,
    fetchOlder: useCallback(() => void fetchNextPage(), [fetchNextPage]),
    refetch: useCallback(() => void refetch(), [refetch]),
    queryKey,
  }
}

function added(
  { payload }: RealtimeEvent,
  goalId: Id,
  queryKey: QueryKey,
  maxEntries: number,
  cursorOf: (last: GoalActivity) => unknown,
): readonly Operation[] {
  const { activity, goalId: of } = payload as GoalActivityCreated
  if (String(of) !== String(goalId)) return []
  return [
    upsert<GoalActivity>(queryKey, activity, { where: () => true, sort: newestFirst, confirm: false }),
    patch<ActivityData>(queryKey, (data) => bounded(data, maxEntries, cursorOf), { confirm: false }),
  ]
}

/** The newest entry there was when the link lost something of these streams. */
function useGap(streamList: string, entries: readonly GoalActivity[]): string | null {
  const client = useRealtimeClient('useGoalActivity')
  const newest = entries[0]?.id
  const [gap, setGap] = useState<string | null>(null)
  useEffect(
    () =>
      client.onResync(({ streams, cause }) => {
        const isOurs = streams === 'all' || streams.some((stream) => streamList.split('\n').includes(stream))
        // Beginning to listen is no loss.
        if (isOurs && cause !== 'joined' && newest !== undefined) setGap((known) => known ?? String(newest))
      }),
    [client, streamList, newest],
  )
  // Only what stands above it makes a gap.
  return gap !== null && String(newest) !== gap ? gap : null
}
