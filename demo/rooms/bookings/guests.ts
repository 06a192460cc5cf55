// People who come to the venue, as they call themselves in events and histories.
import type { Currency, Person } from '../../shared/entities.ts'
import type { NewBooking } from './bookings-store.ts'

const places = {
  Lagos: {
    currency: 'NGN',
    names:
      'Chidinma Eze, Babatunde Ogunleye, Ngozi Obi, Emeka Nnamdi, Funke Adeyemi, Kelechi Iwu, Yetunde Salami, Ibrahim Musa, Amaka Okafor, Segun Balogun, Halima Bello, Tobi Akinola',
  },
  Berlin: {
    currency: 'EUR',
    names:
      'Hannah Krüger, Felix Brandt, Miriam Yildiz, Paul Lindner, Sophie Neumann, Emre Kaya, Johanna Weiss, Lukas Hartmann',
  },
  'New York': {
    currency: 'USD',
    names:
      'Grace Kim, Daniel Ortiz, Priya Raman, Owen Gallagher, Naomi Feldman, Luis Herrera, Camille Baptiste, Ethan Brooks',
  },
} satisfies Record<string, { currency: Currency; names: string }>

export type Guest = Pick<NewBooking, 'guest' | 'city' | 'currency'>

export const guests: readonly Guest[] = Object.entries(places).flatMap(([city, { currency, names }]) =>
  names.split(', ').map((guest) => ({ guest, city, currency })),
)

/** They have no account: one id stands for all of them. */
export const guestNamed = (name: string): Person => ({ id: 'guest', name })
