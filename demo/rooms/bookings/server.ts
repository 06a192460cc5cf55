// The bookings at the server: addresses, and telling what was committed. All of the tenant shares one book.
import type { Origin } from '../../server/api.ts'
import { choiceOf, textOf } from '../../server/body.ts'
import type { CreateRoom } from '../../server/room.ts'
import { personOf } from '../../server/team.ts'
import { type BookingChange, type BookingRemoval, bookingsStream as stream } from './booking.ts'
import { createBookingsStore } from './bookings-store.ts'
import { happen, type Happening } from './happenings.ts'
import { newBookingOf, timeOf } from './requests.ts'
import { seedBookings } from './seed-bookings.ts'
import { actions } from './status-machine.ts'
import { venue } from './venue.ts'

export const createBookings: CreateRoom = ({ database, publish }) => {
  const store = createBookingsStore(database)
  seedBookings(store)

  function tell(type: Happening['type'], change: BookingChange, origin: Origin = {}): BookingChange {
    const { id, version } = change.booking
    publish({ type, payload: change, stream, entity: { type: 'booking', id, version }, origin })
    for (const bookingId of store.tidy()) {
      const payload: BookingRemoval = { by: { id: 'venue', name: venue.name }, bookingId }
      publish({ type: 'booking.removed', payload, stream, entity: { type: 'booking', id: bookingId } })
    }
    return change
  }

  return {
    routes: {
      'GET /bookings': () => store.bookings(),
      // Nothing is known of what is not in the book, so that a page that saw it leave need not ask.
      'GET /bookings/:id/history': ({ params }) => store.history(params['id'] ?? ''),
      'POST /bookings': ({ body, by, origin }) =>
        tell('booking.created', store.create(newBookingOf(body), 'book', personOf(by)), origin),
      'PATCH /bookings/:id': ({ params, body, by, origin }) => {
        const [id, person] = [params['id'] ?? '', personOf(by)]
        if ('action' in body)
          return tell('booking.status_changed', store.act(id, choiceOf(body, 'action', actions), person), origin)
        const [startsAt, from] = [timeOf(body, 'startsAt'), textOf(body, 'from')]
        return tell('booking.rescheduled', store.reschedule(id, startsAt, from, person), origin)
      },
    },
    streams: () => [stream],
    happen() {
      const happening = happen(store)
      if (happening !== null) tell(happening.type, happening.change)
    },
  }
}
