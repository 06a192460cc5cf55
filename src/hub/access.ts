// Who may read what, as far as a token says it. What the app's own `authorize` adds to that is reach.ts.
import { RealtimeError } from '../base/errors.ts'
import { isObject } from '../base/json.ts'
import { isPattern, matchesAnyStream } from '../protocol/filter.ts'
import type { EventFrame } from './event-log.ts'

/** Somebody a token was verified for. */
export interface Identity {
  /** Who it is. A renewed token must name the same one. */
  subject: string
  /** Names or patterns of the streams this one may read (`tenant:3`, `goal:*`). */
  streams: readonly string[]
  /** What this one is, for `authorize` and its like to judge by; the hub itself makes nothing of them. */
  roles?: readonly string[]
  /** When the token expires, epoch ms; the session ends then unless it was renewed. */
  expiresAt?: number
}

/**
 * Says who a token belongs to. Throwing refuses it; the reason is not told to the client. Asked again where access of that one was revoked
 * while it was asked.
 * @param token undefined where the client sent none.
 */
export type Verify = (token: string | undefined) => Identity | Promise<Identity>

/**
 * Whether somebody may read a stream that the token allows. Asked once per session and stream, as it is subscribed to, resumed or first
 * spoken on, and again after the token was renewed. Throwing, or rejecting, means no. To the client a refused stream is one that does not exist.
 */
export type Authorize = (identity: Identity, stream: string) => boolean | Promise<boolean>

/** Whether somebody may read one event on a stream that this one reads. Asked for each event and reader, so it must be quick. */
export type AuthorizeEvent = (identity: Identity, event: EventFrame) => boolean

/** What is wrong with what `verify` answered; null where that is somebody. Whoever writes it without types must hear of it. */
export function faultOfIdentity(verified: unknown): RealtimeError | null {
  const { subject, streams, expiresAt } = isObject(verified) ? verified : {}
  const isSomebody =
    typeof subject === 'string' &&
    Array.isArray(streams) &&
    streams.every((stream) => typeof stream === 'string') &&
    (expiresAt === undefined || typeof expiresAt === 'number')
  if (isSomebody) return null
  return new RealtimeError(
    'invalid-option',
    'verify answered with what is nobody, so the sign-in was refused. Return { subject, streams }: who it is, and the names or patterns of the streams that this one may read; expiresAt, where there is one, in epoch ms.',
  )
}

export function mayRead(identity: Identity, stream: string): boolean {
  return matchesAnyStream(identity.streams, stream)
}

/** The streams that a reader, or what it asks for, names outright. */
export function namedStreams(identity: Identity, wanted: readonly string[] = []): readonly string[] {
  return [...identity.streams, ...wanted].filter((stream) => !isPattern(stream))
}
