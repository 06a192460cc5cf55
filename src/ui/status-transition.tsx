'use client'
import { type ComponentPropsWithRef, type JSX, useEffect, useState } from 'react'
import type { Tone } from '../client/shown-status.ts'
import { Icon } from './icons.tsx'
import { type LabelsOf, type StatusLabels, statusLabels } from './labels.ts'
import { partsOf, type PartsProps } from './parts.ts'
import { keyOfStatus, toneOfStatus } from './status-tones.ts'
import { type IconName, type Icons, useLabels, useUi } from './ui-context.ts'

export interface StatusState {
  readonly status: string
  readonly previous: string | null
  readonly tone: Tone
}

type StatusPart = 'current' | 'previous' | 'word'

export interface StatusTransitionProps
  extends Omit<ComponentPropsWithRef<'span'>, 'children' | 'ref'>, PartsProps<StatusPart, StatusState> {
  /** Of a booking, a payment, a goal: `PENDING`, `inProgress`, `checked-in`. */
  status: string
  /** Its tone. @default what usual names suggest, else `off` */
  tone?: Tone
  /** Words by status, in lower case with `_` between words. @default the status itself, as words */
  labels?: LabelsOf<StatusLabels>
  /** Other glyphs in place of ours. */
  icons?: Icons
}

const iconOfTone: Readonly<Record<Tone, IconName>> = { good: 'check', working: 'clock', off: 'ring', bad: 'cross' }

/**
 * A status that changes before one's eyes: the old one gives way to the new, whose word is there at once for who reads or listens.
 * Without movement where that is unwanted. Style it by `[data-lc="status"]`, `data-status`, `data-tone` and `data-part`.
 */
export function StatusTransition(props: StatusTransitionProps): JSX.Element {
  const { status, tone: ownTone, labels: ownLabels, icons, classNames, slots, slotProps, unstyled, ...rest } = props
  const words = useLabels('status', statusLabels, ownLabels)
  const tone = ownTone ?? toneOfStatus(status)
  const [shown, setShown] = useState<{ status: string; tone: Tone; previous: { status: string; tone: Tone } | null }>({
    status,
    tone,
    previous: null,
  })
  // While rendering, so that the new word comes in the very frame of the change.
  if (shown.status !== status || shown.tone !== tone)
    setShown({ status, tone, previous: shown.status === status ? null : { status: shown.status, tone: shown.tone } })
  const { previous } = shown
  const [leaving, setLeaving] = useState<HTMLElement | null>(null)

  useEffect(() => {
    if (previous === null || leaving === null) return undefined
    let isCurrent = true
    const running = leaving.getAnimations?.() ?? []
    const forget = () => isCurrent && setShown((last) => ({ ...last, previous: null }))
    // Where nothing moves (reduced motion, jsdom) it goes at once.
    if (running.length === 0) forget()
    else void Promise.allSettled(running.map(({ finished }) => finished)).then(forget)
    return () => {
      isCurrent = false
    }
  }, [previous, leaving])

  const state = { status, previous: previous?.status ?? null, tone }
  const part = partsOf<StatusPart, StatusState>('status', useUi(), { classNames, slots, slotProps, unstyled }, state)
  const content = (of: string, ofTone: Tone) => (
    <>
      <Icon name={iconOfTone[ofTone]} icons={icons} />
      {part('word', 'span', {}, wordOf(of, words))}
    </>
  )
  return part(
    'root',
    'span',
    { ...rest, 'data-status': status, 'data-tone': tone },
    <>
      {part(
        'current',
        'span',
        { key: status, 'data-entering': previous === null ? undefined : '' },
        content(status, tone),
      )}
      {previous !== null &&
        part(
          'previous',
          'span',
          { ref: setLeaving, 'aria-hidden': true, 'data-tone': previous.tone },
          content(previous.status, previous.tone),
        )}
    </>,
  )
}

/** `IN_PROGRESS`, `inProgress`, `in-progress` → `In progress`. */
function wordOf(status: string, words: StatusLabels): string {
  const key = keyOfStatus(status)
  const known = words[key]
  if (known !== undefined) return known
  const spaced = key.replaceAll('_', ' ')
  return spaced.charAt(0).toUpperCase() + spaced.slice(1)
}
