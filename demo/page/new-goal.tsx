import { type FormEvent, useState } from 'react'
import { type Area, areas } from '../shared/entities.ts'
import { useCreateGoal } from './mutations.ts'
import { focused } from './parts/focus.ts'
import { ErrorNotice } from './parts/notices.tsx'
import { areaWords } from './words.ts'

export function NewGoal({ area: given, onClose }: { area: Area; onClose: () => void }) {
  const [name, setName] = useState('')
  const [area, setArea] = useState<Area>(given)
  const create = useCreateGoal()

  function submit(event: FormEvent) {
    event.preventDefault()
    if (name.trim() !== '' && !create.isPending) create.mutate({ name, area }, { onSuccess: onClose })
  }

  return (
    <form className="form-card" onSubmit={submit}>
      <label className="field" data-grow>
        <span>What is to be reached?</span>
        <input
          ref={focused}
          value={name}
          maxLength={120}
          onChange={(event) => setName(event.target.value)}
          onKeyDown={(event) => event.key === 'Escape' && onClose()}
          data-testid="new-goal-name"
        />
      </label>
      <label className="field">
        <span>Area</span>
        <select value={area} onChange={(event) => setArea(event.target.value as Area)}>
          {areas.map((option) => (
            <option key={option} value={option}>
              {areaWords[option]}
            </option>
          ))}
        </select>
      </label>
      <div className="form-actions">
        <button
          type="submit"
          className="button"
          data-kind="primary"
          disabled={name.trim() === ''}
          data-testid="new-goal-save"
        >
          {create.isPending ? 'Creating…' : 'Create'}
        </button>
        <button type="button" className="button" onClick={onClose}>
          Cancel
        </button>
      </div>
      {create.error && <ErrorNotice error={create.error}>Not created.</ErrorNotice>}
    </form>
  )
}
