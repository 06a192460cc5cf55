// Why something cannot be done to a booking, in words that its sender gets to read.
import { ApiError } from '../../server/api-error.ts'
import type { Person } from '../../shared/entities.ts'
import type { Entry, Status } from './booking.ts'
import { actions } from './status-machine.ts'
import { doneWords } from './words.ts'

const who = ({ by }: Entry, asker: Person) => (by.id === asker.id ? 'You have' : `${by.name} has`)
const where = ({ by }: Entry, asker: Person) => (by.id === asker.id ? ' in another window' : '')

/** Another window was faster, or another person. @param history the newest first */
export function alreadyDone(status: Status, history: readonly Entry[], asker: Person): ApiError {
  const last = history.find(({ what }) => actions.some((action) => action === what))
  if (last === undefined || status === 'requested') return new ApiError(409, 'NOT_YET', 'It has to be confirmed first.')
  const sentence = `${who(last, asker)} already ${doneWords[last.what]}${where(last, asker)}.`
  return new ApiError(409, 'ALREADY', sentence)
}

export function movedMeanwhile(history: readonly Entry[], asker: Person): ApiError {
  const last = history.find(({ what }) => what === 'reschedule')
  const sentence = last === undefined ? 'It was moved' : `${who(last, asker)} moved it${where(last, asker)}`
  return new ApiError(409, 'MOVED', `${sentence} meanwhile. Look at the new time first.`)
}

export const tooOften = (times: number): ApiError =>
  new ApiError(409, 'TOO_OFTEN', `It was moved ${times} times. Cancel it and make a new booking.`)
