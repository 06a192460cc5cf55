// What may become of a booking.
//
//   requested ─confirm─▶ confirmed ─check-in─▶ checked-in ─complete─▶ completed
//       │ decline            │ cancel  └─no-show─▶ no-show
//       └────▶ cancelled ◀───┘
import type { Action, Status } from './booking.ts'

const moves: Readonly<Record<Action, { from: Status; to: Status }>> = {
  confirm: { from: 'requested', to: 'confirmed' },
  decline: { from: 'requested', to: 'cancelled' },
  'check-in': { from: 'confirmed', to: 'checked-in' },
  complete: { from: 'checked-in', to: 'completed' },
  'no-show': { from: 'confirmed', to: 'no-show' },
  cancel: { from: 'confirmed', to: 'cancelled' },
}

export const actions = Object.keys(moves) as Action[]

/** Null where that cannot be done to a booking of this status. */
export const statusAfter = (status: Status, action: Action): Status | null =>
  moves[action].from === status ? moves[action].to : null

/** What to do next comes first. */
export const actionsFor = (status: Status): Action[] => actions.filter((action) => statusAfter(status, action) !== null)

/** Its time may be moved. */
export const isMovable = (status: Status): boolean => status === 'requested' || status === 'confirmed'

/** Nothing more will be done to it. */
export const isPast = (status: Status): boolean => actionsFor(status).length === 0
