// What the page reads of the bookings, and the keys it lies under in the cache.
import { roomQuery } from '../../page/room-query.ts'
import type { Booking, Entry } from './booking.ts'

/** Every query of the bookings begins with this, so that a gap in their stream can fetch all of them again. */
export const bookingsKey = ['workspace', 'bookings'] as const

export const bookingsQuery = roomQuery<Booking[]>([...bookingsKey, 'list'], '/bookings')

export const historyQuery = (bookingId: string) =>
  roomQuery<Entry[]>([...bookingsKey, 'history', bookingId], `/bookings/${bookingId}/history`)
