// A text being edited: what the user typed stays, whatever happens to the saved one meanwhile.
import { useState } from 'react'

export interface Draft {
  text: string
  /** Whether there is something to save. */
  isDirty: boolean
  /** Somebody else saved another text since editing began. */
  isOvertaken: boolean
  change(text: string): void
  /** Back to what is saved. */
  discard(): void
}

export function useDraft(saved: string): Draft {
  const [draft, setDraft] = useState<{ text: string; base: string } | null>(null)
  return {
    text: draft?.text ?? saved,
    isDirty: draft !== null && draft.text !== saved,
    isOvertaken: draft !== null && draft.base !== saved && draft.text !== saved,
    change: (text) => setDraft((known) => ({ text, base: known?.base ?? saved })),
    discard: () => setDraft(null),
  }
}
