// Names that both ends of the transports over HTTP know: protocol/README.md, "Over HTTP".
import type { ClientFrame } from '../protocol/frames.ts'

/** The header by which a server says that it speaks realtime.v1. */
export const protocolHeader = 'livecache-protocol'

/** The event by which a server says with which code it ends a stream. */
export const closeEvent = 'livecache-close'

export interface Endpoint {
  method: 'POST' | 'PATCH'
  /** Behind the address of the events. */
  path: '/ack' | '/subscriptions' | ''
}

const endpoints = {
  ack: { method: 'POST', path: '/ack' },
  publish: { method: 'POST', path: '' },
  others: { method: 'PATCH', path: '/subscriptions' },
} as const satisfies Record<string, Endpoint>

/** Where a frame of the client is sent; the same object for all frames that go to the same place. */
export function endpointOf(type: ClientFrame['type']): Endpoint {
  return type === 'ack' || type === 'publish' ? endpoints[type] : endpoints.others
}

/** Bytes of one request at most. */
export const maxBodyBytes = 65_536
