// One line to add something by its name. What was typed stays until it is saved.
import { type FormEvent, type ReactNode, useState } from 'react'
import { ErrorNotice } from './notices.tsx'

export interface AddFormProps {
  label: string
  button: string
  adding: { isPending: boolean; error: Error | null }
  /** Calls `onAdded` once it is saved. */
  add: (name: string, onAdded: () => void) => void
  children?: ReactNode
}

export function AddForm({ label, button, adding, add, children }: AddFormProps) {
  const [name, setName] = useState('')

  function submit(event: FormEvent) {
    event.preventDefault()
    if (name.trim() !== '' && !adding.isPending) add(name, () => setName(''))
  }

  return (
    <form className="add-form" onSubmit={submit}>
      <input
        aria-label={label}
        placeholder={label}
        value={name}
        maxLength={120}
        onChange={(event) => setName(event.target.value)}
      />
      {children}
      <button type="submit" className="button" disabled={name.trim() === ''}>
        {adding.isPending ? 'Adding…' : button}
      </button>
      {adding.error && <ErrorNotice error={adding.error}>Not added.</ErrorNotice>}
    </form>
  )
}
