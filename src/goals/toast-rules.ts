// Which events of the domain are worth a toast. Their words are wording.ts.
import { defineToastRules, type ToastRules } from '../toasts/toast-rules.ts'
import { formatOf } from '../ui/format.ts'
import type { ActionPriority } from './entities.ts'
import { goalEvents, type GoalEvents } from './events.ts'
import { type GoalLabels, goalLabels } from './wording.ts'

export interface GoalToastRulesOptions {
  /** Words in place of the English ones. @default those of `goalLabels` */
  labels?: GoalLabels['toast']
  /** Where a toast leads. @default nowhere */
  hrefOf?: (goalId: string | number) => string
  /** Of numbers, BCP 47. @default 'en' */
  locale?: string
}

const isUrgent = (priority: ActionPriority | null | undefined) => priority === 'high' || priority === 'urgent'

/** Goals created and completed, actions of high priority, critical issues, measures in the red zone, and what the system has to say. */
export function goalToastRules(options: GoalToastRulesOptions = {}): ToastRules<GoalEvents> {
  const { labels = goalLabels.toast, hrefOf, locale = 'en' } = options
  const linkTo = (goalId: string | number | null | undefined) =>
    hrefOf === undefined || goalId === null || goalId === undefined ? {} : { link: { href: hrefOf(goalId) } }

  return defineToastRules(goalEvents, {
    'goal.created': ({ payload: { goal, by } }) => ({
      title: labels.created(goal.name),
      description: by?.name,
      group: 'goals',
      ...linkTo(goal.id),
    }),
    'goal.completed': ({ payload: { goal, goalId, by } }) =>
      goal ? { title: labels.completed(goal.name), description: by?.name, priority: 'high', ...linkTo(goalId) } : null,
    'action.created': ({ payload: { action } }) =>
      isUrgent(action.priority)
        ? { title: labels.priority(action.name), priority: 'high', ...linkTo(action.goalId) }
        : null,
    'action.priority_changed': ({ payload: { action, priority, goalId } }) =>
      action && isUrgent(priority)
        ? {
            title: labels.priority(action.name),
            priority: 'high',
            dedupeKey: `action:${action.id}`,
            ...linkTo(goalId),
          }
        : null,
    'issue.created': ({ payload: { issue } }) =>
      issue.severity === 'critical'
        ? { title: labels.issue(issue.name), priority: 'critical', ...linkTo(issue.goalId) }
        : null,
    'measure.reading.created': ({ payload: { reading, name, measureId, goalId } }) =>
      reading.zone === 'red'
        ? {
            title: labels.red(name ?? String(measureId), formatOf(locale).number(reading.value)),
            priority: 'high',
            dedupeKey: `measure:${measureId}`,
            ...linkTo(goalId),
          }
        : null,
    'system.notice': ({ payload: { message } }) => ({ title: labels.notice(message) }),
    'system.error': ({ payload: { message } }) => ({ title: labels.notice(message), priority: 'high' }),
  })
}
