// Every word the components show.
import type { ShownStatus } from '../client/shown-status.ts'

export interface Labels {
  indicator: {
    /** What the status is the status of; heard, not seen. */
    name: string
    status: Readonly<Record<ShownStatus, string>>
    retry: string
  }
}

export const defaultLabels: Labels = {
  indicator: {
    name: 'Realtime',
    status: {
      idle: 'Not connected',
      connecting: 'Connecting',
      connected: 'Connected',
      reconnecting: 'Reconnecting',
      disconnected: 'Disconnected',
      offline: 'Offline',
      unauthorized: 'Sign in again',
      failed: 'Connection refused',
    },
    retry: 'Try again',
  },
}
