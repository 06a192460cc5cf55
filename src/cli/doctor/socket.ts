// Sockets as a browser would open them, by the client's own transport, and what only a program can see of them.
import { WebSocket as NodeSocket } from 'ws'
import { protocolName } from '../../protocol/frames.ts'
import type { TransportRequest } from '../../transports/transport.ts'
import { webSocket } from '../../transports/websocket.ts'
import type { Examination } from './examination.ts'
import { type Link, openLink } from './link.ts'

export interface Socket {
  readonly link: Link
  /** The status of an answer other than 101. */
  readonly status: number | null
  /** Pings of RFC 6455, which pages never see. */
  readonly hiddenPings: number
  /** How long the answer to a ping of RFC 6455 takes, in ms; null where none comes. */
  hiddenRoundTrip(withinMs: number): Promise<number | null>
}

export interface SocketOptions {
  /** Whether realtime.v1 is offered. */
  offer: boolean
  credential?: TransportRequest['credential']
  lastEventId?: string | null
}

export function openSocket(exam: Examination, where: string, { offer, ...options }: SocketOptions): Socket {
  const { credential = null, lastEventId = null } = options
  const { url, origin, events, limits } = exam.wanted
  let status: number | null = null
  let hiddenPings = 0
  const sockets: NodeSocket[] = []

  class Watched extends NodeSocket {
    constructor(address: string, protocols: string[]) {
      super(address, protocols, { handshakeTimeout: limits.handshakeMs, ...(origin !== null && { origin }) })
      sockets.push(this)
      this.on('ping', () => hiddenPings++)
      this.on('unexpected-response', (request, response) => {
        status = response.statusCode ?? null
        request.destroy(new Error(`the upgrade was answered with ${status}`))
      })
    }
  }

  const transport = webSocket(url, { WebSocket: Watched as unknown as typeof WebSocket })
  const plainParams = {
    ...(events.length > 0 && { events: events.join(',') }),
    ...(lastEventId !== null && { lastEventId }),
  }
  const request = { protocol: offer ? protocolName : null, params: offer ? {} : plainParams, credential, lastEventId }
  const link = openLink(exam, { where, transport, request })

  return {
    link,
    get status() {
      return status
    },
    get hiddenPings() {
      return hiddenPings
    },
    hiddenRoundTrip: (withinMs) =>
      new Promise((resolve) => {
        const [socket] = sockets
        if (socket?.readyState !== NodeSocket.OPEN) return resolve(null)
        const askedAt = performance.now()
        const giveUp = setTimeout(() => resolve(null), withinMs)
        socket.once('pong', () => {
          clearTimeout(giveUp)
          resolve(performance.now() - askedAt)
        })
        socket.ping()
      }),
  }
}
