// Who a session belongs to: verifying the token, renewing it, its expiry, and the time all that may take.
import type { Clock } from '../base/clock.ts'
import type { Undo } from '../base/emitter.ts'
import type { Scope } from '../base/scope.ts'
import { closeCodes } from '../protocol/codes.ts'
import type { Identity, Verify } from './access.ts'
import { TokenRefused } from './token-refused.ts'

export interface SignInOptions {
  clock: Clock
  scope: Scope
  verify: Verify
  /** How long until somebody is signed in, in ms. */
  withinMs: number
  /** Whether there is room for this one; null: yes. Asked once, at the first sign-in. */
  admit: ((identity: Identity) => SessionRefusal | null) | undefined
  /** The token was refused. @param reason for who watches: of `TokenRefused`, or `verify-threw`; the client is not told */
  onRefused: (reason: string) => void
  /** Ends the session with an `error` frame that says how long to stay away. */
  refuse: (refusal: SessionRefusal) => void
  /** The session cannot go on. */
  end: (code: number, reason: string) => void
}

/** Why a session cannot be. */
export interface SessionRefusal {
  /** As an `error` frame says it: `RATE_LIMIT`. */
  code: string
  message: string
  retryAfterMs?: number
}

export interface SignIn {
  /** Null until the first token was verified. */
  readonly identity: Identity | null
  /** While it is true, what the client says has to wait. */
  readonly verifying: boolean
  /** @param then is told who it is, unless the session has ended by then; afterwards `ready` runs */
  start(token: string | undefined, then: (identity: Identity) => void, ready: () => void): void
  /** How long the token still holds, as the wire says it. */
  expiresIn(): { authExpiresInMs?: number }
}

export function createSignIn(options: SignInOptions): SignIn {
  const { clock, scope, verify, withinMs, admit, onRefused, refuse, end } = options
  let cancelExpiry: Undo | null = null
  const cancelLimit = scope.timeout(() => end(closeCodes.timeout, 'no sign-in came in time'), withinMs)

  function accept(verified: Identity) {
    self.identity = verified
    cancelLimit()
    cancelExpiry?.()
    if (verified.expiresAt === undefined) return
    const leftMs = verified.expiresAt - clock.now()
    cancelExpiry = scope.timeout(() => end(closeCodes.unauthorized, 'the token expired'), leftMs)
  }

  const self = {
    identity: null as Identity | null,
    verifying: false,
    start(token: string | undefined, then: (identity: Identity) => void, ready: () => void) {
      self.verifying = true
      const ask = async () => verify(token)
      ask().then(
        (verified) => {
          if (scope.disposed) return
          const { identity } = self
          self.verifying = false
          if (identity !== null && identity.subject !== verified.subject) {
            end(closeCodes.forbidden, 'a renewed token must belong to the same subject')
            return
          }
          const refusal = identity === null ? (admit?.(verified) ?? null) : null
          if (refusal !== null) return refuse(refusal)
          accept(verified)
          then(verified)
          ready()
        },
        (cause: unknown) => {
          if (scope.disposed) return
          onRefused(cause instanceof TokenRefused ? cause.reason : 'verify-threw')
          if (cause instanceof TokenRefused && cause.isTemporary && self.identity !== null) {
            // The token before it holds as long as it did.
            self.verifying = false
            return ready()
          }
          // A fault of the server's own must not sign anybody out.
          if (cause instanceof TokenRefused && cause.isTemporary)
            end(closeCodes.tryLater, 'no token can be verified now')
          else end(closeCodes.unauthorized, 'the token was refused')
        },
      )
    },
    expiresIn() {
      const expiresAt = self.identity?.expiresAt
      return expiresAt === undefined ? {} : { authExpiresInMs: Math.max(0, expiresAt - clock.now()) }
    },
  }
  return self
}
