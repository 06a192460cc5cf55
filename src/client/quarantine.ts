// What arrived and could not be used: kept with its reason, bounded, so that it can be looked at and stops nothing.

export interface Quarantined {
  reason: string
  /** Where in the payload, as `payload.goal.id`; null where no single place is to blame. */
  path: string | null
  /** Null where it was not even an event. */
  eventType: string | null
  /** At most the first 500 characters of what came. */
  text: string
  /** Epoch ms. */
  at: number
}

export interface Quarantine {
  add(refused: Quarantined): void
  clear(): void
  readonly entries: readonly Quarantined[]
  /** How many there were, the forgotten ones included. */
  readonly count: number
}

const maxText = 500

/** @param onAdd told of each */
export function createQuarantine(onAdd: (refused: Quarantined) => void = () => {}, maxEntries = 50): Quarantine {
  let entries: Quarantined[] = []
  let count = 0
  return {
    add(refused) {
      count++
      entries = [...entries, { ...refused, text: refused.text.slice(0, maxText) }].slice(-maxEntries)
      onAdd(refused)
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
