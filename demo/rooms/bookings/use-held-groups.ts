// Rows hold still under whoever reads them: while the pointer or the keyboard is in the list, or one of its rows is open, what they
// say is live, but none comes, goes or moves. What waits is counted, and shown when it is asked for or nobody reads any more.
import { type FocusEvent, type PointerEvent, useMemo, useState } from 'react'
import type { Booking } from './booking.ts'
import type { DayGroup } from './day-groups.ts'

export interface HeldGroups {
  groups: readonly DayGroup[]
  /** As many would come. */
  arrivals: number
  /** Others would go or move. */
  isOutOfOrder: boolean
  /** Takes the list as it is now, and holds that. */
  release: () => void
  /** For the element around the rows. */
  props: {
    onPointerEnter(event: PointerEvent): void
    onPointerLeave(): void
    onFocus(event: FocusEvent): void
    onBlur(event: FocusEvent): void
  }
}

/**
 * @param bookings all of them, for what the held ones say now
 * @param sought the one that somebody came for, which is shown even so
 */
export function useHeldGroups(
  groups: readonly DayGroup[],
  bookings: readonly Booking[] | undefined,
  isRowOpen: boolean,
  sought: string | null,
): HeldGroups {
  const [isUnderPointer, setUnderPointer] = useState(false)
  const [hasFocus, setHasFocus] = useState(false)
  const [held, setHeld] = useState<readonly DayGroup[] | null>(null)
  const isRead = isUnderPointer || hasFocus || isRowOpen
  const [found, setFound] = useState<string | null>(null)
  const isFoundNow =
    sought !== null && sought !== found && groups.some(({ bookings: own }) => own.some(({ id }) => id === sought))
  if (isFoundNow) setFound(sought)
  if (isRead && (held === null || isFoundNow)) setHeld(groups)
  if (!isRead && held !== null) setHeld(null)

  const shown = useMemo(() => (held === null ? groups : refreshed(held, bookings ?? [])), [held, groups, bookings])
  const placesThen = placesOf(shown)
  const placesNow = placesOf(groups)
  const isThere = (place: string) => placesThen.some((known) => idOf(known) === idOf(place))
  return {
    groups: shown,
    arrivals: placesNow.filter((place) => !isThere(place)).length,
    isOutOfOrder: placesThen.join() !== placesNow.filter(isThere).join(),
    release: () => setHeld(groups),
    props: {
      // A finger leaves with its touch; while it scrolls, the browser keeps the place.
      onPointerEnter: ({ pointerType }) => pointerType === 'mouse' && setUnderPointer(true),
      onPointerLeave: () => setUnderPointer(false),
      // A press focuses as well, and then the pointer says whether somebody reads.
      onFocus: ({ target }) => target.matches(':focus-visible') && setHasFocus(true),
      onBlur: ({ currentTarget, relatedTarget }) => currentTarget.contains(relatedTarget) || setHasFocus(false),
    },
  }
}

const placesOf = (groups: readonly DayGroup[]) =>
  groups.flatMap(({ day, bookings }) => bookings.map(({ id }) => `${day} ${id}`))
const idOf = (place: string) => place.slice(place.indexOf(' ') + 1)

/** One that left the book meanwhile stays as it was last seen. */
function refreshed(groups: readonly DayGroup[], bookings: readonly Booking[]): DayGroup[] {
  const known = new Map(bookings.map((booking) => [booking.id, booking]))
  return groups.map((group) => ({
    ...group,
    bookings: group.bookings.map((booking) => known.get(booking.id) ?? booking),
  }))
}
