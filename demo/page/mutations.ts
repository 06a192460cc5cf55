// What the user may change. The answer is written into the cache at once; the event of the same change then finds nothing
// newer to say, or comes first and leaves nothing for the answer.
import { type QueryClient, useMutation, useQueryClient } from '@tanstack/react-query'
import type { Area, Entity, Issue } from '../shared/entities.ts'
import type {
  ActionChange,
  ActionRemoval,
  GoalChange,
  GoalRemoval,
  IssueChange,
  MeasureChange,
} from '../shared/payloads.ts'
import { callApi } from './api.ts'
import { newest, withNewest } from './newest.ts'
import { actionsQuery, goalQuery, goalsQuery, issuesQuery, measuresQuery } from './queries.ts'

type Answer = GoalChange &
  Partial<Pick<ActionChange, 'action'> & Pick<MeasureChange, 'measure'> & Pick<IssueChange, 'issue'>>

function writeAnswer(queryClient: QueryClient, { goal, action, measure, issue }: Answer) {
  const put = (queryKey: readonly unknown[], entity: Entity | undefined, at: 'start' | 'end' = 'end') => {
    if (entity === undefined) return
    queryClient.setQueryData<readonly Entity[]>(queryKey, (list) => list && withNewest(list, entity, at))
  }
  put(goalsQuery.queryKey, goal, 'start')
  put(actionsQuery(goal.id).queryKey, action)
  put(measuresQuery(goal.id).queryKey, measure)
  put(issuesQuery(goal.id).queryKey, issue)
  queryClient.setQueryData(goalQuery(goal.id).queryKey, (known) => (known === undefined ? goal : newest(goal)(known)))
}

function useChange<Variables, Change extends Answer>(send: (variables: Variables) => Promise<Change>) {
  const queryClient = useQueryClient()
  return useMutation({ mutationFn: send, onSuccess: (answer) => writeAnswer(queryClient, answer) })
}

export const useCreateGoal = () =>
  useChange((body: { name: string; area: Area }) => callApi<GoalChange>('POST', '/goals', { body }))

export const useRenameGoal = (goalId: string) =>
  useChange((name: string) => callApi<GoalChange>('PATCH', `/goals/${goalId}`, { body: { name } }))

export const useCompleteGoal = (goalId: string) =>
  useChange((completed: boolean) => callApi<GoalChange>('PATCH', `/goals/${goalId}`, { body: { completed } }))

export const useCreateAction = (goalId: string) =>
  useChange((name: string) => callApi<ActionChange>('POST', `/goals/${goalId}/actions`, { body: { name } }))

export const useCompleteAction = (actionId: string) =>
  useChange((done: boolean) => callApi<ActionChange>('PATCH', `/actions/${actionId}`, { body: { done } }))

export const useSetMeasure = (measureId: string) =>
  useChange((value: number) => callApi<MeasureChange>('PATCH', `/measures/${measureId}`, { body: { value } }))

export const useCreateIssue = (goalId: string) =>
  useChange((body: Pick<Issue, 'name' | 'severity'>) =>
    callApi<IssueChange>('POST', `/goals/${goalId}/issues`, { body }),
  )

export const useResolveIssue = (issueId: string) =>
  useChange((resolved: boolean) => callApi<IssueChange>('PATCH', `/issues/${issueId}`, { body: { resolved } }))

export function useDeleteAction(goalId: string, actionId: string) {
  const queryClient = useQueryClient()
  return useMutation({
    mutationFn: () => callApi<ActionRemoval>('DELETE', `/actions/${actionId}`),
    onSuccess(answer) {
      queryClient.setQueryData(actionsQuery(goalId).queryKey, (list) => list?.filter(({ id }) => id !== actionId))
      writeAnswer(queryClient, { goal: answer.goal, by: answer.by })
    },
  })
}

export function useDeleteGoal(goalId: string, onDeleted: () => void) {
  const queryClient = useQueryClient()
  return useMutation({
    mutationFn: () => callApi<GoalRemoval>('DELETE', `/goals/${goalId}`),
    onSuccess() {
      queryClient.setQueryData(goalsQuery.queryKey, (list) => list?.filter(({ id }) => id !== goalId))
      onDeleted()
    },
  })
}
