// An opened booking: its facts, everything that may be done, and what was done so far.
import { useQuery } from '@tanstack/react-query'
import { measured } from '../../page/format.ts'
import { QuerySection } from '../../page/parts/query-section.tsx'
import type { Action, Booking, Entry } from './booking.ts'
import { BookingActions } from './booking-actions.tsx'
import { MoveBooking } from './move-booking.tsx'
import { historyQuery } from './queries.ts'
import { actionsFor, isMovable } from './status-machine.ts'
import { dayAndTime, span } from './times.ts'
import { services } from './venue.ts'
import { doneWords, people } from './words.ts'

export interface BookingPanelProps {
  id: string
  booking: Booking
  isBusy: boolean
  onPress: (action: Action) => void
}

export function BookingPanel({ id, booking, isBusy, onPress }: BookingPanelProps) {
  const { guest, city, service, startsAt, endsAt, party, price, status } = booking
  const facts: readonly (readonly [string, string])[] = [
    ['When', span(startsAt, endsAt)],
    ['What', `${services[service].name} for ${people(party)}`],
    ['Price', measured(price.amount, price.currency)],
    ['From', city],
  ]
  return (
    <div id={id} className="booking-panel">
      <dl className="booking-facts">
        {facts.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      <div className="booking-history">
        <h3>History</h3>
        <History bookingId={booking.id} />
      </div>
      <div className="booking-tools">
        <BookingActions guest={guest} actions={actionsFor(status)} isBusy={isBusy} onPress={onPress} />
        {isMovable(status) && <MoveBooking booking={booking} />}
      </div>
    </div>
  )
}

function History({ bookingId }: { bookingId: string }) {
  const query = useQuery(historyQuery(bookingId))
  return (
    <QuerySection query={query} what="the history" skeletonRows={1}>
      {(entries) => (
        <ol data-testid="booking-history">
          {entries.map((entry) => (
            <HistoryLine key={entry.id} {...entry} />
          ))}
        </ol>
      )}
    </QuerySection>
  )
}

function HistoryLine({ at, by, what, startsAt }: Entry) {
  return (
    <li>
      <time className="muted" dateTime={at}>
        {dayAndTime(at)}
      </time>
      <span>
        <bdi>{by.name}</bdi> {doneWords[what]}
        {startsAt !== null && ` ${dayAndTime(startsAt)}`}
      </span>
    </li>
  )
}
