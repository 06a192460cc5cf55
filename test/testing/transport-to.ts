// The transports that ship, to a gateway on a port of this machine.
import { polling, sse, type Transport, webSocket } from '../../src/transports/index.ts'

export const kinds = ['websocket', 'sse', 'polling'] as const
export type Kind = (typeof kinds)[number]

export function transportTo(kind: Kind, port: number): Transport {
  const address = `127.0.0.1:${port}`
  if (kind === 'websocket') return webSocket(`ws://${address}/realtime`)
  return kind === 'sse' ? sse(`http://${address}/api/v1/events/stream`) : polling(`http://${address}/api/v1/events`)
}
