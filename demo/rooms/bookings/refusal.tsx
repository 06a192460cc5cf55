// Why the server did not do what was asked for, until it has been read.
import type { ReactNode } from 'react'

export function Refusal({ onDismiss, children }: { onDismiss: () => void; children: ReactNode }) {
  return (
    <div className="notice" role="alert" data-testid="booking-refusal">
      <p>{children}</p>
      <button type="button" className="button" onClick={onDismiss}>
        Dismiss
      </button>
    </div>
  )
}
