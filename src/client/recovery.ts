// What the end of a link leads to: how long to wait, and whether a fresh token may help. It decides; connection.ts acts.
import type { Clock } from '../base/clock.ts'
import type { CloseFate } from '../protocol/codes.ts'
import { type BackoffOptions, firstRetryDelayMs, retryDelayMs } from './backoff.ts'
import type { ConnectionEvent, ConnectionState, ServerKind } from './connection-machine.ts'
import type { TokenReason } from './options.ts'

export interface RecoveryOptions {
  clock: Clock
  backoff: Required<BackoffOptions>
  /** Whether there is somebody to ask for a fresh token. */
  hasToken: boolean
}

export interface Recovery {
  /** Why the next token is asked for. */
  readonly tokenReason: TokenReason
  /** What follows on the fate of a link. @param hintMs how long the server asked to wait */
  after(
    fate: CloseFate,
    reason: string,
    state: ConnectionState,
    kind: ServerKind | 'unknown',
    hintMs?: number,
  ): ConnectionEvent
  /** Dial again, by the ladder. */
  retry(reason: string, state: ConnectionState, atLeastMs?: number): ConnectionEvent
  /** A link never opened, and nobody says why: it may have been the token. */
  noteBlindFailure(): void
  noteToken(): void
  noteOpened(): void
  noteWelcome(): void
  /** Another user: what was learned of the last one's token means nothing. */
  forgetUser(): void
}

/** A second refusal within this time of a forced refresh means that fresh tokens are refused too. */
const refreshGuardMs = 30_000
/** A browser does not say that a handshake was answered with 401, so two failed opens ask for a fresh token once. */
const blindFailuresBeforeRefresh = 2
/** Refusals by a server not known yet, before they are taken for a word about the token. */
const maxAmbiguousRefusals = 2

export function createRecovery({ clock, backoff, hasToken }: RecoveryOptions): Recovery {
  let tokenReason: TokenReason = 'connect'
  let refreshedAt = -Infinity
  let blindFailures = 0
  let ambiguousRefusals = 0

  function retry(reason: string, state: ConnectionState, atLeastMs = 0): ConnectionEvent {
    const attempt = attemptOf(state)
    const held = state.name === 'connected' && attempt === 0
    const random = clock.random()
    const ladderMs = held ? firstRetryDelayMs(random) : retryDelayMs(attempt + 1, random, backoff)
    return { type: 'dropped', retryAt: clock.now() + Math.max(ladderMs, atLeastMs), reason }
  }

  /** Without a wait, unless the last links did not hold either: a server that accepts and closes must not be hammered. */
  function retryAtOnce(reason: string, state: ConnectionState): ConnectionEvent {
    return attemptOf(state) === 0 ? { type: 'dropped', retryAt: clock.now(), reason } : retry(reason, state)
  }

  function refresh(thenState: 'unauthorized' | 'failed', reason: string, state: ConnectionState): ConnectionEvent {
    const now = clock.now()
    const isGivenUp = !hasToken || now - refreshedAt < refreshGuardMs
    // Given up or not: the next token, if only for somebody who tries again by hand, must be another one.
    tokenReason = 'rejected'
    if (isGivenUp) return { type: thenState === 'failed' ? 'refused' : 'rejected', reason }
    refreshedAt = now
    return retryAtOnce(reason, state)
  }

  return {
    get tokenReason() {
      return tokenReason
    },
    retry,
    after(fate, reason, state, kind, hintMs = 0) {
      switch (fate.kind) {
        case 'retry': {
          const spreadMs = clock.random() * (fate.spreadMs ?? 0)
          return retry(reason, state, Math.max(hintMs, (fate.minDelayMs ?? 0) + spreadMs))
        }
        case 'resync':
          return retry(reason, state, hintMs)
        case 'now':
          return retryAtOnce(reason, state)
        case 'refresh':
          // A livecache server that was dialled as a plain one wants to be offered realtime.v1, whatever the token.
          if (kind === 'unknown' && ++ambiguousRefusals <= maxAmbiguousRefusals) return retry(reason, state)
          return refresh(fate.thenState, reason, state)
        case 'stop':
          return { type: 'refused', reason }
        default:
          return fate satisfies never
      }
    },
    noteBlindFailure() {
      blindFailures++
      if (blindFailures === blindFailuresBeforeRefresh && hasToken) tokenReason = 'rejected'
    },
    noteToken() {
      tokenReason = 'connect'
    },
    noteOpened() {
      blindFailures = 0
    },
    noteWelcome() {
      ambiguousRefusals = 0
    },
    forgetUser() {
      tokenReason = 'connect'
      refreshedAt = -Infinity
      ambiguousRefusals = 0
    },
  }
}

const attemptOf = (state: ConnectionState): number => ('attempt' in state ? state.attempt : 0)
