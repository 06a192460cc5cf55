'use client'
import {
  type ComponentPropsWithRef,
  type JSX,
  type KeyboardEvent,
  lazy,
  type ReactNode,
  Suspense,
  useCallback,
  useEffect,
  useId,
  useRef,
  useState,
  useSyncExternalStore,
} from 'react'
import { LiveBadge } from '../ui/live-badge.tsx'
import { partsOf, type PartsProps } from '../ui/parts.ts'
import { useFormat, useUi } from '../ui/ui-context.ts'
import { useAnnouncer } from '../ui/use-announcer.ts'
import { useNow } from '../ui/use-now.ts'
import { useReducedMotion } from '../ui/use-reduced-motion.ts'
import { useCommitEffect } from '../react/use-commit-effect.ts'
import type { GoalActivity, Id } from './entities.ts'
import { moveInFeed } from './feed-keys.ts'
import { FeedRow, type FeedPart } from './feed-row.tsx'
import { createFreshRows } from './fresh-rows.ts'
import { type GoalActivityFeedState, useGoalActivity, type UseGoalActivityOptions } from './use-goal-activity.ts'
import { useReading } from './use-reading.ts'
import { type GoalLabels, goalLabels } from './wording.ts'

const VirtualRows = lazy(() => import('./virtual-rows.tsx'))

export interface FeedState {
  readonly isHeld: boolean
  readonly isPaused: boolean
}

export interface GoalActivityFeedProps
  extends
    Omit<ComponentPropsWithRef<'section'>, 'children' | 'ref' | 'title'>,
    PartsProps<FeedPart, FeedState>,
    UseGoalActivityOptions {
  goalId: Id
  /** Names the feed. @default "Activity" */
  title?: ReactNode
  /** What stands in a row, in place of actor, text and time. */
  renderActivity?: (activity: GoalActivity) => ReactNode
  /** Scrolls to what is new, until the reader takes over by wheel, touch or key; never where movement is unwanted. @default false */
  autoScroll?: boolean
  /** Longer feeds keep only the rows in sight. @default 200 */
  virtualizeAbove?: number
  /** Words in place of the English ones. */
  labels?: Partial<GoalLabels>
}

/** Long enough to be read by whoever looked elsewhere; the tint is over long before. */
const freshMs = 5_000

/**
 * What happens around a goal, newest first. Rows hold still while somebody reads; what comes meanwhile waits behind a button. Style it
 * by `[data-lc="feed"]`, `data-paused`, `data-held` and `data-part`; its height is `--lc-feed-size`.
 */
export function GoalActivityFeed(props: GoalActivityFeedProps): JSX.Element {
  const {
    goalId,
    title,
    renderActivity,
    autoScroll = false,
    virtualizeAbove = 200,
    labels: ownLabels,
    ...others
  } = props
  const { queryFn, kinds, streams, maxEntries, cursorOf, keys, classNames, slots, slotProps, unstyled, ...rest } =
    others
  const feed = useGoalActivity(goalId, { queryFn, kinds, streams, maxEntries, cursorOf, keys })
  const labels = { ...goalLabels, ...ownLabels }
  const { activities, newCount, hold, showNew } = feed
  const format = useFormat()
  const titleId = useId()
  const list = useRef<HTMLDivElement>(null)
  const [scroller, setScroller] = useState<HTMLDivElement | null>(null)
  const [paused, setPaused] = useState<{ now: number | null } | null>(null)
  const [focusedId, setFocusedId] = useState<string | null>(null)
  const clock = useNow(30_000)
  const now = paused === null ? clock : paused.now

  const reading = useReading(list)
  const isFollowing = useFollowing(autoScroll, scroller)
  const isHeld = paused !== null || (reading.isReading && !isFollowing)
  useCommitEffect(() => hold(isHeld), [hold, isHeld])
  useScrollToNew(isFollowing, scroller, activities)
  const fresh = useFreshRows(activities)
  const pill = usePill(feed.newestNewId)
  useSaying(`feed:${goalId}`, newCount, labels.newActivities(newCount, format))

  const focusRow = useFocusRow(list)
  const focusedIndex = activities.findIndex(({ id }) => String(id) === focusedId)

  function reveal() {
    showNew()
    scroller?.scrollTo({ top: 0 })
    // Once they are rows.
    requestAnimationFrame(() => focusRow.focus(0))
  }

  function onKeyDown(event: KeyboardEvent<HTMLDivElement>) {
    const article = (event.target as HTMLElement).closest('article')
    const at = activities.findIndex(({ id }) => String(id) === article?.dataset['id'])
    const wasMoved = moveInFeed(event.currentTarget, event, (step) =>
      focusRow.focus(Math.max(0, Math.min(activities.length - 1, at + step))),
    )
    if (wasMoved) event.preventDefault()
  }

  const part = partsOf<FeedPart, FeedState>(
    'feed',
    useUi(),
    { classNames, slots, slotProps, unstyled },
    {
      isHeld,
      isPaused: paused !== null,
    },
  )
  const renderRow = (index: number) => {
    const activity = activities[index]
    if (activity === undefined) return null
    const id = String(activity.id)
    return (
      <FeedRow
        key={id}
        activity={activity}
        part={part}
        position={index + 1}
        size={feed.hasOlder ? -1 : activities.length}
        isFresh={fresh.has(id)}
        isStop={focusedIndex === -1 ? index === 0 : index === focusedIndex}
        isBehindGap={feed.gapAfterId === id}
        now={now}
        labels={labels}
        onFocus={() => setFocusedId(id)}
      >
        {renderActivity?.(activity)}
      </FeedRow>
    )
  }
  const isLong = activities.length > virtualizeAbove
  const plainRows = activities.slice(0, isLong ? virtualizeAbove : undefined).map((_, index) => renderRow(index))

  return part(
    'root',
    'section',
    {
      ...rest,
      'aria-labelledby': titleId,
      'data-paused': paused === null ? undefined : '',
      'data-held': isHeld ? '' : undefined,
    },
    <>
      {part(
        'header',
        'div',
        {},
        <>
          {part('title', 'h3', { id: titleId }, title ?? labels.feed)}
          {pill.isShown &&
            part(
              'pill',
              'button',
              {
                type: 'button',
                onClick: reveal,
                onKeyDown: (event: KeyboardEvent) => event.key === 'Escape' && pill.dismiss(),
              },
              labels.newActivities(newCount, format),
            )}
          <LiveBadge queryKey={feed.queryKey} paused={paused !== null} />
          {part(
            'pause',
            'button',
            {
              type: 'button',
              className: 'lc-button',
              'aria-pressed': paused !== null,
              onClick: () => setPaused(paused === null ? { now: clock } : null),
            },
            labels.pause,
          )}
        </>,
      )}
      {part(
        'scroller',
        'div',
        { ref: setScroller, ...reading.props },
        <>
          {part(
            'list',
            'div',
            {
              ref: list,
              // A feed without an article is none.
              ...(activities.length > 0 && {
                role: 'feed',
                'aria-labelledby': titleId,
                'aria-busy': feed.isFetchingOlder,
              }),
              onKeyDown,
            },
            isLong && scroller !== null ? (
              <Suspense fallback={plainRows}>
                <VirtualRows
                  scroller={scroller}
                  count={activities.length}
                  keyOf={(index) => String(activities[index]?.id)}
                  focusedIndex={focusedIndex}
                  renderRow={renderRow}
                  onReady={focusRow.scrollBy}
                />
              </Suspense>
            ) : (
              plainRows
            ),
          )}
          <FeedFoot feed={feed} part={part} labels={labels} />
        </>,
      )}
    </>,
  )
}

interface FeedFootProps {
  feed: GoalActivityFeedState
  part: ReturnType<typeof partsOf<FeedPart, FeedState>>
  labels: GoalLabels
}

function FeedFoot({ feed, part, labels }: FeedFootProps): ReactNode {
  if (feed.status === 'pending') return part('note', 'div', { 'aria-busy': true }, labels.loading)
  if (feed.status === 'error' && feed.activities.length === 0) {
    return part(
      'note',
      'div',
      { role: 'alert' },
      <>
        {labels.failed} {feed.error?.message}
        {part('action', 'button', { type: 'button', className: 'lc-button', onClick: feed.refetch }, labels.retry)}
      </>,
    )
  }
  if (feed.activities.length === 0) return part('note', 'div', {}, labels.empty)
  if (!feed.hasOlder) return part('note', 'div', {}, labels.end)
  return part(
    'older',
    'button',
    {
      type: 'button',
      className: 'lc-button',
      'aria-disabled': feed.isFetchingOlder,
      onClick: () => feed.isFetchingOlder || feed.fetchOlder(),
    },
    feed.isFetchingOlder ? labels.loadingOlder : labels.older,
  )
}

function useFreshRows(activities: readonly GoalActivity[]): ReadonlySet<string> {
  const [rows] = useState(() => createFreshRows(freshMs))
  useCommitEffect(() => rows.see(activities.map(({ id }) => String(id))), [rows, activities])
  useEffect(() => rows.end, [rows])
  return useSyncExternalStore(rows.subscribe, rows.getSnapshot, rows.getSnapshot)
}

/** Shown while something waits, until it is dismissed and more comes. */
function usePill(newestId: string | null) {
  const [dismissedId, setDismissedId] = useState<string | null>(null)
  return { isShown: newestId !== null && newestId !== dismissedId, dismiss: () => setDismissedId(newestId) }
}

/** Tells how many wait, seldom and once it has settled. */
function useSaying(key: string, count: number, text: string) {
  const { say } = useAnnouncer()
  useEffect(() => {
    if (count > 0) say(text, { key })
  }, [say, key, count, text])
}

/** Until the reader takes over. */
function useFollowing(isWanted: boolean, scroller: HTMLElement | null): boolean {
  const [isTaken, setIsTaken] = useState(false)
  const isCalm = useReducedMotion()
  useEffect(() => {
    if (!isWanted || scroller === null) return undefined
    const take = () => setIsTaken(true)
    const types = ['wheel', 'touchstart', 'keydown'] as const
    for (const type of types) scroller.addEventListener(type, take, { passive: true })
    return () => {
      for (const type of types) scroller.removeEventListener(type, take)
    }
  }, [isWanted, scroller])
  return isWanted && !isTaken && !isCalm
}

function useScrollToNew(isFollowing: boolean, scroller: HTMLElement | null, activities: readonly GoalActivity[]) {
  useEffect(() => {
    if (isFollowing && activities.length > 0) scroller?.scrollTo({ top: 0, behavior: 'smooth' })
  }, [isFollowing, scroller, activities])
}

/** Moves the focus to a row, which may not exist before it is scrolled to, or shown. */
function useFocusRow(list: { readonly current: HTMLElement | null }) {
  const [place] = useState(() => ({ scrollTo: (_index: number) => {} }))
  const scrollBy = useCallback((by: (index: number) => void) => void Object.assign(place, { scrollTo: by }), [place])
  const focus = useCallback(
    (index: number) => {
      const row = () => list.current?.querySelector<HTMLElement>(`article[aria-posinset="${index + 1}"]`)
      place.scrollTo(index)
      row()?.focus()
      requestAnimationFrame(() => row()?.focus())
    },
    [list, place],
  )
  return { focus, scrollBy }
}
