// The partner venue: what it offers, for how much, and its clock. Lagos knows no summer time.
import type { Currency } from '../../shared/entities.ts'

export const venue = { name: 'Kingsway House', city: 'Lagos', timeZone: 'Africa/Lagos' }

const hourMs = 3_600_000
const offset = { text: '+01:00', ms: hourMs }

interface Service {
  name: string
  /** How long it takes; null: until the late morning of the next day. */
  hours: number | null
  maxParty: number
  /** In naira, for all of it. */
  price: number
}

export const services = {
  boardroom: { name: 'Boardroom', hours: 3, maxParty: 12, price: 75_000 },
  studio: { name: 'Podcast studio', hours: 2, maxParty: 4, price: 60_000 },
  dinner: { name: 'Dinner table', hours: 2, maxParty: 8, price: 110_000 },
  desk: { name: 'Desk for a day', hours: 9, maxParty: 1, price: 12_500 },
  'garden-room': { name: 'Garden room', hours: null, maxParty: 2, price: 96_000 },
  suite: { name: 'Harbour suite', hours: null, maxParty: 3, price: 184_000 },
} satisfies Record<string, Service>

export type ServiceId = keyof typeof services
export const serviceIds = Object.keys(services) as ServiceId[]

/** Naira for one of it; a partner's prices are not those of the hour. */
const rates: Readonly<Record<Currency, number>> = { NGN: 1, EUR: 1_700, USD: 1_500 }

export function priceOf(service: ServiceId, currency: Currency): { amount: number; currency: Currency } {
  return { amount: Math.round(services[service].price / rates[currency]), currency }
}

export function endOf(startsAt: string, service: ServiceId): string {
  const start = Date.parse(startsAt)
  const { hours }: Service = services[service]
  return hours === null
    ? timeAt(`${localDay(start + 24 * hourMs)}T11:00`)!
    : new Date(start + hours * hourMs).toISOString()
}

// ── its clock ───────────────────────────────────────────────────────────────────────────────────────────────────

/** `2026-11-09T14:30`, as the venue's clock shows a time. */
export const localTime = (at: string | number): string =>
  new Date(new Date(at).getTime() + offset.ms).toISOString().slice(0, 16)

/** `2026-11-09` */
export const localDay = (at: string | number): string => localTime(at).slice(0, 10)

/** ISO 8601 of what the venue's clock shows; null where that is no time. */
export function timeAt(local: string): string | null {
  const at = new Date(`${local}${offset.text}`)
  return Number.isNaN(at.getTime()) ? null : at.toISOString()
}
