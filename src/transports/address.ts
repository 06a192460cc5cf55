// An address the app gave: refused with a reason before anything dials it, and completed with query parameters.
import { RealtimeError } from '../base/errors.ts'

const remedy = 'Pass the address of the realtime server, e.g. url: "wss://api.example.com/realtime".'

/**
 * Throws `invalid-url` where `url` cannot be dialled. A relative address ("/realtime") is taken from the page, so whether
 * it is complete shows only when it is resolved.
 */
export function assertUrl(url: unknown): asserts url is string {
  if (typeof url !== 'string' || url.trim() === '') {
    throw new RealtimeError('invalid-url', `The url is ${nameOf(url)}, so there is no server to connect to. ${remedy}`)
  }
  if (!isRelative(url)) assertScheme(parse(url), url)
}

function assertScheme({ protocol, hostname }: URL, url: string) {
  if (!/^(ws|http)s?:$/.test(protocol)) {
    throw new RealtimeError(
      'invalid-url',
      `"${shown(url)}" has the scheme "${protocol}", which cannot be dialled. Use wss:// or https://, without the s on a development machine.`,
    )
  }
  const mixed = mixedContent(url, protocol)
  if (mixed !== null && !isLoopback(hostname)) throw mixed
}

/** Why a browser refuses an address that is not encrypted on a page that is; null where that is not so. */
export function mixedContent(url: string, protocol: string): RealtimeError | null {
  if (!/^(ws|http):$/.test(protocol) || globalThis.location?.protocol !== 'https:') return null
  return new RealtimeError(
    'invalid-url',
    `"${shown(url)}" is not encrypted and the page is, so the browser would refuse it. Use ${protocol.replace(':', 's:')}// instead.`,
  )
}

/**
 * Whether it is this machine, which an encrypted page may reach unencrypted (W3C, Secure Contexts: potentially trustworthy). So
 * Chromium (tried with 156, sockets and requests) and Firefox have it; Safari blocks it (WebKit bug 171934), which shows only when it is tried.
 */
export const isLoopback = (hostname: string): boolean => /^((.+\.)?localhost\.?|127(\.\d+){3}|\[::1\])$/.test(hostname)

/** The address to dial: absolute, with `params` added, of the `scheme` named or its encrypted form. */
export function resolveUrl(url: string, scheme: 'ws' | 'http', params: Readonly<Record<string, string>>): URL {
  assertUrl(url)
  const resolved = parse(url, globalThis.location?.href)
  assertScheme(resolved, url)
  resolved.protocol = resolved.protocol.replace(/^(ws|http)/, scheme)
  // A socket's address must not have one.
  resolved.hash = ''
  for (const [name, value] of Object.entries(params)) resolved.searchParams.set(name, value)
  return resolved
}

const isRelative = (url: string): boolean => !/^[a-z][a-z0-9+.-]*:/i.test(url)

function parse(url: string, base?: string): URL {
  try {
    return new URL(url, base)
  } catch {
    // Without its cause, which quotes the whole address.
    throw new RealtimeError('invalid-url', `"${shown(url)}" is not a URL, so it cannot be dialled. ${remedy}`)
  }
}

/** Without what may be secret: the query, which can hold a token, and a name and password. */
export const shown = (url: string): string => url.replace(/[?#].*$/s, '').replace(/\/\/[^/]*@/, '//')

function nameOf(url: unknown): string {
  if (typeof url === 'string') return url === '' ? 'an empty string' : 'only spaces'
  return url === undefined || url === null ? String(url) : `of type ${typeof url}`
}
