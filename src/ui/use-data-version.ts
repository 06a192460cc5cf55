'use client'
import { hashKey, notifyManager, type QueryClient, type QueryKey, useQueryClient } from '@tanstack/react-query'
import { useMemo, useSyncExternalStore } from 'react'

/** Counts how often the data of a query has changed since it was first seen, by whatever. @param queryKey null: of none */
export function useDataVersion(queryKey: QueryKey | null): number {
  const queryClient = useQueryClient()
  const hash = queryKey === null ? null : hashKey(queryKey)
  // By value: keys are written inline.
  const store = useMemo(
    () => (queryKey === null ? unchanging : createDataVersion(queryClient, queryKey)),
    // oxlint-disable-next-line react/exhaustive-deps -- the hash stands for the key
    [queryClient, hash],
  )
  return useSyncExternalStore(store.subscribe, store.getSnapshot, () => 0)
}

const unchanging = { subscribe: () => () => {}, getSnapshot: () => 0 }

function createDataVersion(queryClient: QueryClient, queryKey: QueryKey) {
  const cache = queryClient.getQueryCache()
  const read = () => queryClient.getQueryData(queryKey)
  let data = read()
  let version = 0

  function getSnapshot(): number {
    const now = read()
    // The first data is not news.
    if (now !== data && data !== undefined && now !== undefined) version++
    data = now ?? data
    return version
  }

  return {
    getSnapshot,
    subscribe(listener: () => void) {
      let isListening = true
      // A task later, as TanStack Query tells of data: some of it is set while React renders.
      const told = notifyManager.batchCalls(() => isListening && listener())
      const undo = cache.subscribe(({ type }) => (type === 'updated' || type === 'added') && told())
      return () => {
        isListening = false
        undo()
      }
    },
  }
}
