// The hub on a real port: node:http and ws. Answers upgrades, events over HTTP and the health check; other requests are the app's.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Duplex } from 'node:stream'
import { type WebSocket, WebSocketServer } from 'ws'
import { RealtimeError } from '../base/errors.ts'
import { addressSubscription } from '../hub/address-subscription.ts'
import { createHub, type Hub, type HubOptions } from '../hub/create-hub.ts'
import { createHttpHandler, defaultBasePath } from '../hub/http-handler.ts'
import type { SessionSink } from '../hub/session.ts'
import { maxFrameLength } from '../protocol/codec.ts'
import { protocolName } from '../protocol/frames.ts'
import { tokenOf, urlOf } from './request.ts'
import { serveRequest } from './serve-request.ts'

export interface GatewayOptions extends HubOptions {
  /** Answers requests that are not the gateway's. @default 404 */
  onRequest?: (request: IncomingMessage, response: ServerResponse) => void
  /** Where sockets are opened. @default ['/realtime', '/api/v1/ws/transactions'] */
  paths?: readonly string[]
  /** Where events are served over HTTP: event streams, long polling. @default '/api/v1/events' */
  eventsPath?: string
  /** Answers 200 with the number of sessions while the gateway is up. @default '/healthz' */
  healthPath?: string
  /** Whether `?token=` signs a client in that cannot send it otherwise. It ends in logs, so it is off unless asked for. @default false */
  allowQueryToken?: boolean
  /**
   * Which pages may open a socket or ask over HTTP, by the `Origin` they send. Tokens, not cookies, sign in, so a foreign page gains nothing.
   * @default all
   */
  allowOrigin?: (origin: string | undefined) => boolean
}

export interface Gateway {
  readonly hub: Hub
  /** Sends an event to everybody who subscribed to it and may read its stream. */
  readonly publish: Hub['publish']
  /** How new an answer of the app's API is, for its header `Livecache-As-Of`; to be asked before the data is read. */
  readonly asOf: Hub['asOf']
  /** Take it as it is for `listen()`, or put it behind another server of yours. */
  readonly server: Server
  /** Starts the server; resolves once it takes connections. Rejects with `port-in-use` where the port is taken. */
  listen(port: number, host?: string): Promise<{ port: number }>
  /** Ends every session with 1012 and stops; resolves once the port is free. */
  close(): Promise<void>
}

export function createGateway(options: GatewayOptions): Gateway {
  const {
    paths = ['/realtime', '/api/v1/ws/transactions'],
    eventsPath = defaultBasePath,
    healthPath = '/healthz',
    allowQueryToken = false,
    allowOrigin = () => true,
    onRequest = notFound,
  } = options
  const hub = createHub(options)
  const sockets = new WebSocketServer({
    noServer: true,
    maxPayload: maxFrameLength,
    // A token that travels as a subprotocol is never echoed.
    handleProtocols: (offered) => (offered.has(protocolName) ? protocolName : false),
  })
  const events = createHttpHandler(hub, { ...options, basePath: eventsPath })
  const answering = new Set<Promise<void>>()
  const startedAt = Date.now()
  const server = createServer((request, response) => {
    const { pathname } = urlOf(request)
    if (pathname === healthPath) answerHealth(response)
    else if (pathname === eventsPath || pathname.startsWith(`${eventsPath}/`)) answerEvents(request, response)
    else onRequest(request, response)
  })
  // Longer than a polling client pauses, or its next request would meet a connection that is just being closed.
  server.keepAliveTimeout = 75_000
  server.on('upgrade', upgrade)

  function answerEvents(request: IncomingMessage, response: ServerResponse) {
    const answered = serveRequest(events, request, response).finally(() => answering.delete(answered))
    answering.add(answered)
  }

  function answerHealth(response: ServerResponse) {
    const body = JSON.stringify({ status: 'ok', sessions: hub.sessions, uptimeMs: Date.now() - startedAt })
    response.writeHead(200, { 'content-type': 'application/json', 'cache-control': 'no-store' }).end(body)
  }

  function upgrade(request: IncomingMessage, socket: Duplex, head: Buffer) {
    // A socket that is reset while it is refused must not end the process.
    socket.on('error', () => socket.destroy())
    if (!paths.includes(urlOf(request).pathname)) return refuse(socket, '404 Not Found')
    if (!allowOrigin(request.headers.origin)) return refuse(socket, '403 Forbidden')
    sockets.handleUpgrade(request, socket, head, (ws) => connect(ws, request))
  }

  function connect(ws: WebSocket, request: IncomingMessage) {
    const { searchParams } = urlOf(request)
    const announcedInAddress = ws.protocol !== protocolName && searchParams.get('protocol') === protocolName
    const livecache = ws.protocol === protocolName || announcedInAddress
    const token = tokenOf(request, allowQueryToken)
    const session = hub.connect(sinkOf(ws), {
      livecache,
      ...(announcedInAddress && { signInWithinMs: addressSignInMs }),
      ...(token !== undefined && { token }),
    })
    const wanted = livecache ? null : addressSubscription(searchParams)
    if (wanted !== null) session.receive(JSON.stringify(wanted))
    ws.on('message', (data: Buffer, isBinary) => {
      if (isBinary) session.end(1003, 'only text is part of the protocol')
      else session.receive(data.toString())
    })
    ws.on('close', session.gone)
    // ws closes the socket itself; without a listener the process would end.
    ws.on('error', session.gone)
  }

  async function close() {
    hub.close()
    sockets.close()
    for (const ws of sockets.clients) ws.terminate()
    const closed = server.listening ? new Promise((resolve) => server.close(resolve)) : null
    // Event streams and held polls are told why they end.
    await Promise.race([Promise.all(answering), new Promise((resolve) => setTimeout(resolve, lastWordsMs))])
    server.closeAllConnections()
    await closed
  }

  return {
    hub,
    publish: hub.publish,
    asOf: hub.asOf,
    server,
    listen: (port, host = '127.0.0.1') => listen(server, port, host),
    close,
  }
}

/**
 * Whoever announces realtime.v1 in the address may be a client that takes this for a plain server, because its first open
 * failed. It makes up its mind after 2 s, so it is sent away before.
 */
const addressSignInMs = 1_500

/** Time for the last bytes over HTTP to leave, in ms. */
const lastWordsMs = 500

/** Starts a server; its errors say what to do. */
export function listen(server: Server, port: number, host: string): Promise<{ port: number }> {
  return new Promise((resolve, reject) => {
    const failed = (cause: NodeJS.ErrnoException) => {
      const taken = cause.code === 'EADDRINUSE'
      reject(
        taken
          ? new RealtimeError(
              'port-in-use',
              `Port ${port} is taken, so the server cannot start. Stop what uses it, or choose another port.`,
              { cause },
            )
          : cause,
      )
    }
    server.once('error', failed)
    server.listen(port, host, () => {
      // A fault of a running server is not one of starting it.
      server.off('error', failed)
      resolve({ port: (server.address() as AddressInfo).port })
    })
  })
}

function sinkOf(ws: WebSocket): SessionSink {
  return {
    send: (text) => ws.send(text),
    close(code, reason) {
      ws.close(code, reason)
      // A peer that is gone does not answer the close frame.
      setTimeout(() => ws.terminate(), 5_000).unref()
    },
  }
}

function refuse(socket: Duplex, status: string) {
  // A peer that keeps its half open would keep the socket.
  socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`, () => socket.destroy())
}

function notFound(_request: IncomingMessage, response: ServerResponse) {
  response.writeHead(404).end()
}
