// A card as a sink is given it.
import type { Format } from '../ui/format.ts'
import type { ToastLabels } from '../ui/labels.ts'
import type { PartsConfig, PartsProps } from '../ui/parts.ts'
import { type Card, priorityOf, rankOf } from './toast-card.ts'
import { ToastContent, type ToastPart, type ToastPartState } from './toast-content.tsx'
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

/** From low to high; what is critical stays until somebody dismisses it. */
const durationsMs: readonly number[] = [4_000, 5_000, 8_000]

export function sinkToastOf(
  card: Card,
  isHeard: boolean,
  { format, ...look }: ToastLook,
  { onGone, onClose }: { onGone: () => void; onClose: () => void },
): SinkToast {
  const words = wordsOf(card, look.labels, format)
  return {
    id: card.id,
    title: words.title,
    description: words.description,
    priority: priorityOf(card),
    durationMs: card.isPersistent ? Infinity : durationsMs[rankOf(card)]!,
    isHeard,
    content: <ToastContent card={card} words={words} isHeard={isHeard} onClose={onClose} {...look} />,
    onGone,
  }
}
