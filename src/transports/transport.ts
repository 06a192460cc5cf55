// The port: what the client asks of whatever moves its bytes. An adapter for another engine is one more file beside this.
import type { ClientFrame } from '../protocol/frames.ts'
import type { SseFields } from '../protocol/normalize.ts'

export interface Transport {
  /** Shown as `event.transport` and in the state of the link. */
  readonly name: string
  /** Begins to connect. Must not call `listener` before it returns, and never after `close()`. */
  open(request: TransportRequest, listener: TransportListener): TransportLink
}

export interface TransportRequest {
  /** The protocol to offer (`realtime.v1`), or null for a server that knows none. */
  protocol: string | null
  /** Query parameters to add to the address. */
  params: Readonly<Record<string, string>>
  /** The token to carry, and where, for a server that is not signed in to by frame. */
  credential: { token: string; place: 'query' | 'subprotocol' } | null
}

export interface TransportListener {
  /** @param protocol what the server chose, null where it chose none. */
  opened(protocol: string | null): void
  message(text: string, sse?: SseFields): void
  /** The link ended, or could not be opened. Called once; nothing follows. */
  closed(closure: TransportClosure): void
}

export interface TransportClosure {
  /** A WebSocket close code; 1006 where the link ended without one. */
  code: number
  reason: string
}

export interface TransportLink {
  send(frame: ClientFrame): void
  close(code?: number, reason?: string): void
}
