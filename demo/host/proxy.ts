// Carries REST and sockets to the server's process, unless the page's wire is cut or nobody is there to answer.
import { type IncomingMessage, request as httpRequest, type ServerResponse } from 'node:http'
import { connect } from 'node:net'
import type { Duplex } from 'node:stream'
import type { ErrorBody } from '../shared/entities.ts'
import { send } from './answer.ts'
import type { Wires } from './wires.ts'

export interface Proxy {
  request(request: IncomingMessage, response: ServerResponse): void
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void
}

const host = '127.0.0.1'
const serverDown: ErrorBody = { code: 'SERVER_DOWN', message: 'The server is not running at the moment.' }

/** @param port of the server, or null while there is none */
export function createProxy(wires: Wires, port: () => number | null): Proxy {
  return {
    request(request, response) {
      const pageId = String(request.headers['x-page-id'] ?? '')
      if (wires.isCut(pageId)) return request.socket.destroy()
      const target = port()
      if (target === null) return send(response, 503, serverDown)

      const { method, url, headers } = request
      const forwarded = httpRequest({ host, port: target, method, path: url, headers, agent: false }, (answer) => {
        response.writeHead(answer.statusCode ?? 502, answer.headers)
        answer.pipe(response)
        answer.once('error', () => response.destroy())
      })
      forwarded.once('error', () => (response.headersSent ? response.destroy() : send(response, 503, serverDown)))
      request.pipe(forwarded)
      const release = wires.use(pageId, request.socket)
      response.once('close', () => {
        release()
        forwarded.destroy()
      })
      return undefined
    },

    upgrade(request, socket, head) {
      socket.on('error', () => socket.destroy())
      const pageId = new URL(request.url ?? '/', 'http://host').searchParams.get('page') ?? ''
      if (wires.isCut(pageId)) return void socket.destroy()
      const target = port()
      if (target === null) return void socket.end('HTTP/1.1 503 Service Unavailable\r\nConnection: close\r\n\r\n')

      const upstream = connect(target, host, () => {
        upstream.write(headOf(request))
        upstream.write(head)
        upstream.pipe(socket).pipe(upstream)
      })
      upstream.once('error', () => socket.destroy())
      upstream.once('close', () => socket.destroy())
      const release = wires.use(pageId, socket)
      socket.once('close', () => {
        release()
        upstream.destroy()
      })
      return undefined
    },
  }
}

/** The request as it came, to be said again on another connection. */
function headOf({ method, url, rawHeaders }: IncomingMessage): string {
  const lines = [`${method} ${url} HTTP/1.1`]
  for (let index = 0; index < rawHeaders.length; index += 2)
    lines.push(`${rawHeaders[index]}: ${rawHeaders[index + 1]}`)
  return `${lines.join('\r\n')}\r\n\r\n`
}
