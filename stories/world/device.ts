// The device of a story: the page a client lives in, with a network that can be taken away.
import { browserPage, type Page, type PageSignal } from 'livecache/client'

export interface Device {
  readonly page: Page
  readonly isOffline: boolean
  setOffline(isOffline: boolean): void
}

export function createDevice(): Device {
  const listeners = new Set<(signal: PageSignal) => void>()
  let isOffline = false
  return {
    page: {
      // A story goes on while its tab is in the background.
      isHidden: () => false,
      isOffline: () => isOffline,
      listen(listener) {
        listeners.add(listener)
        return () => listeners.delete(listener)
      },
      requestFrame: browserPage.requestFrame!,
    },
    get isOffline() {
      return isOffline
    },
    setOffline(next) {
      if (next === isOffline) return
      isOffline = next
      for (const listener of listeners) listener(next ? 'offline' : 'online')
    },
  }
}
