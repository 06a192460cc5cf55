'use client'
import { clsx } from 'clsx'
import type { ComponentPropsWithRef, JSX } from 'react'
import { toneOf } from '../client/shown-status.ts'
import { useRealtimeClient } from '../react/context.ts'
import { useShownStatus, type UseShownStatusOptions } from '../react/use-shown-status.ts'
import { indicatorLabels, type Labels } from './labels.ts'
import { StatusGlyph } from './status-glyph.tsx'

export interface RealtimeIndicatorProps extends Omit<ComponentPropsWithRef<'span'>, 'children'>, UseShownStatusOptions {
  /** Words in place of the English ones, as many as you like. */
  labels?: Partial<Omit<Labels['indicator'], 'status'>> & { status?: Partial<Labels['indicator']['status']> }
}

/**
 * Says how the link is doing: glyph, word and tone, from the smoothed status. It is no live region, so a change is shown
 * and not spoken. Where only a person can help (signed out by the server, refused), it offers to try again.
 * Style it by `[data-lc="indicator"]`, `data-status` and `data-tone`.
 */
export function RealtimeIndicator({
  labels,
  graceMs,
  minShowMs,
  className,
  ...props
}: RealtimeIndicatorProps): JSX.Element {
  const client = useRealtimeClient('RealtimeIndicator')
  const status = useShownStatus({
    ...(graceMs !== undefined && { graceMs }),
    ...(minShowMs !== undefined && { minShowMs }),
  })
  const { name, retry } = { ...indicatorLabels, ...labels }
  const word = labels?.status?.[status] ?? indicatorLabels.status[status]
  const tone = toneOf[status]
  return (
    <span
      {...props}
      className={clsx('lc-indicator', className)}
      data-lc="indicator"
      data-status={status}
      data-tone={tone}
    >
      <span data-part="status">
        <StatusGlyph tone={tone} />
        <span data-part="name">{name}: </span>
        <span data-part="word">{word}</span>
      </span>
      {tone === 'bad' && (
        <button type="button" data-part="retry" onClick={client.reconnect}>
          {retry}
        </button>
      )}
    </span>
  )
}
