// The hub over HTTP, as a function of the web's own Request and Response: event streams, long polling, and what clients say.
// What is on the wire: protocol/README.md, "Over HTTP".
import { type Clock, systemClock } from '../base/clock.ts'
import { RealtimeError } from '../base/errors.ts'
import { isObject, type JsonObject } from '../base/json.ts'
import { createScope } from '../base/scope.ts'
import { closeCodes } from '../protocol/codes.ts'
import { type ClientFrame, protocolName } from '../protocol/frames.ts'
import { maxFrameDepth } from '../protocol/codec.ts'
import { dropUnsafeKeys, TooDeep } from '../protocol/rename-keys.ts'
import { endpointOf, maxBodyBytes, protocolHeader } from '../transports/over-http.ts'
import type { Identity } from './access.ts'
import { addressSubscription } from './address-subscription.ts'
import type { Hub } from './create-hub.ts'
import { corsHeaders, errorResponse, readBody, refusalResponse, tokenOf } from './http-answers.ts'
import { beginHttpSession, type HttpSessionRequest } from './http-session.ts'
import { createPollBuffer, type PollAnswer, type PollBuffer } from './poll-buffer.ts'
import type { Session, SessionSink } from './session-port.ts'
import type { SessionRefusal } from './sign-in.ts'
import { createSseStream } from './sse-stream.ts'
import { answerDefault, answerSubscriptions, changeDefault, framesOf } from './subscriptions-route.ts'
import { isTemporaryRefusal } from './token-refused.ts'

export interface HttpHandlerOptions {
  /** Where the routes are. @default '/api/v1/events' */
  basePath?: string
  /** Whether `?token=` signs a client in. It ends in logs, so it is off unless asked for. @default false */
  allowQueryToken?: boolean
  /** Which other sites' pages may ask, by the `Origin` they send. @default all: tokens sign in, not cookies */
  allowOrigin?: (origin: string | undefined) => boolean
  /** Answers what is posted without a session: a backend that publishes. @default nobody may */
  publish?: (request: Request) => Promise<Response>
  /** Comes between a session and its reader; for faults. */
  wrapSink?: (sink: SessionSink) => SessionSink
  /** The hub's own. */
  clock?: Clock
}

/** What is known of whoever asks, besides the request. */
export interface AskedBy {
  /** The address, where that is known. */
  ip?: string
  /** Asked before a session begins: is there room? @default yes */
  admit?: () => Promise<Admitted>
  /** Comes between a request that shows a token for itself alone and its verification: is it too much? Rejects as that does. @default never */
  identify?: (verify: () => Promise<Identity>) => Promise<Identified>
}

/** A place, or why there is none. */
export type Admitted = { readonly ok: true; readonly stay: Stay } | NotNow

type Identified = { readonly ok: true; readonly identity: Identity } | NotNow

interface NotNow {
  readonly ok: false
  readonly code: string
  readonly message: string
  readonly retryAfterMs: number
}

export interface Stay {
  /** Null: there is room for this user. */
  signedIn(subject: string): SessionRefusal | null
  leave(): void
}

/** Answers every request, also one for a route that does not exist. */
export type HttpHandler = (request: Request, by?: AskedBy) => Promise<Response>

interface OpenSession {
  session: Session
  /** Those it was signed in with: whoever speaks to it has to know one. */
  tokens: Set<string | undefined>
  buffer: PollBuffer | null
}

export const defaultBasePath = '/api/v1/events'

/** Creates the handler of the HTTP routes of a hub. What goes wrong is a status; it rejects where a body breaks off. */
export function createHttpHandler(hub: Hub, options: HttpHandlerOptions = {}): HttpHandler {
  const { basePath = defaultBasePath, allowQueryToken = false, allowOrigin = () => true, clock = systemClock } = options
  const { publish, wrapSink = (sink) => sink } = options
  const sessions = new Map<string, OpenSession>()

  function route(request: Request, url: URL, by: AskedBy): Promise<Response> | Response {
    const path = url.pathname.slice(basePath.length).replace(/\/$/, '')
    switch (`${request.method} ${path}`) {
      case 'GET /stream':
        return openStream(request, url, by)
      case 'GET ':
        return names(url) ? poll(request, url) : openPolled(request, url, by)
      case 'GET /subscriptions':
        return readSubscriptions(request, url, by)
      case 'POST ':
        return publish === undefined || names(url) ? receive(request, url, path) : publish(request)
      case 'PATCH /subscriptions':
        return changeSubscriptions(request, url, path, by)
      case 'POST /ack':
        return receive(request, url, path)
      default:
        return request.method === 'OPTIONS'
          ? new Response(null, { status: 204 })
          : errorResponse(404, 'NO_ROUTE', `${request.method} ${url.pathname} is not one of the routes`)
    }
  }

  // ── sessions ──────────────────────────────────────────────────────────────────────────────────────────────────

  /** Begins a session; `refused` tells whether there is one. */
  function begin(request: HttpSessionRequest, sink: SessionSink, signal: AbortSignal, buffer: PollBuffer | null) {
    const begun = beginHttpSession(hub, request, wrapSink(sink))
    const { session, refused } = begun
    sessions.set(session.id, { session, tokens: new Set([request.token]), buffer })
    signal.addEventListener('abort', begun.leave)
    if (signal.aborted) begun.leave()
    const forget = () => sessions.delete(session.id)
    if (buffer === null) void begun.ended.then(forget)
    else {
      void refused.then((refusal) => {
        // It outlives the request that began it, and is asked for its end.
        signal.removeEventListener('abort', begun.leave)
        if (refusal !== null) forget()
      })
    }
    return { session, refused }
  }

  function end(session: Session) {
    sessions.delete(session.id)
    session.gone()
  }

  /** The session that a request names, if it knows a token of it. A stranger's is as unknown as none. */
  function find(request: Request, { searchParams }: URL): OpenSession | undefined {
    const found = sessions.get(searchParams.get('connectionId') ?? '')
    return found?.tokens.has(tokenOf(request, allowQueryToken)) ? found : undefined
  }

  function askedBy(request: Request, { ip }: AskedBy, stay: Stay) {
    return { token: tokenOf(request, allowQueryToken), ip, stay }
  }

  // ── event streams ─────────────────────────────────────────────────────────────────────────────────────────────

  async function openStream(request: Request, url: URL, by: AskedBy): Promise<Response> {
    const admitted = await admittedBy(by)
    if (!admitted.ok) return tooMany(admitted)
    const livecache = url.searchParams.get('protocol') === protocolName
    const stream = createSseStream({
      livecache,
      scope: createScope(clock),
      onGone: () => end(session),
      onSlow: () => session.end(closeCodes.resync, 'it was read too slowly'),
    })
    const asked = { ...askedBy(request, by, admitted.stay), transport: 'sse', awaitsAcks: livecache }
    const subscribe = livecache ? null : subscriptionOf(request, url)
    const { session, refused } = begin({ ...asked, subscribe }, stream, request.signal, null)
    const refusal = await refused
    if (refusal !== null) {
      await stream.body.cancel()
      return refusalResponse(refusal)
    }
    return new Response(stream.body, { headers: { ...streamHeaders, ...(livecache && spoken) } })
  }

  // ── long polling ──────────────────────────────────────────────────────────────────────────────────────────────

  async function openPolled(request: Request, url: URL, by: AskedBy): Promise<Response> {
    if (url.searchParams.get('protocol') !== protocolName) {
      const hint = `Add protocol=${protocolName} to the address, or read ${basePath}/stream.`
      return errorResponse(400, 'INVALID', `Long polling is for clients that speak ${protocolName}. ${hint}`)
    }
    const admitted = await admittedBy(by)
    if (!admitted.ok) return tooMany(admitted)
    const scope = createScope(clock)
    const buffer = createPollBuffer({
      scope,
      onFull: () => session.end(closeCodes.resync, 'too much waited to be fetched'),
      onOver() {
        scope.dispose()
        end(session)
      },
    })
    const asked = { ...askedBy(request, by, admitted.stay), transport: 'poll', subscribe: null, awaitsAcks: false }
    const { session, refused } = begin(asked, buffer, request.signal, buffer)
    const refusal = await refused
    if (refusal !== null) {
      scope.dispose()
      return refusalResponse(refusal)
    }
    return pollResponse(await buffer.poll(0, request.signal), session.id)
  }

  async function poll(request: Request, url: URL): Promise<Response> {
    const found = find(request, url)
    if (!found?.buffer) return noSession()
    const after = Number(url.searchParams.get('after') ?? 0)
    if (!Number.isSafeInteger(after) || after < 0)
      return errorResponse(400, 'INVALID', '"after" must be a whole number')
    return pollResponse(await found.buffer.poll(after, request.signal))
  }

  // ── what clients say ──────────────────────────────────────────────────────────────────────────────────────────

  async function receive(request: Request, url: URL, path: string): Promise<Response> {
    const found = find(request, url)
    if (found === undefined) return noSession()
    const text = await bodyOf(request)
    if (text instanceof Response) return text
    const frames = framesIn(text)
    if (frames === null) return errorResponse(400, 'INVALID', 'the body must be a JSON array of frames')
    // Else whoever guards one of the routes (a proxy, a limit) could be got around by another.
    const astray = frames.find(({ type }) => endpointOf(type as ClientFrame['type']).path !== path)
    if (astray)
      return errorResponse(400, 'INVALID', `a frame of type ${JSON.stringify(astray['type'])} has another route`)
    for (const frame of frames) {
      if (frame['type'] === 'auth' && typeof frame['token'] === 'string') remember(frame['token'], found.tokens)
      found.session.receive(JSON.stringify(frame))
    }
    return new Response(null, { status: 204 })
  }

  // ── subscriptions ─────────────────────────────────────────────────────────────────────────────────────────────

  async function readSubscriptions(request: Request, url: URL, by: AskedBy): Promise<Response> {
    const reader = await identify(request, by)
    if (reader instanceof Response) return reader
    if (!names(url)) return answerDefault(hub, reader)
    const session = ownSession(url, reader)
    return session === undefined ? noSession() : answerSubscriptions(session)
  }

  /** Of a session over HTTP: whatever it says. Of another one what it wants, and of nobody's the default of the user. */
  async function changeSubscriptions(request: Request, url: URL, path: string, by: AskedBy): Promise<Response> {
    if (find(request, url) !== undefined) return receive(request, url, path)
    const reader = await identify(request, by)
    if (reader instanceof Response) return reader
    // Before the body is looked at, or its faults would tell a session that is there from none.
    const session = names(url) ? ownSession(url, reader) : null
    if (session === undefined) return noSession()
    const text = await bodyOf(request)
    if (text instanceof Response) return text
    if (session === null) return changeDefault(hub, reader, text)
    // A body takes its time, and what was allowed before it may have ended.
    if (hub.session(session.id) === undefined) return noSession()
    const frames = framesOf(text)
    if (frames === null || !frames.every(({ type }) => type === 'subscribe' || type === 'unsubscribe')) {
      return errorResponse(400, 'INVALID', 'the body must be frames of type "subscribe" and "unsubscribe"')
    }
    for (const frame of frames) session.receive(JSON.stringify(frame))
    return answerSubscriptions(session)
  }

  /** Who asks, or the answer where that is not known. */
  async function identify(
    request: Request,
    { ip, identify: limited = unlimited }: AskedBy,
  ): Promise<Identity | Response> {
    try {
      const identified = await limited(() => hub.identify(tokenOf(request, allowQueryToken), { ip }))
      return identified.ok ? identified.identity : tooMany(identified)
    } catch (cause) {
      if (!isTemporaryRefusal(cause)) return errorResponse(401, 'UNAUTHORIZED', 'the token was refused')
      return refusalResponse({ code: closeCodes.tryLater, reason: 'no token can be verified now' })
    }
  }

  /** A stranger's is as unknown as none. */
  function ownSession(url: URL, { subject }: Identity): Session | undefined {
    const session = hub.session(url.searchParams.get('connectionId')!)
    return session?.identity()?.subject === subject ? session : undefined
  }

  return async (request, by = {}) => {
    const origin = request.headers.get('origin')
    if (origin !== null && !allowOrigin(origin)) {
      return errorResponse(403, 'FORBIDDEN', 'pages of this origin may not ask')
    }
    const response = await answered(() => route(request, new URL(request.url), by))
    for (const [name, value] of corsHeaders(origin, request.method)) response.headers.set(name, value)
    return response
  }
}

const spoken = { [protocolHeader]: protocolName }
const streamHeaders = {
  'content-type': 'text/event-stream',
  'cache-control': 'no-store, no-transform',
  // Nginx would collect it first.
  'x-accel-buffering': 'no',
}

/** `EventSource` sends what it read last in a header, which says more than the address it was made with. */
function subscriptionOf(request: Request, { searchParams }: URL) {
  const params = new URLSearchParams(searchParams)
  const lastEventId = request.headers.get('last-event-id')
  if (lastEventId) params.set('lastEventId', lastEventId)
  if (!params.get('events')) params.set('events', '*')
  return addressSubscription(params)!
}

function framesIn(text: string): JsonObject[] | null {
  try {
    const value: unknown = JSON.parse(text)
    return Array.isArray(value) && value.every(isObject) ? value : null
  } catch {
    return null
  }
}

/** The body, or the answer where it is more than is read. */
async function bodyOf(request: Request): Promise<string | Response> {
  const text = await readBody(request, maxBodyBytes)
  if (text === null) return tooLong()
  // Frames would be refused one by one; but what is nested without end cannot even be written as JSON again.
  return nestsDeeper(text, maxFrameDepth + 1) ? tooDeep() : text
}

function nestsDeeper(text: string, levels: number): boolean {
  try {
    dropUnsafeKeys(JSON.parse(text), levels)
    return false
  } catch (error) {
    return error instanceof TooDeep
  }
}

/** A token may be replaced while requests that carry it are on their way; none of a session's is remembered for good. */
const maxTokens = 4
const maxTokenLength = 8_192

function remember(token: string, tokens: Set<string | undefined>) {
  if (token.length > maxTokenLength) return
  // Anew, so that it stands last.
  tokens.delete(token)
  tokens.add(token)
  const [oldest] = tokens
  if (tokens.size > maxTokens) tokens.delete(oldest)
}

async function answered(answer: () => Promise<Response> | Response): Promise<Response> {
  try {
    return await answer()
  } catch (error) {
    if (!(error instanceof RealtimeError) || error.code !== 'engine-unavailable') throw error
    return refusalResponse({ code: closeCodes.tryLater, reason: 'the store of the server is away' })
  }
}

const names = (url: URL) => url.searchParams.has('connectionId')

const tooLong = () => errorResponse(413, 'TOO_LARGE', `a request may have ${maxBodyBytes} bytes at most`)

const room: Stay = { signedIn: () => null, leave: () => {} }

const tooDeep = () => errorResponse(400, 'INVALID', `a frame may be nested ${maxFrameDepth} levels deep at most`)

async function admittedBy({ admit }: AskedBy): Promise<Admitted> {
  return admit === undefined ? { ok: true, stay: room } : admit()
}

async function unlimited(verify: () => Promise<Identity>): Promise<Identified> {
  return { ok: true, identity: await verify() }
}

function tooMany({ code, message, retryAfterMs }: NotNow): Response {
  const retryAfter = { 'retry-after': String(Math.ceil(retryAfterMs / 1_000)) }
  return errorResponse(code === 'RATE_LIMIT' ? 429 : 503, code, message, retryAfter)
}

const noSession = () =>
  errorResponse(404, 'NO_SESSION', 'There is no such session, or no longer. Open another one, and resume in it.')

function pollResponse({ frames, after, close }: PollAnswer, connectionId?: string): Response {
  const fields = { ...(connectionId && { connectionId }), after, ...(close && { close }) }
  // The frames are JSON already.
  const body = `{"frames":[${frames.join(',')}],${JSON.stringify(fields).slice(1)}`
  return new Response(body, {
    headers: { 'content-type': 'application/json', 'cache-control': 'no-store', ...spoken },
  })
}
