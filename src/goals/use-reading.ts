'use client'
// Whether somebody reads a list, so that its rows must hold still: scrolled away from the top, the pointer or the focus in it, or text
// of it selected.
import { type PointerEvent, type RefObject, useEffect, useState } from 'react'

export interface Reading {
  readonly isReading: boolean
  /** For the scrolling element. */
  readonly props: object
}

/** Sub-pixel scroll positions are at the top all the same. */
const topPx = 4

export function useReading(list: RefObject<HTMLElement | null>): Reading {
  const [isScrolled, setIsScrolled] = useState(false)
  const [isHovered, setIsHovered] = useState(false)
  const [hasFocus, setHasFocus] = useState(false)
  const [isSelecting, setIsSelecting] = useState(false)

  useEffect(() => {
    const follow = () => {
      const selection = document.getSelection()
      const isOurs =
        selection !== null && !selection.isCollapsed && list.current?.contains(selection.anchorNode) === true
      setIsSelecting(isOurs)
    }
    document.addEventListener('selectionchange', follow)
    return () => document.removeEventListener('selectionchange', follow)
  }, [list])

  return {
    isReading: isScrolled || isHovered || hasFocus || isSelecting,
    props: {
      onScroll: ({ currentTarget }: { currentTarget: Element }) => setIsScrolled(currentTarget.scrollTop > topPx),
      // A finger is not held over what it reads.
      onPointerEnter: ({ pointerType }: PointerEvent) => setIsHovered(pointerType !== 'touch'),
      onPointerLeave: () => setIsHovered(false),
      onFocus: () => setHasFocus(true),
      onBlur: ({ relatedTarget }: { relatedTarget: EventTarget | null }) =>
        setHasFocus(relatedTarget instanceof Node && list.current?.contains(relatedTarget) === true),
    },
  }
}
