// The bookings of a filter, by day. They hold still under whoever reads them (use-held-groups.ts).
import { useAnnouncer, useNow } from 'livecache'
import { type ReactNode, useEffect, useMemo, useState } from 'react'
import { counted } from '../../page/format.ts'
import { EmptyNotice } from '../../page/parts/notices.tsx'
import type { Booking } from './booking.ts'
import { BookingRow } from './booking-row.tsx'
import { type DayGroup, type Filter, groupsOf } from './day-groups.ts'
import { dayName } from './times.ts'
import { useHeldGroups } from './use-held-groups.ts'

export interface BookingListProps {
  bookings: readonly Booking[]
  filter: Filter
  /** The one that somebody came for. */
  sought: string | null
}

export function BookingList({ bookings, filter, sought }: BookingListProps) {
  // What was there when the list was opened is not new.
  const [known] = useState(() => new Set(bookings.map(({ id }) => id)))
  const { open, toggle } = useOpenRows(sought)
  const now = useNow(60_000)
  const groups = useMemo(() => (now === null ? [] : groupsOf(bookings, filter, now)), [bookings, filter, now])
  const held = useHeldGroups(groups, bookings, open.size > 0, sought)
  useSaying(held.arrivals)

  return (
    <div className="booking-days" {...held.props}>
      <div className="booking-waiting">
        {(held.arrivals > 0 || held.isOutOfOrder) && (
          <button type="button" className="button" onClick={held.release} data-testid="booking-waiting">
            {held.arrivals > 0 ? `Show ${held.arrivals} new` : 'Update the list'}
          </button>
        )}
      </div>
      {held.groups.length === 0 && <EmptyNotice title={emptyTitles[filter]}>{emptyTexts[filter]}</EmptyNotice>}
      {held.groups.map((group) => (
        <Day key={group.day} group={group}>
          {group.bookings.map((booking) => (
            <BookingRow
              key={booking.id}
              booking={booking}
              day={group.day}
              isNew={!known.has(booking.id)}
              isOpen={open.has(booking.id)}
              isSought={sought === booking.id}
              onToggle={toggle}
            />
          ))}
        </Day>
      ))}
    </div>
  )
}

function Day({ group: { day, title, bookings }, children }: { group: DayGroup; children: ReactNode }) {
  const date = dayName(`${day}T12:00:00Z`)
  const id = `bookings-of-${day}`
  return (
    <section className="booking-day-group" aria-labelledby={id}>
      <h2 id={id}>
        {title} {title !== date && <span className="muted">{date}</span>}
        <span className="booking-count">{bookings.length}</span>
      </h2>
      <ul className="booking-rows">{children}</ul>
    </section>
  )
}

function useOpenRows(sought: string | null) {
  const [open, setOpen] = useState<ReadonlySet<string>>(() => new Set())
  const [found, setFound] = useState<string | null>(null)
  if (sought !== found) {
    setFound(sought)
    if (sought !== null) setOpen(new Set([...open, sought]))
  }
  const [toggle] = useState(() => (id: string) => {
    setOpen((known) => new Set(known.has(id) ? [...known].filter((other) => other !== id) : [...known, id]))
  })
  return { open, toggle }
}

/** Who cannot see the button hears of it, once what comes has settled. */
function useSaying(arrivals: number) {
  const { say } = useAnnouncer()
  useEffect(() => {
    if (arrivals > 0) say(`${counted(arrivals, 'new booking')} to be shown`, { key: 'bookings.arrivals' })
  }, [arrivals, say])
}

const emptyTitles: Readonly<Record<Filter, string>> = {
  all: 'No bookings yet',
  unanswered: 'Everybody has an answer',
  upcoming: 'Nothing is coming up',
  past: 'Nothing is over yet',
}

const emptyTexts: Readonly<Record<Filter, string>> = {
  all: 'What guests ask for appears here at once, and what you write down with “New booking”.',
  unanswered: 'When a guest asks for a booking it appears here, to be confirmed or declined.',
  upcoming: 'Confirm a request or write a booking down, and it appears here until the guest has left.',
  past: 'Bookings that are completed or cancelled come here, and leave after a while.',
}
