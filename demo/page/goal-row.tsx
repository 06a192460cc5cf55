import { memo } from 'react'
import type { Amount, Goal } from '../shared/entities.ts'
import { shortMoney, towards } from './format.ts'
import { ChangeChip, changedRow } from './parts/change-chip.tsx'
import { HealthLabel } from './parts/health-label.tsx'
import { PersonLabel } from './parts/person-label.tsx'
import { Progress } from './parts/progress.tsx'
import { useRecentChange } from './recent-changes.ts'
import { goalHref } from './view.ts'

export const GoalRow = memo(function GoalRow({ goal }: { goal: Goal }) {
  const change = useRecentChange(goal.id)
  const { id, name, owner, progress, health, amount } = goal
  return (
    <li className="goal" data-testid="goal-row" data-goal-id={id} {...changedRow(change)}>
      <span className="goal-name">
        <a href={goalHref(id)} title={name} dir="auto" data-testid="goal-name">
          {name}
        </a>
        <ChangeChip change={change} />
      </span>
      <span className="goal-owner">
        <span className="visually-hidden">Owner: </span>
        <PersonLabel person={owner} />
      </span>
      <span className="goal-progress">
        <span className="visually-hidden">Progress: </span>
        <Progress share={progress} />
      </span>
      <span className="goal-amount">{amount === null ? <NoAmount /> : <AmountLabel {...amount} />}</span>
      <span className="goal-health">
        <span className="visually-hidden">Status: </span>
        <HealthLabel health={health} />
      </span>
    </li>
  )
})

function AmountLabel({ start, value, target, currency }: Amount) {
  return (
    <>
      <span className="visually-hidden">Amount: </span>
      <span className="figure">{shortMoney(value, currency)}</span>{' '}
      <span className="muted">
        {towards(start, target)} {shortMoney(target, currency)}
      </span>
    </>
  )
}

function NoAmount() {
  return (
    <>
      <span className="visually-hidden">No amount</span>
      <span className="muted" aria-hidden="true">
        –
      </span>
    </>
  )
}
