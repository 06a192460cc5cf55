// What a thread is called by one of its members.
import type { Person } from '../../shared/entities.ts'
import { counted } from '../../page/format.ts'
import type { Thread } from './entities.ts'

/** Between two it is called by the other one. */
export const titleOf = ({ title, members }: Thread, me: Person): string =>
  title ?? members.find(({ id }) => id !== me.id)?.name ?? me.name

export const membersOf = ({ title, members }: Thread): string =>
  title === null ? 'Between the two of you' : counted(members.length, 'member')
