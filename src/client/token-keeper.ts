// Keeps the token of one running link fresh: asks for the next one in time, and hands it over in band, or by another link where
// tokens go with the open. When that is due is renewal.ts; who asks the app is credentials.ts.
import type { Clock } from '../base/clock.ts'
import type { Undo } from '../base/emitter.ts'
import type { RealtimeError } from '../base/errors.ts'
import type { Scope } from '../base/scope.ts'
import { fateOfClose } from '../protocol/codes.ts'
import type { WelcomeFrame } from '../protocol/frames.ts'
import type { TransportClosure } from '../transports/transport.ts'
import type { Credentials } from './credentials.ts'
import type { Tell } from './diagnostics.ts'
import { clockSkewMs, jwtExpiresInMs, renewalDelayMs, renewalRetryMs } from './renewal.ts'

export interface TokenKeeperOptions {
  clock: Clock
  /** Ends with the link. */
  scope: Scope
  credentials: Credentials
  /** Time the server may take to answer a token that was handed over, in ms. */
  answerLimitMs: number
  /** Null where it cannot be done in band. */
  sendToken: ((token: string) => void) | null
  /** Opens another link with this token, which takes the place of this one. */
  relink: (token: string, on: { failed(closure: TransportClosure): void; refused(): void }) => void
  signedOut: () => void
  onUnanswered: () => void
  onError: (error: RealtimeError) => void
  tell: Tell
}

export interface TokenKeeper {
  /** The server took the token that was handed over. */
  renewed(expiresInMs: number | undefined): void
}

type Reason = 'expiring' | 'rejected'

export function keepToken(welcome: WelcomeFrame, token: string, options: TokenKeeperOptions): TokenKeeper {
  const { clock, scope, credentials, answerLimitMs, sendToken, relink, signedOut, onUnanswered, onError, tell } =
    options
  const skewMs = clockSkewMs(welcome.serverTime, clock)
  /** How long the token that was handed over says that it holds, in ms. */
  let toldMs: number | null = null
  let cancelPlan: Undo | null = null
  let cancelLimit: Undo | null = null

  const lifeOf = (jwt: string) => jwtExpiresInMs(jwt, clock.now() + skewMs)

  /** One plan at a time: an answer may come twice. */
  function plan(run: () => void, delayMs: number) {
    cancelPlan?.()
    cancelPlan = scope.timeout(run, delayMs)
  }

  function renewBefore(expiresInMs: number | null) {
    if (expiresInMs === null) return
    const expiresAt = clock.now() + expiresInMs
    plan(() => renew(expiresAt), renewalDelayMs(expiresInMs))
  }

  function renew(expiresAt: number, reason: Reason = 'expiring') {
    tell('refresh', { reason, outcome: 'asked' })
    credentials.request(reason, scope, {
      token: (next) => (sendToken === null ? relinkWith(next, expiresAt, reason) : handOver(next, sendToken)),
      signedOut,
      failed(error) {
        tell('refresh', { reason, outcome: 'failed' })
        onError(error)
        renewLater(expiresAt)
      },
    })
  }

  /** Where it is too late for another try, the server ends the link, and a fresh token is asked for then. */
  function renewLater(expiresAt: number, atLeastMs = 0) {
    const retryMs = renewalRetryMs(expiresAt - clock.now())
    if (retryMs !== null) plan(() => renew(expiresAt), Math.max(retryMs, atLeastMs))
  }

  function handOver(next: string, send: (token: string) => void) {
    toldMs = lifeOf(next)
    cancelLimit = scope.timeout(onUnanswered, answerLimitMs)
    send(next)
  }

  function relinkWith(next: string, expiresAt: number, reason: Reason) {
    relink(next, {
      failed({ code, retryAfterMs }) {
        if (fateOfClose(code).kind === 'refresh' && reason === 'expiring') renew(expiresAt, 'rejected')
        else renewLater(expiresAt, retryAfterMs)
      },
      refused: () => renewLater(expiresAt),
    })
  }

  renewBefore(welcome.authExpiresInMs ?? lifeOf(token))
  return {
    renewed(expiresInMs) {
      cancelLimit?.()
      tell('refresh', { reason: 'expiring', outcome: 'renewed' })
      renewBefore(expiresInMs ?? toldMs)
    },
  }
}
