// The workspace: what may be asked of it, and what may be done to it. Each change is committed when it returns, as the
// event that tells of it; publishing that is start.ts.
import type { Action, Area, Goal, Health, Issue, Measure } from '../shared/entities.ts'
import type { Payloads } from '../shared/payloads.ts'
import { notFound } from './api-error.ts'
import type { Fields, Records } from './records.ts'
import type { ActionRow, GoalRow, IssueRow, MeasureRow, Rows, Stamps, Table } from './rows.ts'
import { personOf } from './team.ts'

type EntityName = 'goal' | 'action' | 'measure' | 'issue'

/** A committed change, as an event without its stream. */
export type Change = {
  [Type in keyof Payloads]: {
    type: Type
    entity: { type: EntityName; id: string; version: number }
    payload: Payloads[Type]
  }
}[keyof Payloads]

const stamped = <Row extends Stamps>(row: Row) => ({ ...row, updatedBy: personOf(row.updatedBy) })
const actionOf = (row: ActionRow): Action => ({ ...stamped(row), done: row.done === 1 })
const measureOf = (row: MeasureRow): Measure => stamped(row)
const issueOf = (row: IssueRow): Issue => ({ ...stamped(row), resolved: row.resolved === 1 })

export type Store = ReturnType<typeof createStore>

export function createStore(records: Records) {
  // ── reading ───────────────────────────────────────────────────────────────────────────────────────────────────

  const actions = (goalId: string) => records.ofGoal('actions', goalId).map(actionOf)
  const measures = (goalId: string) => records.ofGoal('measures', goalId).map(measureOf)
  const issues = (goalId: string) => records.ofGoal('issues', goalId).map(issueOf)

  function goalOf({ ownerId, completed, ...row }: GoalRow): Goal {
    const ownActions = actions(row.id)
    const ownMeasures = measures(row.id)
    const openIssues = issues(row.id).filter(({ resolved }) => !resolved)
    return {
      ...stamped(row),
      owner: personOf(ownerId),
      health: completed === 1 ? 'completed' : healthOf(openIssues),
      progress: progressOf(ownMeasures, ownActions),
      amount: amountOf(ownMeasures),
      actions: { done: ownActions.filter(({ done }) => done).length, total: ownActions.length },
      openIssues: openIssues.length,
    }
  }

  function rowOf<Name extends Table>(table: Name, id: string): Rows[Name] {
    const row = records.find(table, id)
    if (row === undefined) throw notFound(table.slice(0, -1))
    return row
  }

  const goal = (id: string): Goal => goalOf(rowOf('goals', id))

  // ── changing ──────────────────────────────────────────────────────────────────────────────────────────────────

  function changeGoal(
    type: 'goal.created' | 'goal.updated' | 'goal.completed' | 'goal.reopened',
    by: string,
    write: () => string,
  ): Change {
    const changed = records.atomic(() => goal(write()))
    return {
      type,
      entity: { type: 'goal', id: changed.id, version: changed.version },
      payload: { by: personOf(by), goal: changed },
    }
  }

  /** Writes something that belongs to a goal, and moves the goal's version on, since its figures may be others now. */
  function underGoal<Child>(goalId: string, by: string, write: () => Child): { child: Child; goal: Goal } {
    return records.atomic(() => {
      rowOf('goals', goalId)
      const child = write()
      records.change('goals', goalId, {}, by)
      return { child, goal: goal(goalId) }
    })
  }

  function actionChange(type: 'action.created' | 'action.updated' | 'action.completed' | 'action.reopened') {
    return (goalId: string, by: string, write: () => string): Change => {
      const written = underGoal(goalId, by, () => actionOf(rowOf('actions', write())))
      const { child: action } = written
      return {
        type,
        entity: { type: 'action', id: action.id, version: action.version },
        payload: { by: personOf(by), action, goal: written.goal },
      }
    }
  }

  function issueChange(type: 'issue.created' | 'issue.resolved' | 'issue.reopened') {
    return (goalId: string, by: string, write: () => string): Change => {
      const written = underGoal(goalId, by, () => issueOf(rowOf('issues', write())))
      const { child: issue } = written
      return {
        type,
        entity: { type: 'issue', id: issue.id, version: issue.version },
        payload: { by: personOf(by), issue, goal: written.goal },
      }
    }
  }

  const writer = (table: Table, id: string, fields: Fields, by: string) => () => {
    records.change(table, id, fields, by)
    return id
  }

  return {
    goals: () => records.all('goals').map(goalOf),
    goal,
    actions: (goalId: string) => actions(goal(goalId).id),
    measures: (goalId: string) => measures(goal(goalId).id),
    issues: (goalId: string) => issues(goal(goalId).id),

    createGoal: ({ name, area }: { name: string; area: Area }, by: string) =>
      changeGoal('goal.created', by, () => records.insert('goals', { name, area, ownerId: by }, by)),
    renameGoal(id: string, name: string, by: string) {
      rowOf('goals', id)
      return changeGoal('goal.updated', by, writer('goals', id, { name }, by))
    },
    completeGoal(id: string, completed: boolean, by: string) {
      rowOf('goals', id)
      const type = completed ? 'goal.completed' : 'goal.reopened'
      return changeGoal(type, by, writer('goals', id, { completed: completed ? 1 : 0 }, by))
    },
    deleteGoal(id: string, by: string): Change {
      const { version } = rowOf('goals', id)
      records.remove('goals', id)
      return {
        type: 'goal.deleted',
        entity: { type: 'goal', id, version: version + 1 },
        payload: { by: personOf(by), goalId: id },
      }
    },

    createAction: (goalId: string, name: string, by: string) =>
      actionChange('action.created')(goalId, by, () => records.insert('actions', { goalId, name }, by)),
    renameAction(id: string, name: string, by: string) {
      const { goalId } = rowOf('actions', id)
      return actionChange('action.updated')(goalId, by, writer('actions', id, { name }, by))
    },
    completeAction(id: string, done: boolean, by: string) {
      const { goalId } = rowOf('actions', id)
      const type = done ? 'action.completed' : 'action.reopened'
      return actionChange(type)(goalId, by, writer('actions', id, { done: done ? 1 : 0 }, by))
    },
    deleteAction(id: string, by: string): Change {
      const { goalId, version } = rowOf('actions', id)
      const written = underGoal(goalId, by, () => records.remove('actions', id))
      return {
        type: 'action.deleted',
        entity: { type: 'action', id, version: version + 1 },
        payload: { by: personOf(by), actionId: id, goal: written.goal },
      }
    },

    setMeasure(id: string, value: number, by: string): Change {
      const { goalId } = rowOf('measures', id)
      const { child: measure, goal: changed } = underGoal(goalId, by, () => {
        records.change('measures', id, { value }, by)
        return measureOf(rowOf('measures', id))
      })
      return {
        type: 'measure.updated',
        entity: { type: 'measure', id, version: measure.version },
        payload: { by: personOf(by), measure, goal: changed },
      }
    },

    createIssue: (goalId: string, { name, severity }: Pick<Issue, 'name' | 'severity'>, by: string) =>
      issueChange('issue.created')(goalId, by, () => records.insert('issues', { goalId, name, severity }, by)),
    resolveIssue(id: string, resolved: boolean, by: string) {
      const { goalId } = rowOf('issues', id)
      const type = resolved ? 'issue.resolved' : 'issue.reopened'
      return issueChange(type)(goalId, by, writer('issues', id, { resolved: resolved ? 1 : 0 }, by))
    },
  }
}

function healthOf(open: readonly Issue[]): Health {
  if (open.length === 0) return 'on-track'
  return open.some(({ severity }) => severity === 'blocker') ? 'off-track' : 'at-risk'
}

function progressOf(measures: readonly Measure[], actions: readonly Action[]): number {
  const shares =
    measures.length > 0
      ? measures.map(({ start, value, target }) => Math.min(1, Math.max(0, (value - start) / (target - start))))
      : actions.map(({ done }) => Number(done))
  const sum = shares.reduce((total, share) => total + share, 0)
  return shares.length === 0 ? 0 : Math.round((sum / shares.length) * 1000) / 1000
}

function amountOf(measures: readonly Measure[]): Goal['amount'] {
  for (const { unit, start, value, target } of measures) {
    if (unit === 'NGN' || unit === 'EUR' || unit === 'USD') return { start, value, target, currency: unit }
  }
  return null
}
