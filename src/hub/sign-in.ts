// Who a session belongs to: verifying the token, renewing it, its expiry, and the time all that may take.
import type { Clock } from '../base/clock.ts'
import type { Undo } from '../base/emitter.ts'
import { closeCodes } from '../protocol/codes.ts'
import type { Identity } from './access.ts'
import { isTemporaryRefusal, refusalReason } from './token-refused.ts'

/** The same for all sessions of a hub. */
export interface SignInHub {
  clock: Clock
  verify: Verifying
}

/** Calls one of the two. In the same turn as `then` its answer is no older than whatever was revoked. */
export type Verifying = (
  token: string | undefined,
  then: (verified: Identity) => void,
  refuse: (cause: unknown) => void,
) => void

/** Whose sign-in it is. */
export interface SigningIn {
  readonly isOver: boolean
  /** Whether there is room for this one; null: yes. Asked once, at the first sign-in. */
  admit(identity: Identity): SessionRefusal | null
  /** The token was refused. @param reason for who watches: of `TokenRefused`, or `verify-threw`; the client is not told */
  onTokenRefused(reason: string): void
  /** Ends the session with an `error` frame that says how long to stay away. */
  endRefused(refusal: SessionRefusal): void
  /** The session cannot go on. */
  end(code: number, reason: string): void
}

/** Why a session cannot be. */
export interface SessionRefusal {
  /** As an `error` frame says it: `RATE_LIMIT`. */
  code: string
  message: string
  retryAfterMs?: number
}

export class SignIn {
  /** Null until the first token was verified. */
  identity: Identity | null = null
  /** While it is true, what the client says has to wait. */
  isVerifying = false
  readonly #hub: SignInHub
  readonly #session: SigningIn
  /** Until somebody is signed in, then until the token expires. */
  #cancelDeadline: Undo | null = null

  /** @param withinMs how long until somebody is signed in */
  constructor(hub: SignInHub, session: SigningIn, withinMs: number) {
    this.#hub = hub
    this.#session = session
    this.#endIn(withinMs, closeCodes.timeout, 'no sign-in came in time')
  }

  /** @param then is told who it is, unless the session has ended by then; afterwards `ready` runs */
  start(token: string | undefined, then: (identity: Identity) => void, ready: () => void): void {
    this.isVerifying = true
    this.#hub.verify(
      token,
      (verified) => {
        if (!this.#session.isOver) this.#verified(verified, then, ready)
      },
      (cause) => {
        if (!this.#session.isOver) this.#refused(cause, ready)
      },
    )
  }

  /** How long the token still holds, as the wire says it. */
  expiresIn(): { authExpiresInMs?: number } {
    const expiresAt = this.identity?.expiresAt
    return expiresAt === undefined ? {} : { authExpiresInMs: Math.max(0, expiresAt - this.#hub.clock.now()) }
  }

  /** The session has ended. */
  stop(): void {
    this.#cancelDeadline?.()
    this.#cancelDeadline = null
  }

  #verified(verified: Identity, then: (identity: Identity) => void, ready: () => void) {
    const { identity } = this
    this.isVerifying = false
    if (identity !== null && identity.subject !== verified.subject) {
      this.#session.end(closeCodes.forbidden, 'a renewed token must belong to the same subject')
      return
    }
    const refusal = identity === null ? this.#session.admit(verified) : null
    if (refusal !== null) return this.#session.endRefused(refusal)
    this.identity = verified
    this.stop()
    if (verified.expiresAt !== undefined) {
      this.#endIn(verified.expiresAt - this.#hub.clock.now(), closeCodes.unauthorized, 'the token expired')
    }
    then(verified)
    ready()
  }

  #refused(cause: unknown, ready: () => void) {
    this.#session.onTokenRefused(refusalReason(cause))
    const isTemporary = isTemporaryRefusal(cause)
    if (isTemporary && this.identity !== null) {
      // The token before it holds as long as it did.
      this.isVerifying = false
      return ready()
    }
    // A fault of the server's own must not sign anybody out.
    if (isTemporary) this.#session.end(closeCodes.tryLater, 'no token can be verified now')
    else this.#session.end(closeCodes.unauthorized, 'the token was refused')
  }

  #endIn(ms: number, code: number, reason: string) {
    this.#cancelDeadline = this.#hub.clock.timeout(() => this.#session.end(code, reason), ms)
  }
}
