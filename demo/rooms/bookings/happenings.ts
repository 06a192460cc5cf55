// What happens at the venue by itself: guests ask, come, leave and change their minds; a colleague answers them. It goes on for ever
// without the book growing: past a number of open bookings nobody asks, and old ones leave (bookings-store.ts).
import { personOf } from '../../server/team.ts'
import type { Person } from '../../shared/entities.ts'
import type { Action, Booking, BookingChange, Status } from './booking.ts'
import type { BookingsStore } from './bookings-store.ts'
import { guestNamed, guests } from './guests.ts'
import { isPast } from './status-machine.ts'
import { localDay, serviceIds, services, timeAt } from './venue.ts'

export interface Happening {
  type: 'booking.created' | 'booking.status_changed' | 'booking.rescheduled'
  change: BookingChange
}

/** Past this nobody asks for more. */
const busy = 34
/** So many requests are left to whoever looks at the page. */
const leftToAnswer = 4
const [minuteMs, dayMs] = [60_000, 86_400_000]
const quarterMs = 15 * minuteMs
const openTimes = ['08:30', '10:00', '11:30', '13:00', '15:00', '17:30', '19:00']
const colleagues = ['tunde', 'ifeoma', 'lena']

const between = (min: number, max: number) => min + Math.floor(Math.random() * (max - min + 1))
const pick = <Item>(items: readonly Item[]): Item => items[Math.floor(Math.random() * items.length)]!

type Chance = readonly [weight: number, from: readonly Booking[], happens: (booking: Booking) => Happening]

/** One of the things that may happen now; null where there is none. */
export function happen(store: BookingsStore): Happening | null {
  const bookings = store.bookings()
  const open = bookings.filter(({ status }) => !isPast(status))
  const those = (status: Status, fits: (startsInMs: number) => boolean) =>
    open.filter((booking) => booking.status === status && fits(Date.parse(booking.startsAt) - Date.now()))

  const requested = those('requested', () => true)
  const inside = those('checked-in', () => true)
  const due = those('confirmed', (ms) => Math.abs(ms) < 40 * minuteMs)
  const missed = those('confirmed', (ms) => ms <= -40 * minuteMs)
  const ahead = those('confirmed', (ms) => ms > 60 * minuteMs)

  const colleague = (action: Action) => (booking: Booking) => act(store, booking, action, personOf(pick(colleagues)))
  const guest = (action: Action) => (booking: Booking) => act(store, booking, action, guestNamed(booking.guest))
  const chances: readonly Chance[] = [
    [2, requested.slice(leftToAnswer), colleague('confirm')],
    [0.5, requested.slice(leftToAnswer), colleague('decline')],
    [1, ahead.slice(8), guest('cancel')],
    [4, due, colleague('check-in')],
    [2, missed, colleague('no-show')],
    [4, inside.filter(({ endsAt }) => Date.parse(endsAt) < Date.now()), colleague('complete')],
    // Some leave early.
    [2, inside.slice(5), colleague('complete')],
    // Not again and again: each time is a line of its history.
    [1, ahead.filter(({ version }) => version < 5), (booking) => move(store, booking)],
  ]
  const able = chances.filter(([, from]) => from.length > 0)
  const asking = open.length < busy ? 5 : 0
  const all = able.reduce((sum, [weight]) => sum + weight, asking)
  let rest = Math.random() * all - asking
  if (rest < 0) return ask(store, bookings)
  const chance = able.find(([weight]) => (rest -= weight) < 0)
  return chance === undefined ? null : chance[2](pick(chance[1]))
}

function act(store: BookingsStore, { id }: Booking, action: Action, by: Person): Happening {
  return { type: 'booking.status_changed', change: store.act(id, action, by) }
}

function ask(store: BookingsStore, bookings: readonly Booking[]): Happening {
  const strangers = guests.filter(({ guest }) => !bookings.some((booking) => booking.guest === guest))
  const guest = pick(strangers.length > 0 ? strangers : guests)
  const service = pick(serviceIds)
  const soon = Math.ceil((Date.now() + between(10, 90) * minuteMs) / quarterMs) * quarterMs
  const startsAt = Math.random() < 0.4 ? new Date(soon).toISOString() : later()
  const fields = { ...guest, service, startsAt, party: between(1, services[service].maxParty) }
  return { type: 'booking.created', change: store.create(fields, 'request', guestNamed(guest.guest)) }
}

/** One of the next days, when the house is open. */
const later = () => timeAt(`${localDay(Date.now() + between(1, 4) * dayMs)}T${pick(openTimes)}`)!

function move(store: BookingsStore, { id, guest, startsAt }: Booking): Happening {
  const next = new Date(Date.parse(startsAt) + pick([-2, -1, 1, 2, 4]) * 2 * quarterMs).toISOString()
  return { type: 'booking.rescheduled', change: store.reschedule(id, next, startsAt, guestNamed(guest)) }
}
