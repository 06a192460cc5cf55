// The tables: bookings and what was done to them, read and written. What may be done is bookings-store.ts.
import type { DatabaseSync } from 'node:sqlite'
import type { Currency, Person } from '../../shared/entities.ts'
import type { Booking, Entry, Status } from './booking.ts'
import { endOf, type ServiceId } from './venue.ts'

interface BookingRow {
  id: string
  version: number
  createdAt: string
  updatedAt: string
  /** JSON of a person: guests are no colleagues. */
  updatedBy: string
  guest: string
  city: string
  service: ServiceId
  startsAt: string
  party: number
  amount: number
  currency: Currency
  status: Status
}

interface EntryRow {
  bookingId: string
  version: number
  at: string
  by: string
  what: Entry['what']
  startsAt: string | null
}

export function openBook(database: DatabaseSync) {
  database.exec(`
    CREATE TABLE IF NOT EXISTS bookings_book (id TEXT PRIMARY KEY, version INTEGER NOT NULL, createdAt TEXT NOT NULL,
      updatedAt TEXT NOT NULL, updatedBy TEXT NOT NULL, guest TEXT NOT NULL, city TEXT NOT NULL, service TEXT NOT NULL,
      startsAt TEXT NOT NULL, party INTEGER NOT NULL, amount REAL NOT NULL, currency TEXT NOT NULL, status TEXT NOT NULL);
    CREATE TABLE IF NOT EXISTS bookings_history (bookingId TEXT NOT NULL, version INTEGER NOT NULL, at TEXT NOT NULL,
      "by" TEXT NOT NULL, what TEXT NOT NULL, startsAt TEXT, PRIMARY KEY (bookingId, version));
  `)
  const all = database.prepare('SELECT * FROM bookings_book ORDER BY startsAt, id')
  const one = database.prepare('SELECT * FROM bookings_book WHERE id = ?')
  const put =
    database.prepare(`INSERT OR REPLACE INTO bookings_book (id, version, createdAt, updatedAt, updatedBy, guest,
    city, service, startsAt, party, amount, currency, status) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`)
  const drop = database.prepare('DELETE FROM bookings_book WHERE id = ?')
  const entries = database.prepare('SELECT * FROM bookings_history WHERE bookingId = ? ORDER BY version DESC')
  const putEntry = database.prepare('INSERT INTO bookings_history VALUES (?, ?, ?, ?, ?, ?)')
  const dropEntries = database.prepare('DELETE FROM bookings_history WHERE bookingId = ?')

  return {
    /** By the time they begin. */
    bookings: (): Booking[] => (all.all() as unknown as BookingRow[]).map(bookingOf),
    find(id: string): Booking | undefined {
      const row = one.get(id) as BookingRow | undefined
      return row && bookingOf(row)
    },
    /** What was done last comes first; nothing of a booking that is not in the book. */
    history: (id: string): Entry[] => (entries.all(id) as unknown as EntryRow[]).map(entryOf),
    put({ id, version, createdAt, updatedAt, updatedBy, ...booking }: Booking, entry: Entry) {
      const { guest, city, service, startsAt, party, price, status } = booking
      put.run(
        ...[id, version, createdAt, updatedAt, JSON.stringify(updatedBy)],
        ...[guest, city, service, startsAt, party, price.amount, price.currency, status],
      )
      putEntry.run(id, entry.version, entry.at, JSON.stringify(entry.by), entry.what, entry.startsAt)
    },
    remove(id: string) {
      dropEntries.run(id)
      drop.run(id)
    },
  }
}

const bookingOf = ({ amount, currency, updatedBy, ...row }: BookingRow): Booking => ({
  ...row,
  updatedBy: JSON.parse(updatedBy) as Person,
  endsAt: endOf(row.startsAt, row.service),
  price: { amount, currency },
})

const entryOf = ({ bookingId, by, ...row }: EntryRow): Entry => ({
  id: `${bookingId}-${row.version}`,
  ...row,
  by: JSON.parse(by) as Person,
})
