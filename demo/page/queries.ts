// What the page reads from the API, and the keys it lies under in the cache.
import { asOf } from 'livecache'
import { type QueryFunctionContext, queryOptions } from '@tanstack/react-query'
import type { Action, Goal, Issue, Measure } from '../shared/entities.ts'
import { callApi } from './api.ts'
import { currentSession } from './session.ts'

/** Every query of the workspace begins with this, so that a gap in its stream can fetch all of them again. */
export const workspaceKey = ['workspace'] as const

export const sessionQuery = queryOptions({
  queryKey: ['session'],
  queryFn: ({ signal }) => currentSession({ signal }),
  staleTime: Infinity,
})

/** Notes how new the answer is, so that events which overtook it are put on top of it, and no others. */
const read = <Answer>(path: string, context: QueryFunctionContext) =>
  callApi<Answer>('GET', path, { signal: context.signal, onResponse: (response) => asOf(context, response) })

export const goalsQuery = queryOptions({
  queryKey: [...workspaceKey, 'goals'],
  queryFn: (context) => read<Goal[]>('/goals', context),
})

export const goalQuery = (goalId: string) =>
  queryOptions({
    queryKey: [...workspaceKey, 'goal', goalId],
    queryFn: (context) => read<Goal>(`/goals/${goalId}`, context),
  })

export const actionsQuery = (goalId: string) =>
  queryOptions({
    queryKey: [...workspaceKey, 'actions', goalId],
    queryFn: (context) => read<Action[]>(`/goals/${goalId}/actions`, context),
  })

export const measuresQuery = (goalId: string) =>
  queryOptions({
    queryKey: [...workspaceKey, 'measures', goalId],
    queryFn: (context) => read<Measure[]>(`/goals/${goalId}/measures`, context),
  })

export const issuesQuery = (goalId: string) =>
  queryOptions({
    queryKey: [...workspaceKey, 'issues', goalId],
    queryFn: (context) => read<Issue[]>(`/goals/${goalId}/issues`, context),
  })
