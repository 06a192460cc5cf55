// What actions are called, on a button and when they are done.
import type { Action, Entry } from './booking.ts'

export const actionWords: Readonly<Record<Action, string>> = {
  confirm: 'Confirm',
  decline: 'Decline',
  'check-in': 'Check in',
  complete: 'Complete',
  cancel: 'Cancel booking…',
  'no-show': 'Mark as no-show',
}

/** Behind the name of who did it. */
export const doneWords: Readonly<Record<Entry['what'], string>> = {
  request: 'asked for',
  book: 'wrote it down for',
  reschedule: 'moved it to',
  confirm: 'confirmed it',
  decline: 'declined it',
  'check-in': 'checked the guest in',
  complete: 'completed it',
  cancel: 'cancelled it',
  'no-show': 'marked it as a no-show',
}

export const people = (party: number): string => (party === 1 ? '1 person' : `${party} people`)
