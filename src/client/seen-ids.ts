// Ids seen lately, bounded in number and age, so that an event sent again is handed over once. Positions are positions.ts.

export interface SeenIds {
  has(id: string): boolean
  /** Remembers the id; true where it was new. */
  add(id: string, now: number): boolean
  clear(): void
  readonly size: number
}

export function createSeenIds(maxIds = 10_000, maxAgeMs = 600_000): SeenIds {
  // A Map keeps its order of insertion, so the oldest id is always the first.
  const seenAt = new Map<string, number>()
  return {
    has: (id) => seenAt.has(id),
    add(id, now) {
      for (const [oldest, at] of seenAt) {
        if (seenAt.size < maxIds && now - at <= maxAgeMs) break
        seenAt.delete(oldest)
      }
      if (seenAt.has(id)) return false
      seenAt.set(id, now)
      return true
    },
    clear: () => seenAt.clear(),
    get size() {
      return seenAt.size
    },
  }
}
