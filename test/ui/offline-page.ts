// A page whose network can be taken away.
import type { Page, PageSignal } from '../../src/client/index.ts'

export function offlinePage(): Page & { goOffline(): void; goOnline(): void } {
  const listeners = new Set<(signal: PageSignal) => void>()
  let isOffline = false
  const say = (signal: PageSignal) => {
    for (const listener of listeners) listener(signal)
  }
  return {
    isHidden: () => false,
    isOffline: () => isOffline,
    listen(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    goOffline() {
      isOffline = true
      say('offline')
    },
    goOnline() {
      isOffline = false
      say('online')
    },
  }
}
