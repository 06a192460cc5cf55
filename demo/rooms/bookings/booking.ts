// What a booking is, as the API answers it and as events carry it.
import type { Currency, Entity, Person } from '../../shared/entities.ts'
import type { ServiceId } from './venue.ts'

export const statuses = ['requested', 'confirmed', 'checked-in', 'completed', 'cancelled', 'no-show'] as const
export type Status = (typeof statuses)[number]

export interface Booking extends Entity {
  guest: string
  /** Where the guest comes from. */
  city: string
  service: ServiceId
  /** ISO 8601, in UTC. */
  startsAt: string
  endsAt: string
  party: number
  price: { amount: number; currency: Currency }
  status: Status
}

/** What somebody may do to a booking that is there. */
export type Action = 'confirm' | 'decline' | 'check-in' | 'complete' | 'cancel' | 'no-show'

/** One line of a booking's history. */
export interface Entry {
  id: string
  /** That of the booking when this was done. */
  version: number
  at: string
  by: Person
  what: Action | 'request' | 'book' | 'reschedule'
  /** When the booking begins, where that is what was said. */
  startsAt: string | null
}

// ── what is told ────────────────────────────────────────────────────────────────────────────────────────────────

/** Carried by events, and answered to whoever made the change. */
export interface BookingChange {
  by: Person
  booking: Booking
  entry: Entry
}

/** An old one left the book. */
export interface BookingRemoval {
  by: Person
  bookingId: string
}

/** All of the tenant may read it. */
export const bookingsStream = 'tenant:kestrel:bookings'

/** The order of the list, at the server and in every cache. */
export function byStart(a: Booking, b: Booking): number {
  if (a.startsAt !== b.startsAt) return a.startsAt < b.startsAt ? -1 : 1
  return a.id < b.id ? -1 : a.id > b.id ? 1 : 0
}
