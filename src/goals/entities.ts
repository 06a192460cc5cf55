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

/** How a goal stands. Compared without regard to case. */
export type GoalStatus = 'draft' | 'active' | 'completed' | 'cancelled'

export interface GoalEntity extends Entity {
  readonly name: string
  /** Null: nobody has said. */
  readonly status?: GoalStatus | null
}

/** From least to most. */
export type ActionPriority = 'low' | 'medium' | 'high' | 'urgent'

export interface ActionEntity extends Entity {
  readonly goalId: Id
  readonly name: string
  /** In the app's own words. */
  readonly status?: string | null
  /** What toasts go by: `high` and `urgent` are told. */
  readonly priority?: ActionPriority | null
  /** Null: nobody. */
  readonly assignee?: GoalPerson | null
  /** 0 to 1. */
  readonly progress?: number | null
}

/** Where a value stands between the thresholds of its measure: on course, at risk, off course. */
export type Zone = 'green' | 'amber' | 'red'

export interface MeasureReading {
  readonly id: Id
  readonly measureId: Id
  readonly value: number
  readonly at: Time
  /** @default what `zoneOf` makes of the value and the measure's thresholds */
  readonly zone?: Zone | null
}

/** From least to most. Toasts tell of `critical` ones. */
export type IssueSeverity = 'low' | 'medium' | 'high' | 'critical'

export interface IssueEntity extends Entity {
  /** Null: of no goal. */
  readonly goalId?: Id | null
  readonly name: string
  /** In the app's own words. */
  readonly status?: string | null
  /** Null: nobody has said. */
  readonly severity?: IssueSeverity | null
}

export interface DecisionEntity extends Entity {
  /** Null: of no goal. */
  readonly goalId?: Id | null
  readonly name: string
}

export interface AttachmentEntity extends Entity {
  /** Null: of no goal. */
  readonly goalId?: Id | null
  readonly name: string
}

/** One entry of a goal's feed. */
export interface GoalActivity extends Entity {
  readonly goalId: Id
  /** What kind of thing happened, such as `action.completed`; what feeds are filtered by. */
  readonly kind: string
  readonly text: string
  /** Who did it; null: nobody, such as the system. */
  readonly actor?: GoalPerson | null
  readonly createdAt: Time
}
