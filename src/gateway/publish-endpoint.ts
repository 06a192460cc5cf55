// How a backend publishes over HTTP: POST /api/v1/events with a server key and one event or several. What clients publish comes by
// another way (hub/http-handler.ts): they have a session, and `authorizePublish` is asked.
import { createHash, timingSafeEqual } from 'node:crypto'
import { RealtimeError } from '../base/errors.ts'
import type { EventFrame, NewEvent } from '../hub/event-log.ts'
import { errorResponse, readBody } from '../hub/http-answers.ts'
import { travel } from '../hub/publishable.ts'
import { readEvent } from './event-body.ts'

export interface PublishEndpointOptions {
  /** Publishes one event, such as the gateway's `publish`. */
  publish: (event: NewEvent) => EventFrame | Promise<EventFrame>
  /**
   * Any of these lets a request publish whatever it wants, as `Authorization: Bearer …`. Several, so that one can take the place of
   * another without a pause. 32 characters each at least.
   */
  keys: readonly string[]
  /** Bytes of one request at most. @default 1_048_576 */
  maxBodyBytes?: number
  /** Events of one request at most. @default 100 */
  maxEvents?: number
}

/** Where each event went, in the order of the request. */
export interface PublishedEvents {
  events: readonly Pick<EventFrame, 'eventId' | 'stream' | 'seq' | 'epoch'>[]
}

/** Answers 200 with `PublishedEvents`, or an error as `{ code, message }`. */
export type PublishEndpoint = (request: Request) => Promise<Response>

const minKeyLength = 32

/**
 * Throws `invalid-option` for a key that could be guessed. Events of one request are published in order, and none of them where one is
 * malformed. Where the gateway refuses or can't take one of them, those before it were published, and the answer names them as well.
 */
export function createPublishEndpoint(options: PublishEndpointOptions): PublishEndpoint {
  const { publish, keys, maxBodyBytes = 1_048_576, maxEvents = 100 } = options
  assertKeys(keys)
  const isKey = createKeyCheck(keys)

  async function publishAll(events: readonly NewEvent[]): Promise<Response> {
    const published: PublishedEvents['events'][number][] = []
    for (const event of events) {
      try {
        // One behind the other: they have an order.
        const { eventId, stream, seq, epoch } = await publish(event)
        published.push({ eventId, stream, seq, epoch })
      } catch (error) {
        return refusal(error, published)
      }
    }
    return json(200, { events: published } satisfies PublishedEvents)
  }

  return async (request) => {
    if (request.method !== 'POST')
      return errorResponse(405, 'INVALID', 'Events are published by POST.', { allow: 'POST' })
    const [, key] = /^Bearer +(.+)$/i.exec(request.headers.get('authorization') ?? '') ?? []
    if (key === undefined || !isKey(key)) {
      const hint = 'Publishing needs "Authorization: Bearer" with one of the keys that this server was started with.'
      return errorResponse(401, 'UNAUTHORIZED', hint, { 'www-authenticate': 'Bearer' })
    }
    const text = await readBody(request, maxBodyBytes)
    if (text === null) return errorResponse(413, 'TOO_LARGE', `A request may have ${maxBodyBytes} bytes at most.`)
    const read = eventsIn(text, maxEvents)
    return 'fault' in read ? errorResponse(read.status, read.code, read.fault) : publishAll(read.events)
  }
}

function assertKeys(keys: readonly string[]) {
  const short = keys.find((key) => key.length < minKeyLength)
  if (keys.length > 0 && short === undefined) return
  const what =
    short === undefined
      ? 'There is no key to publish with'
      : `A key to publish with has ${short.length} characters, so it could be guessed`
  throw new RealtimeError(
    'invalid-option',
    `${what}. Use ${minKeyLength} random characters or more, such as those of \`openssl rand -base64 33\`.`,
  )
}

/** Takes as long for one key as for another, right or wrong. */
function createKeyCheck(keys: readonly string[]): (key: string) => boolean {
  const known = keys.map(digestOf)
  return (key) => {
    const given = digestOf(key)
    return known.filter((digest) => timingSafeEqual(digest, given)).length > 0
  }
}

const digestOf = (key: string) => createHash('sha256').update(key).digest()

type ReadEvents = { events: readonly NewEvent[] } | { status: number; code: string; fault: string }

function eventsIn(text: string, maxEvents: number): ReadEvents {
  let body: unknown
  try {
    body = JSON.parse(text)
  } catch {
    return invalid('The body must be JSON: one event, or an array of events.')
  }
  const items: unknown[] = Array.isArray(body) ? body : [body]
  if (items.length > maxEvents)
    return { status: 413, code: 'TOO_LARGE', fault: `A request may have ${maxEvents} events at most.` }
  const events: NewEvent[] = []
  for (const [index, item] of items.entries()) {
    const at = Array.isArray(body) ? `[${index}]` : ''
    const read = readEvent(item, at)
    if (!read.ok) return invalid(read.fault)
    const travelling = travel(read.event)
    if (!travelling.ok) {
      const fault = `${at}${at && ': '}${travelling.error.message}`
      return travelling.isTooLarge ? { status: 413, code: 'TOO_LARGE', fault } : invalid(fault)
    }
    events.push(read.event)
  }
  return { events }
}

const invalid = (fault: string) => ({ status: 400, code: 'INVALID', fault })

function refusal(error: unknown, published: PublishedEvents['events']): Response {
  if (!(error instanceof RealtimeError)) throw error
  const { message } = error
  if (error.code === 'engine-unavailable')
    return json(503, { code: 'TRY_LATER', message, published }, { 'retry-after': '2' })
  return json(400, { code: 'INVALID', message, published })
}

function json(status: number, body: object, headers: Record<string, string> = {}): Response {
  return Response.json(body, { status, headers: { 'cache-control': 'no-store', ...headers } })
}
