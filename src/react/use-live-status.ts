'use client'
import { hashKey, type QueryKey, useQueryClient } from '@tanstack/react-query'
import { useMemo, useSyncExternalStore } from 'react'
import type { LiveStatus } from '../query/live-status.ts'
import { useRealtimeClient } from './context.ts'

/**
 * Whether what the query under this key shows is live. True to the moment, without the calm of `useShownStatus`; a query that no
 * row of `streams` and no `meta.realtime` names is never live where others are named. On the server it is `stale`.
 */
export function useLiveStatus(queryKey: QueryKey): LiveStatus {
  const client = useRealtimeClient('useLiveStatus')
  const queryClient = useQueryClient()
  const hash = hashKey(queryKey)
  // By value: keys are written inline.
  // oxlint-disable-next-line react/exhaustive-deps -- the hash stands for the key
  const store = useMemo(() => client.liveStatus(queryClient, queryKey), [client, queryClient, hash])
  return useSyncExternalStore(store.subscribe, store.getSnapshot, staleOnServer)
}

const staleOnServer = (): LiveStatus => 'stale'
