// Somebody walks in, or calls: a colleague writes it down, and it is confirmed.
import { type FormEvent, useState } from 'react'
import { measured } from '../../page/format.ts'
import { focused } from '../../page/parts/focus.ts'
import { ErrorNotice } from '../../page/parts/notices.tsx'
import { useCreateBooking } from './mutations.ts'
import { localTime, priceOf, type ServiceId, serviceIds, services, timeAt, venue } from './venue.ts'

export interface NewBookingProps {
  onCreated: (id: string) => void
  onClose: () => void
}

const quarterMs = 15 * 60_000
const nextQuarter = () => localTime(Math.ceil(Date.now() / quarterMs) * quarterMs)

export function NewBooking({ onCreated, onClose }: NewBookingProps) {
  const [guest, setGuest] = useState('')
  const [service, setService] = useState<ServiceId>('dinner')
  const [party, setParty] = useState('2')
  const [time, setTime] = useState(nextQuarter)
  const create = useCreateBooking()
  const { maxParty } = services[service]

  function submit(event: FormEvent) {
    event.preventDefault()
    const startsAt = timeAt(time)
    if (startsAt === null || guest.trim() === '' || create.isPending) return
    create.mutate(
      { guest, service, party: Number(party), startsAt },
      { onSuccess: ({ booking }) => onCreated(booking.id) },
    )
  }

  return (
    <form className="form-card new-booking" aria-label="New booking" onSubmit={submit}>
      <label className="field" data-grow>
        <span>Guest</span>
        <input
          ref={focused}
          value={guest}
          required
          maxLength={60}
          dir="auto"
          onChange={(event) => setGuest(event.target.value)}
          onKeyDown={(event) => event.key === 'Escape' && onClose()}
          data-testid="new-booking-guest"
        />
      </label>
      <label className="field">
        <span>What</span>
        <select value={service} onChange={(event) => setService(event.target.value as ServiceId)}>
          {serviceIds.map((id) => (
            <option key={id} value={id}>
              {services[id].name}, {measured(priceOf(id, 'NGN').amount, 'NGN')}
            </option>
          ))}
        </select>
      </label>
      <label className="field new-booking-party">
        <span>People</span>
        <input
          type="number"
          inputMode="numeric"
          min={1}
          max={maxParty}
          required
          value={party}
          onChange={(event) => setParty(event.target.value)}
        />
      </label>
      <label className="field">
        <span>When, in {venue.city}</span>
        <input type="datetime-local" required value={time} onChange={(event) => setTime(event.target.value)} />
      </label>
      <div className="form-actions">
        <button type="submit" className="button" data-kind="primary" data-testid="new-booking-save">
          {create.isPending ? 'Writing it down…' : 'Book'}
        </button>
        <button type="button" className="button" onClick={onClose}>
          Cancel
        </button>
      </div>
      {create.error && <ErrorNotice error={create.error}>Not booked.</ErrorNotice>}
    </form>
  )
}
