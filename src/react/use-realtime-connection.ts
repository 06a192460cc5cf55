'use client'
import { useMemo, useSyncExternalStore } from 'react'
import type { ConnectionState } from '../client/connection-machine.ts'
import { useRealtimeClient } from './context.ts'

const idle: ConnectionState = { name: 'idle' }

/** What a selector sees: the state of the link, its word as `status`. */
export type ConnectionView = ConnectionState & { readonly status: ConnectionState['name'] }

/**
 * The state of the link as it is, without the calm of `useShownStatus`. Renders when the selection changes (by `Object.is`);
 * without a selector on every change. On the server it is always idle.
 */
export function useRealtimeConnection(): ConnectionView
export function useRealtimeConnection<Selection>(selector: (connection: ConnectionView) => Selection): Selection
export function useRealtimeConnection<Selection>(
  selector?: (connection: ConnectionView) => Selection,
): Selection | ConnectionView {
  const client = useRealtimeClient('useRealtimeConnection')
  // One answer per state, so that a selector which makes an object does not make React render for ever.
  const select = useMemo(() => oncePerState(selector), [selector])
  return useSyncExternalStore(
    client.onState,
    () => select(client.getState()),
    () => select(idle),
  )
}

const views = new WeakMap<ConnectionState, ConnectionView>()

function viewOf(state: ConnectionState): ConnectionView {
  const view = views.get(state) ?? { ...state, status: state.name }
  views.set(state, view)
  return view
}

function oncePerState<Selection>(selector: ((connection: ConnectionView) => Selection) | undefined) {
  let last: { state: ConnectionState; selection: Selection | ConnectionView } | null = null
  return (state: ConnectionState): Selection | ConnectionView => {
    if (last?.state !== state) last = { state, selection: selector ? selector(viewOf(state)) : viewOf(state) }
    return last.selection
  }
}
