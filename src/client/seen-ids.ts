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
  // One iterator for as long as it goes: a new one would pass over every entry that was deleted before it.
  let entries = seenAt.entries()
  let oldest = entries.next()

  function begin() {
    entries = seenAt.entries()
    oldest = entries.next()
  }

  function forgetOld(now: number) {
    while (!oldest.done && (seenAt.size >= maxIds || now - oldest.value[1] > maxAgeMs)) {
      seenAt.delete(oldest.value[0])
      oldest = entries.next()
    }
  }

  return {
    has: (id) => seenAt.has(id),
    add(id, now) {
      forgetOld(now)
      if (seenAt.has(id)) return false
      seenAt.set(id, now)
      if (oldest.done) begin()
      return true
    },
    clear() {
      seenAt.clear()
      begin()
    },
    get size() {
      return seenAt.size
    },
  }
}
