// What a person at the venue may change. A change is shown at once, and taken back alone where the server refuses it.
import { patch } from 'livecache'
import { useChange } from '../../page/use-change.ts'
import type { Action, Booking, BookingChange } from './booking.ts'
import { bookingChanged } from './changes.ts'
import { bookingsQuery } from './queries.ts'
import { statusAfter } from './status-machine.ts'
import { endOf, type ServiceId } from './venue.ts'

export const useAct = ({ id, status }: Booking) =>
  useChange<Action, BookingChange>({
    method: 'PATCH',
    path: `/bookings/${id}`,
    body: (action) => ({ action }),
    optimistic: (action) => patch(bookingsQuery, { status: statusAfter(status, action) ?? status }, { id }),
    confirmed: bookingChanged,
  })

export const useReschedule = ({ id, startsAt: from, service }: Booking) =>
  useChange<string, BookingChange>({
    method: 'PATCH',
    path: `/bookings/${id}`,
    body: (startsAt) => ({ startsAt, from }),
    optimistic: (startsAt) => patch(bookingsQuery, { startsAt, endsAt: endOf(startsAt, service) }, { id }),
    confirmed: bookingChanged,
  })

export const useCreateBooking = () =>
  useChange<{ guest: string; service: ServiceId; party: number; startsAt: string }, BookingChange>({
    method: 'POST',
    path: '/bookings',
    body: (fields) => fields,
    confirmed: bookingChanged,
  })
