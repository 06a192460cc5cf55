// One try to get a link by one transport: opens it, signs in, hands it over when it is ready. Several may run side by side;
// which of them is taken is connection.ts.
import type { Undo } from '../base/emitter.ts'
import type { RealtimeError } from '../base/errors.ts'
import type { Scope } from '../base/scope.ts'
import { decodeServerMessage } from '../protocol/codec.ts'
import { closeCodeOfError, closeCodes } from '../protocol/codes.ts'
import { protocolName, type ServerFrame, type WelcomeFrame } from '../protocol/frames.ts'
import type { SseFields } from '../protocol/normalize.ts'
import type { TransportClosure } from '../transports/transport.ts'
import { dial, type DialledLink, type DialRequest } from './dial.ts'

export interface AttemptRequest extends DialRequest {
  /** Where the app said that the server is a livecache one, nothing else will do. */
  mustBeLivecache: boolean
  /** Time from the open to the `welcome`, in ms. */
  authTimeoutMs: number
}

export interface AttemptListener {
  /** It is open and being signed in to. */
  opened(): void
  /** @param welcome null on a plain server */
  ready(welcome: WelcomeFrame | null, latencyMs: number | null): void
  /** Arrived on a link that is ready. */
  message(text: string, sse?: SseFields): void
  alive(): void
  /** A link that was ready ended. */
  closed(closure: TransportClosure): void
  /** It never came to be ready. */
  failed(failure: AttemptFailure): void
  /** The browser would not even try. */
  refused(error: RealtimeError): void
}

export interface AttemptFailure extends TransportClosure {
  /** It had been open: a refusal may be meant for a client that offered too little. Else it is an answer to the token it carried. */
  wasOpen: boolean
  /** It never opened: nobody says why. */
  blind: boolean
  /** It opened, and nothing came. */
  mute: boolean
  /** It took up the offer of realtime.v1, and said nothing that such a server says: some choose whatever is offered. */
  isEcho: boolean
}

/** Everything it starts lives as long as `scope`; once that has ended, nothing of it is heard. */
export function attempt(request: AttemptRequest, scope: Scope, on: AttemptListener): DialledLink {
  const { clock, token, transport } = request
  let isReady = false
  let isOpen = false
  let askedAt = 0
  let cancelLimit: Undo | null = null
  let spokeIt = false

  function fail(closure: TransportClosure, mute = false) {
    scope.dispose()
    const isEcho = askedAt !== 0 && !spokeIt && transport.oneWay !== true && closure.code === closeCodes.lost
    on.failed({ ...closure, wasOpen: isOpen, blind: !isOpen && closure.code === closeCodes.lost, mute, isEcho })
  }

  function opened(chosen: string | null) {
    isOpen = true
    // A plain server that takes its token as a subprotocol has to echo one; that does not make it a livecache server.
    if (chosen === protocolName && request.kind !== 'plain') return signIn()
    if (request.mustBeLivecache) {
      return fail({
        code: 1006,
        reason: 'the server does not speak realtime.v1; set server: "auto" or "plain" if it is not a livecache server',
      })
    }
    return ready(null)
  }

  function signIn() {
    askedAt = clock.now()
    cancelLimit = scope.timeout(
      () => fail({ code: 1006, reason: 'the server did not answer the sign-in in time' }, true),
      request.authTimeoutMs,
    )
    if (transport.oneWay !== true) link.send({ type: 'auth', ...(token !== null && { token }) })
    on.opened()
  }

  function ready(welcome: WelcomeFrame | null) {
    isReady = true
    cancelLimit?.()
    on.ready(welcome, welcome === null ? null : clock.now() - askedAt)
  }

  /** Before the `welcome` only frames about the sign-in itself mean anything. */
  function early(text: string, sse?: SseFields) {
    const context = { transport: transport.name, receivedAt: clock.now(), ...(sse && { sse }) }
    const messages = decodeServerMessage(text, context)
    for (const message of messages) {
      if (scope.disposed || isReady) break
      if (message.kind === 'frame') earlyFrame(message.frame)
      // A livecache server holds events back until it has welcomed.
      else if (message.kind === 'event' && !spokeIt && transport.oneWay !== true)
        fail({ code: 1006, reason: 'the server chose realtime.v1 and does not speak it' })
    }
    // What came with the welcome in one message is for whoever took the link.
    if (isReady && messages.length > 1 && !scope.disposed) on.message(text, sse)
  }

  function earlyFrame(frame: ServerFrame) {
    // A plain server may ping as well.
    if (frame.type !== 'ping') spokeIt = true
    if (frame.type === 'welcome') ready(frame)
    else if (frame.type === 'ping') link.send({ type: 'pong' })
    else if (frame.type === 'reconnect')
      fail({ code: 1012, reason: 'the server asked to reconnect', retryAfterMs: frame.afterMs ?? 0 })
    else if (frame.type === 'error' && closeCodeOfError[frame.code] !== undefined) {
      const { code, message = code, retryAfterMs } = frame
      fail({ code: closeCodeOfError[code]!, reason: message, ...(retryAfterMs !== undefined && { retryAfterMs }) })
    }
  }

  const link = dial(request, scope, {
    opened,
    message: (text, sse) => (isReady ? on.message(text, sse) : early(text, sse)),
    alive: on.alive,
    ended(closure) {
      if (isReady) on.closed(closure)
      else fail(closure)
    },
    refused: on.refused,
  })
  return link
}
