// Who may talk to a server that asks for no password: programs of this machine, and pages that were loaded from it. A page of anywhere else
// can reach this machine's ports, too, and by a name of its own that suddenly means 127.0.0.1 (DNS rebinding) it would even read the answers.
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import { hasTooManyHeaders } from '../gateway/http-guard.ts'

const loopbackNames = ['localhost', '127.0.0.1', '[::1]']

/** Whether a `Host` header names this machine, and the port it is served on. */
export function isLoopbackHost(host: string | undefined, port: number): boolean {
  const name = host?.toLowerCase() ?? ''
  // Port 80 goes without saying.
  return loopbackNames.some((own) => name === `${own}:${port}` || (port === 80 && name === own))
}

/** Whether a page with this `Origin` came from this machine. None at all: it is no page. */
export function isLoopbackOrigin(origin: string | undefined): boolean {
  if (origin === undefined) return true
  if (!URL.canParse(origin)) return false
  const url = new URL(origin)
  return url.origin === origin && /^https?:$/.test(url.protocol) && loopbackNames.includes(url.hostname)
}

/** The address to listen on; null where it can be reached from elsewhere. */
export function loopbackAddress(host: string): string | null {
  const name = host.replace(/^\[|\]$/g, '').toLowerCase()
  return { localhost: '127.0.0.1', '127.0.0.1': '127.0.0.1', '::1': '::1' }[name] ?? null
}

/** Why a request is not answered; null where it is. @param port that the server listens on */
export function findStranger(request: IncomingMessage, port: number): string | null {
  const { headers } = request
  // One that was left out could have been the origin.
  if (hasTooManyHeaders(request)) return 'The request has too many headers for its origin to be known.'
  if (!isLoopbackHost(headers.host, port)) {
    return `The mock server answers as localhost:${port} and 127.0.0.1:${port} only, not as ${JSON.stringify(headers.host ?? '')}: else a page of any site could read it through a name of its own.`
  }
  if (isLoopbackOrigin(headers.origin)) return null
  return `The mock server answers pages of this machine only (http://localhost, any port), and this one is of ${JSON.stringify(headers.origin)}.`
}

export interface Front {
  /** True where it has answered, so that nobody else does. */
  request(request: IncomingMessage, response: ServerResponse): boolean
  upgrade(request: IncomingMessage, socket: Duplex): boolean
}

/** Puts something in front of all that answers a server's requests so far. */
export function standInFront(server: Server, front: Front): void {
  const requests = server.listeners('request')
  const upgrades = server.listeners('upgrade')
  server.removeAllListeners('request').removeAllListeners('upgrade')
  server.on('request', (request, response) => {
    if (!front.request(request, response)) for (const listener of requests) listener.call(server, request, response)
  })
  server.on('upgrade', (request, socket, head) => {
    if (!front.upgrade(request, socket)) for (const listener of upgrades) listener.call(server, request, socket, head)
  })
}
