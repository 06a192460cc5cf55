import type { Action } from './booking.ts'
import { actionWords } from './words.ts'

export interface BookingActionsProps {
  guest: string
  actions: readonly Action[]
  isBusy: boolean
  onPress: (action: Action) => void
}

/** What may be done to a booking, one button each. */
export function BookingActions({ guest, actions, isBusy, onPress }: BookingActionsProps) {
  return actions.map((action) => (
    <button
      key={action}
      type="button"
      className="button"
      data-kind={kinds[action]}
      aria-label={`${actionWords[action]}: ${guest}`}
      aria-disabled={isBusy}
      // The second click of a double one would hit what stands there next.
      onClick={({ detail }) => detail < 2 && onPress(action)}
    >
      {actionWords[action]}
    </button>
  ))
}

const kinds: Partial<Record<Action, 'quiet' | 'danger'>> = { decline: 'quiet', cancel: 'danger', 'no-show': 'quiet' }
