// Where the domain's data lies in the cache. An app with other keys makes its own set and hands it to the rules.
import type { QueryKey } from '@tanstack/react-query'
import type { Id } from './entities.ts'

/** Ids as text: 7 and "7" are one goal. */
const name = (id: Id) => String(id)

/** @param root what all of them begin with: a segment, or several */
export function createGoalKeys(root: string | QueryKey = 'goals') {
  const all: QueryKey = typeof root === 'string' ? [root] : root
  return {
    all,
    lists: () => [...all, 'list'] as QueryKey,
    list: (filter: unknown) => [...all, 'list', filter] as QueryKey,
    detail: (goalId: Id) => [...all, 'detail', name(goalId)] as QueryKey,
    /** Figures over many goals: fetched again rather than patched. */
    dashboards: () => [...all, 'dashboard'] as QueryKey,
    dashboard: (id: unknown) => [...all, 'dashboard', id] as QueryKey,
    /** A goal's feed, an infinite query. */
    activity: (goalId: Id) => [...all, 'activity', name(goalId)] as QueryKey,
    actions: (goalId: Id) => [...all, 'actions', name(goalId)] as QueryKey,
    /** Actions of all goals, such as somebody's own. */
    actionLists: () => [...all, 'actions'] as QueryKey,
    measures: (goalId: Id) => [...all, 'measures', name(goalId)] as QueryKey,
    readings: (measureId: Id) => [...all, 'readings', name(measureId)] as QueryKey,
    issues: (goalId: Id) => [...all, 'issues', name(goalId)] as QueryKey,
    issueLists: () => [...all, 'issues'] as QueryKey,
    decisions: (goalId: Id) => [...all, 'decisions', name(goalId)] as QueryKey,
    attachments: (goalId: Id) => [...all, 'attachments', name(goalId)] as QueryKey,
  }
}

/** A set of keys, as `createGoalKeys` makes it. */
export type GoalKeys = ReturnType<typeof createGoalKeys>

/** The keys of this pack as they are by default: all begin with `goals`. */
export const goalKeys: GoalKeys = createGoalKeys()
