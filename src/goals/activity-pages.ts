// A goal's feed as an infinite query holds it: newest first, bounded.
import type { InfiniteData } from '@tanstack/react-query'
import type { GoalActivity, Time } from './entities.ts'

export interface ActivityPage {
  /** Newest first. */
  readonly items: readonly GoalActivity[]
  /** Where the next older page begins; null or undefined where there is none. */
  readonly nextCursor?: unknown
}

export type ActivityData = InfiniteData<ActivityPage>

const ms = (time: Time) => new Date(time).getTime()

/** Newest first; of the same moment, by id, so that two pages never disagree. */
export const newestFirst = (a: GoalActivity, b: GoalActivity): number =>
  ms(b.createdAt) - ms(a.createdAt) || (String(a.id) < String(b.id) ? 1 : -1)

/**
 * Keeps the newest `max` entries: whole pages at the end go, and of the one that is cut the next page begins at its last entry. The same
 * data where it is within bounds. @param cursorOf what an API takes to go on behind an entry
 */
export function bounded(data: ActivityData, max: number, cursorOf: (last: GoalActivity) => unknown): ActivityData {
  let left = max
  for (const [index, page] of data.pages.entries()) {
    if (page.items.length <= left) {
      left -= page.items.length
      continue
    }
    const items = page.items.slice(0, left)
    const last = items.at(-1)
    const pages = data.pages.slice(0, index)
    if (last === undefined) return { pages, pageParams: data.pageParams.slice(0, index) }
    return {
      pages: [...pages, { ...page, items, nextCursor: cursorOf(last) }],
      pageParams: data.pageParams.slice(0, index + 1),
    }
  }
  return data
}

/** All entries in order, each once: pages fetched at different times may overlap. */
export function entriesOf(data: ActivityData | undefined, kinds: ReadonlySet<string> | null): readonly GoalActivity[] {
  const seen = new Set<string>()
  const entries: GoalActivity[] = []
  for (const { items } of data?.pages ?? []) {
    for (const entry of items) {
      const id = String(entry.id)
      if (seen.has(id) || (kinds !== null && !kinds.has(entry.kind))) continue
      seen.add(id)
      entries.push(entry)
    }
  }
  // Mostly sorted already, which is what sorting is quick at.
  return entries.toSorted(newestFirst)
}
