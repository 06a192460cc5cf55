// What the browser says about the page: shown, hidden, frozen, put aside, online. What follows from it is page-watch.ts.
import type { Undo } from '../base/emitter.ts'

/** What a page tells of itself. */
export type PageSignal =
  /** The tab is in front again. */
  | 'visible'
  | 'hidden'
  | 'focus'
  | 'online'
  /** The browser believes so; a VPN that switches makes it say this falsely. */
  | 'offline'
  /** Another network, such as from Wi-Fi to mobile: the old path may be dead though the socket looks open. */
  | 'network'
  /** The page was frozen and runs again. */
  | 'resumed'
  /** The page goes into the back/forward cache. */
  | 'cached'
  /** It came out of that cache. */
  | 'restored'

/** The page a client lives in. Where there is none (Node) it is always visible and online. */
export interface Page {
  isHidden(): boolean
  /** What the browser believes. */
  isOffline(): boolean
  listen(listener: (signal: PageSignal) => void): Undo
  /** Runs with the next frame that is painted. Left out: none are. */
  requestFrame?(run: () => void): Undo
}

interface Source {
  addEventListener?: (type: string, listener: (event: Event) => void) => void
  removeEventListener?: (type: string, listener: (event: Event) => void) => void
}

/** The page by `document`, `window` and `navigator`; what is not there says nothing. */
// Globals are read when called, so importing this touches none.
export const browserPage: Page = {
  isHidden: () => globalThis.document?.visibilityState === 'hidden',
  isOffline: () => !(globalThis.navigator?.onLine ?? true),
  requestFrame(run) {
    if (globalThis.requestAnimationFrame === undefined) return () => {}
    const id = requestAnimationFrame(run)
    return () => cancelAnimationFrame(id)
  },
  listen(listener) {
    const { document, window } = globalThis
    if (window === undefined || document === undefined) return () => {}
    const undos: Undo[] = []
    const on = (source: Source | undefined, type: string, signalOf: (event: Event) => PageSignal | null) => {
      const heard = (event: Event) => {
        const signal = signalOf(event)
        if (signal !== null) listener(signal)
      }
      source?.addEventListener?.(type, heard)
      undos.push(() => source?.removeEventListener?.(type, heard))
    }
    on(document, 'visibilitychange', () => (document.visibilityState === 'hidden' ? 'hidden' : 'visible'))
    on(document, 'resume', () => 'resumed')
    on(window, 'focus', () => 'focus')
    on(window, 'online', () => 'online')
    on(window, 'offline', () => 'offline')
    on(window, 'pagehide', (event) => ((event as PageTransitionEvent).persisted ? 'cached' : null))
    on(window, 'pageshow', (event) => ((event as PageTransitionEvent).persisted ? 'restored' : null))
    const connection = (globalThis.navigator as { connection?: Source & { type?: string } } | undefined)?.connection
    let type = connection?.type
    on(connection, 'change', () => {
      // It also changes with every measurement of speed; only another kind of network is another path.
      const isAnother = connection?.type !== type
      type = connection?.type
      return isAnother ? 'network' : null
    })
    return () => {
      for (const undo of undos) undo()
    }
  },
}
