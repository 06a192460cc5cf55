// Who comes to gatherings from outside. They do not sign in.
import type { Person } from '../../shared/entities.ts'
import { findPerson, personOf } from '../../server/team.ts'

export const guests: readonly Person[] = [
  { id: 'guest-folake', name: 'Folake Adeyemi' },
  { id: 'guest-henrik', name: 'Henrik Sauer' },
  { id: 'guest-priya', name: 'Priya Raman' },
  { id: 'guest-emeka', name: 'Emeka Obi' },
  { id: 'guest-clara', name: 'Clara Weiss' },
  { id: 'guest-dana', name: 'Dana Whitfield' },
]

export const anybodyOf = (id: string): Person =>
  findPerson(id) ?? guests.find((guest) => guest.id === id) ?? personOf(id)
