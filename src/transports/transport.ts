// The port: what the client asks of whatever moves its bytes. An adapter for another engine is one more file beside this.
import type { Clock } from '../base/clock.ts'
import type { ClientFrame } from '../protocol/frames.ts'
import type { SseFields } from '../protocol/normalize.ts'

export interface Transport {
  /** Shown as `event.transport` and in the state of the link. */
  readonly name: string
  /**
   * True where what the client says travels in requests of its own (SSE, polling). The token then goes with the request that
   * opens the link, instead of in an `auth` frame; pings are not answered, and an expiring token is renewed by a new link.
   * @default false
   */
  readonly oneWay?: boolean
  /** Where it connects to, without what may be secret, for messages. */
  readonly address?: string
  /** The longest it is silent by design, in ms: a pause between two polls. @default 0 */
  readonly quietMs?: number
  /** Begins to connect. Must not call `listener` before it returns, and never after `close()`. */
  open(request: TransportRequest, listener: TransportListener): TransportLink
}

export interface TransportRequest {
  /** The protocol to offer (`realtime.v1`), or null for a server that knows none. */
  protocol: string | null
  /** Query parameters to add to the address. */
  params: Readonly<Record<string, string>>
  /** The token to carry, and where, for a server that is not signed in to by frame. */
  credential: { token: string; place: 'query' | 'subprotocol' | 'header' } | null
  /** The last event received, for a plain server that goes on from one; null where there is none. */
  lastEventId: string | null
  /** Time, for a transport that waits. */
  clock: Clock
  /** Whether nobody can see the page now. */
  isHidden: () => boolean
}

export interface TransportListener {
  /** @param protocol what the server chose, null where it chose none. */
  opened(protocol: string | null): void
  message(text: string, sse?: SseFields): void
  /** Something came that is no message (a comment, an empty answer): the server lives. */
  alive(): void
  /** The link ended, or could not be opened. Called once; nothing follows. */
  closed(closure: TransportClosure): void
}

export interface TransportClosure {
  /** A WebSocket close code; 1006 where the link ended without one. */
  code: number
  reason: string
  /** How long the server asks to stay away, in ms. */
  retryAfterMs?: number
}

export interface TransportLink {
  send(frame: ClientFrame): void
  close(code?: number, reason?: string): void
}
