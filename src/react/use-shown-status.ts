'use client'
import { useMemo, useSyncExternalStore } from 'react'
import { createShownStatus, type ShownStatus } from '../client/shown-status.ts'
import { useRealtimeClient } from './context.ts'

export interface UseShownStatusOptions {
  /** How long a loss of the link is kept to oneself, in ms. @default 2_500 */
  graceMs?: number
  /** How long each word stays at least, in ms. @default 1_000 */
  minShowMs?: number
}

/** The status as people should see it: a blip is not shown, and each word stays long enough to be read. On the server `idle`. */
export function useShownStatus({ graceMs = 2_500, minShowMs = 1_000 }: UseShownStatusOptions = {}): ShownStatus {
  const client = useRealtimeClient('useShownStatus')
  const store = useMemo(() => createShownStatus(client, { graceMs, minShowMs }), [client, graceMs, minShowMs])
  return useSyncExternalStore(store.subscribe, store.getSnapshot, idleOnServer)
}

const idleOnServer = (): ShownStatus => 'idle'
