// Does the other side still live? Judged by comparing clocks, since timers stop while a machine sleeps and come late in
// hidden tabs: a timer that is late itself never gives the verdict.
import type { Undo } from '../base/emitter.ts'
import type { Scope } from '../base/scope.ts'

export interface LivenessOptions {
  /** Ends with the link. */
  scope: Scope
  now: () => number
  /** Silence after which the link counts as dead, in ms. */
  silenceLimitMs: number
  /** Time to answer a ping of ours, in ms. */
  answerLimitMs: number
  /** Asks for a sign of life; null where the server would not answer. */
  ping: (() => void) | null
  /** Whether the server sends signs of life by itself, so that silence means something. */
  beats: boolean
  onDead: (reason: string) => void
  onAnswer: (latencyMs: number) => void
  /** `isHeard` has changed, and the link goes on. */
  onHearing: () => void
}

export interface Liveness {
  /** Something arrived. */
  heard(): void
  /** A ping of ours was answered. */
  answered(): void
  /** The server turned out to send signs of life. */
  beatsNow(): void
  /** Asks now, and gives up soon where nothing comes. False where it cannot ask. */
  verify(): boolean
  readonly beats: boolean
  /** Whether something arrived within the limit of silence, by the clock as it is; true where silence means nothing. */
  readonly isHeard: boolean
}

/** A timer that comes this late tells that the page did not run: what arrived meanwhile is still waiting to be read. */
const lateMs = 1_000

export function createLiveness(options: LivenessOptions): Liveness {
  const { scope, now, silenceLimitMs, answerLimitMs, ping, onDead, onAnswer, onHearing } = options
  let { beats } = options
  let heardAt = now()
  let askedAt: number | null = null
  let cancelVerdict: Undo | null = null

  const isHeard = () => !beats || now() - heardAt < silenceLimitMs

  function watch(delayMs: number) {
    const dueAt = now() + delayMs
    scope.timeout(() => {
      // A clock that was set back must not put the verdict off.
      heardAt = Math.min(heardAt, now())
      const silentMs = now() - heardAt
      if (!beats) return watch(silenceLimitMs)
      if (silentMs < silenceLimitMs) return watch(Math.max(silenceLimitMs - silentMs, lateMs))
      if (now() - dueAt <= lateMs) return onDead(`nothing was heard for ${Math.round(silenceLimitMs / 1000)} s`)
      watch(silenceLimitMs)
      ask()
      return onHearing()
    }, delayMs)
  }

  /** @param isLast a verdict that came late once is not put off again, or a throttled tab would never reach one. */
  function judge(sinceMs: number, isLast = false) {
    const dueAt = now() + answerLimitMs
    cancelVerdict = scope.timeout(() => {
      cancelVerdict = null
      if (heardAt > sinceMs || askedAt === null) return
      if (!isLast && now() - dueAt > lateMs) judge(sinceMs, true)
      else onDead('a ping was not answered')
    }, answerLimitMs)
  }

  function ask() {
    // One question at a time: the first that is open asks for all.
    if (cancelVerdict !== null) return
    askedAt = now()
    ping?.()
    judge(askedAt)
  }

  watch(silenceLimitMs)
  return {
    heard() {
      const wasHeard = isHeard()
      heardAt = now()
      // Read in the same millisecond as it was asked, it may have come before; then the verdict waits for the pong.
      if (askedAt !== null && heardAt > askedAt) {
        cancelVerdict?.()
        cancelVerdict = null
      }
      if (!wasHeard) onHearing()
    },
    answered() {
      if (askedAt === null) return
      onAnswer(now() - askedAt)
      askedAt = null
      cancelVerdict?.()
      cancelVerdict = null
    },
    beatsNow: () => void (beats = true),
    verify() {
      if (ping === null) return false
      ask()
      return true
    },
    get beats() {
      return beats
    },
    get isHeard() {
      return isHeard()
    },
  }
}
