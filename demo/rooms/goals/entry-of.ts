// A change of a goal in the words of its feed, behind the name of who did it.
import type { Change } from '../../server/store.ts'

const number = new Intl.NumberFormat('en', { maximumFractionDigits: 1 })

export function entryOf(change: Exclude<Change, { type: 'goal.deleted' }>): string {
  switch (change.type) {
    case 'goal.created':
      return 'set this goal'
    case 'goal.updated':
      return `renamed the goal to “${change.payload.goal.name}”`
    case 'goal.completed':
      return 'completed the goal'
    case 'goal.reopened':
      return 'reopened the goal'
    case 'action.created':
      return `added the action “${change.payload.action.name}”`
    case 'action.updated':
      return `renamed an action to “${change.payload.action.name}”`
    case 'action.completed':
      return `did “${change.payload.action.name}”`
    case 'action.reopened':
      return `reopened “${change.payload.action.name}”`
    case 'action.deleted':
      return 'removed an action'
    case 'measure.updated':
      return `set “${change.payload.measure.name}” to ${number.format(change.payload.measure.value)}`
    case 'issue.created':
      return `reported “${change.payload.issue.name}”`
    case 'issue.resolved':
      return `resolved “${change.payload.issue.name}”`
    case 'issue.reopened':
      return `reopened the issue “${change.payload.issue.name}”`
    default:
      return change satisfies never
  }
}
