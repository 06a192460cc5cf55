// The events of the bookings. A whole booking comes with each, as REST answers it.
import { defineEvents, payload } from 'livecache'
import type { BookingChange, BookingRemoval } from './booking.ts'

export const events = defineEvents({
  'booking.created': payload<BookingChange>(),
  'booking.status_changed': payload<BookingChange>(),
  'booking.rescheduled': payload<BookingChange>(),
  'booking.removed': payload<BookingRemoval>(),
})
