// The whole set-up of livecache: where the events come from, what they are, and what each of them does to the cache (changes.ts).
import { createRealtime, defineEvents, payload, type Rules, webSocket } from 'livecache'
import { systemClock } from 'livecache/client'
import { createFaults } from 'livecache/hub'
import type {
  ActionChange,
  ActionRemoval,
  GoalChange,
  GoalRemoval,
  IssueChange,
  MeasureChange,
} from '../shared/payloads.ts'
import { actionChanged, actionRemoved, goalChanged, goalRemoved, issueChanged, measureChanged } from './changes.ts'
import { bookingsRealtime } from '../rooms/bookings/realtime.ts'
import { goalRoomRealtime } from '../rooms/goals/realtime.ts'
import { paymentsRealtime } from '../rooms/payments/realtime.ts'
import { socialRealtime } from '../rooms/social/realtime.ts'
import { pageId } from './page-id.ts'
import { goalsKey } from './queries.ts'
import { currentSession } from './session.ts'

const goalEvents = defineEvents({
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

export const events = defineEvents({
  ...goalEvents,
  ...goalRoomRealtime.events,
  ...paymentsRealtime.events,
  ...bookingsRealtime.events,
  ...socialRealtime.events,
})

declare module 'livecache/react' {
  interface Register {
    events: typeof events
  }
}

const goalRules: Rules<typeof goalEvents> = {
  'goal.created': ({ payload: change }) => goalChanged(change),
  'goal.updated': ({ payload: change }) => goalChanged(change),
  'goal.completed': ({ payload: change }) => goalChanged(change),
  'goal.reopened': ({ payload: change }) => goalChanged(change),
  'goal.deleted': ({ payload: change }) => goalRemoved(change),

  'action.created': ({ payload: change }) => actionChanged(change),
  'action.updated': ({ payload: change }) => actionChanged(change),
  'action.completed': ({ payload: change }) => actionChanged(change),
  'action.reopened': ({ payload: change }) => actionChanged(change),
  'action.deleted': ({ payload: change }) => actionRemoved(change),

  'measure.updated': ({ payload: change }) => measureChanged(change),

  'issue.created': ({ payload: change }) => issueChanged(change),
  'issue.resolved': ({ payload: change }) => issueChanged(change),
  'issue.reopened': ({ payload: change }) => issueChanged(change),
}

/** What is done to the link on purpose: the drawer's faults, which any transport can be wrapped in. */
export const faults = createFaults({ clock: systemClock })

export const realtime = createRealtime({
  transports: [faults.wrap(webSocket(`/realtime?page=${pageId}`))],
  getToken: async ({ reason, signal }) => (await currentSession({ fresh: reason === 'rejected', signal })).token,
  events,
  streams: {
    'tenant:kestrel': [goalsKey],
    'goal:*': [
      [...goalsKey, 'decisions'],
      [...goalsKey, 'readings'],
      [...goalsKey, 'activity'],
    ],
    ...paymentsRealtime.streams,
    ...bookingsRealtime.streams,
    ...socialRealtime.streams,
  },
  rules: {
    ...goalRules,
    ...goalRoomRealtime.rules,
    ...paymentsRealtime.rules,
    ...bookingsRealtime.rules,
    ...socialRealtime.rules,
  },
})
