// WebSocket behind the port.
import { RealtimeError } from '../base/errors.ts'
import { protocolName } from '../protocol/frames.ts'
import { encodeFrame } from '../protocol/codec.ts'
import { assertUrl, mixedContent, resolveUrl, shown } from './address.ts'
import type { Transport, TransportLink, TransportListener, TransportRequest } from './transport.ts'

export interface WebSocketOptions {
  /** Another implementation of the browser's class. @default the global `WebSocket`, looked up when a link is opened */
  WebSocket?: typeof WebSocket
}

/** @param url `wss://…`, `ws://…`, `https://…`, or a path on the page's own host. Throws `invalid-url` for anything else. */
export function webSocket(url: string, options: WebSocketOptions = {}): Transport {
  assertUrl(url)
  return {
    name: 'websocket',
    address: shown(url),
    open: (request, listener) => openSocket(url, socketClass(options), request, listener),
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
      ? [protocolName, asSubprotocol(credential.token)]
      : protocol === null
        ? []
        : [protocol]
  const query = credential?.place === 'query' ? { ...params, token: credential.token } : params
  const socket = create(Socket, resolveUrl(url, 'ws', query), protocols)
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
  // A `close` always follows; but the class of the ws package throws where nobody listens.
  socket.addEventListener('error', () => {})
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

function socketClass(options: WebSocketOptions): typeof WebSocket {
  const found = options.WebSocket ?? (globalThis as { WebSocket?: typeof WebSocket }).WebSocket
  if (found !== undefined) return found
  throw new RealtimeError(
    'invalid-option',
    'There is no WebSocket here, so nothing can be dialled. Run Node 22 or later, or bring one: webSocket(url, { WebSocket }).',
  )
}

function create(Socket: typeof WebSocket, address: URL, protocols: string[]): WebSocket {
  try {
    const socket = new Socket(address.href, protocols)
    // Chromium does not throw where the page's content security policy forbids it: the socket is born closed, and no `close` follows.
    if (socket.readyState !== 3) return socket
  } catch (cause) {
    // Only the name of it: its message may quote the whole address, token included.
    throw refusal(address, cause instanceof Error ? cause.name : 'for no reason it told')
  }
  throw refusal(address, 'SecurityError')
}

const refusal = ({ href, protocol }: URL, name: string) =>
  // One to this machine was tried all the same.
  mixedContent(href, protocol) ??
  new RealtimeError(
    'refused',
    `The browser refused to open a socket to ${shown(href)} (${name}), so nothing can arrive. Look at the address, and at the page's content security policy.`,
  )

function asSubprotocol(token: string): string {
  // Checked here because the browser's own error would quote the token.
  if (!/^[\w!#$%&'*+.^`|~-]+$/.test(token)) {
    throw new RealtimeError(
      'invalid-option',
      'The token has characters that a subprotocol cannot carry (a JWT has none), so the server cannot be told it this way. Encode it as base64url in getToken, or use auth: "query".',
    )
  }
  return `${protocolName}.token.${token}`
}
