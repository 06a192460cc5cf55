// What a team steers by, as far as this pack reads it. An app's entities may have more: whatever else they hold passes through.

export type Id = string | number
/** ISO 8601, or epoch ms. */
export type Time = string | number

export interface GoalPerson {
  readonly id: Id
  readonly name: string
}

interface Entity {
  readonly id: Id
  /** Grows with each change: of two copies the newer one is told by it. */
  readonly version?: number | null
}

export type GoalStatus = 'draft' | 'active' | 'completed' | 'cancelled'

export interface GoalEntity extends Entity {
  readonly name: string
  readonly status?: GoalStatus | null
}

export type ActionPriority = 'low' | 'medium' | 'high' | 'urgent'

export interface ActionEntity extends Entity {
  readonly goalId: Id
  readonly name: string
  readonly status?: string | null
  readonly priority?: ActionPriority | null
  readonly assignee?: GoalPerson | null
  /** 0 to 1. */
  readonly progress?: number | null
}

export type Zone = 'green' | 'amber' | 'red'

export interface MeasureReading {
  readonly id: Id
  readonly measureId: Id
  readonly value: number
  readonly at: Time
  /** @default what `zoneOf` makes of the value and the measure's thresholds */
  readonly zone?: Zone | null
}

export type IssueSeverity = 'low' | 'medium' | 'high' | 'critical'

export interface IssueEntity extends Entity {
  readonly goalId?: Id | null
  readonly name: string
  readonly status?: string | null
  readonly severity?: IssueSeverity | null
}

export interface DecisionEntity extends Entity {
  readonly goalId?: Id | null
  readonly name: string
}

export interface AttachmentEntity extends Entity {
  readonly goalId?: Id | null
  readonly name: string
}

/** One entry of a goal's feed. */
export interface GoalActivity extends Entity {
  readonly goalId: Id
  /** What kind of thing happened, such as `action.completed`; what feeds are filtered by. */
  readonly kind: string
  readonly text: string
  readonly actor?: GoalPerson | null
  readonly createdAt: Time
}
