'use client'
import { useSyncExternalStore } from 'react'
import { useRealtimeClient } from '../react/context.ts'
import { soundOf } from './toast-sound.ts'

export interface ToastSoundState {
  /** The last sound could not be heard: nobody has pressed anything on this page yet, or the browser forbids it. */
  readonly isBlocked: boolean
  /** Plays it, whatever is set. Call it from a press: that unlocks it. */
  readonly test: () => void
}

/** For the setting that turns the sound of toasts on. */
export function useToastSound(): ToastSoundState {
  const sound = soundOf(useRealtimeClient('useToastSound'))
  const isBlocked = useSyncExternalStore(sound.subscribe, sound.isBlocked, () => false)
  return { isBlocked, test: sound.test }
}
