// What a feed shows while somebody reads: what was there when they began, and a count of what came since. Pure.
import type { GoalActivity } from './entities.ts'

export interface HeldFeed {
  /** Shown, newest first. */
  readonly shown: readonly GoalActivity[]
  /** Came since the rows are held, newest first, and not shown yet. */
  readonly waiting: readonly GoalActivity[]
}

/**
 * @param heldTop ids of what was shown when the rows were held; null while they follow
 * @param own ids of what the reader made, which is never kept from them
 */
export function heldFeed(entries: readonly GoalActivity[], heldTop: ReadonlySet<string> | null): HeldFeed {
  if (heldTop === null) return { shown: entries, waiting: [] }
  // New is what stands above all that was there; what is older came by paging and belongs to the list.
  const firstKnown = entries.findIndex(({ id }) => heldTop.has(String(id)))
  if (firstKnown === -1) return heldTop.size === 0 ? { shown: [], waiting: entries } : { shown: entries, waiting: [] }
  return { shown: entries.slice(firstKnown), waiting: entries.slice(0, firstKnown) }
}

export const idsOf = (entries: readonly GoalActivity[]): ReadonlySet<string> =>
  new Set(entries.map(({ id }) => String(id)))
