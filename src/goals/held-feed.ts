// What a feed shows while somebody reads: what was there when they began, and a count of what came since. Pure.
import type { GoalActivity } from './entities.ts'

export interface HeldFeed {
  /** Shown, newest first. */
  readonly shown: readonly GoalActivity[]
  /** Came since the rows are held, newest first, and not shown yet. */
  readonly waiting: readonly GoalActivity[]
}

/** @param heldTop ids of what was shown when the rows were held; null while they follow */
export function heldFeed(entries: readonly GoalActivity[], heldTop: ReadonlySet<string> | null): HeldFeed {
  if (heldTop === null) return { shown: entries, waiting: [] }
  if (heldTop.size === 0) return { shown: [], waiting: entries }
  const isKnown = ({ id }: GoalActivity) => heldTop.has(String(id))
  // New is what stands above the last of those that were there, also what comes late between them: nothing moves under who reads. What
  // is older came by paging and belongs to the list.
  const lastKnown = entries.findLastIndex(isKnown)
  return {
    shown: entries.filter((entry, index) => index > lastKnown || isKnown(entry)),
    waiting: entries.filter((entry, index) => index < lastKnown && !isKnown(entry)),
  }
}

export const idsOf = (entries: readonly GoalActivity[]): ReadonlySet<string> =>
  new Set(entries.map(({ id }) => String(id)))
