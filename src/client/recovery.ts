// What the end of a link leads to: how long to wait, where, and whether a fresh token may help. It decides; connection.ts acts.
import type { Clock } from '../base/clock.ts'
import type { CloseFate } from '../protocol/codes.ts'
import { type BackoffOptions, firstRetryDelayMs, retryDelayMs } from './backoff.ts'
import {
  type ConnectionEvent,
  type ConnectionState,
  type Outage,
  type ServerKind,
  tryingOf,
} from './connection-machine.ts'
import type { TokenReason } from './credentials.ts'

export interface RecoveryOptions {
  clock: Clock
  backoff: Required<BackoffOptions>
  /** An outage that lasts this long, in ms, is a suspension. */
  suspendAfterMs: number
  /** Whether there is somebody to ask for a fresh token. */
  hasToken: boolean
  isOffline: () => boolean
}

/** How a link ended. */
export interface Ending {
  fate: CloseFate
  reason: string
  /** How long the server asked to stay away, in ms. */
  retryAfterMs?: number | undefined
}

export interface Recovery {
  /** Why the next token is asked for. */
  readonly tokenReason: TokenReason
  /** The server asked not to be dialled before this, epoch ms. */
  readonly notBefore: number
  after(ending: Ending, state: ConnectionState, kind: ServerKind | 'unknown'): ConnectionEvent
  /** Dial again, by the ladder. */
  retry(reason: string, state: ConnectionState): ConnectionEvent
  /** Dial again without a wait, unless the last links did not hold either. */
  retryAtOnce(reason: string, state: ConnectionState): ConnectionEvent
  /** A link never opened, and nobody says why: it may have been the token. Answers how many there were in a row. */
  noteBlindFailure(): number
  noteToken(): void
  noteOpened(): void
  noteWelcome(): void
  /** The link held. */
  noteSettled(): void
  /** Another user: what was learned of the last one's token means nothing. */
  forgetUser(): void
}

/** A second refusal within this time of a forced refresh means that fresh tokens are refused too. */
const refreshGuardMs = 30_000
/** Forced refreshes without a link that held in between; more would be a loop against whoever issues the tokens. */
const maxForcedRefreshes = 2
/** A browser does not say that a handshake was answered with 401, so two failed opens ask for a fresh token once. */
const blindFailuresBeforeRefresh = 2
/** How far clients are spread that were given the same figure, in ms. */
const hintSpreadMs = 1_000
/** Refusals by a server not known yet, before they are taken for a word about the token. */
const maxAmbiguousRefusals = 2

export function createRecovery({ clock, backoff, suspendAfterMs, hasToken, isOffline }: RecoveryOptions): Recovery {
  let tokenReason: TokenReason = 'connect'
  let refreshedAt = -Infinity
  let forcedRefreshes = 0
  let blindFailures = 0
  let ambiguousRefusals = 0
  let asked = { at: -Infinity, forMs: 0 }

  function ladderMs(state: ConnectionState): number {
    const { attempt } = attempts(state)
    const random = clock.random()
    const held = state.name === 'connected' && attempt === 0
    return held ? firstRetryDelayMs(random, backoff) : retryDelayMs(attempt + 1, random, backoff)
  }

  function dropped(reason: string, state: ConnectionState, delayMs: number): ConnectionEvent {
    const at = clock.now()
    return { type: 'dropped', at, retryAt: at + delayMs, reason, to: outageOf(state, at) }
  }

  function outageOf(state: ConnectionState, at: number): Outage {
    // It is believed here because an attempt or a ping has just failed.
    if (isOffline()) return 'offline'
    return at - tryingOf(state, at).downSince >= suspendAfterMs ? 'suspended' : 'reconnecting'
  }

  const retry = (reason: string, state: ConnectionState, atLeastMs = 0) =>
    dropped(reason, state, Math.max(ladderMs(state), atLeastMs))

  function retryAtOnce(reason: string, state: ConnectionState): ConnectionEvent {
    return attempts(state).attempt === 0 ? dropped(reason, state, 0) : retry(reason, state)
  }

  /** As the server asked. The ladder makes it longer only where earlier links did not hold: a server may ask without end. */
  function retryAsAsked(askedMs: number, reason: string, state: ConnectionState): ConnectionEvent {
    asked = { at: clock.now(), forMs: askedMs }
    return attempts(state).attempt === 0 ? dropped(reason, state, askedMs) : retry(reason, state, askedMs)
  }

  function refresh(thenState: 'unauthorized' | 'failed', reason: string, state: ConnectionState): ConnectionEvent {
    const now = clock.now()
    // A clock that was set back says nothing of how long ago it was; the count still holds.
    const wasLately = now >= refreshedAt && now - refreshedAt < refreshGuardMs
    const isGivenUp = !hasToken || wasLately || forcedRefreshes >= maxForcedRefreshes
    // Given up or not: the next token, if only for somebody who tries again by hand, must be another one.
    tokenReason = 'rejected'
    if (isGivenUp) {
      forcedRefreshes = 0
      return { type: thenState === 'failed' ? 'refused' : 'rejected', reason }
    }
    refreshedAt = now
    forcedRefreshes++
    return retryAtOnce(reason, state)
  }

  function afterRetry(
    fate: Extract<CloseFate, { kind: 'retry' }>,
    { reason, retryAfterMs }: Ending,
    state: ConnectionState,
  ) {
    // A figure that all clients were given alike must not bring them back in one instant.
    const spreadMs = clock.random() * (fate.spreadMs ?? Math.min(hintSpreadMs, retryAfterMs ?? 0))
    // The server's own figure replaces the one that stands for it.
    if (retryAfterMs !== undefined) return retryAsAsked(retryAfterMs + spreadMs, reason, state)
    const atLeastMs = (fate.minDelayMs ?? 0) + spreadMs
    if (atLeastMs > 0) asked = { at: clock.now(), forMs: atLeastMs }
    return retry(reason, state, atLeastMs)
  }

  return {
    get tokenReason() {
      return tokenReason
    },
    get notBefore() {
      // Never longer from now than was asked for, whatever the clock did since.
      return Math.min(asked.at + asked.forMs, clock.now() + asked.forMs)
    },
    retry,
    retryAtOnce,
    after(ending, state, kind) {
      const { fate, reason } = ending
      switch (fate.kind) {
        case 'retry':
          return afterRetry(fate, ending, state)
        case 'asked':
          return retryAsAsked(fate.afterMs + clock.random() * fate.spreadMs, reason, state)
        case 'resync':
          return retry(reason, state, ending.retryAfterMs)
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
      if (blindFailures === blindFailuresBeforeRefresh && hasToken && forcedRefreshes < maxForcedRefreshes) {
        tokenReason = 'rejected'
        forcedRefreshes++
      }
      return blindFailures
    },
    noteToken() {
      tokenReason = 'connect'
    },
    noteOpened() {
      blindFailures = 0
      asked = { at: -Infinity, forMs: 0 }
    },
    noteWelcome() {
      ambiguousRefusals = 0
    },
    noteSettled() {
      forcedRefreshes = 0
    },
    forgetUser() {
      tokenReason = 'connect'
      refreshedAt = -Infinity
      ambiguousRefusals = 0
      forcedRefreshes = 0
    },
  }
}

/** Failures so far, those before a link that is up and has not proved itself included. */
function attempts(state: ConnectionState): { attempt: number } {
  return { attempt: 'attempt' in state ? state.attempt : 0 }
}
