'use client'
// A short text beside what is hovered or focused: it can be hovered itself, and Esc sends it away.
import { type KeyboardEvent, useCallback, useEffect, useId, useRef, useState } from 'react'
import { systemClock } from '../../base/clock.ts'
import type { Undo } from '../../base/emitter.ts'
import { createScope } from '../../base/scope.ts'
import { keepBeside } from './place.ts'

const showAfterMs = 400
/** Time for the pointer to reach the tooltip. */
const hideAfterMs = 150

export interface Tooltip {
  readonly isShown: boolean
  readonly triggerProps: object
  readonly tooltipProps: object
}

/** @param isWanted false: nothing is shown, and what is shown goes */
export function useTooltip(isWanted: boolean): Tooltip {
  const id = useId()
  const tooltip = useRef<HTMLElement>(null)
  const [isAsked, setIsAsked] = useState(false)
  const [source, setSource] = useState<HTMLElement | null>(null)
  const cancel = useRef<Undo>(() => {})
  const scope = useRef<ReturnType<typeof createScope> | null>(null)

  const ask = useCallback((shown: boolean, afterMs: number) => {
    cancel.current()
    cancel.current = scope.current?.timeout(() => setIsAsked(shown), afterMs) ?? (() => {})
  }, [])

  useEffect(() => {
    scope.current = createScope(systemClock)
    return () => scope.current?.dispose()
  }, [])

  const isShown = isAsked && isWanted
  useEffect(() => {
    const element = tooltip.current
    if (!isShown || element === null || source === null) return undefined
    // Without a popover it is where it is in the page.
    if (typeof element.showPopover === 'function') element.showPopover({ source })
    return keepBeside(source, element)
  }, [isShown, source])

  const enter = ({ currentTarget }: { currentTarget: EventTarget }) => {
    if (currentTarget instanceof HTMLElement && currentTarget !== tooltip.current) setSource(currentTarget)
  }
  return {
    isShown,
    triggerProps: {
      'aria-describedby': isShown ? id : undefined,
      onPointerEnter(event: { currentTarget: EventTarget; pointerType: string }) {
        enter(event)
        // A finger has no hover.
        if (event.pointerType !== 'touch') ask(true, showAfterMs)
      },
      onPointerLeave: () => ask(false, hideAfterMs),
      onPointerDown: () => ask(false, 0),
      onFocus(event: { currentTarget: HTMLElement }) {
        enter(event)
        if (isFocusVisible(event.currentTarget)) ask(true, 0)
      },
      onBlur: () => ask(false, 0),
      onKeyDown(event: KeyboardEvent) {
        if (event.key === 'Escape') ask(false, 0)
      },
    },
    tooltipProps: {
      ref: tooltip,
      id,
      role: 'tooltip',
      // Rendered on a page only, so it can be asked; where there are none (jsdom), a style may hide it all the same.
      popover: isShown && 'showPopover' in HTMLElement.prototype ? 'manual' : undefined,
      onPointerEnter: () => ask(true, 0),
      onPointerLeave: () => ask(false, hideAfterMs),
    },
  }
}

function isFocusVisible(element: HTMLElement): boolean {
  try {
    return element.matches(':focus-visible')
  } catch {
    return true
  }
}
