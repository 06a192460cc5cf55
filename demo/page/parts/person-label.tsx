import type { Person } from '../../shared/entities.ts'
import { firstName, initials } from '../format.ts'

export function PersonLabel({ person }: { person: Person }) {
  return (
    <span className="person" title={person.name}>
      <span className="avatar" aria-hidden="true">
        {initials(person.name)}
      </span>
      <span className="person-name">
        {firstName(person.name)}
        <span className="surname">{person.name.slice(firstName(person.name).length)}</span>
      </span>
    </span>
  )
}
