// Where the domain's data lies in the cache. An app with other keys makes its own set and hands it to the rules.
import type { QueryKey } from '@tanstack/react-query'
import type { Id } from './entities.ts'

/** Ids as text: 7 and "7" are one goal. */
const name = (id: Id) => String(id)

/** @param root the first segment of all of them */
export function createGoalKeys(root = 'goals') {
  return {
    all: [root] as QueryKey,
    lists: () => [root, 'list'] as QueryKey,
    list: (filter: unknown) => [root, 'list', filter] as QueryKey,
    detail: (goalId: Id) => [root, 'detail', name(goalId)] as QueryKey,
    /** Figures over many goals: fetched again rather than patched. */
    dashboards: () => [root, 'dashboard'] as QueryKey,
    dashboard: (id: unknown) => [root, 'dashboard', id] as QueryKey,
    /** A goal's feed, an infinite query. */
    activity: (goalId: Id) => [root, 'activity', name(goalId)] as QueryKey,
    actions: (goalId: Id) => [root, 'actions', name(goalId)] as QueryKey,
    /** Actions of all goals, such as somebody's own. */
    actionLists: () => [root, 'actions'] as QueryKey,
    measures: (goalId: Id) => [root, 'measures', name(goalId)] as QueryKey,
    readings: (measureId: Id) => [root, 'readings', name(measureId)] as QueryKey,
    issues: (goalId: Id) => [root, 'issues', name(goalId)] as QueryKey,
    issueLists: () => [root, 'issues'] as QueryKey,
    decisions: (goalId: Id) => [root, 'decisions', name(goalId)] as QueryKey,
    attachments: (goalId: Id) => [root, 'attachments', name(goalId)] as QueryKey,
  }
}

export type GoalKeys = ReturnType<typeof createGoalKeys>

export const goalKeys: GoalKeys = createGoalKeys()
