// Opens one link: offers realtime.v1 and, where that fails with a server not known yet, asks once more as a plain client.
// Signing in once it is open is attempt.ts.
import type { Clock } from '../base/clock.ts'
import { RealtimeError } from '../base/errors.ts'
import type { Scope } from '../base/scope.ts'
import { type ClientFrame, protocolName } from '../protocol/frames.ts'
import type { SseFields } from '../protocol/normalize.ts'
import type { Transport, TransportClosure, TransportLink, TransportRequest } from '../transports/transport.ts'
import type { ServerKind } from './connection-machine.ts'

export interface DialRequest {
  transport: Transport
  kind: ServerKind | 'unknown'
  /** False where the server took up the offer and then knew nothing of it. */
  offers: boolean
  token: string | null
  /** Where a plain server wants the token. */
  auth: 'query' | 'subprotocol' | 'none'
  /** What a plain server is told in the address. */
  plainParams: () => Readonly<Record<string, string>>
  lastEventId: () => string | null
  openTimeoutMs: number
  clock: Clock
  isHidden: () => boolean
}

export interface DialListener {
  /** @param protocol what the server chose */
  opened(protocol: string | null): void
  message(text: string, sse?: SseFields): void
  alive(): void
  /** The link ended, open or not. */
  ended(closure: TransportClosure): void
  /** The browser would not even try. */
  refused(error: RealtimeError): void
}

export interface DialledLink {
  send(frame: ClientFrame): void
}

/** The link lives as long as `scope`; once that has ended, nothing of it is heard. */
export function dial(request: DialRequest, scope: Scope, on: DialListener): DialledLink {
  let link: TransportLink | null = null

  function open(offer: boolean) {
    const ownScope = scope.child()
    let isOpen = false

    // Another link may have taken this one's place: whatever a replaced one still says is dropped.
    const guarded =
      <Arguments extends unknown[]>(run: (...given: Arguments) => void) =>
      (...given: Arguments) => {
        if (!ownScope.disposed) run(...given)
      }
    const mayBePlain = offer && request.kind === 'unknown' && request.transport.oneWay !== true
    const ended = (closure: TransportClosure) => {
      ownScope.dispose()
      if (!isOpen && mayBePlain) open(false)
      else on.ended(closure)
    }
    const cancelLimit = ownScope.timeout(
      () => ended({ code: 1006, reason: 'the server did not answer in time' }),
      request.openTimeoutMs,
    )
    const listener = {
      opened: guarded((protocol: string | null) => {
        if (mayBePlain && protocol === null) {
          // Some browsers let it open; but a plain server hears its wishes and its token by the address.
          ownScope.dispose()
          return open(false)
        }
        isOpen = true
        cancelLimit()
        return on.opened(protocol)
      }),
      message: guarded(on.message),
      alive: guarded(on.alive),
      closed: guarded(ended),
    }
    try {
      const opening = request.transport.open(transportRequest(request, offer), listener)
      link = opening
      ownScope.own(() => opening.close())
    } catch (cause) {
      ownScope.dispose()
      on.refused(refusalOf(cause))
    }
  }

  open(request.kind !== 'plain' && (request.offers || request.transport.oneWay === true))
  return { send: (frame) => link?.send(frame) }
}

function transportRequest(request: DialRequest, offer: boolean): TransportRequest {
  const { clock, isHidden } = request
  const context = { clock, isHidden, lastEventId: request.lastEventId() }
  if (request.transport.oneWay === true) return { ...context, ...overHttp(request, offer) }
  if (offer) return { ...context, protocol: protocolName, params: {}, credential: null }
  const { kind, token, auth, plainParams } = request
  return {
    ...context,
    protocol: null,
    // A livecache server that is dialled as a plain one, because its first open failed, can tell by this and ask for a sign-in.
    params: { ...plainParams(), ...(kind === 'unknown' && { protocol: protocolName }) },
    credential: token !== null && auth !== 'none' ? { token, place: auth } : null,
  }
}

/** The answer tells which kind of server it is, so one request has to serve both. */
function overHttp({ kind, token, auth, plainParams }: DialRequest, offer: boolean) {
  const place = auth === 'query' ? ('query' as const) : ('header' as const)
  const wantsToken = kind !== 'plain' || auth !== 'none'
  return {
    protocol: offer ? protocolName : null,
    params: kind === 'livecache' ? {} : plainParams(),
    credential: token !== null && wantsToken ? { token, place } : null,
  }
}

function refusalOf(cause: unknown): RealtimeError {
  if (cause instanceof RealtimeError) return cause
  const message = cause instanceof Error ? cause.message : String(cause)
  return new RealtimeError(
    'refused',
    `The browser refused to open the socket: ${message}. Look at the address, and at the page's content security policy.`,
    { cause },
  )
}
