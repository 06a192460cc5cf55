'use client'
import { type ComponentPropsWithRef, type JSX, useEffect, useState } from 'react'
import { systemClock } from '../base/clock.ts'
import { type ShownStatus, toneOf } from '../client/shown-status.ts'
import { useRealtimeClient } from '../react/context.ts'
import { useRealtimeConnection } from '../react/use-realtime-connection.ts'
import { useShownStatus, type UseShownStatusOptions } from '../react/use-shown-status.ts'
import { Icon, iconOfStatus } from './icons.tsx'
import { IndicatorDetails, type IndicatorPart, type IndicatorState } from './indicator-details.tsx'
import { usePopover } from './internal/use-popover.ts'
import { useTooltip } from './internal/use-tooltip.ts'
import { type IndicatorLabels, indicatorLabels, type LabelsOf, lossLabels } from './labels.ts'
import { partsOf, type PartsProps } from './parts.ts'
import { type IconName, type Icons, useLabels, useUi } from './ui-context.ts'
import { useConnectionVoice } from './use-connection-voice.ts'

export interface RealtimeIndicatorProps
  extends
    Omit<ComponentPropsWithRef<'span'>, 'children'>,
    UseShownStatusOptions,
    PartsProps<IndicatorPart, IndicatorState> {
  /** A dot alone (its word is one hover, focus or press away), glyph and word, or both on a tinted ground. @default 'chip' */
  variant?: 'dot' | 'label' | 'chip'
  /** `simple`: Connected, Reconnecting or Disconnected, whatever the finer state. @default 'full' */
  words?: 'full' | 'simple'
  /** False: a text, no button with details behind it. @default true */
  details?: boolean
  /** Whether hovering and focusing show the word. @default for the dot */
  tooltip?: boolean
  /** Nothing is shown while the link is up, or about to be for the first time. @default false */
  hideWhenHealthy?: boolean
  /** Whether a loss of more than 5 s, and the end of it, are said to assistive technology. @default true */
  announce?: boolean
  /** Offered where the server wants a new sign-in. */
  onSignIn?: () => void
  /** Words in place of the English ones, as many as you like. */
  labels?: LabelsOf<IndicatorLabels>
  /** Other glyphs in place of ours. */
  icons?: Icons
}

const healthy: ReadonlySet<ShownStatus> = new Set(['idle', 'connecting', 'authenticating', 'connected'])

/**
 * Says how the link is doing: glyph, word and tone, from the smoothed status. A press shows since when, by what, how fast, what went
 * wrong, and what can be done. Style it by `[data-lc="indicator"]`, `data-status`, `data-tone`, `data-degraded` and `data-part`.
 */
export function RealtimeIndicator(props: RealtimeIndicatorProps): JSX.Element | null {
  const {
    variant = 'chip',
    words = 'full',
    details = true,
    tooltip = variant === 'dot',
    hideWhenHealthy = false,
    announce = true,
    onSignIn,
    labels: ownLabels,
    icons,
    graceMs,
    minShowMs,
    classNames,
    slots,
    slotProps,
    unstyled,
    ...rest
  } = props
  const status = useShownStatus({
    ...(graceMs !== undefined && { graceMs }),
    ...(minShowMs !== undefined && { minShowMs }),
  })
  const isDegraded =
    useRealtimeConnection((state) => state.name === 'connected' && state.degraded) && status === 'connected'
  const since = useChangedAt()
  const labels = useLabels('indicator', indicatorLabels, ownLabels)
  useConnectionVoice(useLabels('loss', lossLabels), announce ? 'indicator' : null)

  const tone = isDegraded ? 'working' : toneOf[status]
  const word = isDegraded ? labels.degraded : labels.status[status]
  const shown = words === 'simple' ? labels.simple[toneOf[status]] : word
  const popover = usePopover(`${labels.name}: ${word}`)
  const tip = useTooltip(tooltip && !popover.isOpen)
  const part = partsOf<IndicatorPart, IndicatorState>(
    'indicator',
    useUi(),
    { classNames, slots, slotProps, unstyled },
    {
      status,
      tone,
      isDegraded,
    },
  )
  // What somebody reads is not taken away from under them.
  if (hideWhenHealthy && healthy.has(status) && !isDegraded && !popover.isOpen) return null

  const icon: IconName = isDegraded ? 'clock' : iconOfStatus[status]
  const content = (
    <>
      <Icon name={icon} icons={icons} />
      {part('name', 'span', { className: 'lc-sr' }, `${labels.name}:`)}{' '}
      {part('word', 'span', { className: variant === 'dot' ? 'lc-sr' : undefined }, shown)}
    </>
  )
  return part(
    'root',
    'span',
    {
      ...rest,
      'data-status': status,
      'data-tone': tone,
      'data-degraded': isDegraded ? '' : undefined,
      'data-variant': variant,
    },
    <>
      {details
        ? part('trigger', 'button', { type: 'button', ...tip.triggerProps, ...popover.triggerProps }, content)
        : part('trigger', 'span', tooltip ? { ...tip.triggerProps, tabIndex: 0 } : {}, content)}
      {tip.isShown && part('tooltip', 'span', { ...tip.tooltipProps, className: 'lc-float lc-tooltip' }, shown)}
      {details &&
        part(
          'details',
          'div',
          { ...popover.panelProps, className: 'lc-float lc-panel' },
          popover.isOpen && (
            <IndicatorDetails
              part={part}
              labels={labels}
              status={status}
              word={word}
              icon={<Icon name={icon} icons={icons} />}
              since={since}
              onSignIn={onSignIn}
            />
          ),
        )}
    </>,
  )
}

/** When the link last came into another state, in epoch ms; null as long as it has not. */
function useChangedAt(): number | null {
  const client = useRealtimeClient('RealtimeIndicator')
  const [at, setAt] = useState<number | null>(null)
  useEffect(() => {
    let last = client.getState().name
    return client.onState(() => {
      const { name } = client.getState()
      if (name !== last) setAt(systemClock.now())
      last = name
    })
  }, [client])
  return at
}
