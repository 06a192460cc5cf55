import { useQuery } from '@tanstack/react-query'
import { type FormEvent, useRef, useState } from 'react'
import { flushSync } from 'react-dom'
import { MeasureCourse } from '../rooms/goals/measure-course.tsx'
import type { Measure } from '../shared/entities.ts'
import { measured, parseNumber, towards } from './format.ts'
import { useSetMeasure } from './mutations.ts'
import { ChangeChip, changedRow } from './parts/change-chip.tsx'
import { focused } from './parts/focus.ts'
import { Icon } from './parts/icons.tsx'
import { EmptyNotice, ErrorNotice } from './parts/notices.tsx'
import { Progress } from './parts/progress.tsx'
import { QuerySection } from './parts/query-section.tsx'
import { Section } from './parts/section.tsx'
import { measuresQuery } from './queries.ts'
import { useRecentChange } from './recent-changes.ts'
import { useDraft } from './use-draft.ts'

export function MeasureList({ goalId }: { goalId: string }) {
  const query = useQuery(measuresQuery(goalId))
  return (
    <Section title="Measures">
      <QuerySection query={query} what="the measures" skeletonRows={2}>
        {(measures) =>
          measures.length === 0 ? (
            <EmptyNotice title="No measures">
              Progress follows the actions of this goal: each one done counts the same.
            </EmptyNotice>
          ) : (
            <ul className="rows">
              {measures.map((measure) => (
                <MeasureRow key={measure.id} measure={measure} />
              ))}
            </ul>
          )
        }
      </QuerySection>
    </Section>
  )
}

function MeasureRow({ measure }: { measure: Measure }) {
  const change = useRecentChange(measure.id)
  const [isEditing, setEditing] = useState(false)
  const button = useRef<HTMLButtonElement>(null)
  const { name, unit, start, value, target } = measure

  function close() {
    // The field that had the focus goes, so the button that it came from takes it back.
    flushSync(() => setEditing(false))
    button.current?.focus({ preventScroll: true })
  }

  return (
    <li className="row measure" {...changedRow(change)}>
      <span className="measure-name">
        <bdi>{name}</bdi>
      </span>
      <ChangeChip change={change} />
      <MeasureCourse measure={measure} />
      <Progress share={Math.min(1, Math.max(0, (value - start) / (target - start)))} />
      {isEditing ? (
        <MeasureForm measure={measure} onClose={close} />
      ) : (
        <button
          ref={button}
          type="button"
          className="measure-figures"
          aria-label={`Edit ${name}: ${measured(value, unit)} ${towards(start, target)} ${measured(target, unit)}`}
          onClick={() => setEditing(true)}
          data-testid="measure-edit"
        >
          <span className="figure" data-testid="measure-value">
            {measured(value, unit)}
          </span>{' '}
          <span className="muted">
            {towards(start, target)} {measured(target, unit)}
          </span>
          <Icon name="edit" />
        </button>
      )}
    </li>
  )
}

function MeasureForm({ measure, onClose }: { measure: Measure; onClose: () => void }) {
  const draft = useDraft(String(measure.value))
  const set = useSetMeasure(measure.goalId, measure.id)
  const [isInvalid, setInvalid] = useState(false)

  function submit(event: FormEvent) {
    event.preventDefault()
    const value = parseNumber(draft.text)
    setInvalid(value === null)
    if (value === null || set.isPending) return
    if (value === measure.value) onClose()
    else set.mutate(value, { onSuccess: onClose })
  }

  return (
    <form className="measure-form" onSubmit={submit}>
      <input
        ref={focused}
        inputMode="decimal"
        aria-label={`${measure.name}, new value`}
        aria-invalid={isInvalid}
        value={draft.text}
        onFocus={(event) => event.target.select()}
        onChange={(event) => draft.change(event.target.value)}
        onKeyDown={(event) => event.key === 'Escape' && onClose()}
        data-testid="measure-input"
      />
      <button type="submit" className="button" data-kind="primary" data-testid="measure-save">
        {set.isPending ? 'Saving…' : 'Save'}
      </button>
      <button type="button" className="button" onClick={onClose}>
        Cancel
      </button>
      {draft.isOvertaken && (
        <p className="hint">
          {measure.updatedBy.name} set it meanwhile to {measured(measure.value, measure.unit)}. Saving replaces that.
        </p>
      )}
      {isInvalid && (
        <p className="hint" data-tone="bad" role="alert">
          Give a number, such as 312,400.
        </p>
      )}
      {set.error && <ErrorNotice error={set.error}>Not saved.</ErrorNotice>}
    </form>
  )
}
