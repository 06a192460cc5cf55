// The sockets that carry events just now, so that they can be cut as a network does it: without a word.
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'

export interface Wires {
  /** A socket that was upgraded carries events for as long as it lives. */
  upgraded(socket: Duplex): void
  /** A request carries events until it is answered: an event stream, a held poll. */
  asked(request: IncomingMessage, response: ServerResponse): void
  /** Resets all of them; returns how many. */
  cut(): number
}

export function createWires(): Wires {
  const sockets = new Set<Socket>()
  return {
    upgraded(socket) {
      const wire = socket as Socket
      sockets.add(wire)
      wire.once('close', () => sockets.delete(wire))
    },
    asked({ socket }, response) {
      sockets.add(socket)
      response.once('close', () => sockets.delete(socket))
    },
    cut() {
      const { size } = sockets
      for (const socket of sockets) socket.resetAndDestroy()
      return size
    },
  }
}
