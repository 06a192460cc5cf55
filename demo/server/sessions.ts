// Tokens for this demo: signed with the secret that the host made when it started. Real apps have an identity provider
// here; the gateway would be given its public keys instead.
import { verifyJwt } from 'livecache/gateway'
import { SignJWT } from 'jose'
import type { Person, Session } from '../shared/entities.ts'
import { ApiError } from './api-error.ts'
import { findPerson, team } from './team.ts'

const audience = 'kestrel-workspace'
const lifeMs = 15 * 60_000
/** The series that every event of the workspace belongs to; a token names the tenant whose series it may read. */
export const tenant = 'kestrel'
export const stream = `tenant:${tenant}`

export type Sessions = ReturnType<typeof createSessions>

/** @param streamsOf what somebody may read beside the goals */
export function createSessions(secret: string, streamsOf: (personId: string) => readonly string[]) {
  const key = new TextEncoder().encode(secret)
  const verify = verifyJwt({
    secret: key,
    audience,
    streams: ({ tenant: of, sub = '' }) => [`tenant:${String(of)}`, 'goal:*', ...streamsOf(sub)],
  })

  return {
    verify,
    async open(userId: unknown): Promise<Session> {
      const person = typeof userId === 'string' ? findPerson(userId) : team[0]
      if (person === undefined) throw new ApiError(422, 'INVALID', 'Nobody of that id works here.')
      const expiresAt = Math.floor((Date.now() + lifeMs) / 1000) * 1000
      const token = await new SignJWT({ tenant })
        .setProtectedHeader({ alg: 'HS256' })
        .setSubject(person.id)
        .setAudience(audience)
        .setIssuedAt()
        .setExpirationTime(expiresAt / 1000)
        .sign(key)
      return { token, expiresAt, person }
    },
    /** Who sends a request. */
    async personOf(authorization: string | undefined): Promise<Person> {
      const [, token] = /^Bearer (.+)$/i.exec(authorization ?? '') ?? []
      const identity = await Promise.resolve(verify(token)).catch(() => null)
      const person = identity === null ? undefined : findPerson(identity.subject)
      if (person === undefined)
        throw new ApiError(401, 'UNAUTHORIZED', 'Sign in first: the token is missing or no longer valid.')
      return person
    },
  }
}
