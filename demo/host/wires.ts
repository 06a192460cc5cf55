// The wire of each page, by the id that the page sends along: what is under way on it, and whether it is cut.
import type { Duplex } from 'node:stream'

export interface Wires {
  isCut(pageId: string): boolean
  /** Remembers what to tear down should the page be cut. @returns how to forget it */
  use(pageId: string, socket: Duplex): () => void
  /** Tears down whatever is under way, without a word of farewell, and lets nothing new through. */
  cut(pageId: string): void
  restore(pageId: string): void
}

export function createWires(): Wires {
  const inUse = new Map<string, Set<Duplex>>()
  const severed = new Set<string>()

  return {
    isCut: (pageId) => severed.has(pageId),
    use(pageId, socket) {
      const sockets = inUse.get(pageId) ?? new Set()
      inUse.set(pageId, sockets.add(socket))
      return () => {
        sockets.delete(socket)
        if (sockets.size === 0 && inUse.get(pageId) === sockets) inUse.delete(pageId)
      }
    },
    cut(pageId) {
      severed.add(pageId)
      for (const socket of inUse.get(pageId) ?? []) socket.destroy()
    },
    restore: (pageId) => void severed.delete(pageId),
  }
}
