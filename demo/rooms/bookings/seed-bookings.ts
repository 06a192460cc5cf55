// The book of a venue on an ordinary day: what was, what is under way, and what is to come.
import { personOf, team } from '../../server/team.ts'
import type { Action, Status } from './booking.ts'
import type { BookingsStore } from './bookings-store.ts'
import { guestNamed, guests } from './guests.ts'
import { isPast } from './status-machine.ts'
import { endOf, localDay, type ServiceId, timeAt } from './venue.ts'

/** Hours from now, or a day from today with a time of the venue's clock. */
type When = number | `${number} ${string}`
type Line = readonly [when: When, guest: number, service: ServiceId, party: number]

const lines: Readonly<Record<Status, readonly Line[]>> = {
  requested: [
    [0.75, 4, 'studio', 2],
    [2.5, 20, 'boardroom', 8],
    [4, 9, 'dinner', 6],
    ['1 09:30', 14, 'boardroom', 5],
    ['1 19:30', 24, 'dinner', 2],
    ['2 10:00', 6, 'desk', 1],
    ['3 15:00', 17, 'suite', 2],
  ],
  confirmed: [
    [-0.25, 1, 'boardroom', 10],
    [0.25, 12, 'dinner', 4],
    [0.5, 8, 'studio', 3],
    [1, 22, 'garden-room', 2],
    [1.75, 2, 'boardroom', 4],
    [3, 26, 'suite', 1],
    [5, 10, 'dinner', 8],
    ['1 08:00', 13, 'desk', 1],
    ['1 11:00', 0, 'studio', 4],
    ['1 14:00', 21, 'garden-room', 1],
    ['1 18:00', 7, 'dinner', 5],
    ['2 14:00', 18, 'suite', 3],
    ['2 16:30', 3, 'studio', 2],
    ['4 09:00', 27, 'boardroom', 12],
  ],
  'checked-in': [
    [-1.5, 5, 'boardroom', 6],
    [-0.75, 16, 'studio', 2],
    [-0.5, 11, 'dinner', 3],
    [-3, 23, 'desk', 1],
    [-9, 19, 'garden-room', 2],
    [-6, 25, 'suite', 2],
  ],
  completed: [
    ['-2 10:00', 2, 'boardroom', 9],
    ['-2 15:00', 15, 'garden-room', 1],
    ['-1 09:00', 20, 'desk', 1],
    ['-1 11:30', 9, 'studio', 3],
    ['-1 13:00', 12, 'boardroom', 4],
    [-5, 6, 'studio', 2],
    [-7, 26, 'boardroom', 7],
  ],
  cancelled: [
    ['-1 18:30', 1, 'dinner', 4],
    [-2, 14, 'studio', 1],
    ['1 16:00', 22, 'suite', 2],
  ],
  'no-show': [
    ['-1 08:30', 24, 'desk', 1],
    [-4, 10, 'dinner', 2],
  ],
}

const ways: Readonly<Record<Status, readonly Action[]>> = {
  requested: [],
  confirmed: ['confirm'],
  'checked-in': ['confirm', 'check-in'],
  completed: ['confirm', 'check-in', 'complete'],
  cancelled: ['confirm', 'cancel'],
  'no-show': ['confirm', 'no-show'],
}

const [minuteMs, hourMs, dayMs] = [60_000, 3_600_000, 86_400_000]
const quarterMs = 15 * minuteMs

/** Fills the book, unless something lies ahead in it. What a closed week left behind is cleared away. */
export function seedBookings(store: BookingsStore, now = Date.now()) {
  const isOpen = store.bookings().some(({ status, startsAt }) => !isPast(status) && Date.parse(startsAt) > now)
  if (isOpen) return
  store.atomic(() => {
    store.clear()
    for (const [status, own] of Object.entries(lines)) {
      for (const [index, line] of own.entries()) seedLine(store, line, status as Status, index, now)
    }
  })
}

function seedLine(store: BookingsStore, [when, of, service, party]: Line, status: Status, index: number, now: number) {
  const { guest, city, currency } = guests[of]!
  const start = startOf(when, now)
  const host = team[index % team.length]!
  /** The later steps never lie ahead. */
  const at = (ms: number) => new Date(Math.min(ms, now - (index + 2) * minuteMs)).toISOString()
  const asked =
    status === 'requested' ? now - (4 + index * 23) * minuteMs : Math.min(start, now) - (20 + index * 3) * hourMs
  const times: Readonly<Record<Action, number>> = {
    confirm: asked + (12 + index * 9) * minuteMs,
    decline: asked + hourMs,
    'check-in': start + (index % 4) * 3 * minuteMs,
    complete: Date.parse(endOf(new Date(start).toISOString(), service)),
    cancel: asked + 9 * hourMs,
    'no-show': start + hourMs,
  }
  const fields = { guest, city, currency, service, party, startsAt: new Date(start).toISOString() }
  const { booking } = store.create(fields, 'request', guestNamed(guest), new Date(asked).toISOString())
  for (const action of ways[status]) {
    const by = action === 'cancel' ? guestNamed(guest) : personOf(host.id)
    store.act(booking.id, action, by, at(times[action]))
  }
}

function startOf(when: When, now: number): number {
  if (typeof when === 'number') return Math.round((now + when * hourMs) / quarterMs) * quarterMs
  const [days = '', time = ''] = when.split(' ')
  return Date.parse(timeAt(`${localDay(now + Number(days) * dayMs)}T${time}`)!)
}
