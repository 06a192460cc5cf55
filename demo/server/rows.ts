// The tables as code sees them.
import type { Area, Issue, Unit } from '../shared/entities.ts'

/** What every row has. */
export interface Stamps {
  id: string
  version: number
  createdAt: string
  updatedAt: string
  /** The id of a person. */
  updatedBy: string
}

export interface GoalRow extends Stamps {
  name: string
  area: Area
  ownerId: string
  completed: 0 | 1
}

export interface ActionRow extends Stamps {
  goalId: string
  name: string
  done: 0 | 1
}

export interface MeasureRow extends Stamps {
  goalId: string
  name: string
  unit: Unit
  start: number
  value: number
  target: number
}

export interface IssueRow extends Stamps {
  goalId: string
  name: string
  severity: Issue['severity']
  resolved: 0 | 1
}

export interface Rows {
  goals: GoalRow
  actions: ActionRow
  measures: MeasureRow
  issues: IssueRow
}

export type Table = keyof Rows
