'use client'
import { useSyncExternalStore } from 'react'

const query = '(prefers-reduced-motion: reduce)'

/** Whether movement is unwanted: by the device's setting, or by `data-lc-motion="reduce"` on the document's root. On the server false. */
export function useReducedMotion(): boolean {
  return useSyncExternalStore(subscribe, getSnapshot, () => false)
}

// Not everywhere there is a matchMedia (jsdom).
const media = (): MediaQueryList | undefined => globalThis.matchMedia?.(query)

function subscribe(listener: () => void) {
  const list = media()
  list?.addEventListener('change', listener)
  return () => list?.removeEventListener('change', listener)
}

const getSnapshot = () => document.documentElement.dataset['lcMotion'] === 'reduce' || media()?.matches === true
