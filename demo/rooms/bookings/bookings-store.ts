// What may be done to the book. Each change is committed when it returns, as what is to be told of it.
import { randomUUID } from 'node:crypto'
import type { DatabaseSync } from 'node:sqlite'
import { ApiError, notFound } from '../../server/api-error.ts'
import type { Currency, Person } from '../../shared/entities.ts'
import { openBook } from './book.ts'
import type { Action, Booking, BookingChange, Entry } from './booking.ts'
import { alreadyDone, movedMeanwhile, tooOften } from './refusals.ts'
import { isMovable, isPast, statusAfter } from './status-machine.ts'
import { endOf, priceOf, type ServiceId } from './venue.ts'

/** As many bookings may wait to happen or be under way. */
export const maxOpen = 80
/** As many that are over stay in the book. */
export const maxPast = 24
/** As often a booking may be moved. */
export const maxMoves = 6

export interface NewBooking {
  guest: string
  city: string
  service: ServiceId
  startsAt: string
  party: number
  currency: Currency
}

const now = () => new Date().toISOString()

export type BookingsStore = ReturnType<typeof createBookingsStore>

export function createBookingsStore(database: DatabaseSync) {
  const book = openBook(database)

  /** All that `run` does is written, or nothing. Inside of another it is a part of that. */
  function atomic<Result>(run: () => Result): Result {
    if (database.isTransaction) return run()
    database.exec('BEGIN IMMEDIATE')
    try {
      const result = run()
      database.exec('COMMIT')
      return result
    } catch (error) {
      database.exec('ROLLBACK')
      throw error
    }
  }

  function write(booking: Booking, what: Entry['what'], by: Person, at: string): BookingChange {
    const { id, version, startsAt } = booking
    const isTimeSaid = what === 'request' || what === 'book' || what === 'reschedule'
    const entry: Entry = { id: `${id}-${version}`, version, at, by, what, startsAt: isTimeSaid ? startsAt : null }
    book.put(booking, entry)
    return { by, booking, entry }
  }

  function change(
    id: string,
    what: Entry['what'],
    by: Person,
    at: string,
    decide: (known: Booking) => Partial<Booking>,
  ) {
    return atomic(() => {
      const known = book.find(id)
      if (known === undefined) throw notFound('booking')
      const next = { ...known, ...decide(known), version: known.version + 1, updatedAt: at, updatedBy: by }
      return write(next, what, by, at)
    })
  }

  return {
    atomic,
    bookings: book.bookings,
    history: book.history,

    /** A guest asks for it, or a colleague writes it down, which confirms it. */
    create(fields: NewBooking, what: 'request' | 'book', by: Person, at = now()): BookingChange {
      return atomic(() => {
        if (book.bookings().filter(({ status }) => !isPast(status)).length >= maxOpen)
          throw new ApiError(409, 'FULL', 'The book is full. Complete or cancel a booking first.')
        const { currency, ...rest } = fields
        const booking: Booking = {
          ...{ id: randomUUID(), version: 1, createdAt: at, updatedAt: at, updatedBy: by },
          ...rest,
          endsAt: endOf(rest.startsAt, rest.service),
          price: priceOf(rest.service, currency),
          status: what === 'book' ? 'confirmed' : 'requested',
        }
        return write(booking, what, by, at)
      })
    },

    act: (id: string, action: Action, by: Person, at = now()): BookingChange =>
      change(id, action, by, at, ({ status }) => {
        const next = statusAfter(status, action)
        if (next === null) throw alreadyDone(status, book.history(id), by)
        return { status: next }
      }),

    /** @param from when it began as far as the person knows: whoever looks at an older time must not move a newer one */
    reschedule: (id: string, startsAt: string, from: string, by: Person): BookingChange =>
      change(id, 'reschedule', by, now(), (known) => {
        const history = book.history(id)
        if (!isMovable(known.status)) throw alreadyDone(known.status, history, by)
        if (known.startsAt !== from) throw movedMeanwhile(history, by)
        if (history.filter(({ what }) => what === 'reschedule').length >= maxMoves) throw tooOften(maxMoves)
        return { startsAt, endsAt: endOf(startsAt, known.service) }
      }),

    /** Old ones leave. @returns their ids */
    tidy(): string[] {
      const past = book.bookings().filter(({ status }) => isPast(status))
      const old = past.toSorted((a, b) => (a.updatedAt < b.updatedAt ? 1 : -1)).slice(maxPast)
      if (old.length > 0) atomic(() => old.forEach(({ id }) => book.remove(id)))
      return old.map(({ id }) => id)
    },

    /** All of them leave. */
    clear: () => atomic(() => book.bookings().forEach(({ id }) => book.remove(id))),
  }
}
