// What the content column shows, kept in the address after the `#`, so that the back button and bookmarks work.
import { useSyncExternalStore } from 'react'
import { rooms } from './rooms.ts'
import { type Area, areas, type Goal, type Health } from '../shared/entities.ts'

export type Filter = 'all' | Area | Health

export type View =
  | { readonly name: 'list'; readonly filter: Filter }
  | { readonly name: 'goal'; readonly goalId: string }
  /** Another room. `place` is what stands behind its name. */
  | { readonly name: 'room'; readonly room: string; readonly place: string }

export const healths: readonly Health[] = ['on-track', 'at-risk', 'off-track', 'completed']
const filters: readonly Filter[] = ['all', ...areas, ...healths]

export const listHref = (filter: Filter): string => (filter === 'all' ? '#/' : `#/${filter}`)
export const roomHref = (room: string): string => `#/${room}`
export const goalHref = (goalId: string): string => `#/goal/${goalId}`

/** The filter of the list that was shown last: where a goal's back link leads. */
let lastFilter: Filter = 'all'
export const lastListHref = (): string => listHref(lastFilter)

export function matchesView(goal: Goal, filter: Filter): boolean {
  return filter === 'all' || goal.area === filter || goal.health === filter
}

export function useView(): View {
  const hash = useSyncExternalStore(subscribe, () => location.hash)
  return viewOf(hash)
}

function subscribe(listener: () => void) {
  addEventListener('hashchange', listener)
  return () => removeEventListener('hashchange', listener)
}

function viewOf(hash: string): View {
  const [, goalId] = /^#\/goal\/([\w-]+)$/.exec(hash) ?? []
  if (goalId !== undefined) return { name: 'goal', goalId }
  const [, room, place = ''] = /^#\/([a-z]+)(?:\/(.*))?$/.exec(hash) ?? []
  if (room !== undefined && rooms.some(({ name }) => name === room)) return { name: 'room', room, place }
  const filter = filters.find((candidate) => listHref(candidate) === hash) ?? 'all'
  lastFilter = filter
  return { name: 'list', filter }
}
