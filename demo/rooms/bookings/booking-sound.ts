// Whether toasts make a sound: off until somebody turns it on, and then on in every window of this browser.
import { useSyncExternalStore } from 'react'

const key = 'kestrel.bookings.sound'
const listeners = new Set<() => void>()

function isOn(): boolean {
  try {
    return localStorage.getItem(key) === 'on'
  } catch {
    return false
  }
}

export function setBookingSound(on: boolean) {
  try {
    localStorage.setItem(key, on ? 'on' : 'off')
  } catch {
    // Where nothing may be stored it stays off.
  }
  for (const listener of listeners) listener()
}

function subscribe(listener: () => void) {
  listeners.add(listener)
  addEventListener('storage', listener)
  return () => {
    listeners.delete(listener)
    removeEventListener('storage', listener)
  }
}

/** For `<RealtimeToasts sound={useBookingSound()}>`. */
export const useBookingSound = (): boolean => useSyncExternalStore(subscribe, isOn, () => false)
