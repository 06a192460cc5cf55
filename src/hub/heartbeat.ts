// Whether clients are still there: pings, the answers they get, silence. Sessions that begin at about the same time go round together,
// since timers are dear where sessions are many.
import type { Clock } from '../base/clock.ts'
import { createScope, type Scope } from '../base/scope.ts'

/** A session, as far as it is pinged. */
export interface Pinged {
  /** When something was heard of the client last, in epoch ms. */
  readonly heardAt: number
  /** Silence after which the session ends, in ms. */
  readonly idleMs: number
  /** Whether this client answers pings. */
  readonly answersPings: boolean
  /** Sends the ping. */
  beat(): void
  /** A ping was not answered. */
  onMute(): void
  /** Nothing was heard for `idleMs`. */
  onIdle(): void
  /** One of these threw. */
  onThrew(cause: unknown): void
}

/** Those who are pinged at the same time. */
export interface Round {
  /** To be called when a session ends. */
  leave(session: Pinged): void
}

export interface Heartbeats {
  /** The session was heard just now, and is pinged from now on. */
  join(session: Pinged): Round
}

/** Time for an answer to a ping, in ms. */
const pongLimitMs = 10_000
/** How much earlier than others in its round a session may come to its first ping, in parts of the time between two. */
const together = 0.01

/** @param everyMs time between two pings */
export function createHeartbeats(clock: Clock, everyMs: number): Heartbeats {
  /** The round that began or was pinged last. */
  let latest: PingedRound | null = null
  let latestAt = 0

  function turned(round: PingedRound) {
    latest = round
    latestAt = clock.now()
  }

  return {
    join(session) {
      const isNear = Math.abs(clock.now() - latestAt) <= everyMs * together
      if (latest === null || latest.isOver || !isNear) turned(new PingedRound(clock, everyMs, turned))
      latest!.join(session)
      return latest!
    },
  }
}

class PingedRound implements Round {
  readonly #members = new Set<Pinged>()
  readonly #clock: Clock
  readonly #everyMs: number
  readonly #onPing: (round: PingedRound) => void
  readonly #scope: Scope

  constructor(clock: Clock, everyMs: number, onPing: (round: PingedRound) => void) {
    this.#clock = clock
    this.#everyMs = everyMs
    this.#onPing = onPing
    this.#scope = createScope(clock)
    this.#pingIn(everyMs)
  }

  get isOver(): boolean {
    return this.#scope.disposed
  }

  join(session: Pinged): void {
    this.#members.add(session)
  }

  leave(session: Pinged): void {
    this.#members.delete(session)
    if (this.#members.size === 0) this.#scope.dispose()
  }

  #pingIn(ms: number) {
    this.#scope.timeout(() => this.#ping(), ms)
  }

  #ping() {
    const pingedAt = this.#clock.now()
    this.#onPing(this)
    if (this.#everyMs > pongLimitMs) this.#checkThen(pingedAt, () => this.#pingIn(this.#everyMs - pongLimitMs))
    else {
      this.#checkThen(pingedAt, () => {})
      this.#pingIn(this.#everyMs)
    }
    this.#each((session) => (pingedAt - session.heardAt >= session.idleMs ? session.onIdle() : session.beat()))
  }

  /** One timer at a time, where that is possible. */
  #checkThen(pingedAt: number, then: () => void) {
    this.#scope.timeout(() => {
      then()
      this.#each((session) => session.answersPings && session.heardAt < pingedAt && session.onMute())
    }, pongLimitMs)
  }

  /** One that throws must not keep the others from being pinged. */
  #each(run: (session: Pinged) => void) {
    for (const session of this.#members) {
      try {
        run(session)
      } catch (cause) {
        session.onThrew(cause)
      }
    }
  }
}
