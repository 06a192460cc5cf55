// Who changed a row just now. It takes its room from the end of the name, so that no row and no column moves.
import { firstName } from '../format.ts'
import type { RecentChange } from '../recent-changes.ts'

export function ChangeChip({ change }: { change: RecentChange | undefined }) {
  if (change === undefined) return null
  return (
    <span className="change-chip" data-kind={change.kind}>
      <span className="change-kind">{change.kind === 'new' ? 'New' : 'Updated'}</span>{' '}
      <span className="change-by">by {firstName(change.by)}</span>
    </span>
  )
}

/** Attributes of a row that was changed. Two names for one tint: the other one begins it anew. */
export const changedRow = (change: RecentChange | undefined) => ({
  'data-changed': change === undefined ? undefined : change.serial % 2 === 0 ? 'even' : 'odd',
})
