// What a request says: its address, and the token it may carry. A livecache client signs in by its first frame instead.
// How long a token may be is whoever verifies it to judge; node:http reads 16 KB of head at most.
import type { IncomingMessage } from 'node:http'
import { protocolName } from '../protocol/frames.ts'

const subprotocolPrefix = `${protocolName}.token.`

/** Never throws: whoever connects may send any text for an address. */
export function urlOf({ url = '/' }: IncomingMessage): URL {
  return new URL(URL.canParse(url, 'http://gateway') ? url : '/', 'http://gateway')
}

/**
 * By `Authorization: Bearer`, else by a subprotocol, else by `?token=` where that is allowed. Of two in one place neither counts: a proxy
 * may have looked at the other one. What is returned then is no token.
 */
export function tokenOf(request: IncomingMessage, allowQueryToken: boolean): string | undefined {
  const { headersDistinct } = request
  const [, bearer] = /^Bearer +(.+)$/i.exec(headersDistinct['authorization']?.join(', ') ?? '') ?? []
  if (bearer !== undefined) return bearer
  const offered = (headersDistinct['sec-websocket-protocol'] ?? []).flatMap((header) => header.split(','))
  const carried = offered.map((name) => name.trim()).filter((name) => name.startsWith(subprotocolPrefix))
  if (carried.length > 0) return carried.map((name) => name.slice(subprotocolPrefix.length)).join(', ')
  const inQuery = allowQueryToken ? urlOf(request).searchParams.getAll('token') : []
  return inQuery.length > 0 ? inQuery.join(', ') : undefined
}
