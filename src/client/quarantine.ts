// What arrived and could not be used: kept with its reason, bounded, so that it can be looked at and stops nothing.

export interface Quarantined {
  reason: string
  /** At most the first 500 characters of what came. */
  text: string
  /** Epoch ms. */
  at: number
}

export interface Quarantine {
  add(reason: string, text: string, at: number): void
  clear(): void
  readonly entries: readonly Quarantined[]
  /** How many there were, the forgotten ones included. */
  readonly count: number
}

const maxText = 500

export function createQuarantine(maxEntries = 50): Quarantine {
  let entries: Quarantined[] = []
  let count = 0
  return {
    add(reason, text, at) {
      count++
      entries = [...entries, { reason, text: text.slice(0, maxText), at }].slice(-maxEntries)
    },
    clear: () => void (entries = []),
    get entries() {
      return entries
    },
    get count() {
      return count
    },
  }
}
