// What the bookings add to the one set-up of livecache.
import type { RoomRealtime } from '../../page/room.ts'
import { bookingChanged, bookingRemoved } from './changes.ts'
import { events } from './events.ts'
import { bookingsKey } from './queries.ts'
import { toastRules } from './toast-rules.ts'

export const bookingsRealtime = {
  events,
  rules: {
    'booking.created': ({ payload: change }) => bookingChanged(change),
    'booking.status_changed': ({ payload: change }) => bookingChanged(change),
    'booking.rescheduled': ({ payload: change }) => bookingChanged(change),
    'booking.removed': ({ payload: change }) => bookingRemoved(change),
  },
  streams: { 'tenant:*:bookings': [bookingsKey] },
  toastRules,
} satisfies RoomRealtime<typeof events>
