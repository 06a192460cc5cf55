// Bodies of requests, read and judged.
import { ApiError } from '../../server/api-error.ts'
import { type Body, choiceOf, numberOf, textOf } from '../../server/body.ts'
import type { NewBooking } from './bookings-store.ts'
import { serviceIds, services, venue } from './venue.ts'

const yearMs = 365 * 86_400_000

export function newBookingOf(body: Body): NewBooking {
  const service = choiceOf(body, 'service', serviceIds)
  const party = numberOf(body, 'party')
  const { name, maxParty } = services[service]
  if (!Number.isInteger(party) || party < 1) throw new ApiError(422, 'INVALID', 'Give how many people come.')
  if (party > maxParty)
    throw new ApiError(422, 'INVALID', `${name} has room for ${maxParty === 1 ? 'one person' : `${maxParty} people`}.`)
  const fields = { guest: textOf(body, 'guest', 60), city: venue.city, service, party, currency: 'NGN' } as const
  return { ...fields, startsAt: timeOf(body, 'startsAt') }
}

/** ISO 8601, of a time that a booking may have. */
export function timeOf(body: Body, field: string): string {
  const at = Date.parse(textOf(body, field, 40))
  if (Number.isNaN(at)) throw new ApiError(422, 'INVALID', 'Give a day and a time.')
  if (Math.abs(at - Date.now()) > yearMs) throw new ApiError(422, 'INVALID', 'Give a time within a year from now.')
  return new Date(at).toISOString()
}
