// The whole set-up of livecache: where the events come from, what they are, and what each of them does to the cache.
import { createRealtime, defineEvents, invalidate, patch, payload, remove, upsert } from 'livecache'
import type { Action, Goal, Issue, Measure } from '../shared/entities.ts'
import type {
  ActionChange,
  ActionRemoval,
  GoalChange,
  GoalRemoval,
  IssueChange,
  MeasureChange,
} from '../shared/payloads.ts'
import { newest } from './newest.ts'
import { pageId } from './page-id.ts'
import { actionsQuery, goalQuery, goalsQuery, issuesQuery, measuresQuery, workspaceKey } from './queries.ts'
import { currentSession } from './session.ts'

export const events = defineEvents({
  'goal.created': payload<GoalChange>(),
  'goal.updated': payload<GoalChange>(),
  'goal.completed': payload<GoalChange>(),
  'goal.reopened': payload<GoalChange>(),
  'goal.deleted': payload<GoalRemoval>(),
  'action.created': payload<ActionChange>(),
  'action.updated': payload<ActionChange>(),
  'action.completed': payload<ActionChange>(),
  'action.reopened': payload<ActionChange>(),
  'action.deleted': payload<ActionRemoval>(),
  'measure.updated': payload<MeasureChange>(),
  'issue.created': payload<IssueChange>(),
  'issue.resolved': payload<IssueChange>(),
  'issue.reopened': payload<IssueChange>(),
})

declare module 'livecache/react' {
  interface Register {
    events: typeof events
  }
}

const goalChanged = ({ goal }: GoalChange) => [
  patch<Goal>(goalsQuery, newest(goal), { id: goal.id }),
  patch<Goal>(goalQuery(goal.id), newest(goal)),
]
const actionChanged = ({ action, goal, by }: ActionChange) => [
  patch<Action>(actionsQuery(goal.id), newest(action), { id: action.id }),
  ...goalChanged({ goal, by }),
]
const issueChanged = ({ issue, goal, by }: IssueChange) => [
  patch<Issue>(issuesQuery(goal.id), newest(issue), { id: issue.id }),
  ...goalChanged({ goal, by }),
]
const everywhere = { where: () => true }

export const realtime = createRealtime({
  url: `/realtime?page=${pageId}`,
  getToken: async ({ reason, signal }) => (await currentSession({ fresh: reason === 'rejected', signal })).token,
  events,
  streams: { 'tenant:*': [workspaceKey] },
  rules: {
    'goal.created': ({ payload: { goal } }) => upsert(goalsQuery, goal, { ...everywhere, at: 'start' }),
    'goal.updated': ({ payload: change }) => goalChanged(change),
    'goal.completed': ({ payload: change }) => goalChanged(change),
    'goal.reopened': ({ payload: change }) => goalChanged(change),
    'goal.deleted': ({ payload: { goalId } }) => [remove(goalsQuery, goalId), invalidate(goalQuery(goalId))],

    'action.created': ({ payload: change }) => [
      upsert(actionsQuery(change.goal.id), change.action, everywhere),
      ...goalChanged(change),
    ],
    'action.updated': ({ payload: change }) => actionChanged(change),
    'action.completed': ({ payload: change }) => actionChanged(change),
    'action.reopened': ({ payload: change }) => actionChanged(change),
    'action.deleted': ({ payload: change }) => [
      remove(actionsQuery(change.goal.id), change.actionId),
      ...goalChanged(change),
    ],

    'measure.updated': ({ payload: { measure, ...change } }) => [
      patch<Measure>(measuresQuery(measure.goalId), newest(measure), { id: measure.id }),
      ...goalChanged(change),
    ],

    'issue.created': ({ payload: change }) => [
      upsert(issuesQuery(change.goal.id), change.issue, everywhere),
      ...goalChanged(change),
    ],
    'issue.resolved': ({ payload: change }) => issueChanged(change),
    'issue.reopened': ({ payload: change }) => issueChanged(change),
  },
})
