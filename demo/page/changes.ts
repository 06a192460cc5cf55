// What each change does to the cache, whichever way it is told: by an event, or by the answer to a mutation.
import { type Operation, remove, upsert } from 'livecache'
import type { Entity } from '../shared/entities.ts'
import type {
  ActionChange,
  ActionRemoval,
  GoalChange,
  GoalRemoval,
  IssueChange,
  MeasureChange,
} from '../shared/payloads.ts'
import { actionsQuery, goalQuery, goalsQuery, issuesQuery, measuresQuery } from './queries.ts'

/** Of two copies of an entity the newer one is kept, so nothing has to be fetched to be sure of it. */
const byVersion = { version: ({ version }: Entity) => version }
/** There is one list of each kind, and everything is in it. */
const listed = { ...byVersion, where: () => true }

export const goalChanged = ({ goal }: GoalChange): Operation[] => [
  upsert(goalsQuery, goal, { ...listed, at: 'start' }),
  upsert(goalQuery(goal.id), goal, byVersion),
]

export const goalRemoved = ({ goalId }: GoalRemoval): Operation[] => [
  remove(goalsQuery, goalId),
  remove(goalQuery(goalId), goalId),
]

export const actionChanged = ({ action, ...change }: ActionChange): Operation[] => [
  upsert(actionsQuery(change.goal.id), action, listed),
  ...goalChanged(change),
]

export const actionRemoved = ({ actionId, ...change }: ActionRemoval): Operation[] => [
  remove(actionsQuery(change.goal.id), actionId),
  ...goalChanged(change),
]

export const measureChanged = ({ measure, ...change }: MeasureChange): Operation[] => [
  upsert(measuresQuery(change.goal.id), measure, listed),
  ...goalChanged(change),
]

export const issueChanged = ({ issue, ...change }: IssueChange): Operation[] => [
  upsert(issuesQuery(change.goal.id), issue, listed),
  ...goalChanged(change),
]
