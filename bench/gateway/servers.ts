// The servers that are compared. Each tells everybody who is connected, and knows no other work.
import { once } from 'node:events'
import { createServer, type Server as HttpServer, type ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { Server as SocketIo } from 'socket.io'
import { type WebSocket, WebSocketServer } from 'ws'
import { createGateway, verifyJwt } from '../../src/gateway/index.ts'
import { messageOf } from '../events/bytes.ts'
import { type BenchEvent, eventType, stream } from './event.ts'
import { secret } from './tokens.ts'

export interface ServerOptions {
  /** Time between two pings of the application, in ms. */
  readonly heartbeatMs: number
}

export interface RunningServer {
  readonly port: number
  /** Tells everybody. */
  publish(event: BenchEvent): unknown
}

export const servers = {
  ws: (options: ServerOptions) => startWs(options, (sockets, text) => sockets.forEach(({ ws }) => ws.send(text))),
  'ws-silent': () => startWs({ heartbeatMs: Infinity }, (sockets, text) => sockets.forEach(({ ws }) => ws.send(text))),
  'ws-once': (options: ServerOptions) =>
    startWs(options, (sockets, text) => {
      const frame = messageOf('plain', [text])
      for (const { tcp } of sockets) tcp.write(frame)
    }),
  'socket.io': startSocketIo,
  sse: startSse,
  livecache: startLivecache,
} as const satisfies Record<string, (options: ServerOptions) => Promise<RunningServer>>

export type ServerName = keyof typeof servers

const host = '127.0.0.1'

interface Connected {
  readonly ws: WebSocket
  readonly tcp: Socket
  isAlive: boolean
}

async function startWs(
  { heartbeatMs }: ServerOptions,
  tell: (sockets: ReadonlySet<Connected>, text: string) => void,
): Promise<RunningServer> {
  const server = new WebSocketServer({ port: 0, host })
  const sockets = new Set<Connected>()
  server.on('connection', (ws, { socket: tcp }) => {
    const connected = { ws, tcp, isAlive: true }
    sockets.add(connected)
    ws.on('message', () => (connected.isAlive = true))
    ws.on('close', () => sockets.delete(connected))
    ws.on('error', () => ws.terminate())
  })
  // As the manual of ws does it, but with messages, which is what a page can see.
  const beat = () => {
    for (const connected of sockets) {
      if (!connected.isAlive) connected.ws.terminate()
      connected.isAlive = false
      connected.ws.send('{"type":"ping"}')
    }
  }
  if (heartbeatMs !== Infinity) setInterval(beat, heartbeatMs)
  await once(server, 'listening')
  return {
    port: (server.address() as AddressInfo).port,
    publish: (event) => tell(sockets, JSON.stringify(event)),
  }
}

async function startSocketIo({ heartbeatMs }: ServerOptions): Promise<RunningServer> {
  const http = createServer()
  const io = new SocketIo(http, { transports: ['websocket'], serveClient: false, pingInterval: heartbeatMs })
  io.on('connection', (socket) => void socket.join(stream))
  return {
    port: await listen(http),
    publish: (event) => io.to(stream).emit(eventType, event),
  }
}

async function startSse({ heartbeatMs }: ServerOptions): Promise<RunningServer> {
  const readers = new Set<ServerResponse>()
  const http = createServer((_request, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' })
    response.write(':welcome\n\n')
    readers.add(response)
    response.on('close', () => readers.delete(response))
    response.on('error', () => readers.delete(response))
  })
  setInterval(() => readers.forEach((reader) => reader.write(':heartbeat\n\n')), heartbeatMs)
  return {
    port: await listen(http),
    publish(event) {
      const text = `event: ${event.type}\nid: ${event.eventId}\ndata: ${JSON.stringify(event)}\n\n`
      for (const reader of readers) reader.write(text)
    },
  }
}

/** All clients come from one address, and at once. */
const limits = { maxPerIp: Infinity, maxStrangersPerIp: Infinity, connect: { burst: 1e6, perSecond: 1e6 } }

async function startLivecache({ heartbeatMs }: ServerOptions): Promise<RunningServer> {
  const gateway = createGateway({ verify: verifyJwt({ secret }), heartbeatMs, limits })
  const { port } = await gateway.listen(0, host)
  return {
    port,
    publish: ({ type, eventId: id, payload }) => gateway.publish({ type, id, payload, stream }),
  }
}

async function listen(http: HttpServer): Promise<number> {
  http.listen(0, host)
  await once(http, 'listening')
  return (http.address() as AddressInfo).port
}
