// An opened booking: its facts, everything that may be done, and what was done so far.
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { flushSync } from 'react-dom'
import { measured } from '../../page/format.ts'
import { QuerySection } from '../../page/parts/query-section.tsx'
import type { Action, Booking, Entry } from './booking.ts'
import { BookingActions } from './booking-actions.tsx'
import { CancelDialog } from './cancel-dialog.tsx'
import { MoveBooking } from './move-booking.tsx'
import { historyQuery } from './queries.ts'
import { actionsFor, isMovable } from './status-machine.ts'
import { dayAndTime, span } from './times.ts'
import { services } from './venue.ts'
import { doneWords, people } from './words.ts'

export interface BookingPanelProps {
  id: string
  booking: Booking
  /** Until then nobody can have missed it. */
  hasBegun: boolean
  isBusy: boolean
  onPress: (action: Action) => void
}

export function BookingPanel({ id, booking, hasBegun, isBusy, onPress }: BookingPanelProps) {
  const { guest, city, service, startsAt, endsAt, party, price, status } = booking
  const [isAsking, setAsking] = useState(false)
  const able = actionsFor(status).filter((action) => hasBegun || action !== 'no-show')
  const forward = able.filter((action) => !isEnding(action))
  const ending = able.filter(isEnding)
  const facts: readonly (readonly [string, string])[] = [
    ['When', span(startsAt, endsAt)],
    ['What', `${services[service].name} for ${people(party)}`],
    ['Price', measured(price.amount, price.currency)],
    ['From', city],
  ]
  function cancel() {
    // At once: while the dialog is open the keyboard cannot go on behind it.
    flushSync(() => setAsking(false))
    onPress('cancel')
  }

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
        <BookingActions {...{ guest, isBusy, onPress }} actions={forward} />
        {isMovable(status) && <MoveBooking booking={booking} />}
        <BookingActions
          {...{ guest, isBusy }}
          actions={ending}
          onPress={(action) => (action === 'cancel' ? setAsking(true) : onPress(action))}
        />
      </div>
      <CancelDialog guest={guest} isOpen={isAsking} onClose={() => setAsking(false)} onCancel={cancel} />
    </div>
  )
}

const isEnding = (action: Action) => action === 'decline' || action === 'cancel' || action === 'no-show'

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
      {/* By the words around the name. */}
      <span dir="auto">
        <bdi>{by.name}</bdi> {doneWords[what]}
        {startsAt !== null && ` ${dayAndTime(startsAt)}`}
      </span>
    </li>
  )
}
