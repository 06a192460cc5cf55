// Which bookings are shown, and under which day.
import { type Booking, byStart } from './booking.ts'
import { isPast } from './status-machine.ts'
import { dayName } from './times.ts'
import { localDay } from './venue.ts'

export const filters = ['all', 'unanswered', 'upcoming', 'past'] as const
export type Filter = (typeof filters)[number]

export function matchesFilter({ status }: Booking, filter: Filter): boolean {
  switch (filter) {
    case 'all':
      return true
    case 'unanswered':
      return status === 'requested'
    case 'upcoming':
      return status === 'confirmed' || status === 'checked-in'
    case 'past':
      return isPast(status)
    default:
      return filter satisfies never
  }
}

export interface DayGroup {
  /** `2026-11-09` */
  readonly day: string
  readonly title: string
  readonly bookings: readonly Booking[]
}

const dayMs = 86_400_000

/** Today first, then what is to come; what was, the last day first. @param now epoch ms */
export function groupsOf(bookings: readonly Booking[], filter: Filter, now: number): DayGroup[] {
  const today = localDay(now)
  /** What is still open from another day is today's work. */
  const dayOf = ({ startsAt, status }: Booking) => {
    const day = localDay(startsAt)
    return day < today && !isPast(status) ? today : day
  }
  const days = new Map<string, Booking[]>()
  for (const booking of bookings.filter((candidate) => matchesFilter(candidate, filter)).toSorted(byStart)) {
    const day = dayOf(booking)
    days.set(day, [...(days.get(day) ?? []), booking])
  }
  const groups = [...days].map(([day, own]) => ({ day, title: titleOf(day, now), bookings: own }))
  const byDay = (a: DayGroup, b: DayGroup) => (a.day < b.day ? -1 : 1)
  const ahead = groups.filter(({ day }) => day >= today).toSorted(byDay)
  const past = groups.filter(({ day }) => day < today).toSorted(byDay)
  return [...ahead, ...past.toReversed()]
}

function titleOf(day: string, now: number): string {
  if (day === localDay(now)) return 'Today'
  if (day === localDay(now + dayMs)) return 'Tomorrow'
  if (day === localDay(now - dayMs)) return 'Yesterday'
  return dayName(`${day}T12:00:00Z`)
}
