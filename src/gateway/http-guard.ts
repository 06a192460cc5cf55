// What node:http is told so that nobody can hold the server up, and how requests are refused. How often somebody may come is admission.ts.
import { type IncomingMessage, type Server, type ServerOptions, STATUS_CODES } from 'node:http'
import type { Duplex } from 'node:stream'
import type { ServerOptions as WebSocketServerOptions } from 'ws'
import { maxFrameLength } from '../protocol/codec.ts'
import type { Refusal } from './admission.ts'

/** Headers a request may have; browsers send about twenty. */
const maxHeaders = 100
/** Time to take a refusal, in ms. */
const refusedWithinMs = 5_000

/**
 * For `createServer`: a head has 10 s and 16 KB, a body 30 s. Answers may take as long as they like, as event streams and held polls do.
 * Where an app has slower uploads on this server it may set `requestTimeout` anew: what the gateway itself reads has its own limit.
 */
export const guardedServer: ServerOptions = {
  maxHeaderSize: 16_384,
  // Looked at each second, so that nobody has more than ten.
  headersTimeout: 9_000,
  requestTimeout: 30_000,
  connectionsCheckingInterval: 1_000,
  // Longer than a polling client pauses, or its next request would meet a connection that is just being closed.
  keepAliveTimeout: 75_000,
  // Some clients (Java's own) offer h2c with each request, and expect an answer in HTTP/1.1 where it is not taken. Node before 24.9 has no such option.
  shouldUpgradeCallback: ({ headers }) => headers.upgrade?.toLowerCase() === 'websocket',
}

/**
 * For `WebSocketServer`: a message in many pieces, or in many packets, costs much more than its bytes. Whoever breaks the protocol is cut 5 s
 * after having been told.
 */
export const guardedSockets: WebSocketOptions = {
  maxPayload: maxFrameLength,
  maxFragments: 1_024,
  maxBufferedChunks: 8_192,
  closeTimeout: 5_000,
  perMessageDeflate: false,
}

/** Those that `@types/ws` does not know are named too. */
type WebSocketOptions = WebSocketServerOptions & Record<'maxFragments' | 'maxBufferedChunks' | 'closeTimeout', number>

/** What `createServer` has no option for. @param maxConnections sessions: sockets may be twice as many, as browsers open several over HTTP */
export function hardenServer(server: Server, { maxConnections }: { maxConnections: number }) {
  // Older Nodes (20) leave further ones out without a word, and what is left out could be the Origin: one more tells that there were.
  server.maxHeadersCount = maxHeaders + 1
  if (maxConnections !== Infinity) server.maxConnections = maxConnections * 2
}

/** To be answered with 431. */
export function hasTooManyHeaders({ rawHeaders }: IncomingMessage): boolean {
  return rawHeaders.length > maxHeaders * 2
}

export interface Answer {
  status: number
  headers?: Readonly<Record<string, string>>
  body?: string
}

export function refusalResponse({ code, message, retryAfterMs }: Refusal): Required<Answer> {
  return {
    status: code === 'TRY_LATER' ? 503 : 429,
    headers: {
      'content-type': 'application/json',
      'cache-control': 'no-store',
      'retry-after': String(Math.ceil(retryAfterMs / 1_000)),
    },
    body: JSON.stringify({ code, message, retryAfterMs }),
  }
}

/** Answers a request to upgrade that is not granted. */
export function refuseUpgrade(socket: Duplex, { status, headers = {}, body = '' }: Answer) {
  const fields = { ...headers, connection: 'close', 'content-length': String(Buffer.byteLength(body)) }
  const lines = Object.entries(fields).map(([name, value]) => `${name}: ${value}\r\n`)
  // A peer that reads nothing, or keeps its half open, would keep the socket.
  const giveUp = setTimeout(() => socket.destroy(), refusedWithinMs)
  socket.once('close', () => clearTimeout(giveUp))
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${lines.join('')}\r\n${body}`, () => socket.destroy())
}
