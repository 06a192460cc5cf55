// The hub on real ports: what a gateway is made of, and how it is put on a server. Sockets are web-sockets.ts, HTTP is hub/http-handler.ts.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import { systemClock } from '../base/clock.ts'
import type { RealtimeError } from '../base/errors.ts'
import type { Identity } from '../hub/access.ts'
import { createHub, type Hub, type HubOptions } from '../hub/create-hub.ts'
import type { EventFrame, NewEvent } from '../hub/event-log.ts'
import { createHttpHandler, defaultBasePath } from '../hub/http-handler.ts'
import type { SessionLimits } from '../hub/limits.ts'
import type { HubObserver } from '../hub/observer.ts'
import { carefully, createWatch } from '../hub/watch.ts'
import type { SessionSink } from '../hub/session-port.ts'
import { closeCodes } from '../protocol/codes.ts'
import { type Address, streamOf } from './address.ts'
import { createAdmission, type LimitOptions } from './admission.ts'
import { attach } from './attach.ts'
import { assertTrustProxy, clientIp, type TrustProxy } from './client-ip.ts'
import { createDrain, onSignals } from './drain.ts'
import { guardedServer, hardenServer, hasTooManyHeaders, refuseUpgrade } from './http-guard.ts'
import { listen } from './listen.ts'
import type { GatewayLogs } from './logs.ts'
import type { Metrics } from './metrics.ts'
import { memoryRateLimiter } from './memory-rate-limiter.ts'
import { createOperations, type Operations } from './operations.ts'
import { createOriginCheck, type Origins } from './origins.ts'
import { createOverloadWatch } from './overload.ts'
import { createPublishEndpoint } from './publish-endpoint.ts'
import { urlOf } from './request.ts'
import { serveRequest } from './serve-request.ts'
import { createWebSockets } from './web-sockets.ts'

export interface GatewayOptions extends Omit<HubOptions, 'limits' | 'pressure'> {
  /** Answers requests that are not the gateway's, on its own server. @default 404 */
  onRequest?: (request: IncomingMessage, response: ServerResponse) => void
  /** Where sockets are opened. @default ['/realtime', '/api/v1/ws/transactions'] */
  paths?: readonly string[]
  /** Where events are served over HTTP: event streams, long polling. @default '/api/v1/events' */
  eventsPath?: string
  /**
   * Which sites' pages may open a socket or ask over HTTP, by the `Origin` they send: `https://app.example.com`, exactly. Tokens, not cookies,
   * sign in, so a foreign page gains nothing but the use of your server.
   * @default 'any'
   */
  origins?: Origins
  /** Whether `?token=` signs a client in that cannot send it otherwise. It ends in logs, so it is off unless asked for. @default false */
  allowQueryToken?: boolean
  /** Keys of backends that publish by `POST /api/v1/events`, 32 characters each at least. @default none may */
  publishKeys?: readonly string[]
  /** Of connections, users and sessions. @default see `LimitOptions` and `SessionLimits` */
  limits?: LimitOptions & SessionLimits
  /** How many proxies every request passes, so that addresses are those of clients. @default false: none */
  trustProxy?: TrustProxy
  /** How late the event loop may be before limits tighten, in ms. @default 200 */
  overloadLimitMs?: number
  /** From `prometheusMetrics()`. */
  metrics?: Metrics
  /** Opens `/metrics` on the gateway's own port, as `Authorization: Bearer …`. Without, they are served by `operations.listen()` alone. */
  metricsToken?: string
  /** From `pinoLogs()`. */
  logs?: GatewayLogs
  /** @default '/healthz' */
  healthPath?: string
  /** @default '/readyz' */
  readyPath?: string
  /** How long a drain may take, in ms. @default 30_000 */
  drainMs?: number
  /** How much of that sessions are still taken after readiness went red, in ms: until the load balancer has noticed. @default 2_000 */
  drainNoticeMs?: number
  /** When clients come back that are asked to leave, in ms. @default { afterMs: 0, spreadMs: 250 }, for there are other nodes */
  reconnectHint?: { afterMs: number; spreadMs: number }
  /** Comes between a session and its socket; for faults, as the mock server has them. */
  wrapSink?: (sink: SessionSink) => SessionSink
}

/** An event that is addressed by `to`. */
export type AddressedEvent = Omit<NewEvent, 'stream'> & { stream?: never }

export interface Gateway {
  readonly hub: Hub
  /**
   * Sends an event to everybody who subscribed to it and may read its stream. Resolves once it is kept; what it rejects with
   * (`invalid-option`, `unknown-event`, `invalid-payload`, `engine-unavailable`) is also told to `onError`, so it need not be awaited.
   * @param to in place of `stream`: `{ user: 'ada' }` is the stream `user:ada`, `{ tenant: '3' }` is `tenant:3`
   */
  publish(event: NewEvent): Promise<EventFrame>
  publish(event: AddressedEvent, to: Address): Promise<EventFrame>
  /** How new an answer of the app's API is, for its header `Livecache-As-Of`; to be asked before the data is read. */
  readonly asOf: Hub['asOf']
  readonly revoke: Hub['revoke']
  readonly resync: Hub['resync']
  /** A server of its own, for `listen()`. */
  readonly server: Server
  /** Starts that; resolves once it takes connections. Rejects with `port-in-use` or `engine-unavailable`. */
  listen(port: number, host?: string): Promise<{ port: number }>
  /** Serves the gateway's paths on a server of yours, before its own handlers. Returns the undo. */
  attach(server: Server): () => void
  /**
   * The HTTP routes of events (SSE, polling, subscriptions, publishing) for frameworks that speak the web's `Request`.
   * @param by `ip`: the client's address. Left out, limits per address do not hold
   */
  fetch(request: Request, by?: { ip?: string }): Promise<Response>
  /** `/healthz`, `/readyz` and `/metrics`, on a port of their own if you like. */
  readonly operations: Operations
  /** Sends clients elsewhere, one after the other, and closes: within `drainMs`. */
  drain(): Promise<void>
  /** Drains upon these signals, and ends the process. Returns the undo. @default ['SIGTERM', 'SIGINT'] */
  drainOn(signals?: NodeJS.Signals[]): () => void
  /**
   * Ends every session with 1012 and stops; resolves once the port is free. What the app is answering is finished first: on a server of
   * yours however long it takes, on the gateway's own within 10 s.
   */
  close(): Promise<void>
}

/** Time for the last bytes over HTTP to leave, in ms. */
const lastWordsMs = 500
/** Time for what the app is answering on the gateway's server, in ms. */
const appWordsMs = 10_000

/** Creates a gateway; nothing listens until `listen()` or `attach()`. Throws `invalid-option` for options that cannot work together. */
export function createGateway(options: GatewayOptions): Gateway {
  const {
    paths = ['/realtime', '/api/v1/ws/transactions'],
    eventsPath = defaultBasePath,
    allowQueryToken = false,
    trustProxy = false,
    onRequest = notFound,
    wrapSink = (sink) => sink,
    engine,
    logs,
    metrics,
    clock = systemClock,
    rateLimiter = memoryRateLimiter(),
    drainMs,
  } = options
  assertTrustProxy(trustProxy)
  const onError = carefully(options.onError ?? logs?.onError ?? ((error: RealtimeError) => console.error(error)))
  const observers: HubObserver[] = [...(options.observers ?? [])]
  if (metrics !== undefined) observers.push(metrics.observer)
  if (logs !== undefined) observers.push(logs)
  const overload = createOverloadWatch(
    options.overloadLimitMs === undefined ? {} : { limitMs: options.overloadLimitMs },
  )
  const pressure = () => overload.factor
  const hub = createHub({ ...options, observers, onError, rateLimiter, pressure, clock })
  const watch = createWatch(observers, onError)
  const admission = createAdmission({
    ...(options.limits && { limits: options.limits }),
    rateLimiter,
    pressure,
    onRefused: ({ code, limit }, { ip }) => watch.refused({ code, limit, ...(ip !== undefined && { ip }) }),
  })
  observers.push({
    session({ subject }, ended) {
      if (ended?.code === closeCodes.rateLimit && subject !== null) admission.keepOut(subject)
    },
  })
  const allowOrigin = createOriginCheck(options.origins ?? 'any', onError)
  const isRefusing = () => drain.isRefusing
  const sockets = createWebSockets({
    hub,
    admission,
    allowOrigin,
    allowQueryToken,
    trustProxy,
    isRefusing,
    wrapSink,
  })
  const endpoint =
    options.publishKeys === undefined ? undefined : createPublishEndpoint({ publish, keys: options.publishKeys })
  const events = createHttpHandler(hub, {
    basePath: eventsPath,
    allowQueryToken,
    allowOrigin,
    wrapSink,
    clock,
    ...(endpoint && { publish: endpoint }),
  })
  const [answering, answeringOfApp] = [createAnswering(), createAnswering()]
  const startedAt = Date.now()
  let isListening = false
  let isClosed = false

  // ── operations ────────────────────────────────────────────────────────────────────────────────────────────────

  const drain = createDrain({
    hub,
    close,
    onError,
    ...(engine && { engine }),
    connections: () => sockets.open + answering.size,
    ...(drainMs !== undefined && { limitMs: drainMs }),
    ...(options.drainNoticeMs !== undefined && { noticeMs: options.drainNoticeMs }),
    ...(options.reconnectHint && { hint: options.reconnectHint }),
    ...(logs && { onPhase: logs.drain, lastly: logs.flush }),
  })
  const reasons = () => [
    ...(isListening && hub.isReady ? [] : ['starting']),
    ...(drain.phase === 'serving' && !isClosed ? [] : ['draining']),
    ...(engine === undefined || engine.status.isUp ? [] : ['engine-down']),
  ]
  const operations = createOperations({
    health: () => ({
      sessions: hub.sessions,
      uptimeMs: Date.now() - startedAt,
      ...(engine && { engine: engine.status.isUp ? 'up' : 'down', skewMs: engine.status.skewMs }),
    }),
    reasons,
    ...(metrics && { metrics }),
    ...(options.metricsToken !== undefined && { token: options.metricsToken }),
    ...(options.healthPath !== undefined && { healthPath: options.healthPath }),
    ...(options.readyPath !== undefined && { readyPath: options.readyPath }),
  })
  const engineStatus = engine && { engine: () => engine.status }
  metrics?.watch({
    stats: () => hub.stats,
    overload: () => overload,
    queues: () => ({
      unacked: hub.unacked,
      unsent_bytes: sockets.unsentBytes,
      strangers: admission.counts.strangers,
    }),
    droppedLogLines: () => logs?.dropped ?? 0,
    isReady: () => reasons().length === 0,
    ...engineStatus,
  })
  const stopLogs = logs?.watch({ ...engineStatus })

  // ── requests ──────────────────────────────────────────────────────────────────────────────────────────────────

  const isOfEvents = (pathname: string) => pathname === eventsPath || pathname.startsWith(`${eventsPath}/`)

  /** False where the request is not the gateway's. */
  function handle(request: IncomingMessage, response: ServerResponse): boolean {
    if (operations.handle(request, response)) return true
    if (!isOfEvents(urlOf(request).pathname)) return false
    if (hasTooManyHeaders(request)) response.writeHead(431, { connection: 'close' }).end()
    else {
      const ip = clientIp(request, trustProxy)
      answering.add(response)
      void serveRequest((asked) => answer(asked, ip), request, response)
    }
    return true
  }

  function answer(request: Request, ip: string | undefined): Promise<Response> {
    // Who is not told addresses must not take all clients for one: each then counts as an address of its own.
    const from = ip ?? `unknown-${crypto.randomUUID()}`
    const admit = async () => (isRefusing() ? draining : admission.admit(from))
    const identify = (verify: () => Promise<Identity>) => admission.identify(from, verify)
    return events(request, { admit, identify, ...(ip !== undefined && { ip }) })
  }

  /** False where the path is not the gateway's. */
  function upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): boolean {
    if (!paths.includes(urlOf(request).pathname)) return false
    sockets.upgrade(request, socket, head)
    return true
  }

  const server = createServer(guardedServer, (request, response) => {
    if (handle(request, response)) return
    answeringOfApp.add(response)
    onRequest(request, response)
  })
  hardenServer(server, admission.limits)
  server.on('upgrade', (request, socket, head) => {
    if (!upgrade(request, socket, head)) refuseUpgrade(socket, { status: 404 })
  })

  // ── publishing ────────────────────────────────────────────────────────────────────────────────────────────────

  function publish(event: NewEvent | AddressedEvent, to?: Address): Promise<EventFrame> {
    const published = append(event, to)
    // A backend that does not wait for it must neither end by it nor miss it.
    published.catch(onError)
    return published
  }

  async function append(event: NewEvent | AddressedEvent, to: Address | undefined): Promise<EventFrame> {
    const stream = to === undefined ? event.stream! : streamOf(to)
    const { frame } = await hub.append({ ...event, stream })
    return frame
  }

  async function close() {
    isClosed = true
    hub.close()
    sockets.close()
    stopLogs?.()
    overload.close()
    const closed = server.listening ? new Promise((resolve) => server.close(resolve)) : null
    // Event streams and held polls are told why they end.
    await answering.end(lastWordsMs)
    await answeringOfApp.end(appWordsMs)
    server.closeAllConnections()
    await closed
    await operations.close()
    await engine?.close()
  }

  return {
    hub,
    publish,
    asOf: hub.asOf,
    revoke: hub.revoke,
    resync: hub.resync,
    server,
    async listen(port, host = '127.0.0.1') {
      await hub.ready
      const at = await listen(server, port, host)
      isListening = true
      return at
    },
    attach(own) {
      isListening = true
      return attach(own, { handle, upgrade })
    },
    fetch: (request, { ip } = {}) => answer(request, ip),
    operations,
    drain: drain.drain,
    drainOn: (signals) =>
      onSignals(drain, { ...(signals && { signals }), ...(drainMs !== undefined && { limitMs: drainMs }) }),
    close,
  }
}

const draining = {
  ok: false,
  code: 'TRY_LATER',
  message: 'this server is going away; come back, and another one answers',
  retryAfterMs: 2_000,
} as const

/** Requests that are being answered. */
function createAnswering() {
  const responses = new Set<ServerResponse>()
  const waiting = new Set<() => void>()
  return {
    get size() {
      return responses.size
    },
    add(response: ServerResponse) {
      responses.add(response)
      response.once('close', () => {
        responses.delete(response)
        if (responses.size === 0) for (const resume of waiting) resume()
      })
    },
    /** Waits until all are answered, and cuts what is left of them after `ms`. */
    async end(ms: number): Promise<void> {
      if (responses.size === 0) return
      await new Promise<void>((resolve) => {
        waiting.add(resolve)
        const late = setTimeout(resolve, ms)
        waiting.add(() => clearTimeout(late))
      })
      for (const response of responses) response.destroy()
    },
  }
}

function notFound(_request: IncomingMessage, response: ServerResponse) {
  response.writeHead(404).end()
}
