'use client'
import type { QueryKey } from '@tanstack/react-query'
import { type ComponentPropsWithRef, type JSX, useEffect, useState } from 'react'
import { systemClock } from '../base/clock.ts'
import { createScope } from '../base/scope.ts'
import type { Tone } from '../client/shown-status.ts'
import type { LiveStatus } from '../query/live-status.ts'
import { useLiveStatus } from '../react/use-live-status.ts'
import { Icon, iconOfLive } from './icons.tsx'
import { usePresence } from './internal/use-presence.ts'
import { type BadgeLabels, badgeLabels, type LabelsOf } from './labels.ts'
import { partsOf, type PartsProps } from './parts.ts'
import { type Icons, useLabels, useUi } from './ui-context.ts'
import { useDataVersion } from './use-data-version.ts'

/** What is live about a query, or that its reader holds it still. */
export type BadgeStatus = LiveStatus | 'paused'

export interface BadgeState {
  readonly status: BadgeStatus
  readonly tone: Tone
}

interface CommonProps
  extends Omit<ComponentPropsWithRef<'span'>, 'children' | 'ref'>, PartsProps<'word' | 'pulse', BadgeState> {
  /** The user holds still what the badge stands beside; then it says so, whatever the link does. @default false */
  paused?: boolean
  /** False: it fades out. @default true */
  visible?: boolean
  /** Words in place of the English ones, as many as you like. */
  labels?: LabelsOf<BadgeLabels>
  /** Other glyphs in place of ours. */
  icons?: Icons
}

interface BoundProps extends CommonProps {
  /** The query it speaks for; a change of its data pulses. Shown once it is live, or has not become so within 2.5 s. */
  queryKey: QueryKey
  status?: never
  pulse?: never
}

interface ControlledProps extends CommonProps {
  status: BadgeStatus
  queryKey?: never
  /** Anything that differs for each new item; each change pulses twice. */
  pulse?: string | number | undefined
}

export type LiveBadgeProps = BoundProps | ControlledProps

const tones: Readonly<Record<BadgeStatus, Tone>> = {
  live: 'good',
  polling: 'working',
  stale: 'working',
  offline: 'off',
  paused: 'off',
}

/**
 * Says whether what it stands beside is live: Live, Polling, Stale, Offline or Paused, and Live only while that is true. It is no
 * live region, however many there are. Style it by `[data-lc="badge"]`, `data-status`, `data-tone` and `data-part`.
 */
export function LiveBadge(props: LiveBadgeProps): JSX.Element | null {
  return props.queryKey === undefined ? <Badge {...props} /> : <BoundBadge {...props} />
}

/**
 * How long a page that loads may take to go live before the badge says that it is not, in ms: more than what it fetches anew once the
 * link is up is spread over.
 */
const firstWordMs = 2_500

function BoundBadge({ queryKey, visible = true, ...props }: BoundProps) {
  const status = useLiveStatus(queryKey)
  const isLive = status === 'live'
  const [isPatient, setIsPatient] = useState(true)
  useEffect(() => {
    const scope = createScope(systemClock)
    scope.timeout(() => setIsPatient(false), isLive ? 0 : firstWordMs)
    return scope.dispose
  }, [isLive])
  const hasWord = !isPatient || isLive || props.paused === true
  return <Badge {...props} status={status} visible={visible && hasWord} pulse={useDataVersion(queryKey)} />
}

function Badge(props: ControlledProps) {
  const {
    paused = false,
    visible = true,
    pulse,
    labels: ownLabels,
    icons,
    classNames,
    slots,
    slotProps,
    unstyled,
    ...rest
  } = props
  const { status: given, ...attributes } = rest
  const status = paused ? 'paused' : given
  const labels = useLabels('badge', badgeLabels, ownLabels)
  const { ref, isMounted, isLeaving } = usePresence(visible)
  const state = { status, tone: tones[status] }
  const part = partsOf<'word' | 'pulse', BadgeState>(
    'badge',
    useUi(),
    { classNames, slots, slotProps, unstyled },
    state,
  )
  if (!isMounted) return null
  return part(
    'root',
    'span',
    {
      ...attributes,
      ref,
      'data-status': status,
      'data-tone': state.tone,
      'data-leaving': isLeaving ? '' : undefined,
    },
    <>
      <Icon name={iconOfLive[status]} icons={icons} />
      {part('word', 'span', {}, labels.status[status])}
      {/* Another key is another element, whose movement begins anew; the first data is no news. */}
      {pulse !== undefined && pulse !== 0 && !paused && part('pulse', 'span', { key: pulse, 'aria-hidden': true })}
    </>,
  )
}
