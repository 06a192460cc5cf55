// What each event carries: the whole new entity, its goal with the new figures, and who did it. REST answers a change
// with the same object, so a page treats both alike.
import type { Action, Goal, Issue, Measure, Person } from './entities.ts'

export interface GoalChange {
  by: Person
  goal: Goal
}

export interface GoalRemoval {
  by: Person
  goalId: string
}

export interface ActionChange extends GoalChange {
  action: Action
}

export interface ActionRemoval extends GoalChange {
  actionId: string
}

export interface MeasureChange extends GoalChange {
  measure: Measure
}

export interface IssueChange extends GoalChange {
  issue: Issue
}

export interface Payloads {
  'goal.created': GoalChange
  'goal.updated': GoalChange
  'goal.completed': GoalChange
  'goal.reopened': GoalChange
  'goal.deleted': GoalRemoval
  'action.created': ActionChange
  'action.updated': ActionChange
  'action.completed': ActionChange
  'action.reopened': ActionChange
  'action.deleted': ActionRemoval
  'measure.updated': MeasureChange
  'issue.created': IssueChange
  'issue.resolved': IssueChange
  'issue.reopened': IssueChange
}
