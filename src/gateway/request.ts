// What a request says: its address, and the token it may carry. A livecache client signs in by its first frame instead.
import type { IncomingMessage } from 'node:http'
import { protocolName } from '../protocol/frames.ts'

const subprotocolPrefix = `${protocolName}.token.`

/** Never throws: whoever connects may send any text for an address. */
export function urlOf({ url = '/' }: IncomingMessage): URL {
  return new URL(URL.canParse(url, 'http://gateway') ? url : '/', 'http://gateway')
}

export function tokenOf(request: IncomingMessage, allowQueryToken: boolean): string | undefined {
  const [, bearer] = /^Bearer (.+)$/i.exec(request.headers.authorization ?? '') ?? []
  if (bearer !== undefined) return bearer
  const offered = (request.headers['sec-websocket-protocol'] ?? '').split(',').map((name) => name.trim())
  const carried = offered.find((name) => name.startsWith(subprotocolPrefix))
  if (carried !== undefined) return carried.slice(subprotocolPrefix.length)
  const query = urlOf(request).searchParams.get('token')
  return allowQueryToken ? (query ?? undefined) : undefined
}
