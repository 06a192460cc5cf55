// Opens one link: offers realtime.v1 and, where that fails with a server not known yet, asks once more as a plain client.
// When to dial, and what to do once it is open, is connection.ts.
import { RealtimeError } from '../base/errors.ts'
import type { Scope } from '../base/scope.ts'
import { type ClientFrame, protocolName } from '../protocol/frames.ts'
import type { SseFields } from '../protocol/normalize.ts'
import type { Transport, TransportClosure, TransportLink, TransportRequest } from '../transports/transport.ts'
import type { ServerKind } from './connection-machine.ts'

export interface DialRequest {
  transport: Transport
  kind: ServerKind | 'unknown'
  token: string | null
  /** Where a plain server wants the token. */
  auth: 'query' | 'subprotocol' | 'none'
  /** What a plain server is told in the address. */
  plainParams: () => Readonly<Record<string, string>>
  openTimeoutMs: number
}

export interface DialListener {
  /** @param protocol what the server chose */
  opened(protocol: string | null): void
  message(text: string, sse?: SseFields): void
  /** An open link ended. */
  closed(closure: TransportClosure): void
  /** It never opened. */
  failed(closure: TransportClosure): void
  /** The browser would not even try. */
  refused(error: RealtimeError): void
}

export interface DialledLink {
  send(frame: ClientFrame): void
}

/** The link lives as long as `scope`; once that has ended, nothing of it is heard. */
export function dial(request: DialRequest, scope: Scope, on: DialListener): DialledLink {
  let link: TransportLink | null = null

  function attempt(offer: boolean) {
    const attemptScope = scope.child()
    let isOpen = false

    // Another link may have taken this one's place: whatever a replaced one still says is dropped.
    const guarded =
      <Arguments extends unknown[]>(run: (...given: Arguments) => void) =>
      (...given: Arguments) => {
        if (!attemptScope.disposed) run(...given)
      }
    const ended = (closure: TransportClosure) => {
      attemptScope.dispose()
      if (isOpen) on.closed(closure)
      else if (offer && request.kind === 'unknown') attempt(false)
      else on.failed(closure)
    }
    const cancelLimit = attemptScope.timeout(
      () => ended({ code: 1006, reason: 'the server did not answer in time' }),
      request.openTimeoutMs,
    )
    const listener = {
      opened: guarded((protocol: string | null) => {
        if (offer && protocol === null && request.kind === 'unknown') {
          // Some browsers let it open; but a plain server hears its wishes and its token by the address.
          attemptScope.dispose()
          return attempt(false)
        }
        isOpen = true
        cancelLimit()
        return on.opened(protocol)
      }),
      message: guarded(on.message),
      closed: guarded(ended),
    }
    try {
      const opening = request.transport.open(transportRequest(request, offer), listener)
      link = opening
      attemptScope.own(() => opening.close())
    } catch (cause) {
      attemptScope.dispose()
      on.refused(refusalOf(cause))
    }
  }

  attempt(request.kind !== 'plain')
  return { send: (frame) => link?.send(frame) }
}

function transportRequest({ kind, token, auth, plainParams }: DialRequest, offer: boolean): TransportRequest {
  if (offer) return { protocol: protocolName, params: {}, credential: null }
  return {
    protocol: null,
    // A livecache server that is dialled as a plain one, because its first open failed, can tell by this and ask for a sign-in.
    params: { ...plainParams(), ...(kind === 'unknown' && { protocol: protocolName }) },
    credential: token !== null && auth !== 'none' ? { token, place: auth } : null,
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
