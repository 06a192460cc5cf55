// What each event of the domain does to lists, details, dashboards and feeds. Data handed to the core, no more.
import type { RealtimeEvent } from '../protocol/event.ts'
import { invalidate, type Operation, patch, upsert, type VersionOf } from '../query/operations.ts'
import { ignore, type Rules } from '../query/rules.ts'
import type { ActionEntity, GoalEntity, GoalStatus, Id, MeasureReading } from './entities.ts'
import type { GoalEvents } from './events.ts'
import { type GoalKeys, goalKeys } from './keys.ts'

export interface GoalCacheRulesOptions {
  /** @default goalKeys */
  keys?: GoalKeys
  /** Whether a goal belongs to a list, by that list's key. @default unknown, so a list it is not in is fetched again */
  isListed?: (goal: GoalEntity, queryKey: readonly unknown[]) => boolean | undefined
}

interface Versioned {
  readonly version?: number | null
}

const versionOf: VersionOf<Versioned> = ({ version }) => version ?? undefined
const byVersion = { version: versionOf }
const always = () => true

/** For `createRealtime({ rules: goalCacheRules() })`, alone or spread among the app's own. */
export function goalCacheRules({ keys = goalKeys, isListed }: GoalCacheRulesOptions = {}): Rules<GoalEvents> {
  const dashboards = () => invalidate(keys.dashboards())

  function goalChanged(goal: GoalEntity): Operation[] {
    return [
      upsert<GoalEntity>(keys.lists(), goal, { ...byVersion, at: 'start', ...(isListed && { where: isListed }) }),
      upsert<GoalEntity>(keys.detail(goal.id), goal, byVersion),
      dashboards(),
    ]
  }

  function statusChanged(goalId: Id, goal: GoalEntity | null | undefined, status: GoalStatus): Operation[] {
    if (goal) return goalChanged(goal)
    return [
      patch<GoalEntity>(keys.lists(), { status }, { id: goalId }),
      patch<GoalEntity>(keys.detail(goalId), { status }),
      dashboards(),
    ]
  }

  /** The goal's own figures come with its actions, measures and issues. */
  const goalTouched = (goalId: Id | null | undefined): Operation[] =>
    goalId === null || goalId === undefined ? [dashboards()] : [invalidate(keys.detail(goalId)), dashboards()]

  const actionPut = (action: ActionEntity): Operation[] => [
    upsert<ActionEntity>(keys.actions(action.goalId), action, { ...byVersion, where: always }),
    ...goalTouched(action.goalId),
  ]

  function actionChanged(
    { payload }: RealtimeEvent<{ goalId: Id; actionId: Id; action?: ActionEntity | null }>,
    changes: Partial<ActionEntity>,
  ): Operation[] {
    if (payload.action) return actionPut(payload.action)
    return [patch<ActionEntity>(keys.actionLists(), changes, { id: payload.actionId }), ...goalTouched(payload.goalId)]
  }

  return {
    'goal.created': ({ payload: { goal } }) => goalChanged(goal),
    'goal.activated': ({ payload: { goalId, goal } }) => statusChanged(goalId, goal, 'active'),
    'goal.completed': ({ payload: { goalId, goal } }) => statusChanged(goalId, goal, 'completed'),
    'goal.cancelled': ({ payload: { goalId, goal } }) => statusChanged(goalId, goal, 'cancelled'),
    // Feeds bring their own rule along (use-goal-activity.ts), and hold for as long as they are in the cache.
    'goal.activity.created': ignore,

    'action.created': ({ payload: { action } }) => actionPut(action),
    'action.status_changed': (event) => actionChanged(event, { status: event.payload.status }),
    'action.completed': (event) => actionChanged(event, { status: 'completed', progress: 1 }),
    'action.priority_changed': (event) => actionChanged(event, { priority: event.payload.priority }),
    'action.reassigned': (event) => actionChanged(event, { assignee: event.payload.assignee ?? null }),
    'action.progress_updated': (event) => actionChanged(event, { progress: event.payload.progress }),

    'measure.reading.created': ({ payload: { goalId, measureId, reading } }) => [
      upsert<MeasureReading>(keys.readings(measureId), reading, { where: always, sort: byTime, confirm: false }),
      ...(goalId === null || goalId === undefined ? [] : [invalidate(keys.measures(goalId))]),
      ...goalTouched(goalId),
    ],

    'issue.created': ({ payload: { issue } }) => [
      ...(issue.goalId === null || issue.goalId === undefined
        ? [invalidate(keys.issueLists())]
        : [upsert(keys.issues(issue.goalId), issue, { ...byVersion, where: always })]),
      ...goalTouched(issue.goalId),
    ],
    'issue.status_changed': ({ payload: { issueId, status, issue, goalId } }) => [
      issue && issue.goalId !== null && issue.goalId !== undefined
        ? upsert(keys.issues(issue.goalId), issue, { ...byVersion, where: always })
        : patch<{ status?: string }>(keys.issueLists(), { status }, { id: issueId }),
      ...goalTouched(issue?.goalId ?? goalId),
    ],
    'decision.created': ({ payload: { decision } }) =>
      decision.goalId === null || decision.goalId === undefined
        ? []
        : upsert(keys.decisions(decision.goalId), decision, { ...byVersion, where: always, at: 'start' }),
    'attachment.created': ({ payload: { attachment } }) =>
      attachment.goalId === null || attachment.goalId === undefined
        ? []
        : upsert(keys.attachments(attachment.goalId), attachment, { ...byVersion, where: always, at: 'start' }),

    'system.ping': ignore,
    'system.error': ignore,
    'system.notice': ignore,
  }
}

const byTime = (a: MeasureReading, b: MeasureReading): number => new Date(a.at).getTime() - new Date(b.at).getTime()
