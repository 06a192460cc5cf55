// What is measured side by side: a server, and how its clients speak to it.
import type { ServerName } from './servers.ts'
import type { WireName } from './wires.ts'

export interface Column {
  readonly name: string
  readonly server: ServerName
  readonly wire: WireName
}

export const ws: Column = { name: 'ws', server: 'ws', wire: 'plain' }
export const wsSilent: Column = { name: 'ws, no pings', server: 'ws-silent', wire: 'plain' }
export const wsOnce: Column = { name: 'ws, frame built once', server: 'ws-once', wire: 'plain' }
export const socketIo: Column = { name: 'socket.io', server: 'socket.io', wire: 'socket.io' }
export const gateway: Column = { name: 'livecache', server: 'livecache', wire: 'livecache' }

export const sse: Column = { name: 'SSE, res.write', server: 'sse', wire: 'sse' }
export const gatewayEventSource: Column = {
  name: 'livecache, EventSource',
  server: 'livecache',
  wire: 'livecache-event-source',
}
export const gatewaySse: Column = { name: 'livecache, SSE', server: 'livecache', wire: 'livecache-sse' }
