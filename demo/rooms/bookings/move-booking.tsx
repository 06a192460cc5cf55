// Moves a booking to another time. Whoever moves it from a time that is no longer its own is told so by the server.
import { type FormEvent, useRef, useState } from 'react'
import { flushSync } from 'react-dom'
import { focused } from '../../page/parts/focus.ts'
import { ErrorNotice } from '../../page/parts/notices.tsx'
import type { Booking } from './booking.ts'
import { useReschedule } from './mutations.ts'
import { localTime, timeAt, venue } from './venue.ts'

export function MoveBooking({ booking }: { booking: Booking }) {
  const [isMoving, setMoving] = useState(false)
  const opener = useRef<HTMLButtonElement>(null)

  function close() {
    // At once: the button is there again to take the focus.
    flushSync(() => setMoving(false))
    opener.current?.focus({ preventScroll: true })
  }

  if (isMoving) return <MoveForm booking={booking} onClose={close} />
  return (
    <button ref={opener} type="button" className="button" onClick={() => setMoving(true)}>
      Move to another time…
    </button>
  )
}

function MoveForm({ booking, onClose }: { booking: Booking; onClose: () => void }) {
  const [time, setTime] = useState(() => localTime(booking.startsAt))
  /** As the form was opened: what another window did meanwhile must not be moved unseen. */
  const [seen] = useState(booking)
  const move = useReschedule(seen)

  function submit(event: FormEvent) {
    event.preventDefault()
    const startsAt = timeAt(time)
    if (startsAt === null || move.isPending) return
    if (startsAt === seen.startsAt) onClose()
    else move.mutate(startsAt, { onSuccess: onClose })
  }

  return (
    <form className="booking-move" onSubmit={submit}>
      <label className="field">
        <span>New time in {venue.city}</span>
        <input
          ref={focused}
          type="datetime-local"
          step={900}
          required
          value={time}
          onChange={(event) => setTime(event.target.value)}
          onKeyDown={(event) => event.key === 'Escape' && onClose()}
        />
      </label>
      <div className="form-actions">
        <button type="submit" className="button" data-kind="primary">
          {move.isPending ? 'Moving…' : 'Move'}
        </button>
        <button type="button" className="button" onClick={onClose}>
          Leave it
        </button>
      </div>
      {move.error && <ErrorNotice error={move.error}>Not moved.</ErrorNotice>}
    </form>
  )
}
