// A room of the workspace, as the page sees it.
import type { EventTable, Rules, StreamBindings } from 'livecache'
import type { ToastRules } from 'livecache/toasts'
import type { ComponentType } from 'react'
import type { IconName } from './parts/icons.tsx'

export interface RoomPage {
  /** Of its address: `#/payments`. */
  readonly name: string
  readonly title: string
  readonly icon: IconName
  /** The content column. @param place what stands behind the room's name in the address: `#/payments/wallets` → `wallets` */
  readonly Content: ComponentType<{ place: string }>
  /** What the rail shows beside its name, such as a count. */
  readonly Count?: ComponentType
}

/** What a room adds to the one set-up of livecache. */
export interface RoomRealtime<Events extends EventTable> {
  readonly events: Events
  readonly rules: Rules<Events>
  readonly streams: StreamBindings
  readonly toastRules?: ToastRules<Events>
}
