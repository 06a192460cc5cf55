'use client'
import { useSyncExternalStore } from 'react'
import { useRealtimeClient } from '../react/context.ts'
import { toastCenterOf } from './toast-center.ts'
import type { ToastEntry } from './toast-engine.ts'

export interface ToastHistory {
  /** Newest first: every notice, also those that no toast told of, with what became of it. */
  readonly entries: readonly ToastEntry[]
  /** Empties the history; toasts stay. */
  readonly clear: () => void
  /** Takes all toasts away; the history stays. */
  readonly dismissAll: () => void
}

const none: readonly ToastEntry[] = []
const onServer = () => none

/** What toasts told, or would have. Works anywhere below the provider; filled while a `<RealtimeToasts>` is mounted. */
export function useToastHistory(): ToastHistory {
  const { subscribe, getEntries, clear, dismissAll } = toastCenterOf(useRealtimeClient('useToastHistory'))
  const entries = useSyncExternalStore(subscribe, getEntries, onServer)
  return { entries, clear, dismissAll }
}
