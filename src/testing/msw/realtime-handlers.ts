// A server of a test behind addresses that MSW watches, for teams whose app makes its client from a url: sockets, event streams and polling.
import { http, type HttpHandler, ws, type WebSocketHandler } from 'msw'
import { systemClock } from '../../base/clock.ts'
import type { Hub } from '../../hub/create-hub.ts'
import { createHttpHandler, type HttpHandler as HubHandler } from '../../hub/http-handler.ts'
import { closeCodes } from '../../protocol/codes.ts'
import { type ClientFrame, protocolName } from '../../protocol/frames.ts'
import type { TransportRequest } from '../../transports/transport.ts'
import type { TestServer } from '../create-test-server.ts'

export interface RealtimeHandlersOptions {
  /** What the app gives its client as `url`, such as `wss://api.example.com/realtime`; MSW's patterns are understood. */
  url: string
  /** From `createTestServer`. */
  server: Pick<TestServer, 'transport' | 'hub' | 'wrapSink' | 'isUp' | 'isMuted'>
  /**
   * Where event streams and polling are, for an app with `sse(…)` and `polling(…)`; what is below it counts too.
   * @default `url`, over HTTP
   */
  httpUrl?: string
}

/**
 * Handlers for `setupServer(...)`, `setupWorker(...)` and `server.use(...)`. The client at the other end is the app's own, so its time is the
 * runner's: real, or faked by `vi` or `jest`. Streams are answered by the hub itself, headers and requests of the protocol included;
 * MSW's `sse()` could send neither, and needs an `EventSource`.
 */
export function realtimeHandlers({
  url,
  server,
  httpUrl = url.replace(/^ws/, 'http'),
}: RealtimeHandlersOptions): (HttpHandler | WebSocketHandler)[] {
  const base = httpUrl.replace(/(\/stream)?\/?$/, '')
  const answer = createAnswer(server, new URL(base, 'http://localhost').pathname)
  return [
    socketHandler(url, server),
    ...[base, `${base}/*`].map((path) => http.all(path, ({ request }) => answer(request))),
  ]
}

// ── sockets ─────────────────────────────────────────────────────────────────────────────────────────────────────

function socketHandler(url: string, server: RealtimeHandlersOptions['server']): WebSocketHandler {
  return ws.link(url).addEventListener('connection', ({ client, info }) => {
    const protocols = [info.protocols ?? []].flat()
    const link = server.transport.open(requestOf(client.url, protocols), {
      opened: () => {},
      alive: () => {},
      message: (text) => client.send(text),
      closed: ({ code, reason }) => client.close(code, reason),
    })
    client.addEventListener('message', ({ data }) => {
      const frame = frameIn(data)
      if (frame !== null) link.send(frame)
      else client.close(closeCodes.invalid, 'not a frame of realtime.v1')
    })
    client.addEventListener('close', () => link.close())
  })
}

const tokenPrefix = `${protocolName}.token.`

/** A token travels as in front of a real gateway: in the address, or beside the protocol. */
function requestOf(address: string | URL, protocols: readonly string[]): TransportRequest {
  const told = protocols.find((name) => name.startsWith(tokenPrefix))?.slice(tokenPrefix.length)
  const token = told ?? new URL(address).searchParams.get('token')
  return {
    protocol: protocols.includes(protocolName) ? protocolName : null,
    params: {},
    credential: token === null ? null : { token, place: 'query' },
    lastEventId: null,
    clock: systemClock,
    isHidden: () => false,
  }
}

function frameIn(data: unknown): ClientFrame | null {
  try {
    // The hub looks at every field of it itself.
    return typeof data === 'string' ? (JSON.parse(data) as ClientFrame) : null
  } catch {
    return null
  }
}

// ── streams and polling ─────────────────────────────────────────────────────────────────────────────────────────

function createAnswer(server: RealtimeHandlersOptions['server'], basePath: string) {
  const handlers = new WeakMap<Hub, HubHandler>()
  return (request: Request): Promise<Response> | Response => {
    if (server.isMuted) return new Promise(() => {})
    // As where nobody listens.
    if (!server.isUp) return Response.error()
    const handler =
      handlers.get(server.hub) ??
      createHttpHandler(server.hub, { basePath, allowQueryToken: true, wrapSink: server.wrapSink })
    handlers.set(server.hub, handler)
    return handler(request)
  }
}
