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
import { Lane, Packer, type Writer } from './packer.ts'
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
  const packer = new Packer()
  const frames: Frames = { frameOf: createTextFrames(), stats: hub.stats }

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
    const sink = livecache ? new PackingSink(ws, socket, frames, packer) : new SocketSink(ws, socket, frames)
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

/** What the sinks of a server share. */
interface Frames {
  readonly frameOf: (text: string) => Buffer
  readonly stats: Hub['stats']
}

/**
 * Events are written straight to the network socket, as frames that were built once for all who receive them; everything else by ws. The
 * two never mix within a frame: without compression ws writes each of its frames at once, too.
 */
class SocketSink implements SessionSink, Writer {
  readonly #ws: WebSocket
  readonly #socket: Duplex
  readonly #frames: Frames
  #isOpen = true

  constructor(ws: WebSocket, socket: Duplex, frames: Frames) {
    this.#ws = ws
    this.#socket = socket
    this.#frames = frames
  }

  write(text: string): void {
    if (!this.#isOpen || this.#ws.readyState !== this.#ws.OPEN) return
    this.#frames.stats.messages++
    this.#socket.write(this.#frames.frameOf(text))
  }

  send(text: string): void {
    this.write(text)
  }

  close(code: number, reason: string): void {
    this.#isOpen = false
    this.#ws.close(code, reason)
  }

  buffered(): number {
    return this.#socket.writableLength
  }

  ping(): void {
    if (this.#ws.readyState === this.#ws.OPEN) this.#ws.ping()
  }
}

/** The same for clients that take several events in one message. */
class PackingSink extends SocketSink {
  readonly #lane: Lane

  constructor(ws: WebSocket, socket: Duplex, frames: Frames, packer: Packer) {
    super(ws, socket, frames)
    this.#lane = new Lane(packer, this)
  }

  sendEvent(text: string): void {
    this.#lane.send(text)
  }

  override send(text: string): void {
    this.#lane.flush()
    super.send(text)
  }

  override close(code: number, reason: string): void {
    this.#lane.flush()
    super.close(code, reason)
  }
}
