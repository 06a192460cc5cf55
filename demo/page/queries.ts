// What the page reads from the API, and the keys it lies under in the cache.
import { queryOptions } from '@tanstack/react-query'
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

export const goalsQuery = queryOptions({
  queryKey: [...workspaceKey, 'goals'],
  queryFn: ({ signal }) => callApi<Goal[]>('GET', '/goals', { signal }),
})

export const goalQuery = (goalId: string) =>
  queryOptions({
    queryKey: [...workspaceKey, 'goal', goalId],
    queryFn: ({ signal }) => callApi<Goal>('GET', `/goals/${goalId}`, { signal }),
  })

export const actionsQuery = (goalId: string) =>
  queryOptions({
    queryKey: [...workspaceKey, 'actions', goalId],
    queryFn: ({ signal }) => callApi<Action[]>('GET', `/goals/${goalId}/actions`, { signal }),
  })

export const measuresQuery = (goalId: string) =>
  queryOptions({
    queryKey: [...workspaceKey, 'measures', goalId],
    queryFn: ({ signal }) => callApi<Measure[]>('GET', `/goals/${goalId}/measures`, { signal }),
  })

export const issuesQuery = (goalId: string) =>
  queryOptions({
    queryKey: [...workspaceKey, 'issues', goalId],
    queryFn: ({ signal }) => callApi<Issue[]>('GET', `/goals/${goalId}/issues`, { signal }),
  })
