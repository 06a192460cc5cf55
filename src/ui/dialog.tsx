'use client'
import {
  type ComponentPropsWithRef,
  type JSX,
  type KeyboardEvent,
  type ReactNode,
  useEffect,
  useId,
  useState,
} from 'react'
import { announcerFor } from './announcer.ts'
import { Icon } from './icons.tsx'
import { type DialogLabels, dialogLabels, type LabelsOf } from './labels.ts'
import { partsOf, type PartsProps } from './parts.ts'
import { type Icons, useLabels, useUi } from './ui-context.ts'

type DialogPart = 'header' | 'title' | 'close' | 'body'

export interface DialogProps
  extends Omit<ComponentPropsWithRef<'dialog'>, 'children' | 'title' | 'open' | 'ref'>, PartsProps<DialogPart, object> {
  /** Whether it is shown. */
  isOpen: boolean
  /** Esc, the close button, or the browser: set `isOpen` to false. */
  onClose: () => void
  /** What it is called, on screen and by assistive technology. */
  title: ReactNode
  /** What stands below the title. */
  children?: ReactNode
  /** Words in place of the English ones, as many as you like. */
  labels?: LabelsOf<DialogLabels>
  /** Other glyphs in place of ours. */
  icons?: Icons
}

/**
 * A modal dialog: named by its title, focus in and back to where it was, closed by Esc. Announcements are made inside of it while it
 * is open, since all else is hidden from assistive technology then.
 */
export function Dialog({ isOpen, ...props }: DialogProps): JSX.Element | null {
  return isOpen ? <OpenDialog {...props} /> : null
}

function OpenDialog(props: Omit<DialogProps, 'isOpen'>) {
  const { onClose, title, children, labels: ownLabels, icons, classNames, slots, slotProps, unstyled, ...rest } = props
  const ui = useUi()
  const labels = useLabels('dialog', dialogLabels, ownLabels)
  const titleId = useId()
  const [element, setElement] = useState<HTMLDialogElement | null>(null)
  const { portalContainer } = ui

  useEffect(() => {
    if (element === null) return undefined
    const opener = document.activeElement
    if (typeof element.showModal === 'function') element.showModal()
    else {
      element.setAttribute('open', '')
      element.focus()
    }
    const moveBack = announcerFor(portalContainer).moveInto(element)
    return () => {
      moveBack()
      if (typeof element.close === 'function') element.close()
      if (opener instanceof HTMLElement && opener.isConnected) opener.focus()
    }
  }, [element, portalContainer])

  const part = partsOf<DialogPart, object>('dialog', ui, { classNames, slots, slotProps, unstyled }, {})
  return part(
    'root',
    'dialog',
    {
      ...rest,
      ref: setElement,
      tabIndex: -1,
      'aria-labelledby': titleId,
      'aria-modal': true,
      onCancel(event: Event) {
        // Open or not is the app's to say.
        event.preventDefault()
        onClose()
      },
      onKeyDown: (event: KeyboardEvent<HTMLElement>) =>
        typeof event.currentTarget.closest('dialog')?.showModal === 'function' || keepIn(event, onClose),
    },
    <>
      {part(
        'header',
        'div',
        {},
        <>
          {part('title', 'h2', { id: titleId }, title)}
          {part(
            'close',
            'button',
            { type: 'button', 'aria-label': labels.close, onClick: onClose },
            <Icon name="cross" icons={icons} />,
          )}
        </>,
      )}
      {part('body', 'div', {}, children)}
    </>,
  )
}

/** What a native modal does by itself: Esc closes, Tab stays inside. */
function keepIn(event: KeyboardEvent<HTMLElement>, onClose: () => void) {
  if (event.key === 'Escape') onClose()
  if (event.key !== 'Tab') return
  const stops = [
    ...event.currentTarget.querySelectorAll<HTMLElement>(
      'a[href], button:enabled, input:enabled, select:enabled, textarea:enabled, [tabindex="0"]',
    ),
  ]
  const edge = event.shiftKey ? stops[0] : stops.at(-1)
  if (document.activeElement !== edge && document.activeElement !== event.currentTarget) return
  event.preventDefault()
  ;(event.shiftKey ? stops.at(-1) : stops[0])?.focus()
}
