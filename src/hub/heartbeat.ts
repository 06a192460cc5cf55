// Whether the client is still there: pings, the answers they get, silence.
import type { Scope } from '../base/scope.ts'

export interface HeartbeatOptions {
  scope: Scope
  now: () => number
  /** Time between two pings, in ms. */
  everyMs: number
  /** Silence after which the session ends, in ms. */
  idleMs: number
  /** Sends the pings. */
  beat: () => void
  /** Whether this client answers pings. */
  answersPings: () => boolean
  /** A ping was not answered. */
  onMute: () => void
  /** Nothing was heard for `idleMs`. */
  onIdle: () => void
}

export interface Heartbeat {
  /** Something was heard. */
  heard(): void
  start(): void
}

/** Time for an answer to a ping, in ms. */
const pongLimitMs = 10_000

export function createHeartbeat(options: HeartbeatOptions): Heartbeat {
  const { scope, now, everyMs, idleMs, beat, answersPings, onMute, onIdle } = options
  let heardAt = now()

  function ping() {
    const pingedAt = now()
    if (pingedAt - heardAt >= idleMs) return onIdle()
    beat()
    const check = () => {
      if (answersPings() && heardAt < pingedAt) onMute()
    }
    if (everyMs <= pongLimitMs) {
      scope.timeout(check, pongLimitMs)
      scope.timeout(ping, everyMs)
      return
    }
    // One timer at a time: thousands of sessions have one each.
    scope.timeout(() => {
      check()
      scope.timeout(ping, everyMs - pongLimitMs)
    }, pongLimitMs)
  }

  return {
    heard() {
      heardAt = now()
    },
    start: () => void scope.timeout(ping, everyMs),
  }
}
