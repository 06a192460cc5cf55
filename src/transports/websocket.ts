// WebSocket behind the port.
import { protocolName } from '../protocol/frames.ts'
import { encodeFrame } from '../protocol/codec.ts'
import { assertSocketUrl, resolveSocketUrl } from './address.ts'
import type { Transport, TransportLink, TransportListener, TransportRequest } from './transport.ts'

export interface WebSocketOptions {
  /** Another implementation of the browser's class. @default the global `WebSocket`, looked up when a link is opened */
  WebSocket?: typeof WebSocket
}

/** @param url `wss://…`, `ws://…`, `https://…`, or a path on the page's own host. Throws `invalid-url` for anything else. */
export function webSocket(url: string, options: WebSocketOptions = {}): Transport {
  assertSocketUrl(url)
  return {
    name: 'websocket',
    open: (request, listener) => openSocket(url, options.WebSocket ?? globalThis.WebSocket, request, listener),
  }
}

function openSocket(
  url: string,
  Socket: typeof WebSocket,
  { protocol, params, credential }: TransportRequest,
  listener: TransportListener,
): TransportLink {
  const protocols =
    credential?.place === 'subprotocol'
      ? [protocolName, `${protocolName}.token.${credential.token}`]
      : protocol === null
        ? []
        : [protocol]
  const query = credential?.place === 'query' ? { ...params, token: credential.token } : params
  const socket = new Socket(resolveSocketUrl(url, query), protocols)
  // Only text is part of the protocol; anything else must not surface as "[object Blob]".
  socket.binaryType = 'arraybuffer'
  let ended = false

  function end(code: number, reason: string) {
    if (ended) return
    ended = true
    listener.closed({ code, reason })
  }
  socket.addEventListener('open', () => {
    if (!ended) listener.opened(socket.protocol === '' ? null : socket.protocol)
  })
  socket.addEventListener('message', ({ data }: MessageEvent<unknown>) => {
    if (!ended) listener.message(typeof data === 'string' ? data : 'binary data')
  })
  socket.addEventListener('close', ({ code, reason }) => end(code, reason))
  return {
    send(frame) {
      if (socket.readyState === 1) socket.send(encodeFrame(frame))
    },
    close(code = 1000, reason = '') {
      // The close event of a dead peer comes up to a minute late, so the link counts as ended now.
      ended = true
      socket.close(code, reason)
    },
  }
}
