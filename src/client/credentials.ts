// Asks the app for a token: one request at a time for all who want one, bounded in time, and never answered to whoever
// stopped waiting. When a token is renewed is renewal.ts.
import type { Clock } from '../base/clock.ts'
import { RealtimeError } from '../base/errors.ts'
import { createScope, type Scope } from '../base/scope.ts'

/**
 * Why a token is asked for. `connect`: a link is being opened. `expiring`: the one in use ends soon, so the next one is wanted.
 * `rejected`: the last one was refused, so a cached one will not do.
 */
export type TokenReason = 'connect' | 'expiring' | 'rejected'

export interface TokenRequest {
  reason: TokenReason
  /** Aborted when the answer is no longer wanted. */
  signal: AbortSignal
}

/** Answers the token to sign in with, or null where nobody is signed in: the client then stays `idle`. */
export type GetToken = (request: TokenRequest) => string | null | Promise<string | null>

export interface Credentials {
  /** False where the app has no `getToken`, so that the server is joined without one. */
  readonly exist: boolean
  /** Calls exactly one of `on` later; none once `scope` ended, or where the answer is left behind for a fresher one. */
  request(reason: TokenReason, scope: Scope, on: TokenListener): void
  /** Another user: what is still being asked for belongs to the one before. */
  forget(): void
}

export interface TokenListener {
  token(token: string): void
  /** `getToken` answered null. */
  signedOut(): void
  failed(error: RealtimeError): void
}

interface Flight {
  /** A token asked for because the last one was refused serves every wish, another one not that. */
  readonly fresh: boolean
  readonly waiters: Set<TokenListener>
  readonly scope: Scope
}

export function createCredentials(getToken: GetToken | undefined, timeoutMs: number, clock: Clock): Credentials {
  let flight: Flight | null = null

  function begin(reason: TokenReason): Flight {
    const abort = new AbortController()
    const begun: Flight = { fresh: reason === 'rejected', waiters: new Set(), scope: createScope(clock) }
    begun.scope.own(() => abort.abort())
    begun.scope.timeout(() => fail(begun, `getToken did not answer within ${timeoutMs / 1000} s`), timeoutMs)
    // An async function turns a getToken that throws into one that rejects.
    const ask = async () => (getToken === undefined ? null : getToken({ reason, signal: abort.signal }))
    ask().then(
      (token) => answer(begun, token),
      (cause: unknown) => fail(begun, 'getToken failed', cause),
    )
    return begun
  }

  function answer(answered: Flight, token: string | null) {
    if (token === null) settle(answered, (waiter) => waiter.signedOut())
    else if (typeof token !== 'string' || token === '')
      fail(answered, `getToken answered ${token === '' ? 'an empty string' : typeof token} instead of a token or null`)
    else settle(answered, (waiter) => waiter.token(token))
  }

  function fail(failed: Flight, what: string, cause?: unknown) {
    const error = new RealtimeError('token-failed', `${what}, so the client cannot sign in; it tries again later.`, {
      cause,
    })
    settle(failed, (waiter) => waiter.failed(error))
  }

  /** Once: a later answer, or the time limit, finds the flight over. */
  function settle(settled: Flight, tell: (waiter: TokenListener) => void) {
    if (settled.scope.disposed) return
    end(settled)
    for (const waiter of [...settled.waiters]) if (settled.waiters.has(waiter)) tell(waiter)
  }

  function end(ended: Flight) {
    if (flight === ended) flight = null
    ended.scope.dispose()
  }

  return {
    exist: getToken !== undefined,
    request(reason, scope, on) {
      if (flight !== null && reason === 'rejected' && !flight.fresh) leaveBehind(flight)
      const joined = (flight ??= begin(reason))
      joined.waiters.add(on)
      scope.own(() => {
        joined.waiters.delete(on)
        if (joined.waiters.size === 0) end(joined)
      })
    },
    forget() {
      if (flight !== null) leaveBehind(flight)
    },
  }

  /** Its answer is not wanted any more, whoever waits. */
  function leaveBehind(left: Flight) {
    left.waiters.clear()
    end(left)
  }
}
