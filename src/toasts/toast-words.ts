// The words on a card, in the reader's language.
import type { Format } from '../ui/format.ts'
import type { ToastLabels } from '../ui/labels.ts'
import type { Card } from './toast-card.ts'

export interface ToastWords {
  readonly title: string
  readonly description?: string | undefined
  /** How many more it stands for. */
  readonly more?: string | undefined
}

export function wordsOf({ kind, draft, count, criticals }: Card, labels: ToastLabels, format: Format): ToastWords {
  if (draft === null) return { title: (kind === 'away' ? labels.away : labels.more)(count, format) }
  const { title, description } = draft
  if (kind === 'criticals') return { title: labels.criticalGroup(criticals, format), description: title }
  return { title, description, ...(count > 1 && { more: labels.grouped(count - 1, format) }) }
}

/** What a critical one says where no toast is heard. */
export function textOf(card: Card, labels: ToastLabels, format: Format): string {
  const { title, description } = wordsOf(card, labels, format)
  return [`${labels.critical}: ${title}`, description].filter(Boolean).join('. ')
}
