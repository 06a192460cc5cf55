'use client'
import { useState, useSyncExternalStore } from 'react'
import type { ConnectionStatus } from '../client/connection-machine.ts'
import type { RealtimeClient } from '../client/realtime-client.ts'
import { useRealtimeClient } from './context.ts'

export interface UseRealtimeResult extends Pick<
  RealtimeClient,
  'publish' | 'reconnect' | 'pause' | 'resume' | 'inspect'
> {
  /** The word for the state of the link. Read it while rendering, and the component renders when it changes; else it never does. */
  readonly status: ConnectionStatus
  /** The client itself, for what has no hook. */
  readonly client: RealtimeClient
}

/** The client's controls, and its status for whoever reads it. */
export function useRealtime(): UseRealtimeResult {
  const client = useRealtimeClient('useRealtime')
  const [created, setTracker] = useState(() => createTracker(client))
  let tracker = created
  if (tracker.client !== client) {
    tracker = createTracker(client)
    setTracker(tracker)
  }
  const shown = useSyncExternalStore(client.onState, tracker.getSnapshot, idleOnServer)
  const { publish, reconnect, pause, resume, inspect } = client
  return {
    client,
    publish,
    reconnect,
    pause,
    resume,
    inspect,
    get status() {
      return tracker.read(shown)
    },
  }
}

const idleOnServer = (): ConnectionStatus => 'idle'

/** Answers the same status for ever until somebody has read it. */
function createTracker(client: RealtimeClient) {
  let tracked = false
  let last = client.getState().name
  return {
    client,
    /** @param shown what the render holds; nothing that was not followed so far */
    read(shown: ConnectionStatus): ConnectionStatus {
      if (tracked) return shown
      tracked = true
      return client.getState().name
    },
    getSnapshot() {
      if (tracked) last = client.getState().name
      return last
    },
  }
}
