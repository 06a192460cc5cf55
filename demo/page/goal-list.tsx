// The goals of a filter.
import { useQuery } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { areas, type Goal } from '../shared/entities.ts'
import { counted } from './format.ts'
import { GoalRow } from './goal-row.tsx'
import { NewGoal } from './new-goal.tsx'
import { Icon } from './parts/icons.tsx'
import { EmptyNotice } from './parts/notices.tsx'
import { QuerySection } from './parts/query-section.tsx'
import { goalsQuery } from './queries.ts'
import { type Filter, matchesView } from './view.ts'
import { filterTitles } from './words.ts'

export function GoalList({ filter }: { filter: Filter }) {
  const query = useQuery(goalsQuery)
  const [isAdding, setAdding] = useState(false)
  const title = filterTitles[filter]
  useEffect(() => {
    document.title = `${title} · Kestrel Pay`
  }, [title])

  return (
    <>
      <div className="page-head">
        <h1>{title}</h1>
        <button
          type="button"
          className="button"
          data-kind="primary"
          disabled={isAdding}
          onClick={() => setAdding(true)}
        >
          <Icon name="plus" />
          New goal
        </button>
      </div>
      {isAdding && (
        <NewGoal area={areas.find((area) => area === filter) ?? 'growth'} onClose={() => setAdding(false)} />
      )}
      <QuerySection query={query} what="the goals" skeletonRows={8}>
        {(goals) => <Rows goals={goals.filter((goal) => matchesView(goal, filter))} filter={filter} />}
      </QuerySection>
    </>
  )
}

function Rows({ goals, filter }: { goals: readonly Goal[]; filter: Filter }) {
  if (goals.length === 0) {
    return (
      <EmptyNotice title={emptyTitles[filter] ?? 'No goals here yet'}>
        {filter === 'at-risk' || filter === 'off-track' || filter === 'on-track'
          ? 'Goals come here by their open issues: none is on track, a risk puts one at risk, a blocker off track.'
          : filter === 'completed'
            ? 'Open a goal and mark it as complete, and it moves here for everybody.'
            : 'Create one with “New goal”; everybody in the workspace sees it at once.'}
      </EmptyNotice>
    )
  }
  return (
    <section aria-label={counted(goals.length, 'goal')}>
      <div className="goal-heads" aria-hidden="true">
        <span>Goal</span>
        <span>Owner</span>
        <span>Progress</span>
        <span className="end">Amount</span>
        <span>Status</span>
      </div>
      <ul className="goals">
        {goals.map((goal) => (
          <GoalRow key={goal.id} goal={goal} />
        ))}
      </ul>
    </section>
  )
}

const emptyTitles: Partial<Record<Filter, string>> = {
  'at-risk': 'Nothing is at risk',
  'off-track': 'Nothing is off track',
  'on-track': 'Nothing is on track',
  completed: 'Nothing is completed yet',
}
