// The feed of a goal, filtered by kind, with a line to add a note to it.
import { upsert } from 'livecache'
import { type ActivityPage, type ActivityRequest, GoalActivityFeed } from 'livecache/goals'
import { useState } from 'react'
import { callApi } from '../../page/api.ts'
import { AddForm } from '../../page/parts/add-form.tsx'
import { userId } from '../../page/session.ts'
import { useChange } from '../../page/use-change.ts'
import type { Entry } from './entities.ts'
import { keys } from './realtime.ts'

const filters = {
  all: { title: 'Everything', kinds: undefined },
  actions: {
    title: 'Actions',
    kinds: ['action.created', 'action.updated', 'action.completed', 'action.reopened', 'action.deleted'],
  },
  measures: { title: 'Measures', kinds: ['measure.updated'] },
  issues: { title: 'Issues', kinds: ['issue.created', 'issue.resolved', 'issue.reopened'] },
  decisions: { title: 'Decisions', kinds: ['decision.created'] },
  notes: { title: 'Notes', kinds: ['note.created'] },
} as const

type Filter = keyof typeof filters

const read = ({ goalId, cursor, signal }: ActivityRequest) =>
  callApi<ActivityPage>('GET', `/feed/${goalId}${typeof cursor === 'string' ? `?cursor=${cursor}` : ''}`, { signal })

export function GoalActivity({ goalId }: { goalId: string }) {
  const [filter, setFilter] = useState<Filter>('all')
  const note = useNote(goalId)
  return (
    <section className="section goal-activity" aria-label="Activity of this goal">
      <label className="activity-filter">
        <span className="visually-hidden">Show</span>
        <select value={filter} onChange={(event) => setFilter(event.target.value as Filter)}>
          {Object.entries(filters).map(([name, { title }]) => (
            <option key={name} value={name}>
              {title}
            </option>
          ))}
        </select>
      </label>
      <GoalActivityFeed
        goalId={goalId}
        queryFn={read}
        keys={keys}
        kinds={filters[filter].kinds}
        maxEntries={400}
        data-testid="goal-feed"
      />
      <AddForm
        label="Add a note"
        button="Add"
        adding={note}
        add={(text, onAdded) => note.mutate(text, { onSuccess: onAdded })}
      />
    </section>
  )
}

function useNote(goalId: string) {
  const put = (activity: Entry) =>
    upsert<Entry>(keys.activity(goalId), activity, { where: () => true, at: 'start', confirm: false })
  return useChange({
    method: 'POST',
    path: `/feed/${goalId}`,
    body: (text: string) => ({ text }),
    optimistic: (text, { tempId }) =>
      put({
        id: tempId,
        goalId,
        kind: 'note.created',
        text,
        actor: { id: userId, name: 'You' },
        createdAt: new Date().toISOString(),
      }),
    confirmed: ({ activity }: { activity: Entry }) => put(activity),
    realId: ({ activity }) => activity.id,
  })
}
