// Why something cannot be done to a booking, in words that its sender gets to read.
import { ApiError } from '../../server/api-error.ts'
import type { Person } from '../../shared/entities.ts'
import type { Action, Entry, Status } from './booking.ts'

const done: Readonly<Record<Action, string>> = {
  confirm: 'confirmed it',
  decline: 'declined it',
  'check-in': 'checked the guest in',
  complete: 'completed it',
  cancel: 'cancelled it',
  'no-show': 'marked it as a no-show',
}

const who = ({ by }: Entry, asker: Person) => (by.id === asker.id ? 'You have' : `${by.name} has`)
const where = ({ by }: Entry, asker: Person) => (by.id === asker.id ? ' in another window' : '')

/** Another window was faster, or another person. @param history the newest first */
export function alreadyDone(status: Status, history: readonly Entry[], asker: Person): ApiError {
  const last = history.find(({ what }) => what in done)
  if (last === undefined || status === 'requested') return new ApiError(409, 'NOT_YET', 'It has to be confirmed first.')
  const sentence = `${who(last, asker)} already ${done[last.what as Action]}${where(last, asker)}.`
  return new ApiError(409, 'ALREADY', sentence)
}

export function movedMeanwhile(history: readonly Entry[], asker: Person): ApiError {
  const last = history.find(({ what }) => what === 'reschedule')
  const sentence = last === undefined ? 'It was moved' : `${who(last, asker)} moved it${where(last, asker)}`
  return new ApiError(409, 'MOVED', `${sentence} meanwhile. Look at the new time first.`)
}

export const tooOften = (times: number): ApiError =>
  new ApiError(409, 'TOO_OFTEN', `It was moved ${times} times. Cancel it and make a new booking.`)
