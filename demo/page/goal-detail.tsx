// One goal: its name, its figures, and what belongs to it.
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useEffect, useRef } from 'react'
import { DecisionList } from '../rooms/goals/decision-list.tsx'
import { GoalActivity } from '../rooms/goals/goal-activity.tsx'
import type { Goal } from '../shared/entities.ts'
import { ActionList } from './action-list.tsx'
import { RequestError } from './fetch-json.ts'
import { moment } from './format.ts'
import { GoalName } from './goal-name.tsx'
import { IssueList } from './issue-list.tsx'
import { MeasureList } from './measure-list.tsx'
import { useCompleteGoal, useDeleteGoal } from './mutations.ts'
import { changedRow } from './parts/change-chip.tsx'
import { HealthLabel } from './parts/health-label.tsx'
import { Icon } from './parts/icons.tsx'
import { EmptyNotice, ErrorNotice } from './parts/notices.tsx'
import { PersonLabel } from './parts/person-label.tsx'
import { Progress } from './parts/progress.tsx'
import { QuerySection } from './parts/query-section.tsx'
import { goalQuery, goalsQuery } from './queries.ts'
import { useRecentChange } from './recent-changes.ts'
import { lastListHref } from './view.ts'
import { areaWords } from './words.ts'

export function GoalDetail({ goalId }: { goalId: string }) {
  const queryClient = useQueryClient()
  // The list holds whole goals, so one that stands in it is shown at once.
  const query = useQuery({
    ...goalQuery(goalId),
    initialData: () => queryClient.getQueryData(goalsQuery.queryKey)?.find(({ id }) => id === goalId),
    initialDataUpdatedAt: () => queryClient.getQueryState(goalsQuery.queryKey)?.dataUpdatedAt,
  })
  const isGone = query.error instanceof RequestError && query.error.code === 'NOT_FOUND'
  const title = query.data?.name
  useEffect(() => {
    document.title = `${title ?? 'Goal'} · Kestrel Pay`
  }, [title])

  return (
    <>
      <a className="back" href={lastListHref()}>
        <Icon name="back" />
        Back to the goals
      </a>
      {isGone ? (
        <EmptyNotice title="This goal is gone">
          It was deleted, by you or by somebody else in the workspace.
        </EmptyNotice>
      ) : (
        <QuerySection query={query} what="the goal" skeletonRows={3}>
          {(goal) => (
            <>
              <GoalHead goal={goal} />
              <MeasureList goalId={goalId} />
              <ActionList goalId={goalId} />
              <IssueList goalId={goalId} />
              <DecisionList goalId={goalId} />
              <GoalActivity goalId={goalId} />
            </>
          )}
        </QuerySection>
      )}
    </>
  )
}

function GoalHead({ goal }: { goal: Goal }) {
  const complete = useCompleteGoal(goal.id)
  const change = useRecentChange(goal.id)
  const isCompleted = goal.health === 'completed'
  return (
    <div className="goal-head">
      <GoalName goal={goal} />
      <div className="goal-facts">
        <HealthLabel health={goal.health} />
        <Progress share={goal.progress} />
        <PersonLabel person={goal.owner} />
        <span className="muted">{areaWords[goal.area]}</span>
      </div>
      <div className="goal-tools">
        <button
          type="button"
          className="button"
          aria-busy={complete.isPending}
          onClick={() => !complete.isPending && complete.mutate(!isCompleted)}
        >
          {isCompleted ? 'Reopen' : 'Mark as complete'}
        </button>
        <DeleteGoal goal={goal} />
        <p className="goal-changed muted" {...changedRow(change)}>
          Changed {moment(goal.updatedAt)} by {goal.updatedBy.name}
        </p>
      </div>
      {complete.error && <ErrorNotice error={complete.error}>The goal is as it was.</ErrorNotice>}
    </div>
  )
}

function DeleteGoal({ goal }: { goal: Goal }) {
  const dialog = useRef<HTMLDialogElement>(null)
  const remove = useDeleteGoal(goal.id, () => location.assign(lastListHref()))
  return (
    <>
      <button type="button" className="button" onClick={() => dialog.current?.showModal()}>
        Delete…
      </button>
      <dialog ref={dialog} className="dialog" aria-labelledby="delete-title">
        <h2 id="delete-title">Delete this goal?</h2>
        <p>“{goal.name}” disappears for everybody, with its measures, actions and issues.</p>
        {remove.error && <ErrorNotice error={remove.error}>Not deleted.</ErrorNotice>}
        <div className="form-actions">
          <button type="button" className="button" onClick={() => dialog.current?.close()}>
            Keep it
          </button>
          <button
            type="button"
            className="button"
            data-kind="danger"
            aria-busy={remove.isPending}
            onClick={() => !remove.isPending && remove.mutate()}
          >
            {remove.isPending ? 'Deleting…' : 'Delete'}
          </button>
        </div>
      </dialog>
    </>
  )
}
