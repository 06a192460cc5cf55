// Which rows came while one was looking. `useLiveHighlight` marks what changes, and a row that has just come has not changed yet: so it
// is given another version first.
import { useLayoutEffect, useState } from 'react'

interface Stamped {
  createdAt: string
}

/** @param items newest first @param reset when this is another, all that is there by then is not new any more */
export function useArriving(items: readonly Stamped[], reset: unknown = null): (item: Stamped) => boolean {
  const newest = items[0]?.createdAt ?? ''
  const [first, setFirst] = useState({ newest, reset })
  if (first.reset !== reset) setFirst({ newest, reset })
  return ({ createdAt }) => createdAt > first.newest
}

/** The version of a row, for `useLiveHighlight`. */
export function useArrivedVersion(version: number, isArrival: boolean): number {
  const [isShown, setShown] = useState(!isArrival)
  // oxlint-disable-next-line react/set-state-in-effect -- the second render is the point
  useLayoutEffect(() => setShown(true), [])
  return isShown ? version : 0
}
