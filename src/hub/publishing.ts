// What clients publish: whether they may, as what, and the answer they get. That it is done once is published-ids.ts; in which
// order, session.ts.
import { RealtimeError } from '../base/errors.ts'
import type { PublishFrame, ServerFrame } from '../protocol/frames.ts'
import type { Identity } from './access.ts'
import type { Appended, OnceKey } from './engine.ts'
import type { NewEvent } from './event-log.ts'
import type { Travelling } from './publishable.ts'
import { createPublishedIds } from './published-ids.ts'
import type { RateLimit, RateLimiter, Verdict } from './rate-limit.ts'
import type { Revocations } from './revocations.ts'

/** What a client wants published. Nothing of it was checked but its shape. */
export interface PublishRequest {
  /** The type of the event. */
  event: string
  /** `null` where the client sent none. */
  payload: unknown
  /** Left out where the client leaves it to the server. */
  stream?: string
}

/**
 * `false`: no. `true`: as asked; the client must have named a stream then. An event: published in place of what was asked,
 * what it leaves out as asked. Its id, its place, its time and who it is from are always the hub's to set.
 */
export type PublishDecision = boolean | Partial<Omit<NewEvent, 'id' | 'origin'>>

/** Whether somebody may publish something. Throwing is a fault of the server: the client is told to try again. */
export type AuthorizePublish = (
  identity: Identity,
  request: PublishRequest,
) => PublishDecision | Promise<PublishDecision>

export interface PublishingOptions {
  authorize: AuthorizePublish | undefined
  /** Publishes what is known to be publishable, the same `once` once. */
  append: (event: NewEvent, once: OnceKey) => Promise<Appended>
  /** What the table of events makes of it. */
  check: (event: NewEvent) => Travelling
  rateLimiter: RateLimiter
  /** How often one user may publish. */
  limit: RateLimit
  pressure: () => number
  onLimited: (subject: string) => void
  revocations: Revocations
  now: () => number
  /** How long the ids of clients are remembered, in ms. */
  retentionMs: number
  onError: (error: RealtimeError) => void
}

export interface Publishing {
  /** Whether anything can be published at all. */
  readonly isOn: boolean
  /** Never rejects. @param clientId the session that asks */
  answer(frame: PublishFrame, identity: Identity, clientId: string): Promise<ServerFrame>
}

type Outcome = { eventId: string } | Refusal

interface Refusal {
  code: string
  message: string
  retryable: boolean
  retryAfterMs?: number
}

/** Ids remembered of one subject: more than a client keeps waiting for an answer. */
const maxIdsPerSubject = 1_000

export function createPublishing(options: PublishingOptions): Publishing {
  const { authorize, append, check, rateLimiter, limit, pressure, onLimited, revocations, now, retentionMs, onError } =
    options
  const ids = createPublishedIds<Outcome>({
    now,
    retentionMs,
    maxPerSubject: maxIdsPerSubject,
    isDone: (outcome) => 'eventId' in outcome,
  })

  async function tryToPublish(frame: PublishFrame, identity: Identity, clientId: string): Promise<Outcome> {
    if (authorize === undefined || isReserved(frame.event)) return forbidden
    const wasRevoked = revocations.watch()
    let waitMs: Verdict
    let decision: PublishDecision = false
    let isOld: boolean
    try {
      waitMs = await rateLimiter.take('publish', identity.subject, limit, pressure())
      if (waitMs === null) decision = await authorize(identity, requestOf(frame))
    } finally {
      isOld = wasRevoked(identity.subject)
    }
    if (waitMs !== null) {
      onLimited(identity.subject)
      return { code: 'RATE_LIMIT', message: 'too much was published', retryable: true, retryAfterMs: waitMs }
    }
    if (isOld) return revokedMeanwhile
    if (!decision) return forbidden
    const event = eventOf(frame, decision, clientId)
    if (event.stream === undefined) return refusal('INVALID', 'name the stream to publish it on')
    if (isReserved(event.type)) return forbidden
    const travelling = check({ ...event, stream: event.stream })
    if (!travelling.ok) return refusal(travelling.isTooLarge ? 'TOO_LARGE' : 'INVALID', travelling.error.message)
    const { frame: kept } = await append(travelling.event, { subject: identity.subject, id: frame.id })
    return { eventId: kept.eventId }
  }

  async function attempt(frame: PublishFrame, identity: Identity, clientId: string): Promise<Outcome> {
    try {
      return await tryToPublish(frame, identity, clientId)
    } catch (cause) {
      if (cause instanceof RealtimeError && cause.code === 'engine-unavailable') {
        onError(cause)
        return { code: 'INTERNAL', message: 'nothing can be published just now', retryable: true }
      }
      onError(
        new RealtimeError(
          'handler-threw',
          `authorizePublish threw on "${frame.event}", so it was not published and the client was told of a fault. Answer false to refuse.`,
          { cause },
        ),
      )
      return { code: 'INTERNAL', message: 'the server failed; it was not published', retryable: true }
    }
  }

  return {
    isOn: authorize !== undefined,
    async answer(frame, identity, clientId) {
      const { id: ref } = frame
      const outcome = await ids.once(identity.subject, ref, () => attempt(frame, identity, clientId))
      return 'eventId' in outcome ? { type: 'published', ref, ...outcome } : { type: 'error', ...outcome, ref }
    },
  }
}

function requestOf({ event, payload = null, stream }: PublishFrame): PublishRequest {
  return { event, payload, ...(stream !== undefined && { stream }) }
}

type Addressed = Omit<NewEvent, 'stream'> & { stream: string | undefined }

function eventOf(frame: PublishFrame, decision: Exclude<PublishDecision, false>, clientId: string): Addressed {
  const decided = decision === true ? {} : decision
  return {
    type: decided.type ?? frame.event,
    payload: decided.payload === undefined ? (frame.payload ?? null) : decided.payload,
    stream: decided.stream ?? frame.stream,
    ...(decided.entity && { entity: decided.entity }),
    ...(decided.v !== undefined && { v: decided.v }),
    origin: { clientId, mutationId: frame.id },
  }
}

/** Types that mean something to the protocol itself. */
const isReserved = (type: string) => type.startsWith('system.')

const refusal = (code: string, message: string): Refusal => ({ code, message, retryable: false })

const revokedMeanwhile: Refusal = {
  code: 'INTERNAL',
  message: 'access was changed while it was asked for; it was not published',
  retryable: true,
}

const forbidden = refusal('FORBIDDEN', 'this may not be published')
