'use client'
import type { QueryKey } from '@tanstack/react-query'
import { type ComponentPropsWithRef, type JSX, type ReactNode, useId } from 'react'
import { LiveBadge } from '../ui/live-badge.tsx'
import { partsOf, type PartsProps } from '../ui/parts.ts'
import { useUi } from '../ui/ui-context.ts'
import { useLiveHighlight } from '../ui/use-live-highlight.tsx'

export interface WidgetFrameProps
  extends Omit<ComponentPropsWithRef<'section'>, 'title' | 'ref'>, PartsProps<'header' | 'title' | 'actions' | 'body'> {
  /** Its heading. */
  title: ReactNode
  /** What the widget shows: its badge says whether that is live. */
  queryKey: QueryKey
  /** Stands in the head, behind the badge. */
  actions?: ReactNode
  /** The user holds still what it shows, and its badge says so. @default false */
  paused?: boolean
}

/** A part of a dashboard: titled, and truthful about whether what it shows is live. */
export function WidgetFrame(props: WidgetFrameProps): JSX.Element {
  const { title, queryKey, actions, paused = false, children, classNames, slots, slotProps, unstyled, ...rest } = props
  const id = useId()
  const part = partsOf('widget', useUi(), { classNames, slots, slotProps, unstyled }, {})
  return part(
    'root',
    'section',
    { ...rest, 'aria-labelledby': id },
    <>
      {part(
        'header',
        'div',
        {},
        <>
          {part('title', 'h3', { id }, title)}
          <LiveBadge queryKey={queryKey} paused={paused} />
          {actions !== undefined && part('actions', 'div', {}, actions)}
        </>,
      )}
      {part('body', 'div', {}, children)}
    </>,
  )
}

export interface LiveCardProps extends Omit<ComponentPropsWithRef<'div'>, 'ref'> {
  /** Anything that differs once what it shows has changed. */
  version: string | number
  /** @default 'div' */
  as?: 'div' | 'li' | 'article'
}

/** A card or row that marks itself for a moment when what it shows has changed. */
export function LiveCard({ version, as: Tag = 'div', children, ...rest }: LiveCardProps): JSX.Element {
  const { props, mark } = useLiveHighlight(version)
  // One type for all three: what they are given is the same.
  const Element = Tag as 'div'
  return (
    <Element {...rest} {...props}>
      {children} {mark}
    </Element>
  )
}
