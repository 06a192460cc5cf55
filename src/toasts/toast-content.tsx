'use client'
// What is in a toast: glyph, words, buttons. Where it stands and how long is the sink's.
import type { JSX, MouseEvent } from 'react'
import type { ToastLabels } from '../ui/labels.ts'
import { partsOf, type PartsConfig, type PartsProps } from '../ui/parts.ts'
import { type Card, priorityOf } from './toast-card.ts'
import { ToastGlyph } from './toast-glyph.tsx'
import type { ToastPriority } from './toast-rules.ts'
import type { ToastWords } from './toast-words.ts'

/** The parts of a toast that can be dressed and replaced. */
export type ToastPart =
  | 'root'
  | 'glyph'
  | 'words'
  | 'severity'
  | 'title'
  | 'description'
  | 'more'
  | 'older'
  | 'actions'
  | 'action'
  | 'link'
  | 'close'

export interface ToastPartState {
  readonly priority: ToastPriority
  /** A notice, critical ones in one, or a summary: of what found no place, of what came while the page was hidden. */
  readonly kind: 'notice' | 'criticals' | 'more' | 'away'
}

export interface ToastContentProps {
  card: Card
  words: ToastWords
  labels: ToastLabels
  isHeard: boolean
  ui: PartsConfig
  parts: PartsProps<ToastPart, ToastPartState>
  /** Leads to all of them, from a toast that stands for several. */
  onShowAll: (() => void) | undefined
  onClose: () => void
}

export function ToastContent(props: ToastContentProps): JSX.Element {
  const { card, words, labels, isHeard, ui, parts, onShowAll, onClose } = props
  const { kind, draft, older } = card
  const priority = priorityOf(card)
  const part = partsOf('toast', ui, parts, { priority, kind })
  const single = kind === 'notice' ? draft : null
  const action = single?.action ?? (single === null && onShowAll && { label: labels.showAll, onClick: onShowAll })

  const press = (event: MouseEvent) => {
    if (action) action.onClick(event)
    if (!event.defaultPrevented) onClose()
  }

  return part(
    'root',
    'div',
    // The list it stands in is one live region: what it does not want heard has to say so, in the commit that brings it.
    { 'data-severity': priority, 'data-kind': kind, 'aria-live': isHeard ? undefined : 'off' },
    <>
      {part('glyph', 'span', { 'aria-hidden': true }, <ToastGlyph name={draft === null ? 'summary' : priority} />)}
      {part(
        'words',
        'div',
        // Heard whole, not only what has changed in it.
        { 'aria-atomic': true },
        <>
          {priority === 'critical' && part('severity', 'span', {}, `${labels.critical}: `)}
          {part('title', 'div', { dir: 'auto' }, words.title)}
          {words.description !== undefined && part('description', 'div', { dir: 'auto' }, words.description)}
          {words.more !== undefined && part('more', 'div', {}, words.more)}
        </>,
      )}
      {older.length > 0 &&
        part(
          'older',
          'ul',
          // Each of them was heard when it was the newest.
          { 'aria-live': 'off' },
          older.map((title, index) => (
            // oxlint-disable-next-line react/no-array-index-key -- titles may be the same, and hold no state
            <li key={index}>
              <bdi>{title}</bdi>
            </li>
          )),
        )}
      {(action || single?.link) &&
        part(
          'actions',
          'div',
          {},
          <>
            {action && part('action', 'button', { type: 'button', onClick: press }, action.label)}
            {single?.link &&
              part(
                'link',
                'a',
                { href: single.link.href, rel: 'noopener noreferrer', onClick: onClose },
                single.link.label ?? labels.open,
              )}
          </>,
        )}
      {part(
        'close',
        'button',
        { type: 'button', 'aria-label': labels.dismiss, onClick: onClose },
        <ToastGlyph name="close" />,
      )}
    </>,
  )
}
