'use client'
// A short text beside what is hovered or focused: it can be hovered itself, and Esc sends it away.
import { type KeyboardEvent, type PointerEvent, useEffect, useId, useState } from 'react'
import { systemClock } from '../../base/clock.ts'
import { createScope, type Scope } from '../../base/scope.ts'
import { placeUnder } from './place.ts'

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
  const [element, setElement] = useState<HTMLElement | null>(null)
  const [source, setSource] = useState<HTMLElement | null>(null)
  const [{ ask, end }] = useState(() => createDelay(setSource))
  useEffect(() => end, [end])
  useEffect(() => {
    if (element === null || source === null) return
    // Without a popover it is where it is in the page.
    if ('showPopover' in element) element.showPopover({ source })
    placeUnder(source, element)
  }, [element, source])

  const isShown = source !== null && isWanted
  const hide = () => ask(null, 0)
  const leave = () => ask(null, hideAfterMs)
  return {
    isShown,
    triggerProps: {
      'aria-describedby': isShown ? id : undefined,
      // A finger has no hover.
      onPointerEnter: ({ currentTarget, pointerType }: PointerEvent<HTMLElement>) =>
        pointerType !== 'touch' && ask(currentTarget, showAfterMs),
      onPointerLeave: leave,
      onPointerDown: hide,
      onFocus: ({ currentTarget }: { currentTarget: HTMLElement }) =>
        currentTarget.matches(':focus-visible') && ask(currentTarget, 0),
      onBlur: hide,
      onKeyDown: ({ key }: KeyboardEvent) => key === 'Escape' && hide(),
    },
    tooltipProps: {
      ref: setElement,
      id,
      role: 'tooltip',
      // Rendered on a page only, so it can be asked; where there are no popovers (jsdom), a style may hide it all the same.
      popover: isShown && 'showPopover' in HTMLElement.prototype ? 'manual' : undefined,
      onPointerEnter: () => ask(source, 0),
      onPointerLeave: leave,
    },
  }
}

function createDelay<Value>(set: (value: Value) => void) {
  let scope: Scope | null = null
  const end = () => scope?.dispose()
  return {
    end,
    ask(value: Value, afterMs: number) {
      end()
      scope = createScope(systemClock)
      scope.timeout(() => set(value), afterMs)
    },
  }
}
