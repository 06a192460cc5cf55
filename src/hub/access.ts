// Who may read what.
import { isPattern, matchesAnyStream } from '../protocol/filter.ts'

/** Somebody a token was verified for. */
export interface Identity {
  /** Who it is. A renewed token must name the same one. */
  subject: string
  /** Names or patterns of the streams this one may read (`tenant:3`, `goal:*`). */
  streams: readonly string[]
  /** When the token expires, epoch ms; the session ends then unless it was renewed. */
  expiresAt?: number
}

/**
 * Says who a token belongs to. Throwing refuses it; the reason is not told to the client.
 * @param token undefined where the client sent none.
 */
export type Verify = (token: string | undefined) => Identity | Promise<Identity>

export function mayRead(identity: Identity, stream: string): boolean {
  return matchesAnyStream(identity.streams, stream)
}

/**
 * The first stream in `wanted` that is named outright and may not be read. A pattern needs no leave: it takes what may be
 * read and nothing else.
 */
export function findForeignStream(identity: Identity, wanted: readonly string[] = []): string | undefined {
  return wanted.find((stream) => !isPattern(stream) && !mayRead(identity, stream))
}

/** The streams that a reader, or what it asks for, names outright. */
export function namedStreams(identity: Identity, wanted: readonly string[] = []): readonly string[] {
  return [...identity.streams, ...wanted].filter((stream) => !isPattern(stream))
}
