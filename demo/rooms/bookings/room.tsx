// The bookings of a partner venue, shared by everybody in the workspace.
import { useQuery } from '@tanstack/react-query'
import { LiveBadge } from 'livecache'
import { useEffect, useRef, useState } from 'react'
import { Icon } from '../../page/parts/icons.tsx'
import { QuerySection } from '../../page/parts/query-section.tsx'
import type { RoomPage } from '../../page/room.ts'
import { BookingFilters } from './booking-filters.tsx'
import { BookingList } from './booking-list.tsx'
import { type Filter, matchesFilter } from './day-groups.ts'
import { NewBooking } from './new-booking.tsx'
import { bookingsQuery } from './queries.ts'
import { SoundSetting } from './sound-setting.tsx'
import { venue } from './venue.ts'
import './bookings.css'

export const bookingsRoom: RoomPage = { name: 'bookings', title: 'Bookings', icon: 'bookings', Content, Count }

/** @param place the id of a booking, or nothing */
function Content({ place }: { place: string }) {
  const query = useQuery(bookingsQuery)
  const [filter, setFilter] = useState<Filter>('all')
  const [sought, setSought] = useState<string | null>(null)
  const [isAdding, setAdding] = useState(false)
  const opener = useRef<HTMLButtonElement>(null)
  useEffect(() => {
    document.title = 'Bookings · Kestrel Pay'
  }, [])

  const [shownPlace, setShownPlace] = useState('')
  if (place !== shownPlace) {
    setShownPlace(place)
    seek(place === '' ? null : place)
  }

  function seek(id: string | null) {
    setSought(id)
    if (id === null) return
    const booking = query.data?.find((candidate) => candidate.id === id)
    if (booking === undefined || !matchesFilter(booking, filter)) setFilter('all')
  }

  function close() {
    setAdding(false)
    opener.current?.focus({ preventScroll: true })
  }

  const isGone = sought !== null && query.data?.some(({ id }) => id === sought) === false
  return (
    <div className="bookings">
      <div className="page-head">
        <div>
          <h1>
            Bookings <LiveBadge queryKey={bookingsQuery.queryKey} />
          </h1>
          <p className="muted">
            {venue.name} · {venue.city} time
          </p>
        </div>
        <div className="booking-head-tools">
          <SoundSetting />
          <button
            ref={opener}
            type="button"
            className="button"
            data-kind="primary"
            aria-expanded={isAdding}
            onClick={() => setAdding(!isAdding)}
            data-testid="new-booking"
          >
            <Icon name="plus" />
            New booking
          </button>
        </div>
      </div>
      {isAdding && (
        <NewBooking
          onClose={close}
          onCreated={(id) => {
            setAdding(false)
            seek(id)
          }}
        />
      )}
      <BookingFilters bookings={query.data} current={filter} onChoose={setFilter} />
      {isGone && <p className="hint">The booking you came for is no longer in the book.</p>}
      <QuerySection query={query} what="the bookings" skeletonRows={10}>
        {(bookings) => <BookingList key={filter} bookings={bookings} filter={filter} sought={sought} />}
      </QuerySection>
    </div>
  )
}

/** How many guests wait for an answer. */
function Count() {
  const { data = 0 } = useQuery({
    ...bookingsQuery,
    select: (bookings) => bookings.filter(({ status }) => status === 'requested').length,
  })
  return (
    <span className="count" data-testid="bookings-count">
      {data > 0 && (
        <>
          {data}
          <span className="visually-hidden"> need an answer</span>
        </>
      )}
    </span>
  )
}
