import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import type { Action } from '../shared/entities.ts'
import { useCompleteAction, useCreateAction, useDeleteAction } from './mutations.ts'
import { AddForm } from './parts/add-form.tsx'
import { ChangeChip, changedRow } from './parts/change-chip.tsx'
import { Icon } from './parts/icons.tsx'
import { EmptyNotice, ErrorNotice } from './parts/notices.tsx'
import { QuerySection } from './parts/query-section.tsx'
import { Section } from './parts/section.tsx'
import { actionsQuery } from './queries.ts'
import { useRecentChange } from './recent-changes.ts'

export function ActionList({ goalId }: { goalId: string }) {
  const query = useQuery(actionsQuery(goalId))
  const create = useCreateAction(goalId)
  const done = query.data?.filter((action) => action.done).length
  return (
    <Section title="Actions" count={query.data?.length ? `${done} of ${query.data.length} done` : undefined}>
      <QuerySection query={query} what="the actions" skeletonRows={3}>
        {(actions) =>
          actions.length === 0 ? (
            <EmptyNotice title="No actions yet">Write down the first step below; it appears for everybody.</EmptyNotice>
          ) : (
            <ul className="rows">
              {actions.map((action) => (
                <ActionRow key={action.id} action={action} />
              ))}
            </ul>
          )
        }
      </QuerySection>
      <AddForm
        label="Add an action"
        button="Add"
        adding={create}
        add={(name, onAdded) => create.mutate(name, { onSuccess: onAdded })}
      />
    </Section>
  )
}

function ActionRow({ action }: { action: Action }) {
  const change = useRecentChange(action.id)
  const complete = useCompleteAction(action.goalId, action.id)
  const remove = useDeleteAction(action.id)
  // The box shows what was asked for until a newer version is here, or until that failed.
  const [wish, setWish] = useState<{ done: boolean; version: number } | null>(null)
  const done = wish?.version === action.version ? wish.done : action.done
  const error = complete.error ?? remove.error

  function toggle(next: boolean) {
    if (complete.isPending) return
    // By React's own state: the mutation tells of itself a task later, and the box would flicker.
    setWish({ done: next, version: action.version })
    complete.mutate(next, { onError: () => setWish(null) })
  }

  return (
    <li className="row" {...changedRow(change)}>
      <label className="action" aria-busy={complete.isPending}>
        <input
          type="checkbox"
          checked={done}
          onChange={(event) => toggle(event.target.checked)}
          data-testid="action-toggle"
        />
        <span className="action-name" dir="auto">
          {action.name}
        </span>
      </label>
      <ChangeChip change={change} />
      <button
        type="button"
        className="icon-button row-tool"
        aria-label={`Remove “${action.name}”`}
        title="Remove"
        aria-busy={remove.isPending}
        onClick={() => !remove.isPending && remove.mutate()}
      >
        <Icon name="close" />
      </button>
      {error && <ErrorNotice error={error}>Not saved.</ErrorNotice>}
    </li>
  )
}
