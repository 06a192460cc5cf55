'use client'
import { type JSX, useEffect } from 'react'
import { Toaster, type ToasterProps } from 'sonner'
import type { EventTable } from '../protocol/define-events.ts'
import { useRealtimeClient } from '../react/context.ts'
import { useLatest } from '../react/use-latest.ts'
import { type LabelsOf, type ToastLabels, toastLabels } from '../ui/labels.ts'
import type { PartsProps } from '../ui/parts.ts'
import { useFormat, useLabels, useUi } from '../ui/ui-context.ts'
import { useAnnouncer } from '../ui/use-announcer.ts'
import type { QuietHours } from './quiet-hours.ts'
import { sonnerSink } from './sonner-sink.ts'
import { maxCards } from './toast-card.ts'
import { toastCenterOf, type ToastSettings } from './toast-center.ts'
import type { ToastPart, ToastPartState } from './toast-content.tsx'
import type { RegisteredEvents, ToastRules } from './toast-rules.ts'
import type { ToastSink } from './toast-sink.ts'
import type { ToastSoundOptions } from './toast-sound.ts'
import { useQuietHours } from './use-quiet-hours.ts'
import { useToasterPlace } from './use-toaster-place.ts'

export interface RealtimeToastsProps<Events extends EventTable = RegisteredEvents> extends PartsProps<
  ToastPart,
  ToastPartState
> {
  /** Which events are told, and how. May be written inline; the newest are followed. */
  rules: ToastRules<Events>
  /** Only what is critical is shown, and nothing sounds. @default false */
  muted?: boolean | undefined
  /** When the same holds. */
  quietHours?: QuietHours | readonly QuietHours[] | null | undefined
  /** What happened longer ago, in ms by the server's clock and this device's, is no news: it goes into the history alone. @default 60_000 */
  maxAgeMs?: number | undefined
  /** How many entries the history keeps. @default 100 */
  historySize?: number | undefined
  /** A short sound, once a second at most, as soon as the page may make any (`useToastSound`). @default false */
  sound?: boolean | ToastSoundOptions | undefined
  /** Props of sonner's Toaster. False: the app renders one itself. @default rendered, unless there is a `sink` */
  toaster?: false | ToasterProps | undefined
  /** Shows the toasts in sonner's place. */
  sink?: ToastSink | undefined
  /** Offered by a toast that stands for several: opens the list of all of them. */
  onShowAll?: (() => void) | undefined
  /** Words in place of the English ones, as many as you like. */
  labels?: LabelsOf<ToastLabels> | undefined
}

/** Sonner's own colours, for toasts of the app in the same list. */
const toasterStyle = {
  '--normal-bg': 'var(--lc-surface)',
  '--normal-border': 'var(--lc-line)',
  '--normal-text': 'var(--lc-text)',
  '--border-radius': 'var(--lc-radius-large)',
} as NonNullable<ToasterProps['style']>

/**
 * Shows events as toasts: three at most, and one summary of the rest. Renders sonner's Toaster, once per page. Style a toast by
 * `[data-lc="toast"]`, `data-severity`, `data-kind` and `data-part`.
 */
export function RealtimeToasts<Events extends EventTable = RegisteredEvents>(
  props: RealtimeToastsProps<Events>,
): JSX.Element | null {
  const { rules, muted = false, maxAgeMs = 60_000, historySize = 100, sound = false, sink, onShowAll } = props
  const { toaster = sink === undefined ? {} : false, classNames, slots, slotProps, unstyled } = props
  const center = toastCenterOf(useRealtimeClient('RealtimeToasts'))
  const ui = useUi()
  const labels = useLabels('toasts', toastLabels, props.labels)
  const format = useFormat()
  const isQuiet = useQuietHours(props.quietHours)
  useAnnouncer()

  const latest = useLatest<ToastSettings>({
    rules,
    muted,
    isQuiet,
    maxAgeMs,
    historySize,
    sound: sound === true ? {} : sound || null,
    sink: sink ?? sonnerSink,
    portalContainer: ui.portalContainer,
    look: { labels, format, ui, parts: { classNames, slots, slotProps, unstyled }, onShowAll },
  })
  useEffect(() => center.join(() => latest.current), [center, latest])
  useEffect(() => center.changed())

  const isPlaced = useToasterPlace(toaster !== false)
  if (!isPlaced || toaster === false) return null
  // The end of the line, where sonner itself knows only left and right.
  const side = document.documentElement.dir === 'rtl' ? 'left' : 'right'
  return (
    <Toaster
      expand
      position={`bottom-${side}`}
      visibleToasts={maxCards + 1}
      customAriaLabel={`${labels.region}, Alt+T`}
      className="lc-toaster"
      style={toasterStyle}
      {...toaster}
    />
  )
}
