'use client'
// A panel that a button opens: not modal, closed by Esc, by a press outside and by the button. The browser's `popover` does all of
// that where there is one; elsewhere (jsdom, old Safari) we do.
import { type RefCallback, useCallback, useEffect, useId, useRef, useState } from 'react'
import { flushSync } from 'react-dom'
import { placeUnder } from './place.ts'

export interface Popover {
  readonly isOpen: boolean
  close(): void
  /** For the `<button>`. */
  readonly triggerProps: object
  /** For the panel, which is rendered always and filled while open. */
  readonly panelProps: object
}

/** @param label names the panel */
export function usePopover(label: string): Popover {
  const id = useId()
  const trigger = useRef<HTMLElement>(null)
  const [panel, setPanel] = useState<HTMLElement | null>(null)
  const [isOpen, setIsOpen] = useState(false)
  // A server and the first render of a page do not know yet; closed, both ways look the same.
  const isNative = panel === null || typeof panel.showPopover === 'function'

  useEffect(() => {
    if (panel === null || !isNative) return undefined
    // React 18 knows no such event of popovers.
    const follow = (event: Event) => {
      const willOpen = (event as ToggleEvent).newState === 'open'
      // Filled before it is shown, so that it is placed by its real size.
      if (willOpen) flushSync(() => setIsOpen(true))
      else setIsOpen(false)
    }
    panel.addEventListener('beforetoggle', follow)
    return () => panel.removeEventListener('beforetoggle', follow)
  }, [panel, isNative])

  const close = useCallback(() => {
    if (isNative) panel?.hidePopover()
    else setIsOpen(false)
    trigger.current?.focus()
  }, [panel, isNative])

  useEffect(() => {
    if (isOpen && trigger.current !== null && panel !== null) placeUnder(trigger.current, panel)
  }, [isOpen, panel])

  useEffect(() => {
    if (!isOpen || isNative) return undefined
    const onKey = (event: KeyboardEvent) => {
      if (event.key === 'Escape') close()
    }
    const onPress = ({ target }: Event) => {
      const isInside = [trigger.current, panel].some((element) => element?.contains(target as Node))
      if (!isInside) setIsOpen(false)
    }
    document.addEventListener('keydown', onKey)
    document.addEventListener('pointerdown', onPress)
    return () => {
      document.removeEventListener('keydown', onKey)
      document.removeEventListener('pointerdown', onPress)
    }
  }, [isOpen, isNative, panel, close])

  // Set by hand: React 18 and 19 each warn at the other's spelling. It, not a handler, toggles: a press closes what is open before the
  // click comes, so that a handler would open it again.
  const triggerRef: RefCallback<HTMLElement> = useCallback(
    (element) => {
      trigger.current = element
      element?.setAttribute('popovertarget', id)
    },
    [id],
  )

  return {
    isOpen,
    close,
    triggerProps: {
      ref: triggerRef,
      'aria-expanded': isOpen,
      'aria-haspopup': 'dialog',
      'aria-controls': id,
      onClick: isNative ? undefined : () => setIsOpen((was) => !was),
    },
    panelProps: {
      ref: setPanel,
      id,
      // Where there are no popovers (jsdom), a style of the browser may hide it all the same.
      popover: isNative ? 'auto' : undefined,
      role: 'dialog',
      'aria-label': label,
      'data-open': isOpen ? '' : undefined,
      hidden: isNative ? undefined : !isOpen,
    },
  }
}
