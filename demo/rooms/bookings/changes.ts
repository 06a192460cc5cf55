// What each change does to the cache, whichever way it is told: by an event, or by the answer to a mutation.
import { type Operation, patch, remove, upsert } from 'livecache'
import { type BookingChange, type BookingRemoval, byStart } from './booking.ts'
import { bookingsQuery, historyQuery } from './queries.ts'

/** Of two copies the newer one is kept, so nothing has to be fetched to be sure of it. All belong to the one list there is. */
const listed = { version: ({ version }: { version: number }) => version, where: () => true }

export const bookingChanged = ({ booking, entry }: BookingChange): Operation[] => [
  upsert(bookingsQuery, booking, { ...listed, sort: byStart }),
  upsert(historyQuery(booking.id), entry, { ...listed, sort: (a, b) => b.version - a.version }),
]

export const bookingRemoved = ({ bookingId }: BookingRemoval): Operation[] => [
  remove(bookingsQuery, bookingId),
  patch(historyQuery(bookingId), () => [], { confirm: false }),
]
