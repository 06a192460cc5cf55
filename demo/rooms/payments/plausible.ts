// What plausibly happens to a wallet: whom money goes to and comes from, what for, and how much of it.
import { type Currency, currencies } from './entities.ts'
import type { NewNotice, NewTransaction } from './ledger.ts'

/** From 0 to 1, without 1. */
export type Random = () => number

export const pick = <Item>(items: readonly Item[], random: Random): Item => items[Math.floor(random() * items.length)]!

type Side = readonly (readonly [counterparty: string, description: string, type: NewTransaction['type']])[]

const outgoing: Readonly<Record<Currency, Side>> = {
  NGN: [
    ['Lagos Fibre Networks', 'Office internet', 'TRANSFER'],
    ['Chidi Eze', 'Freelance design, week 44', 'TRANSFER'],
    ['Ikeja Electric', 'Electricity, Yaba office', 'TRANSFER'],
    ['Mainland Couriers', 'Card delivery to merchants', 'TRANSFER'],
    ['Bukka Hut', 'Team lunch', 'CARD'],
    ['Landmark Estates', 'Rent, Yaba office', 'TRANSFER'],
    ['Halima Yusuf', 'Travel refund, Abuja', 'TRANSFER'],
  ],
  EUR: [
    ['Nordlicht Hosting', 'Servers, Frankfurt', 'TRANSFER'],
    ['Deutsche Bahn', 'Train, Berlin to Hamburg', 'CARD'],
    ['Kanzlei Brandt', 'Legal advice on the licence', 'TRANSFER'],
    ['Papeterie Linden', 'Office supplies', 'CARD'],
    ['Marta Kowalska', 'Translation, merchant portal', 'TRANSFER'],
    ['Spreewerk Coworking', 'Desks, November', 'TRANSFER'],
  ],
  USD: [
    ['Harbor Analytics', 'Reporting seats', 'CARD'],
    ['Cedar Identity', 'Identity checks, October', 'TRANSFER'],
    ['Daniel Osei', 'Security review', 'TRANSFER'],
    ['Blue Mesa Air', 'Flight to Lagos', 'CARD'],
    ['Ridgeline Mail', 'Transactional email', 'CARD'],
  ],
}

const incoming: Readonly<Record<Currency, Side>> = {
  NGN: [
    ['Sabi Stores', 'Settlement, week 44', 'TRANSFER'],
    ['Amara Foods', 'Invoice 2081', 'TRANSFER'],
    ['Zaria Textiles', 'Settlement, week 44', 'TRANSFER'],
    ['Palmwine Records', 'Invoice 2077', 'TRANSFER'],
  ],
  EUR: [
    ['Atelier Moreau', 'Invoice 1194', 'TRANSFER'],
    ['Hafen Logistik', 'Settlement, October', 'TRANSFER'],
    ['Casa Verde', 'Subscription, yearly', 'TRANSFER'],
  ],
  USD: [
    ['Juniper Market', 'Settlement, week 44', 'TRANSFER'],
    ['Fieldstone Labs', 'Invoice 3310', 'TRANSFER'],
    ['Oak & Alder', 'Partner fee', 'TRANSFER'],
  ],
}

/** In the smallest unit: most amounts lie around it, some far above. */
const usual: Readonly<Record<Currency, number>> = { NGN: 4_800_000, EUR: 18_000, USD: 21_000 }
/** To what people round what they pay. */
const grain: Readonly<Record<Currency, number>> = { NGN: 50_000, EUR: 50, USD: 50 }

/** About so much is in a wallet: what is richer spends more, what is poorer earns more, so none of them grows for ever. */
export const usualBalance = (currency: Currency): number => usual[currency] * 40

export function plausibleAmount(currency: Currency, random: Random): number {
  const amount = usual[currency] * (0.1 + 4 * random() ** 3)
  return Math.max(1, Math.round(amount / grain[currency])) * grain[currency]
}

export function plausibleTransaction(
  currency: Currency,
  direction: NewTransaction['direction'],
  random: Random,
): NewTransaction {
  const [counterparty, description, type] = pick((direction === 'IN' ? incoming : outgoing)[currency], random)
  return { currency, direction, counterparty, description, type, amount: plausibleAmount(currency, random) }
}

export const failures = [
  'Receiving bank not available',
  'No such account number',
  'Declined by the card issuer',
] as const
export const reversals = ['Cancelled by the sender', 'Sent twice'] as const

const suspects: readonly (readonly [counterparty: string, reason: string])[] = [
  ['Glimmer Electronics', 'First payment here, at night'],
  ['Coin Harbour', 'Far more than usual by card'],
  ['QuickTop Vouchers', 'Three attempts in a minute'],
  ['Maison Dorée', 'From a country new to you'],
]

export function plausibleNotice(currency: Currency, random: Random): NewNotice {
  const [counterparty, reason] = pick(suspects, random)
  return { currency, counterparty, reason, amount: plausibleAmount(currency, random) * 3 }
}

/** Those of the first person leave one currency to be added, so that this can be seen too. */
export const firstWallets = (index: number): readonly Currency[] =>
  index === 0 ? ['NGN', 'EUR'] : index === 1 ? currencies : index % 2 === 0 ? ['EUR', 'USD'] : ['NGN', 'USD']
