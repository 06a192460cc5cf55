// Going down without losing anybody: readiness goes first, then new sessions are refused, those that are here are asked to go
// elsewhere one after the other, and what is left is closed. The end of the process is here too, for signals.
import { constants } from 'node:os'
import type { Undo } from '../base/emitter.ts'
import { RealtimeError, type RealtimeErrorCode } from '../base/errors.ts'
import { checkNumbers, kinds } from '../hub/check-numbers.ts'
import type { Engine } from '../hub/engine.ts'
import { closeCodes } from '../protocol/codes.ts'

/**
 *   serving ─▶ unready ─▶ asking ─▶ closing ─▶ done
 *
 * `unready`: readiness is red, sessions are still taken, until whoever sends them here has noticed. `asking`: no more are taken, and
 * those that are here are asked to leave. `closing`: those that stayed are closed with 1012, and what waits is written.
 */
export type DrainPhase = 'serving' | 'unready' | 'asking' | 'closing' | 'done'

/** A hub, as far as a drain needs one. */
export interface DrainTarget {
  readonly sessions: number
  /**
   * Sends `reconnect` to sessions that were not asked before, and returns to how many.
   * @param count how many at most
   */
  askToReconnect(hint: { afterMs: number; spreadMs: number }, count: number): number
  close(code?: number, reason?: string): void
}

export interface DrainOptions {
  hub: DrainTarget
  /** Ends what is left, frees the port and lets the engine go: the gateway's own. */
  close: () => Promise<void>
  /** Its waiting events are waited for. */
  engine?: Pick<Engine, 'status'>
  /** How many sockets and requests are open: their last bytes are waited for. */
  connections?: () => number
  /**
   * Everything has ended after so many ms. Keep it 5 s below the time after which the process is killed
   * (`terminationGracePeriodSeconds` of Kubernetes).
   * @default 30_000
   */
  limitMs?: number
  /** How long sessions are still taken after readiness went red, in ms: as long as a load balancer needs to notice. @default 2_000 */
  noticeMs?: number
  /** How many sessions a second are asked to leave, at least; more where the time would not suffice. @default 100 */
  perSecond?: number
  /**
   * When clients come back, in ms. Other nodes can take them at once; where this is the only one, say how long it takes to start again.
   * @default { afterMs: 0, spreadMs: 250 }
   */
  hint?: { afterMs: number; spreadMs: number }
  /** Called last, for what has to be written: logs. */
  lastly?: () => Promise<void>
  onPhase?: (phase: DrainPhase, about: { sessions: number; tookMs: number }) => void
  onError?: (error: RealtimeError) => void
}

export interface Drain {
  readonly phase: DrainPhase
  /** True once new sessions are to be refused, with 503 and `Retry-After`. */
  readonly isRefusing: boolean
  /** Never rejects, and lasts no longer than `limitMs`. Called again, it is the same drain. */
  drain(): Promise<void>
}

/** Between two rounds of asking, in ms. */
const roundMs = 250
/** How long each step may take: a share of what is left of the time, and no more than so many ms. */
const steps = {
  notice: { share: 0.25, maxMs: Infinity },
  asking: { share: 0.6, maxMs: Infinity },
  leaving: { share: 0.4, maxMs: 5_000 },
  flushing: { share: 0.3, maxMs: 3_000 },
  keeping: { share: 0.7, maxMs: Infinity },
  closing: { share: 0.9, maxMs: Infinity },
}
/** Left for the last lines and the end of the process: a share of the limit, in ms at most. */
const reserve = { share: 0.1, maxMs: 1_000 }

/** Throws `invalid-option` for times that make no sense. */
export function createDrain(options: DrainOptions): Drain {
  const { hub, close, engine, connections, limitMs = 30_000, noticeMs = 2_000, perSecond = 100 } = options
  const { hint = { afterMs: 0, spreadMs: roundMs }, lastly, onPhase, onError } = options
  checkNumbers(kinds.limit, { drainMs: limitMs })
  checkNumbers(kinds.pause, {
    drainNoticeMs: noticeMs,
    'reconnectHint.afterMs': hint.afterMs,
    'reconnectHint.spreadMs': hint.spreadMs,
  })
  const reserveMs = Math.min(limitMs * reserve.share, reserve.maxMs)
  let phase: DrainPhase = 'serving'
  let running: Promise<void> | null = null
  let beganAt = 0

  const limitOf = ({ share, maxMs }: { share: number; maxMs: number }) =>
    Math.min(maxMs, Math.max(0, beganAt + limitMs - reserveMs - performance.now()) * share)

  function enter(next: DrainPhase) {
    phase = next
    try {
      onPhase?.(next, { sessions: hub.sessions, tookMs: Math.round(performance.now() - beganAt) })
    } catch {
      // Whoever watches must not keep the process from ending.
    }
  }

  /** So many in a round that all were asked when the time for it is over; a few are asked sooner. Returns how many were asked. */
  async function askAll(): Promise<number> {
    const rounds = Math.max(1, Math.floor(limitOf(steps.asking) / roundMs))
    const perRound = Math.ceil(Math.max((perSecond * roundMs) / 1_000, hub.sessions / rounds))
    let total = 0
    for (let round = 0; round < rounds; round++) {
      const asked = hub.askToReconnect(hint, perRound)
      total += asked
      if (asked < perRound) break
      await sleep(roundMs)
    }
    return total
  }

  /** Those that know no `reconnect` stay until they are closed. */
  async function askToLeave() {
    const before = hub.sessions
    const asked = await askAll()
    await until(() => hub.sessions <= before - asked, limitOf(steps.leaving))
  }

  const waiting = () => engine?.status.waiting ?? 0

  /** What was published and is not kept yet would be lost with the process. */
  async function keep() {
    const ms = limitOf(steps.keeping)
    if (await until(() => waiting() === 0, ms)) return
    tell(
      'engine-unavailable',
      `${waiting()} events could not be kept within ${Math.round(ms)} ms, and are refused to whoever published them.`,
    )
  }

  async function finish(what: string, work: () => Promise<void>, ms: number) {
    try {
      await within(work(), ms)
    } catch (cause) {
      tell(
        'handler-threw',
        `${what} failed or took longer than ${Math.round(ms)} ms, so the process ends without it.`,
        cause,
      )
    }
  }

  function tell(code: RealtimeErrorCode, message: string, cause?: unknown) {
    try {
      onError?.(new RealtimeError(code, `The gateway was drained, but ${message}`, { cause }))
    } catch {
      // As with the phases.
    }
  }

  async function run() {
    beganAt = performance.now()
    enter('unready')
    await sleep(Math.min(noticeMs, limitOf(steps.notice)))
    enter('asking')
    await askToLeave()
    enter('closing')
    hub.close(closeCodes.serverRestart, 'the server is going away')
    await until(() => (connections?.() ?? 0) === 0, limitOf(steps.flushing))
    await keep()
    await finish('closing the port and the engine', close, limitOf(steps.closing))
    enter('done')
    if (lastly !== undefined) await finish('what was to be done last', lastly, reserveMs / 2)
  }

  return {
    get phase() {
      return phase
    },
    get isRefusing() {
      return phase !== 'serving' && phase !== 'unready'
    },
    drain: () => (running ??= run()),
  }
}

export interface SignalOptions {
  /** @default ['SIGTERM', 'SIGINT'] */
  signals?: readonly NodeJS.Signals[]
  /** When the process ends, drained or not, in ms; the limit of the drain. @default 30_000 */
  limitMs?: number
  /** @default this one */
  process?: Pick<NodeJS.Process, 'on' | 'off' | 'exit'>
}

/**
 * Drains at the first signal and ends the process with 0, or with 1 where it took too long. A second signal ends it at once. Returns
 * the undo.
 */
export function onSignals({ drain }: Pick<Drain, 'drain'>, options: SignalOptions = {}): Undo {
  const { signals = ['SIGTERM', 'SIGINT'], limitMs = 30_000, process: target = process } = options
  let isLeaving = false

  function heard(signal: NodeJS.Signals) {
    if (isLeaving) return target.exit(128 + constants.signals[signal])
    isLeaving = true
    setTimeout(() => target.exit(1), limitMs)
    return void drain().then(
      () => target.exit(0),
      () => target.exit(1),
    )
  }

  for (const signal of signals) target.on(signal, heard)
  return () => {
    for (const signal of signals) target.off(signal, heard)
  }
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}

/** Whether `condition` held in time. */
async function until(condition: () => boolean, ms: number): Promise<boolean> {
  const limitAt = performance.now() + ms
  while (!condition()) {
    if (performance.now() >= limitAt) return false
    await sleep(20)
  }
  return true
}

function within(promise: Promise<void>, ms: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`not after ${Math.round(ms)} ms`)), ms)
    void promise.then(resolve, reject).finally(() => clearTimeout(timer))
  })
}
