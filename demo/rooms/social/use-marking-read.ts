// Who looks at a thread has read it: on every window of theirs its count falls.
import { useEffect, useSyncExternalStore } from 'react'
import type { Thread } from './entities.ts'
import { useReadThread } from './mutations.ts'

export function useMarkingRead({ id, unread, last }: Thread) {
  const { mutate } = useReadThread(id)
  const isVisible = useSyncExternalStore(subscribe, () => document.visibilityState === 'visible')
  const readTo = last?.n ?? 0
  useEffect(() => {
    if (unread > 0 && isVisible) mutate(readTo)
  }, [unread, readTo, isVisible, mutate])
}

function subscribe(listener: () => void) {
  document.addEventListener('visibilitychange', listener)
  return () => document.removeEventListener('visibilitychange', listener)
}
