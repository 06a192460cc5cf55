import type { Booking } from './booking.ts'
import { type Filter, filters, matchesFilter } from './day-groups.ts'

const filterWords: Readonly<Record<Filter, string>> = {
  all: 'All',
  unanswered: 'Needs an answer',
  upcoming: 'Upcoming',
  past: 'Past',
}

export interface BookingFiltersProps {
  bookings: readonly Booking[] | undefined
  current: Filter
  onChoose: (filter: Filter) => void
}

/** Which bookings are shown, with how many there are of each. */
export function BookingFilters({ bookings, current, onChoose }: BookingFiltersProps) {
  return (
    <fieldset className="booking-filters">
      <legend className="visually-hidden">Which bookings are shown</legend>
      {filters.map((filter) => (
        <button
          key={filter}
          type="button"
          className="booking-filter"
          aria-pressed={filter === current}
          onClick={() => onChoose(filter)}
          data-testid={`booking-filter-${filter}`}
        >
          {filterWords[filter]}
          <span className="booking-count">{bookings?.filter((booking) => matchesFilter(booking, filter)).length}</span>
        </button>
      ))}
    </fieldset>
  )
}
