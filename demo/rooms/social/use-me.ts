// Who is signed in, with the name that goes with it once it is known.
import { useQuery } from '@tanstack/react-query'
import type { Person } from '../../shared/entities.ts'
import { sessionQuery } from '../../page/queries.ts'
import { userId } from '../../page/session.ts'

const unnamed: Person = { id: userId, name: 'You' }

export const useMe = (): Person => useQuery(sessionQuery).data?.person ?? unnamed
