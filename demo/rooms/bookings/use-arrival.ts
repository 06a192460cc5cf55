// Whether what is shown came while the page was looked at: false in its first render and true right after, which is a change that
// `useLiveHighlight` sees.
import { useLayoutEffect, useState } from 'react'

export function useArrival(isNew: boolean): boolean {
  const [hasArrived, setArrived] = useState(false)
  useLayoutEffect(() => {
    // oxlint-disable-next-line react/set-state-in-effect -- the second render is the point
    if (isNew) setArrived(true)
  }, [isNew])
  return hasArrived
}
