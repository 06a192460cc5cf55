// What the user may change. A change is shown at once; the answer and the event of it confirm it, whichever comes first, and if it
// fails it alone is taken back.
import { patch } from 'livecache'
import type { Area, Issue } from '../shared/entities.ts'
import type {
  ActionChange,
  ActionRemoval,
  GoalChange,
  GoalRemoval,
  IssueChange,
  MeasureChange,
} from '../shared/payloads.ts'
import { actionChanged, actionRemoved, goalChanged, goalRemoved, issueChanged, measureChanged } from './changes.ts'
import { actionsQuery, goalQuery, goalsQuery, issuesQuery, measuresQuery } from './queries.ts'
import { useChange } from './use-change.ts'

export const useCreateGoal = () =>
  useChange({
    method: 'POST',
    path: '/goals',
    body: (fields: { name: string; area: Area }) => fields,
    confirmed: (answer: GoalChange) => goalChanged(answer),
  })

export const useRenameGoal = (goalId: string) =>
  useChange({
    method: 'PATCH',
    path: `/goals/${goalId}`,
    body: (name: string) => ({ name }),
    optimistic: (name) => [patch(goalsQuery, { name }, { id: goalId }), patch(goalQuery(goalId), { name })],
    confirmed: (answer: GoalChange) => goalChanged(answer),
  })

export const useCompleteGoal = (goalId: string) =>
  useChange({
    method: 'PATCH',
    path: `/goals/${goalId}`,
    body: (completed: boolean) => ({ completed }),
    confirmed: (answer: GoalChange) => goalChanged(answer),
  })

export const useCreateAction = (goalId: string) =>
  useChange({
    method: 'POST',
    path: `/goals/${goalId}/actions`,
    body: (name: string) => ({ name }),
    confirmed: (answer: ActionChange) => actionChanged(answer),
  })

export const useCompleteAction = (goalId: string, actionId: string) =>
  useChange({
    method: 'PATCH',
    path: `/actions/${actionId}`,
    body: (done: boolean) => ({ done }),
    optimistic: (done) => patch(actionsQuery(goalId), { done }, { id: actionId }),
    confirmed: (answer: ActionChange) => actionChanged(answer),
  })

export const useSetMeasure = (goalId: string, measureId: string) =>
  useChange({
    method: 'PATCH',
    path: `/measures/${measureId}`,
    body: (value: number) => ({ value }),
    optimistic: (value) => patch(measuresQuery(goalId), { value }, { id: measureId }),
    confirmed: (answer: MeasureChange) => measureChanged(answer),
  })

export const useCreateIssue = (goalId: string) =>
  useChange({
    method: 'POST',
    path: `/goals/${goalId}/issues`,
    body: (fields: Pick<Issue, 'name' | 'severity'>) => fields,
    confirmed: (answer: IssueChange) => issueChanged(answer),
  })

export const useResolveIssue = (goalId: string, issueId: string) =>
  useChange({
    method: 'PATCH',
    path: `/issues/${issueId}`,
    body: (resolved: boolean) => ({ resolved }),
    optimistic: (resolved) => patch(issuesQuery(goalId), { resolved }, { id: issueId }),
    confirmed: (answer: IssueChange) => issueChanged(answer),
  })

export const useDeleteAction = (actionId: string) =>
  useChange<void, ActionRemoval>({ method: 'DELETE', path: `/actions/${actionId}`, confirmed: actionRemoved })

export const useDeleteGoal = (goalId: string, onDeleted: () => void) =>
  useChange<void, GoalRemoval>({
    method: 'DELETE',
    path: `/goals/${goalId}`,
    // The page of the goal is left first, or it would ask for what is no more.
    confirmed: (answer) => goalRemoved(answer).slice(0, 1),
    onSuccess: onDeleted,
  })
