'use client'
import { type ComponentPropsWithRef, type JSX, useEffect, useState } from 'react'
import { systemClock } from '../base/clock.ts'
import { createScope } from '../base/scope.ts'
import { useRealtimeClient } from '../react/context.ts'
import { Icon } from './icons.tsx'
import { usePresence } from './internal/use-presence.ts'
import { type IndicatorLabels, indicatorLabels, type LabelsOf, type LossLabels, lossLabels } from './labels.ts'
import type { Loss, LossCause } from './loss.ts'
import { partsOf, type PartsProps } from './parts.ts'
import { type IconName, type Icons, useFormat, useLabels, useUi } from './ui-context.ts'
import { useConnectionLoss } from './use-connection-loss.ts'
import { useConnectionVoice } from './use-connection-voice.ts'

export interface BannerState {
  /** Null while nothing is shown. */
  readonly cause: LossCause | null
}

type BannerPart = 'content' | 'text' | 'title' | 'advice' | 'action'

export interface ConnectionBannerProps
  extends Omit<ComponentPropsWithRef<'div'>, 'children'>, PartsProps<BannerPart, BannerState> {
  /** How long a loss is left to the indicator, in ms. Where the server wants a new sign-in it is shown at once. @default 15_000 */
  afterMs?: number
  /** Whether its place (`--lc-banner-size`) is kept while nothing is shown, so that nothing jumps. @default true */
  reserve?: boolean
  /** Stays at the top of what scrolls; what is focused scrolls clear of it. @default false */
  sticky?: boolean
  /** Offered where the server wants a new sign-in. */
  onSignIn?: () => void
  /** Words in place of the English ones, as many as you like. */
  labels?: LabelsOf<LossLabels & Pick<IndicatorLabels, 'retry' | 'signIn'>>
  /** Other glyphs in place of ours. */
  icons?: Icons
}

const iconOfCause: Readonly<Record<LossCause, IconName>> = {
  device: 'slash',
  server: 'dash',
  signedOut: 'lock',
  realtime: 'cycle',
}

/**
 * For losses that last: names the cause, and what works all the same. Style it by `[data-lc="banner"]`, `data-cause` and `data-part`.
 * A page needs one, above what it is about.
 */
export function ConnectionBanner({
  afterMs = 15_000,
  labels: ownLabels,
  ...props
}: ConnectionBannerProps): JSX.Element {
  const labels = useLabels('loss', lossLabels, ownLabels)
  useConnectionVoice(labels, 'banner')
  const retry = useRealtimeClient('ConnectionBanner').reconnect
  const actions = useLabels('indicator', indicatorLabels, ownLabels as LabelsOf<IndicatorLabels>)
  return <Banner {...props} current={useLongLoss(afterMs)} labels={{ ...labels, ...actions }} onRetry={retry} />
}

interface BannerProps extends Omit<ConnectionBannerProps, 'afterMs' | 'labels'> {
  current: Loss | null
  labels: LossLabels & Pick<IndicatorLabels, 'retry' | 'signIn'>
  onRetry: () => void
}

/** Reads no store: React 18 loses sight of those that are read in a component which sets a state while it renders. */
function Banner({ current, labels, onRetry, reserve = true, sticky = false, onSignIn, icons, ...others }: BannerProps) {
  const { classNames, slots, slotProps, unstyled, ...rest } = others
  const format = useFormat()
  // What leaves keeps its words until it is gone.
  const [last, setLast] = useState(current)
  if (current !== null && current !== last) setLast(current)
  const loss = current ?? last
  const { ref, isMounted, isLeaving } = usePresence<HTMLDivElement>(current !== null)
  const part = partsOf<BannerPart, BannerState>(
    'banner',
    useUi(),
    { classNames, slots, slotProps, unstyled },
    { cause: current?.cause ?? null },
  )
  const signsIn = loss?.cause === 'signedOut' && onSignIn !== undefined
  const isShown = isMounted && loss !== null
  return part(
    'root',
    'div',
    {
      ...rest,
      'data-cause': current?.cause,
      'data-reserve': reserve ? '' : undefined,
      'data-sticky': sticky ? '' : undefined,
      'data-shown': isShown ? '' : undefined,
    },
    part(
      'content',
      'div',
      { ref, 'data-leaving': isLeaving ? '' : undefined },
      <>
        {isShown && <Icon name={iconOfCause[loss.cause]} icons={icons} />}
        {/* There before its text, so that the text is heard. */}
        {part(
          'text',
          'p',
          { role: 'status' },
          isShown && (
            <>
              {part('title', 'strong', {}, `${labels.cause[loss.cause]}.`)}
              {part('advice', 'span', {}, ` ${labels.advice(loss.cause, loss.everyMs, format)}`)}
            </>
          ),
        )}
        {isShown &&
          part(
            'action',
            'button',
            { type: 'button', className: 'lc-button', onClick: signsIn ? onSignIn : onRetry },
            signsIn ? labels.signIn : labels.retry,
          )}
      </>,
    ),
  )
}

/** The loss, once it has lasted. */
function useLongLoss(afterMs: number): Loss | null {
  const loss = useConnectionLoss()
  const dueAt = loss === null ? null : loss.cause === 'signedOut' ? -Infinity : loss.since + afterMs
  const [passed, setPassed] = useState<number | null>(null)
  useEffect(() => {
    if (dueAt === null) return undefined
    const scope = createScope(systemClock)
    scope.timeout(() => setPassed(dueAt), Math.max(0, dueAt - systemClock.now()))
    return scope.dispose
  }, [dueAt])
  return dueAt !== null && passed === dueAt ? loss : null
}
