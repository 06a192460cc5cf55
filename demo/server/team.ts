// Who works here. The first one is who a page signs in as.
import type { Person } from '../shared/entities.ts'

export const team: readonly Person[] = [
  { id: 'adaeze', name: 'Adaeze Okonkwo' },
  { id: 'tunde', name: 'Tunde Bakare' },
  { id: 'lena', name: 'Lena Vogt' },
  { id: 'marcus', name: 'Marcus Reed' },
  { id: 'ifeoma', name: 'Ifeoma Nwosu' },
  { id: 'jonas', name: 'Jonas Albrecht' },
]

export const findPerson = (id: string): Person | undefined => team.find((person) => person.id === id)

export function personOf(id: string): Person {
  return findPerson(id) ?? { id, name: 'A former colleague' }
}
