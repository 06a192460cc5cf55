// What the page reads from the API, and the keys it lies under in the cache.
import { queryOptions } from '@tanstack/react-query'
import type { Action, Goal, Issue, Measure } from '../shared/entities.ts'
import { roomQuery } from './room-query.ts'
import { currentSession } from './session.ts'

/** Every query of the goals begins with this, so that a gap in their stream can fetch all of them again. */
export const goalsKey = ['workspace', 'goals'] as const

export const sessionQuery = queryOptions({
  queryKey: ['session'],
  queryFn: ({ signal }) => currentSession({ signal }),
  staleTime: Infinity,
})

export const goalsQuery = roomQuery<Goal[]>([...goalsKey, 'list'], '/goals')

export const goalQuery = (goalId: string) => roomQuery<Goal>([...goalsKey, 'goal', goalId], `/goals/${goalId}`)

export const actionsQuery = (goalId: string) =>
  roomQuery<Action[]>([...goalsKey, 'actions', goalId], `/goals/${goalId}/actions`)

export const measuresQuery = (goalId: string) =>
  roomQuery<Measure[]>([...goalsKey, 'measures', goalId], `/goals/${goalId}/measures`)

export const issuesQuery = (goalId: string) =>
  roomQuery<Issue[]>([...goalsKey, 'issues', goalId], `/goals/${goalId}/issues`)
