// Reading requests and refusing them: token, body, CORS, and the status that stands for the end of a session.
import { closeCodes } from '../protocol/codes.ts'
import { protocolHeader } from '../transports/over-http.ts'
import type { SessionEnd } from './http-session.ts'

export function tokenOf(request: Request, allowQueryToken: boolean): string | undefined {
  const [, bearer] = /^Bearer (.+)$/i.exec(request.headers.get('authorization') ?? '') ?? []
  if (bearer !== undefined || !allowQueryToken) return bearer
  const given = new URL(request.url).searchParams.getAll('token')
  // Two are none: a proxy may have looked at the other one.
  return given.length === 0 ? undefined : given.join(', ')
}

/** Null where it has more than `maxBytes`. */
export async function readBody({ body }: Request, maxBytes: number): Promise<string | null> {
  const decoder = new TextDecoder()
  let text = ''
  let bytes = 0
  const reader = body?.getReader()
  for (;;) {
    const chunk = await reader?.read()
    if (chunk === undefined || chunk.done) return text + decoder.decode()
    bytes += chunk.value.byteLength
    if (bytes > maxBytes) {
      await reader?.cancel()
      return null
    }
    text += decoder.decode(chunk.value, { stream: true })
  }
}

export function errorResponse(
  status: number,
  code: string,
  message: string,
  headers: Record<string, string> = {},
): Response {
  const body = JSON.stringify({ code, message })
  return new Response(body, {
    status,
    headers: { 'content-type': 'application/json', 'cache-control': 'no-store', ...headers },
  })
}

/** A session that ended before the answer: the answer says why. */
export function refusalResponse({ code, reason }: SessionEnd): Response {
  const { status, name, retryAfter } = statusOfCode[code] ?? tryLater
  return errorResponse(status, name, reason, retryAfter === undefined ? {} : { 'retry-after': String(retryAfter) })
}

/** `retryAfter`: in seconds. */
interface Status {
  status: number
  name: string
  retryAfter?: number
}

const tryLater: Status = { status: 503, name: 'TRY_LATER', retryAfter: 2 }

const statusOfCode: Readonly<Record<number, Status>> = {
  [closeCodes.unauthorized]: { status: 401, name: 'UNAUTHORIZED' },
  [closeCodes.forbidden]: { status: 403, name: 'FORBIDDEN' },
  [closeCodes.tooLarge]: { status: 413, name: 'TOO_LARGE' },
  [closeCodes.rateLimit]: { status: 429, name: 'RATE_LIMIT', retryAfter: 30 },
}

/** For pages of other sites, which were asked for before. */
export function corsHeaders(origin: string | null, method: string): [string, string][] {
  const always: [string, string][] = [['vary', 'origin']]
  if (origin === null) return always
  always.push(['access-control-allow-origin', origin])
  always.push(['access-control-expose-headers', `${protocolHeader}, retry-after`])
  if (method !== 'OPTIONS') return always
  return [
    ...always,
    ['access-control-allow-methods', 'GET, POST, PATCH'],
    ['access-control-allow-headers', 'authorization, content-type, last-event-id'],
    ['access-control-max-age', '7200'],
  ]
}
