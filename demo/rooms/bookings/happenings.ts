// What happens at the venue by itself: guests ask, come, leave and change their minds; a colleague answers them. It goes on for ever
// without the book growing: past a number of open bookings nobody asks, and old ones leave (bookings-store.ts).
import { personOf } from '../../server/team.ts'
import type { Action, Booking, BookingChange, Status } from './booking.ts'
import type { BookingsStore } from './bookings-store.ts'
import { guestNamed, guests } from './guests.ts'
import { localDay, serviceIds, services, timeAt } from './venue.ts'

export type Happening =
  | { type: 'booking.created'; change: BookingChange }
  | { type: 'booking.status_changed'; change: BookingChange }
  | { type: 'booking.rescheduled'; change: BookingChange }

/** Past this nobody asks for more. */
const busy = 34
/** So many requests are left to whoever looks at the page. */
const leftToAnswer = 4
const [minuteMs, dayMs] = [60_000, 86_400_000]
const quarterMs = 15 * minuteMs
const colleagues = ['tunde', 'ifeoma', 'lena']

const between = (min: number, max: number) => min + Math.floor(Math.random() * (max - min + 1))
const pick = <Item>(items: readonly Item[]): Item => items[Math.floor(Math.random() * items.length)]!

/** One of the things that may happen now; null where there is none. */
export function happen(store: BookingsStore): Happening | null {
  const bookings = store.bookings()
  const now = Date.now()
  const startOf = ({ startsAt }: Booking) => Date.parse(startsAt)
  const those = (status: Status, fits: (booking: Booking) => boolean = () => true) =>
    bookings.filter((booking) => booking.status === status && fits(booking))

  const requested = those('requested')
  const inside = those('checked-in')
  const due = those('confirmed', (booking) => Math.abs(startOf(booking) - now) < 40 * minuteMs)
  const missed = those('confirmed', (booking) => startOf(booking) < now - 40 * minuteMs)
  const ahead = those('confirmed', (booking) => startOf(booking) > now + 60 * minuteMs)
  const over = inside.filter(({ endsAt }) => Date.parse(endsAt) < now)
  const unanswered = requested.length > leftToAnswer ? requested : []
  const steady = ahead.length > 8 ? ahead : []

  const act =
    (from: readonly Booking[], action: Action, byGuest = false) =>
    () => {
      const { id, guest } = pick(from)
      const by = byGuest ? guestNamed(guest) : personOf(pick(colleagues))
      return { type: 'booking.status_changed', change: store.act(id, action, by) } as const
    }
  const chances: readonly (readonly [weight: number, happens: () => Happening])[] = [
    [
      bookings.length - those('completed').length < busy + 8 && openOf(bookings) < busy ? 5 : 0,
      () => ask(store, bookings, now),
    ],
    [unanswered.length > 0 ? 3 : 0, act(unanswered, 'confirm')],
    [unanswered.length > 0 ? 0.5 : 0, act(unanswered, 'decline')],
    [steady.length > 0 ? 1 : 0, act(steady, 'cancel', true)],
    [due.length > 0 ? 4 : 0, act(due, 'check-in')],
    [missed.length > 0 ? 2 : 0, act(missed, 'no-show')],
    [over.length > 0 ? 4 : 0, act(over, 'complete')],
    // Some leave early.
    [inside.length > 5 ? 2 : 0, act(inside, 'complete')],
    [movable(ahead).length > 0 ? 1 : 0, () => move(store, pick(movable(ahead)))],
  ]
  return draw(chances)?.() ?? null
}

const openOf = (bookings: readonly Booking[]) =>
  bookings.filter(({ status }) => status === 'requested' || status === 'confirmed' || status === 'checked-in').length

/** Not again and again: each time is a line of its history. */
const movable = (bookings: readonly Booking[]) => bookings.filter(({ version }) => version < 5)

function draw<Item>(chances: readonly (readonly [weight: number, item: Item])[]): Item | undefined {
  let rest = Math.random() * chances.reduce((sum, [weight]) => sum + weight, 0)
  return chances.find(([weight]) => (rest -= weight) < 0)?.[1]
}

function ask(store: BookingsStore, bookings: readonly Booking[], now: number): Happening {
  const guest = pick(
    guests.filter((candidate) => !bookings.some((booking) => booking.guest === candidate.guest)).concat(pick(guests)),
  )
  const service = pick(serviceIds)
  const soon = Math.ceil((now + between(10, 90) * minuteMs) / quarterMs) * quarterMs
  const later = timeAt(
    `${localDay(now + between(1, 4) * dayMs)}T${pick(['08:30', '10:00', '11:30', '13:00', '15:00', '17:30', '19:00'])}`,
  )!
  const startsAt = Math.random() < 0.4 ? new Date(soon).toISOString() : later
  const fields = { ...guest, service, startsAt, party: between(1, services[service].maxParty) }
  return { type: 'booking.created', change: store.create(fields, 'request', guestNamed(guest.guest)) }
}

function move(store: BookingsStore, { id, guest, startsAt }: Booking): Happening {
  const next = new Date(Date.parse(startsAt) + pick([-2, -1, 1, 2, 4]) * 2 * quarterMs).toISOString()
  return { type: 'booking.rescheduled', change: store.reschedule(id, next, startsAt, guestNamed(guest)) }
}
