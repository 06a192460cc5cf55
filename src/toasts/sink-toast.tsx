// A card as a sink is given it.
import type { Format } from '../ui/format.ts'
import type { ToastLabels } from '../ui/labels.ts'
import type { PartsConfig, PartsProps } from '../ui/parts.ts'
import { type Card, priorityOf } from './toast-card.ts'
import { ToastContent, type ToastPart, type ToastPartState } from './toast-content.tsx'
import type { ToastPriority } from './toast-rules.ts'
import type { SinkToast } from './toast-sink.ts'
import { wordsOf } from './toast-words.ts'

/** How toasts read and look. */
export interface ToastLook {
  labels: ToastLabels
  format: Format
  ui: PartsConfig
  parts: PartsProps<ToastPart, ToastPartState>
  onShowAll: (() => void) | undefined
}

const durationsMs: Readonly<Record<ToastPriority, number>> = {
  low: 4_000,
  normal: 5_000,
  high: 8_000,
  critical: Infinity,
}

export function sinkToastOf(
  card: Card,
  isHeard: boolean,
  { format, ...look }: ToastLook,
  { onGone, onClose }: { onGone: () => void; onClose: () => void },
): SinkToast {
  const words = wordsOf(card, look.labels, format)
  const priority = priorityOf(card)
  return {
    id: card.id,
    title: words.title,
    description: words.description,
    priority,
    durationMs: card.isPersistent ? Infinity : durationsMs[priority],
    isHeard,
    content: <ToastContent card={card} words={words} isHeard={isHeard} onClose={onClose} {...look} />,
    onGone,
  }
}
