// Upgrades: who may open a socket, and the session behind it.
import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { type WebSocket, WebSocketServer } from 'ws'
import { seedIn } from '../hub/address-subscription.ts'
import type { Hub } from '../hub/create-hub.ts'
import type { SessionSink } from '../hub/session-port.ts'
import { protocolName } from '../protocol/frames.ts'
import type { Admission, Stay } from './admission.ts'
import { clientIp, type TrustProxy } from './client-ip.ts'
import { guardedSockets, hasTooManyHeaders, refusalResponse, refuseUpgrade } from './http-guard.ts'
import { createPacker, type Packer } from './packer.ts'
import { tokenOf, urlOf } from './request.ts'
import { createTextFrames } from './text-frame.ts'

export interface WebSocketsOptions {
  hub: Hub
  admission: Admission
  allowOrigin: (origin: string | undefined) => boolean
  allowQueryToken: boolean
  trustProxy: TrustProxy
  /** True while new sessions are sent away: the gateway is being drained. */
  isRefusing: () => boolean
  wrapSink: (sink: SessionSink) => SessionSink
}

export interface WebSockets {
  /** Answers a request to upgrade, whatever becomes of it. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void
  /** Sockets that are open, those included that were closed and have not answered yet. */
  readonly open: number
  /** What waits for their readers. It is added up when asked for. */
  readonly unsentBytes: number
  /** Cuts what is still open. */
  close(): void
}

/**
 * Whoever announces realtime.v1 in the address may be a client that takes this for a plain server, because its first open
 * failed. It makes up its mind after 2 s, so it is sent away before.
 */
const addressSignInMs = 1_500
/** How long those stay away that come while the gateway is drained, in s. */
const drainRetryAfter = '2'

export function createWebSockets(options: WebSocketsOptions): WebSockets {
  const { hub, admission, allowOrigin, allowQueryToken, trustProxy, isRefusing, wrapSink } = options
  const sockets = new WebSocketServer({
    ...guardedSockets,
    noServer: true,
    // A token that travels as a subprotocol is never echoed.
    handleProtocols: (offered) => (offered.has(protocolName) ? protocolName : false),
  })
  const packer = createPacker()
  const frameOf = createTextFrames()

  async function upgrade(request: IncomingMessage, socket: Duplex, head: Buffer) {
    guard(socket)
    if (hasTooManyHeaders(request)) return refuseUpgrade(socket, { status: 431 })
    if (!allowOrigin(request.headers.origin)) return refuseUpgrade(socket, { status: 403 })
    if (isRefusing()) return refuseUpgrade(socket, { status: 503, headers: { 'retry-after': drainRetryAfter } })
    const ip = clientIp(request, trustProxy)
    const admitted = await admission.admit(ip)
    if (!admitted.ok) return refuseUpgrade(socket, refusalResponse(admitted))
    socket.once('close', admitted.stay.leave)
    if (socket.destroyed) return admitted.stay.leave()
    sockets.handleUpgrade(request, socket, head, (ws) => connect(ws, socket, request, ip, admitted.stay))
  }

  function connect(ws: WebSocket, socket: Duplex, request: IncomingMessage, ip: string, stay: Stay) {
    const { searchParams } = urlOf(request)
    const announcedInAddress = ws.protocol !== protocolName && searchParams.get('protocol') === protocolName
    const livecache = ws.protocol === protocolName || announcedInAddress
    const token = tokenOf(request, allowQueryToken)
    const seed = seedIn(searchParams)
    const sink = sinkOf(ws, socket, livecache ? packer : null, frameOf, hub.stats)
    const session = hub.connect(wrapSink(sink), {
      livecache,
      transport: 'websocket',
      ip,
      admit: ({ subject }) => stay.signedIn(subject),
      ...(announcedInAddress && { signInWithinMs: addressSignInMs }),
      ...(token !== undefined && { token }),
      ...(seed !== null && { seed }),
    })
    ws.on('message', (data: Buffer, isBinary) => {
      if (isBinary) session.end(1003, 'only text is part of the protocol')
      else session.receive(data.toString())
    })
    const gone = () => session.gone()
    ws.on('pong', () => session.heard())
    ws.on('close', gone)
    // ws closes the socket itself; without a listener the process would end.
    ws.on('error', gone)
  }

  return {
    upgrade: (request, socket, head) => void upgrade(request, socket, head),
    get open() {
      return sockets.clients.size
    },
    get unsentBytes() {
      let bytes = 0
      for (const { bufferedAmount } of sockets.clients) bytes += bufferedAmount
      return bytes
    },
    close() {
      sockets.close()
      for (const ws of sockets.clients) ws.terminate()
    },
  }
}

/** A socket that is reset while it is refused must not end the process. In a scope of its own: the listener stays, and would keep the request. */
function guard(socket: Duplex) {
  socket.on('error', () => socket.destroy())
}

/**
 * Events are written straight to the network socket, as frames that were built once for all who receive them; everything else by ws. The
 * two never mix within a frame: without compression ws writes each of its frames at once, too.
 */
function sinkOf(
  ws: WebSocket,
  socket: Duplex,
  packer: Packer | null,
  frameOf: (text: string) => Buffer,
  stats: Hub['stats'],
): SessionSink {
  let isOpen = true
  function write(text: string) {
    if (!isOpen || ws.readyState !== ws.OPEN) return
    stats.messages++
    socket.write(frameOf(text))
  }
  const lane = packer?.lane(write)
  return {
    send(text) {
      lane?.flush()
      write(text)
    },
    ...(lane && { sendEvent: lane.send }),
    close(code, reason) {
      lane?.flush()
      isOpen = false
      ws.close(code, reason)
    },
    buffered: () => socket.writableLength,
    ping: () => void (ws.readyState === ws.OPEN && ws.ping()),
  }
}
