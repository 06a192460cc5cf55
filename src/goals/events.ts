// The events of the domain and what each of them carries. Names of fields arrive in snake_case or camelCase alike.
import { defineEvents } from '../protocol/define-events.ts'
import type {
  ActionEntity,
  ActionPriority,
  AttachmentEntity,
  DecisionEntity,
  GoalActivity,
  GoalEntity,
  GoalPerson,
  GoalStatus,
  Id,
  IssueEntity,
  IssueSeverity,
  MeasureReading,
  Time,
  Zone,
} from './entities.ts'
import { type Checked, id, number, object, oneOf, optional, schema, text, time } from './validate.ts'

const person: Checked<GoalPerson> = object<GoalPerson>({ id, name: text })
const version = optional(number)

const goal = object<GoalEntity>({
  id,
  name: text,
  version,
  status: optional(oneOf<GoalStatus>('draft', 'active', 'completed', 'cancelled')),
})
const action = object<ActionEntity>({
  id,
  goalId: id,
  name: text,
  version,
  status: optional(text),
  priority: optional(oneOf<ActionPriority>('low', 'medium', 'high', 'urgent')),
  assignee: optional(person),
  progress: optional(number),
})
const reading = object<MeasureReading>({
  id,
  measureId: id,
  value: number,
  at: time,
  zone: optional(oneOf<Zone>('green', 'amber', 'red')),
})
const issue = object<IssueEntity>({
  id,
  goalId: optional(id),
  name: text,
  version,
  status: optional(text),
  severity: optional(oneOf<IssueSeverity>('low', 'medium', 'high', 'critical')),
})
const decision = object<DecisionEntity>({ id, goalId: optional(id), name: text, version })
const attachment = object<AttachmentEntity>({ id, goalId: optional(id), name: text, version })
const activity = object<GoalActivity>({
  id,
  goalId: id,
  kind: text,
  text,
  actor: optional(person),
  createdAt: time,
  version,
})

/** Who did it. */
interface By {
  readonly by?: GoalPerson | null
}

export interface GoalCreated extends By {
  readonly goal: GoalEntity
}
/** With the whole entity where the server sends it. */
export interface GoalStatusChange extends By {
  readonly goalId: Id
  readonly goal?: GoalEntity | null
  readonly at?: Time | null
}
export interface GoalActivityCreated {
  readonly goalId: Id
  readonly activity: GoalActivity
}
export interface ActionCreated extends By {
  readonly action: ActionEntity
}
interface ActionChange extends By {
  readonly goalId: Id
  readonly actionId: Id
  readonly action?: ActionEntity | null
}
export interface ActionStatusChanged extends ActionChange {
  readonly status: string
}
export type ActionCompleted = ActionChange
export interface ActionPriorityChanged extends ActionChange {
  readonly priority: ActionPriority
}
export interface ActionReassigned extends ActionChange {
  /** Null: nobody. */
  readonly assignee?: GoalPerson | null
}
export interface ActionProgressUpdated extends ActionChange {
  /** 0 to 1. */
  readonly progress: number
}
export interface MeasureReadingCreated {
  readonly goalId?: Id | null
  readonly measureId: Id
  readonly reading: MeasureReading
  /** Of the measure, for whoever tells of it. */
  readonly name?: string | null
}
export interface IssueCreated extends By {
  readonly issue: IssueEntity
}
export interface IssueStatusChanged extends By {
  readonly goalId?: Id | null
  readonly issueId: Id
  readonly status: string
  readonly issue?: IssueEntity | null
}
export interface DecisionCreated extends By {
  readonly decision: DecisionEntity
}
export interface AttachmentCreated extends By {
  readonly attachment: AttachmentEntity
}
export interface SystemError {
  readonly code: string
  readonly message: string
}
export interface SystemNotice {
  readonly message: string
}

const by = optional(person)
const goalStatus = schema(object<GoalStatusChange>({ goalId: id, goal: optional(goal), at: optional(time), by }))
const actionChange = { goalId: id, actionId: id, action: optional(action), by }

/** For `createRealtime({ events: goalEvents })`, alone or spread into the app's own table; the gateway takes the same. */
export const goalEvents = defineEvents({
  'goal.created': schema(object<GoalCreated>({ goal, by })),
  'goal.activated': goalStatus,
  'goal.completed': goalStatus,
  'goal.cancelled': goalStatus,
  'goal.activity.created': schema(object<GoalActivityCreated>({ goalId: id, activity })),
  'action.created': schema(object<ActionCreated>({ action, by })),
  'action.status_changed': schema(object<ActionStatusChanged>({ ...actionChange, status: text })),
  'action.completed': schema(object<ActionCompleted>(actionChange)),
  'action.priority_changed': schema(
    object<ActionPriorityChanged>({ ...actionChange, priority: oneOf('low', 'medium', 'high', 'urgent') }),
  ),
  'action.reassigned': schema(object<ActionReassigned>({ ...actionChange, assignee: optional(person) })),
  'action.progress_updated': schema(object<ActionProgressUpdated>({ ...actionChange, progress: number })),
  'measure.reading.created': schema(
    object<MeasureReadingCreated>({ goalId: optional(id), measureId: id, reading, name: optional(text) }),
  ),
  'issue.created': schema(object<IssueCreated>({ issue, by })),
  'issue.status_changed': schema(
    object<IssueStatusChanged>({ goalId: optional(id), issueId: id, status: text, issue: optional(issue), by }),
  ),
  'decision.created': schema(object<DecisionCreated>({ decision, by })),
  'attachment.created': schema(object<AttachmentCreated>({ attachment, by })),
  'system.ping': schema(object<object>({})),
  'system.error': schema(object<SystemError>({ code: text, message: text })),
  'system.notice': schema(object<SystemNotice>({ message: text })),
})

/** The table of this pack, as a type. */
export type GoalEvents = typeof goalEvents
