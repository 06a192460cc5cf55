// Whether this process keeps up, told by how late its timers come. What is then refused is admission.ts.
import { RealtimeError } from '../base/errors.ts'

export interface OverloadOptions {
  /** How late the event loop may be before limits tighten, in ms. `Infinity`: they never do. @default 200 */
  limitMs?: number
  /** How long it has to keep up until they loosen by a fifth, in ms. @default 1_000 */
  windowMs?: number
}

export interface OverloadWatch {
  /** By how much to tighten: 1 while all is well, up to 4. It rises at once, and falls step by step while the lag is below half the limit. */
  readonly factor: number
  /** The longest the event loop was late within this window and the one before, in ms. */
  readonly lagMs: number
  /** Stops watching: all is well from then on. */
  close(): void
}

const maxFactor = 4
const sampleMs = 50

/** Throws `invalid-option` for a limit that is none. */
export function createOverloadWatch({ limitMs = 200, windowMs = 1_000 }: OverloadOptions = {}): OverloadWatch {
  if (!(limitMs > 0)) {
    throw new RealtimeError(
      'invalid-option',
      `overloadLimitMs is ${limitMs}, so every process would count as overloaded. Give the ms its event loop may be late, or Infinity.`,
    )
  }
  let factor = 1
  let before = 0
  let worst = 0
  let sampledAt = performance.now()
  // A process that starts is late and not overloaded: what comes before the end of its first window does not count.
  let countsFrom = Infinity
  let windowEndsAt = Infinity

  // A timer rather than monitorEventLoopDelay, which wakes the process more often and has to be asked by a timer all the same.
  const timer = setInterval(() => {
    const time = performance.now()
    if (countsFrom === Infinity) countsFrom = windowEndsAt = time + windowMs
    if (sampledAt >= countsFrom) worst = Math.max(worst, time - sampledAt - sampleMs)
    sampledAt = time
    factor = Math.max(factor, tightened(worst / limitMs))
    if (time < windowEndsAt) return
    if (worst < limitMs / 2) factor = Math.max(1, factor * 0.8)
    before = worst
    worst = 0
    windowEndsAt = time + windowMs
  }, sampleMs)
  // A process with nothing else to do may end.
  timer.unref()

  return {
    get factor() {
      return factor
    },
    get lagMs() {
      return Math.max(before, worst)
    },
    close() {
      clearInterval(timer)
      factor = 1
      before = worst = 0
    },
  }
}

function tightened(ratio: number): number {
  return Math.min(maxFactor, Math.max(1, ratio))
}
