// Whose address a request comes from: past the proxies that are trusted, in one spelling. What is limited by it is admission.ts.
import type { IncomingMessage } from 'node:http'
import { isIP, isIPv6 } from 'node:net'
import { RealtimeError } from '../base/errors.ts'

/**
 * How many proxies every request passes that write `X-Forwarded-For`; `false` where none does. A number too low takes a proxy for
 * everybody; one too high lets a client write the address it is limited by.
 */
export type TrustProxy = number | false

type AskedFrom = Pick<IncomingMessage, 'headers'> & { socket: Pick<IncomingMessage['socket'], 'remoteAddress'> }

/** Of a socket that is gone, or of the file system. */
const nowhere = 'unknown'

/** Never throws: whoever connects may send any text as a header. An IPv4 address that was mapped into IPv6 comes as IPv4. */
export function clientIp({ headers, socket }: AskedFrom, trustProxy: TrustProxy = false): string {
  const seen = spelled(socket.remoteAddress ?? '') ?? nowhere
  if (trustProxy === false) return seen
  const hops = [headers['x-forwarded-for'] ?? []].flat().join(',').split(',')
  // The last one was written by the proxy that is nearest; what is left of those trusted, anybody may have written.
  return spelled(withoutPort((hops.at(-trustProxy) ?? hops[0])!.trim())) ?? seen
}

/** Throws `invalid-option` for what is no number of proxies. */
export function assertTrustProxy(value: TrustProxy) {
  if (value === false || (Number.isInteger(value) && value > 0)) return
  throw new RealtimeError(
    'invalid-option',
    `trustProxy is ${String(value)}, so it is not known which address in X-Forwarded-For is the client's. Give the number of proxies every request passes, or false.`,
  )
}

/** What an address is limited by. Of IPv6 the first 64 bits: whoever has one address there has all of them. */
export function limitKey(ip: string): string {
  return isIPv6(ip) ? `${groupsOf(ip).slice(0, 4).join(':')}::/64` : ip
}

function spelled(ip: string): string | null {
  const [bare = ''] = ip.split('%')
  if (isIP(bare) !== 6) return isIP(bare) === 4 ? bare : null
  const groups = groupsOf(bare)
  if (!groups.join(':').startsWith('0:0:0:0:0:ffff:')) return canonical(bare)
  const [high, low] = groups.slice(6).map((group) => parseInt(group, 16)) as [number, number]
  return [high >> 8, high & 255, low >> 8, low & 255].join('.')
}

function groupsOf(ip: string): string[] {
  const [head = [], tail] = canonical(ip)
    .split('::')
    .map((side) => side.split(':').filter((group) => group !== ''))
  if (tail === undefined) return head
  return [...head, ...Array<string>(8 - head.length - tail.length).fill('0'), ...tail]
}

/** Lower case, the longest run of zeros left out, an IPv4 address at its end written as IPv6. */
function canonical(ip: string): string {
  return new URL(`http://[${ip}]`).hostname.slice(1, -1)
}

/** Some proxies add it. */
function withoutPort(address: string): string {
  const [, bracketed, plain] = /^\[(.+)\](?::\d+)?$|^([\d.]+):\d+$/.exec(address) ?? []
  return bracketed ?? plain ?? address
}
