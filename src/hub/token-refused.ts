// Why a token was refused: for logs and metrics, never for the client.
import { RealtimeError } from '../base/errors.ts'

/** Why a token was refused, for logs and metrics. */
export type TokenRefusal =
  | 'no-token'
  | 'too-long'
  /** It is no JWT. */
  | 'malformed'
  /** Signed by an algorithm that is not allowed, `none` included. */
  | 'bad-algorithm'
  | 'bad-signature'
  /** It names a key that the issuer does not publish. */
  | 'unknown-key'
  /** The issuer's keys could not be fetched. Says nothing about the token. */
  | 'keys-unavailable'
  | 'token-expired'
  /** It is from the future: by `nbf`, or by `iat`. */
  | 'token-not-yet-valid'
  /** Issued longer ago than is allowed, though it has not expired. */
  | 'token-too-old'
  | 'wrong-issuer'
  | 'wrong-audience'
  | 'wrong-type'
  /** A claim is missing, or has a value it cannot have. */
  | 'bad-claim'
  /** The app's own function failed on the claims. Says nothing about the token. */
  | 'claims-failed'
  /** Access of this user was revoked again and again while it was verified. Says nothing about the token. */
  | 'revoked-meanwhile'
  /** `verify` gave no answer in the time that a sign-in may take. Says nothing about the token. */
  | 'verify-too-slow'

/** For logs and metrics, of whatever `verify` threw. */
export function refusalReason(cause: unknown): string {
  return cause instanceof TokenRefused ? cause.reason : 'verify-threw'
}

/** Whether the token is no worse for it. */
export function isTemporaryRefusal(cause: unknown): boolean {
  return cause instanceof TokenRefused && cause.isTemporary
}

const temporary: readonly TokenRefusal[] = ['keys-unavailable', 'claims-failed', 'revoked-meanwhile', 'verify-too-slow']

/** Thrown by a `verify`. Its code is always `unauthorized`; which of the reasons it was, is `reason`. */
export class TokenRefused extends RealtimeError {
  readonly reason: TokenRefusal

  /** Also of the other copy of this class (base/errors.ts): a `verify` may have got it by `require`, and the gateway never does. */
  static override [Symbol.hasInstance](thrown: unknown): thrown is TokenRefused {
    return thrown instanceof RealtimeError && thrown.code === 'unauthorized' && 'isTemporary' in thrown
  }

  constructor(reason: TokenRefusal, message: string, options?: { cause?: unknown }) {
    super('unauthorized', message, options)
    this.reason = reason
  }

  /** True where it is the server's fault: the same token may be accepted later, so the client should come back with it. */
  get isTemporary(): boolean {
    return temporary.includes(this.reason)
  }
}
