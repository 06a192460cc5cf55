// Good tokens that fail: the issuer's keys are away, or this machine's clock is off. Says so now and then, however many fail.
import type { RealtimeError } from '../base/errors.ts'
import { TokenRefused } from '../hub/token-refused.ts'

export interface TokenTroublesOptions {
  now: () => number
  onError: (error: RealtimeError) => void
}

export interface TokenTroubles {
  /** A token was accepted. */
  passed(): void
  /** @param subject of a token that was right but for its time */
  refused(refusal: TokenRefused, subject: () => string | undefined): void
}

const quietMs = 60_000
/** How far apart tokens may fail by their time and still count together, in ms. */
const windowMs = 600_000
/** Of so many users: one who comes again and again with an old token says nothing of the clock. */
const manyUsers = 5

export function createTokenTroubles({ now, onError }: TokenTroublesOptions): TokenTroubles {
  const toldAt = new Map<string, number>()
  /** Who failed. Old tokens are common, so one that passes speaks for the clock; tokens from the future are not. */
  const failed = { 'token-expired': new Set<string>(), 'token-not-yet-valid': new Set<string>() }
  let windowFrom = now()

  function tell(error: TokenRefused) {
    if (Math.abs(now() - (toldAt.get(error.reason) ?? -Infinity)) < quietMs) return
    toldAt.set(error.reason, now())
    onError(error)
  }

  function count(reason: keyof typeof failed, subject: string) {
    if (Math.abs(now() - windowFrom) > windowMs) {
      windowFrom = now()
      for (const users of Object.values(failed)) users.clear()
    }
    const users = failed[reason]
    if (users.size < manyUsers) users.add(subject)
    if (users.size === manyUsers) tell(doubtOf(reason, now()))
  }

  return {
    passed: () => failed['token-expired'].clear(),
    refused(refusal, subject) {
      if (refusal.isTemporary) tell(refusal)
      else if (Object.hasOwn(failed, refusal.reason)) count(refusal.reason as keyof typeof failed, subject() ?? '')
    },
  }
}

function doubtOf(reason: 'token-expired' | 'token-not-yet-valid', now: number): TokenRefused {
  const [how, clock] = reason === 'token-expired' ? ['have expired', 'ahead'] : ['are from the future', 'behind']
  return new TokenRefused(
    reason,
    `The tokens of ${manyUsers} users or more are right but for their time: they ${how}. This machine's clock may be off (${clock}): it says ${new Date(now).toISOString()}. Compare it with another one and have it set by NTP; until then they cannot sign in.`,
  )
}
