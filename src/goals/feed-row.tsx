'use client'
import { type JSX, type ReactNode, useId } from 'react'
import type { RenderPart } from '../ui/parts.ts'
import { useFormat } from '../ui/ui-context.ts'
import type { GoalActivity } from './entities.ts'
import type { GoalLabels } from './wording.ts'

export type FeedPart =
  | 'header'
  | 'title'
  | 'pill'
  | 'pause'
  | 'scroller'
  | 'list'
  | 'row'
  | 'actor'
  | 'text'
  | 'time'
  | 'new'
  | 'gap'
  | 'note'
  | 'action'
  | 'older'

export interface FeedRowProps {
  activity: GoalActivity
  part: RenderPart<FeedPart | 'root'>
  position: number
  /** -1: unknown. */
  size: number
  isFresh: boolean
  /** The one that Tab stops at. */
  isStop: boolean
  /** Above it something may have been missed, and was fetched since. */
  isBehindGap: boolean
  /** Epoch ms; null where it is not known yet. */
  now: number | null
  labels: GoalLabels
  onFocus: () => void
  /** In place of ours. */
  children?: ReactNode
}

export function FeedRow(props: FeedRowProps): JSX.Element {
  const { activity, part, position, size, isFresh, isStop, isBehindGap, now, labels, onFocus, children } = props
  const format = useFormat()
  const id = useId()
  const at = new Date(activity.createdAt)
  return part(
    'row',
    'article',
    {
      'data-id': String(activity.id),
      'data-kind': activity.kind,
      'data-new': isFresh ? '' : undefined,
      tabIndex: isStop ? 0 : -1,
      'aria-posinset': position,
      'aria-setsize': size,
      'aria-labelledby': id,
      onFocus,
    },
    <>
      {isBehindGap && part('gap', 'p', {}, labels.gap)}
      <div id={id}>
        {children ?? (
          <>
            {activity.actor && part('actor', 'span', {}, labels.by(activity.actor.name))}{' '}
            {part('text', 'span', {}, activity.text)}
          </>
        )}{' '}
        {isFresh && part('new', 'span', {}, labels.isNew)}
      </div>
      {/* Relative, so not before there is a page whose time it is. */}
      {part(
        'time',
        'time',
        { dateTime: at.toISOString(), title: now === null ? undefined : format.time(at.getTime(), now) },
        now === null ? '' : format.ago(at.getTime(), now),
      )}
    </>,
  )
}
