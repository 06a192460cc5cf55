'use client'
import { type RefObject, useEffect, useRef, useState } from 'react'

export interface Presence<E extends HTMLElement> {
  readonly ref: RefObject<E | null>
  readonly isMounted: boolean
  /** It is on its way out: style it by `data-leaving`. */
  readonly isLeaving: boolean
}

/** Keeps an element until the animations of its leaving are over; where none run (reduced motion, jsdom), it goes at once. */
export function usePresence<E extends HTMLElement = HTMLElement>(isWanted: boolean): Presence<E> {
  const ref = useRef<E>(null)
  const [isLeft, setIsLeft] = useState(!isWanted)
  if (isWanted && isLeft) setIsLeft(false)

  useEffect(() => {
    if (isWanted) return undefined
    let isCurrent = true
    const running = ref.current?.getAnimations?.() ?? []
    const leave = () => isCurrent && setIsLeft(true)
    if (running.length === 0) leave()
    else void Promise.allSettled(running.map(({ finished }) => finished)).then(leave)
    return () => {
      isCurrent = false
    }
  }, [isWanted])

  return { ref, isMounted: isWanted || !isLeft, isLeaving: !isWanted }
}
