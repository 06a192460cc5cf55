// A card of the workspace, as an app would have it: its goals, each marked when it changes.
import { StatusTransition, useLiveHighlight } from 'livecache/ui'
import type { JSX, ReactNode } from 'react'
import { useGoals } from './story-world.tsx'
import type { Goal } from './workspace.ts'
import './goal-card.css'

const percent = new Intl.NumberFormat('en', { style: 'percent' })

export function GoalCard({ badge }: { badge?: ReactNode }): JSX.Element {
  const { data = [] } = useGoals()
  return (
    <section className="goal-card" aria-label="Goals">
      <header>
        <h2>Goals</h2>
        {badge}
      </header>
      <ul>
        {data.map((goal) => (
          <GoalRow key={goal.id} goal={goal} />
        ))}
      </ul>
    </section>
  )
}

export function GoalRow({ goal }: { goal: Goal }): JSX.Element {
  const highlight = useLiveHighlight(goal.version)
  return (
    <li {...highlight.props}>
      <span className="goal-name">{goal.name}</span>
      {highlight.mark}
      <span className="goal-progress">{percent.format(goal.progress)}</span>
      <StatusTransition status={goal.status} />
    </li>
  )
}
