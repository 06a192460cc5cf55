// One link that is up: sends, watches that the other side lives, keeps the token fresh. How it came up is race.ts; what follows from its
// end is connection.ts.
import type { Transport } from '../transports/transport.ts'
import { createLiveness, type Liveness, type LivenessOptions } from './liveness.ts'
import type { ResolvedOptions } from './options.ts'
import type { Winner } from './race.ts'
import { keepToken, type TokenKeeper, type TokenKeeperOptions } from './token-keeper.ts'

export interface RunningLinkParts
  extends
    Pick<ResolvedOptions, 'silenceTimeoutMs' | 'pingTimeoutMs' | 'authTimeoutMs'>,
    Pick<LivenessOptions, 'onDead' | 'onAnswer' | 'onHearing'>,
    Omit<TokenKeeperOptions, 'scope' | 'sendToken' | 'answerLimitMs'> {
  transport: Transport
  /** What it was opened with. */
  token: string | null
}

/** Ends with its scope. */
export interface RunningLink extends Winner {
  /** What is said on it travels in requests of its own. */
  readonly isOneWay: boolean
  readonly liveness: Liveness
  /** Null where there is no token to keep. */
  readonly tokenKeeper: TokenKeeper | null
  /** The server asked for a sign of life. */
  pinged(): void
}

/** How much later than announced a ping may come, in ms. */
const pingSlackMs = 10_000

export function runLink(winner: Winner, parts: RunningLinkParts): RunningLink {
  const { link, welcome, scope } = winner
  const { transport, token } = parts
  const isOneWay = transport.oneWay === true
  const announcedMs = welcome?.heartbeatMs
  const { quietMs = 0 } = transport

  const liveness = createLiveness({
    ...parts,
    scope,
    now: parts.clock.now,
    // Raised, so that a healthy quiet link is not cut.
    silenceLimitMs: Math.max(parts.silenceTimeoutMs, Math.max(announcedMs ?? 0, quietMs) + pingSlackMs),
    answerLimitMs: parts.pingTimeoutMs,
    // A plain server would not know what to make of a ping.
    ping: welcome === null ? null : () => link.send({ type: 'ping' }),
    beats: announcedMs !== undefined,
  })
  const tokenKeeper =
    welcome === null || token === null
      ? null
      : keepToken(welcome, token, {
          ...parts,
          scope,
          answerLimitMs: parts.authTimeoutMs,
          sendToken: isOneWay ? null : (next) => link.send({ type: 'auth', token: next }),
        })

  return {
    ...winner,
    isOneWay,
    liveness,
    tokenKeeper,
    pinged() {
      liveness.beatsNow()
      if (!isOneWay) link.send({ type: 'pong' })
    },
  }
}
