// What stands where data would: not yet, nothing, or something went wrong.
import type { ReactNode } from 'react'

/** Said at once to whoever listens: it answers something the user did, or is why there is nothing to see. */
export interface ErrorNoticeProps {
  error: Error
  onRetry?: () => void
  isRetrying?: boolean
  /** What that means for the user. */
  children: ReactNode
}

export function ErrorNotice({ error, onRetry, isRetrying = false, children }: ErrorNoticeProps) {
  return (
    <div className="notice" role="alert">
      <p>
        {children} {error.message}
      </p>
      {onRetry && (
        <button type="button" className="button" aria-disabled={isRetrying} onClick={() => isRetrying || onRetry()}>
          {isRetrying ? 'Trying…' : 'Try again'}
        </button>
      )}
    </div>
  )
}

export function EmptyNotice({ title, children }: { title: string; children: ReactNode }) {
  return (
    <div className="empty">
      <p className="empty-title">{title}</p>
      <p>{children}</p>
    </div>
  )
}

/** Rows of the height of what is coming, so that nothing jumps when it comes. */
export function Skeleton({ rows, label }: { rows: number; label: string }) {
  return (
    <div className="skeleton" aria-busy="true">
      <p className="visually-hidden">{label}</p>
      {Array.from({ length: rows }, (_, index) => (
        <div
          key={index}
          className="skeleton-row"
          aria-hidden="true"
          style={{ '--share': `${42 + ((index * 17) % 34)}%` } as object}
        />
      ))}
    </div>
  )
}
