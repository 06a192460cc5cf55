// The name of a goal, edited where it stands.
import type { FormEvent, KeyboardEvent } from 'react'
import type { Goal } from '../shared/entities.ts'
import { useRenameGoal } from './mutations.ts'
import { Icon } from './parts/icons.tsx'
import { ErrorNotice } from './parts/notices.tsx'
import { useDraft } from './use-draft.ts'

export function GoalName({ goal }: { goal: Goal }) {
  const draft = useDraft(goal.name)
  const rename = useRenameGoal(goal.id)

  function save() {
    if (!draft.isDirty || draft.text.trim() === '' || rename.isPending) return
    // The text stays until it is saved: whoever was refused can try again, or change it.
    rename.mutate(draft.text, { onSuccess: draft.discard })
  }

  function discard() {
    draft.discard()
    rename.reset()
  }

  function onKeyDown(event: KeyboardEvent) {
    if (event.key === 'Enter') {
      event.preventDefault()
      save()
    } else if (event.key === 'Escape') discard()
  }

  return (
    <form
      className="goal-title"
      onSubmit={(event: FormEvent) => {
        event.preventDefault()
        save()
      }}
    >
      <h1 className="visually-hidden">{goal.name}</h1>
      <div className="goal-title-field">
        <textarea
          rows={1}
          maxLength={120}
          dir="auto"
          aria-label="Name of the goal"
          value={draft.text}
          onChange={(event) => draft.change(event.target.value.replaceAll('\n', ' '))}
          onKeyDown={onKeyDown}
          data-testid="goal-name-input"
        />
        <Icon name="edit" />
      </div>
      {draft.isOvertaken && (
        <p className="hint">
          {goal.updatedBy.name} renamed it meanwhile to “{goal.name}”. Saving replaces that.
        </p>
      )}
      {draft.isDirty && (
        <div className="form-actions">
          <button
            type="submit"
            className="button"
            data-kind="primary"
            disabled={draft.text.trim() === ''}
            data-testid="goal-name-save"
          >
            {rename.isPending ? 'Saving…' : 'Save name'}
          </button>
          <button type="button" className="button" onClick={discard}>
            Cancel
          </button>
        </div>
      )}
      {rename.error && <ErrorNotice error={rename.error}>Not saved.</ErrorNotice>}
    </form>
  )
}
