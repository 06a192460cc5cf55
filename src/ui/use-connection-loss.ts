'use client'
import { useQueryClient } from '@tanstack/react-query'
import { useMemo, useSyncExternalStore } from 'react'
import { systemClock } from '../base/clock.ts'
import { useRealtimeClient } from '../react/context.ts'
import { createLoss, type Loss } from './loss.ts'

/** Why nothing is pushed, since when, and what is done meanwhile; null while all is well, or by somebody's wish, and on the server. */
export function useConnectionLoss(): Loss | null {
  const client = useRealtimeClient('useConnectionLoss')
  const queryClient = useQueryClient()
  const store = useMemo(() => createLoss(client, queryClient, systemClock.now), [client, queryClient])
  return useSyncExternalStore(store.subscribe, store.getSnapshot, () => null)
}
