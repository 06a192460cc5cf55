// Asks the app for a token: one request at a time, bounded in time, and never answered to whoever stopped waiting.
import { RealtimeError } from '../base/errors.ts'
import type { Scope } from '../base/scope.ts'
import type { GetToken, TokenReason } from './options.ts'

export interface Credentials {
  /** False where the app has no `getToken`, so that the server is joined without one. */
  readonly exist: boolean
  /**
   * Calls exactly one of `on` later, or none once `scope` ended.
   */
  request(reason: TokenReason, scope: Scope, on: TokenListener): void
}

export interface TokenListener {
  token(token: string): void
  /** `getToken` answered null. */
  signedOut(): void
  failed(error: RealtimeError): void
}

export function createCredentials(getToken: GetToken | undefined, timeoutMs: number): Credentials {
  return {
    exist: getToken !== undefined,
    request(reason, scope, on) {
      const waiting = scope.child()
      const abort = new AbortController()
      waiting.own(() => abort.abort())

      /** Ends the wait, so that a later answer, or the time limit, finds it over. */
      const settle = (run: () => void) => {
        if (waiting.disposed) return
        waiting.dispose()
        run()
      }
      const fail = (what: string, cause?: unknown) =>
        settle(() =>
          on.failed(
            new RealtimeError('token-failed', `${what}, so the client cannot sign in; it tries again later.`, {
              cause,
            }),
          ),
        )

      waiting.timeout(() => fail(`getToken did not answer within ${timeoutMs / 1000} s`), timeoutMs)
      // An async function turns a getToken that throws into one that rejects.
      const ask = async () => getToken?.({ reason, signal: abort.signal }) ?? null
      ask().then(
        (token) => {
          if (token === null) settle(on.signedOut)
          else if (typeof token !== 'string' || token === '')
            fail(
              `getToken answered ${token === '' ? 'an empty string' : `a ${typeof token}`} instead of a token or null`,
            )
          else settle(() => on.token(token))
        },
        (cause: unknown) => fail('getToken failed', cause),
      )
    },
  }
}
