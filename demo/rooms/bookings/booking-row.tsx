// One booking: what it is at a glance, what to do next, and all of it when it is opened.
import { useLiveHighlight, useNow } from 'livecache'
import { memo, useEffect, useId, useRef } from 'react'
import { measured } from '../../page/format.ts'
import type { Action, Booking } from './booking.ts'
import { BookingActions } from './booking-actions.tsx'
import { BookingPanel } from './booking-panel.tsx'
import { BookingStatus } from './booking-status.tsx'
import { useAct } from './mutations.ts'
import { Refusal } from './refusal.tsx'
import { actionsFor } from './status-machine.ts'
import { clockTime, shortDay, span } from './times.ts'
import { useArrival } from './use-arrival.ts'
import { localDay, services } from './venue.ts'
import { people } from './words.ts'

export interface BookingRowProps {
  booking: Booking
  /** Under which day it stands. */
  day: string
  /** It came while the list was looked at. */
  isNew: boolean
  isOpen: boolean
  /** Somebody came for this one: it is brought into sight. */
  isSought: boolean
  onToggle: (id: string) => void
}

const soonMs = 60 * 60_000

export const BookingRow = memo(function BookingRow(props: BookingRowProps) {
  const { booking, day, isNew, isOpen, isSought, onToggle } = props
  const { id, guest, city, service, startsAt, endsAt, party, price, status, version } = booking
  const { row, name } = useSought(isSought)
  const panelId = useId()
  const act = useAct(booking)
  const { props: highlight, mark } = useLiveHighlight(`${useArrival(isNew)} ${version}`, isNew ? {} : changed)
  const msToStart = useMsTo(startsAt)
  const isDue = msToStart < soonMs
  const next = actionsFor(status).filter((action) => isQuick(action, isDue))

  function press(action: Action) {
    if (act.isPending) return
    act.mutate(action)
    // The button goes, or means something else: the keyboard goes on from the row.
    name.current?.focus({ preventScroll: true })
  }

  return (
    <li
      ref={row}
      className="booking"
      data-open={isOpen}
      data-testid="booking-row"
      data-booking-id={id}
      data-booking-status={status}
      {...highlight}
    >
      <div className="booking-line">
        <time className="booking-time" dateTime={startsAt} title={span(startsAt, endsAt)}>
          {localDay(startsAt) !== day && <span className="booking-day">{shortDay(startsAt)} </span>}
          {clockTime(startsAt)}
        </time>
        <span className="booking-guest">
          <button
            ref={name}
            type="button"
            className="booking-name"
            title={guest}
            aria-expanded={isOpen}
            aria-controls={isOpen ? panelId : undefined}
            onClick={() => onToggle(id)}
          >
            <bdi>{guest}</bdi>
          </button>
          <span className="booking-city muted">{city}</span>
          {mark}
        </span>
        <span className="booking-service muted" dir="auto" title={`${services[service].name}, ${people(party)}`}>
          {services[service].name}, {people(party)}
        </span>
        <span className="booking-price figure">{measured(price.amount, price.currency)}</span>
        <span className="booking-status">
          <BookingStatus status={status} />
        </span>
        <span className="booking-next">
          {!isOpen && <BookingActions guest={guest} actions={next} isBusy={act.isPending} onPress={press} />}
        </span>
        <svg className="icon booking-chevron" viewBox="0 0 16 16" width="16" height="16" aria-hidden="true">
          <path d="M4 6.2l4 4 4-4" />
        </svg>
      </div>
      {act.error && (
        <Refusal onDismiss={act.reset}>
          {guest}: not changed. {act.error.message}
        </Refusal>
      )}
      {isOpen && (
        <BookingPanel id={panelId} booking={booking} hasBegun={msToStart < 0} isBusy={act.isPending} onPress={press} />
      )}
    </li>
  )
})

/** In place of “New”. */
const changed = { labels: { changed: 'Changed' } }

/** What is done without a second look. */
const isQuick = (action: Action, isDue: boolean) =>
  action === 'confirm' || action === 'decline' || action === 'complete' || (action === 'check-in' && isDue)

/** To the minute. */
function useMsTo(iso: string): number {
  const now = useNow(60_000)
  return now === null ? Infinity : Date.parse(iso) - now
}

/** Somebody followed a link to it: it is brought to the middle, and the keyboard begins there. */
function useSought(isSought: boolean) {
  const row = useRef<HTMLLIElement>(null)
  const name = useRef<HTMLButtonElement>(null)
  useEffect(() => {
    if (!isSought) return undefined
    // After the page itself has gone to its top, as it does wherever one goes.
    const frame = requestAnimationFrame(() => {
      row.current?.scrollIntoView({ block: 'center' })
      name.current?.focus({ preventScroll: true })
    })
    return () => cancelAnimationFrame(frame)
  }, [isSought])
  return { row, name }
}
