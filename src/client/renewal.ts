// When to ask for the next token: at four fifths of the life of the one in use, so that the link never has to be dropped.
import type { Clock } from '../base/clock.ts'
import { isObject } from '../base/json.ts'

/** The share of a token's life after which the next one is asked for. */
const renewAfterShare = 0.8
/** Never sooner than this after the last one, in ms: a source that answers with the same old token must not be asked in a loop. */
const minGapMs = 10_000

/** How long from now until the next token is asked for, in ms. */
export function renewalDelayMs(expiresInMs: number): number {
  return Math.max(expiresInMs * renewAfterShare, minGapMs)
}

/** After a failed try: half of what is left, until the token expires and the server ends the link. Null: too late. */
export function renewalRetryMs(leftMs: number): number | null {
  return leftMs / 2 < minGapMs ? null : leftMs / 2
}

/**
 * How long a JWT still holds, in ms; null where it is none or does not say. Nothing is verified: that is the server's part.
 * @param serverNow epoch ms by the server's clock, or by this machine's where the server does not tell
 */
export function jwtExpiresInMs(token: string, serverNow: number): number | null {
  const claims = claimsOf(token)
  const { exp, iat } = claims
  if (typeof exp !== 'number' || !Number.isFinite(exp)) return null
  const leftMs = exp * 1000 - serverNow
  if (leftMs > 0) return leftMs
  // This clock is wrong, or the token is old: taken for new, its whole life is ahead.
  return typeof iat === 'number' && exp > iat ? (exp - iat) * 1000 : null
}

function claimsOf(token: string): Record<string, unknown> {
  try {
    const [, claims = ''] = token.split('.')
    const parsed: unknown = JSON.parse(atob(claims.replaceAll('-', '+').replaceAll('_', '/')))
    return isObject(parsed) ? parsed : {}
  } catch {
    return {}
  }
}

/** By how much the server's clock is ahead, in ms; 0 where it does not tell. */
export function clockSkewMs(serverTime: string | undefined, { now }: Clock): number {
  const told = Date.parse(serverTime ?? '')
  return Number.isFinite(told) ? told - now() : 0
}
