// Requests of the transports over HTTP: address, headers and token going out, and what an answer means for the link.
import type { Clock } from '../base/clock.ts'
import { RealtimeError } from '../base/errors.ts'
import type { JsonObject } from '../base/json.ts'
import { closeCodes } from '../protocol/codes.ts'
import { assertUrl, resolveUrl, shown } from './address.ts'
import type { TransportClosure, TransportRequest } from './transport.ts'

export interface HttpOptions {
  /** Another implementation. @default the global `fetch`, looked up when a link is opened */
  fetch?: typeof fetch
  /** Where what the client says is sent: `/ack` and `/subscriptions` are added to it. @default `url` without a trailing `/stream` */
  sendUrl?: string
  /** Whether cookies go along. @default the default of `fetch`: to the page's own origin */
  credentials?: RequestCredentials
}

export interface HttpCall {
  /** Without the token. */
  url: URL
  method?: 'GET' | 'POST' | 'PATCH'
  headers?: Readonly<Record<string, string>>
  body?: string
  signal: AbortSignal
}

export type HttpAnswer = { ok: true; response: Response } | { ok: false; closure: TransportClosure }

/** Asks, and never rejects. What it says of a failure names the address without its query, and no token. */
export type AskHttp = (call: HttpCall) => Promise<HttpAnswer>

/** Throws `invalid-url` and `invalid-option` where nothing could ever be sent. */
export function assertHttpOptions(url: string, { sendUrl }: HttpOptions): void {
  assertUrl(url)
  if (sendUrl !== undefined) assertUrl(sendUrl)
}

export function createAskHttp(options: HttpOptions, { credential, clock }: TransportRequest): AskHttp {
  const ask = options.fetch ?? globalThis.fetch
  const { credentials } = options
  const token = credential?.token ?? null
  const inQuery = credential?.place === 'query'
  const authorization: Record<string, string> =
    token === null || inQuery ? {} : { authorization: `Bearer ${asHeader(token)}` }
  return async ({ url, method = 'GET', headers, body, signal }) => {
    const what = `${method} ${shown(url.href)}`
    const address = new URL(url)
    if (token !== null && inQuery) address.searchParams.set('token', token)
    try {
      const response = await ask(address.href, {
        method,
        headers: { ...headers, ...authorization },
        cache: 'no-store',
        signal,
        ...(body !== undefined && { body }),
        ...(credentials && { credentials }),
      })
      if (response.ok) return { ok: true, response }
      dropBody(response)
      return { ok: false, closure: closureOf(response, what, clock) }
    } catch {
      // Its message may quote the address, token included.
      return { ok: false, closure: { code: closeCodes.lost, reason: `${what} got no answer` } }
    }
  }
}

/** The address for what the client says. */
export function endpointUrl(url: string, { sendUrl }: HttpOptions, path: string, params: Record<string, string>): URL {
  const endpoint = resolveUrl(sendUrl ?? url, 'http', params)
  const base = endpoint.pathname.replace(sendUrl === undefined ? /(\/stream)?\/?$/ : /\/$/, '')
  endpoint.pathname = base + path
  return endpoint
}

/** Frees the connection of an answer that nobody reads. */
export function dropBody({ body }: Response): void {
  body?.cancel().catch(() => {})
}

const codeOfStatus: Readonly<Record<number, number>> = {
  400: closeCodes.invalid,
  401: closeCodes.unauthorized,
  403: closeCodes.forbidden,
  413: 1009,
  422: closeCodes.invalid,
  429: closeCodes.rateLimit,
  503: closeCodes.tryLater,
}

function closureOf({ status, headers }: Response, what: string, clock: Clock): TransportClosure {
  const retryAfterMs = retryAfter(headers.get('retry-after'), clock)
  return {
    code: codeOfStatus[status] ?? closeCodes.lost,
    reason: `${what} was answered with ${status}`,
    ...(retryAfterMs !== undefined && { retryAfterMs }),
  }
}

/** As a livecache server names it in what it sends. */
export function toldClosure({ code, reason, retryAfterMs }: JsonObject): TransportClosure {
  return {
    code: typeof code === 'number' ? code : closeCodes.lost,
    reason: typeof reason === 'string' ? reason : '',
    ...(typeof retryAfterMs === 'number' && retryAfterMs >= 0 && { retryAfterMs }),
  }
}

/** In ms from now, from a number of seconds or a date. */
function retryAfter(value: string | null, { now }: Clock): number | undefined {
  if (value === null) return undefined
  const ms = /^\s*\d+\s*$/.test(value) ? Number(value) * 1000 : Date.parse(value) - now()
  return Number.isFinite(ms) ? Math.max(0, ms) : undefined
}

function asHeader(token: string): string {
  // Checked here because the engine's own error would quote the token.
  if (/^[\x21-\x7e]+$/.test(token)) return token
  throw new RealtimeError(
    'invalid-option',
    'The token has characters that a header cannot carry (a JWT has none), so the server cannot be told it. Encode it as base64url in getToken.',
  )
}
