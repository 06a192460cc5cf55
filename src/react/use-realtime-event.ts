'use client'
import { useEffect, useMemo } from 'react'
import type { ListenOptions } from '../client/realtime-client.ts'
import { useRealtimeClient } from './context.ts'
import type { EventName, EventOf } from './register.ts'
import { useLatest } from './use-latest.ts'

export interface UseRealtimeEventOptions extends ListenOptions {
  /** False: the handler hears nothing, and the server is not asked. @default true */
  enabled?: boolean
}

/**
 * Calls `handler` for each event of a type, of several, or of a pattern (`goal.*`), once and in order, after the rules
 * have changed the cache. Renders nothing by itself; the handler is always that of the newest render.
 */
export function useRealtimeEvent<const Name extends EventName>(
  events: Name | readonly Name[],
  handler: (event: EventOf<Name>) => void,
  options: UseRealtimeEventOptions = {},
): void {
  const client = useRealtimeClient('useRealtimeEvent')
  const latest = useLatest(handler)
  const { enabled = true, filters, streams } = options
  // By value: options are written inline, and a new object must not subscribe anew.
  const key = JSON.stringify({ events, filters, streams })
  const spec = useMemo(() => JSON.parse(key) as { events: Name | readonly Name[] } & ListenOptions, [key])

  useEffect(() => {
    if (!enabled) return undefined
    const { events: wanted, ...listenOptions } = spec
    return client.on(wanted, (event) => latest.current(event as EventOf<Name>), listenOptions)
  }, [client, spec, enabled, latest])
}
