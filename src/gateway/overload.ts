// Whether this process keeps up, told by how late its timers come. What is then refused is admission.ts.
import { performance } from 'node:perf_hooks'
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
/** A loop that did more than this part of the time is worth being looked at. */
const busyFrom = 0.05

/**
 * Looks at the clock every 50 ms while somebody asks, or the loop has something to do; once a window at rest, since 20 wakes a second would be
 * most of what an idle server does. The first time after a rest, what was late before anybody asked counts as far as that one look can tell.
 *
 * Throws `invalid-option` for a limit that is none.
 */
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
  // A process that starts is late and not overloaded: what comes before the end of its first window does not count.
  let countsFrom = Infinity
  let windowEndsAt = Infinity
  let isAwake = true
  let isAsked = false
  let isClosed = false
  let utilization = performance.eventLoopUtilization()
  let setAt = 0
  let dueAt = 0
  let timer: ReturnType<typeof setTimeout>

  // A timer rather than monitorEventLoopDelay, which has to be asked by a timer all the same.
  function lookIn(ms: number) {
    setAt = performance.now()
    dueAt = setAt + ms
    timer = setTimeout(look, ms)
    // A process with nothing else to do may end.
    timer.unref()
  }

  function look() {
    const time = performance.now()
    if (countsFrom === Infinity) countsFrom = windowEndsAt = time + windowMs
    else if (setAt >= countsFrom) worst = Math.max(worst, time - dueAt)
    factor = Math.max(factor, tightened(worst / limitMs))
    if (time >= windowEndsAt) endWindow(time)
    lookIn(isAwake ? sampleMs : windowMs)
  }

  function endWindow(time: number) {
    if (worst < limitMs / 2) factor = Math.max(1, factor * 0.8)
    const isBusy = performance.eventLoopUtilization(utilization).utilization > busyFrom
    utilization = performance.eventLoopUtilization()
    isAwake = isAsked || isBusy || factor > 1
    isAsked = false
    before = worst
    worst = 0
    windowEndsAt = time + windowMs
  }

  function wake() {
    isAwake = true
    clearTimeout(timer)
    if (performance.now() > dueAt) look()
    else lookIn(sampleMs)
  }

  lookIn(sampleMs)

  return {
    get factor() {
      isAsked = true
      if (!isAwake && !isClosed) wake()
      return factor
    },
    get lagMs() {
      return Math.max(before, worst)
    },
    close() {
      isClosed = true
      clearTimeout(timer)
      factor = 1
      before = worst = 0
    },
  }
}

function tightened(ratio: number): number {
  return Math.min(maxFactor, Math.max(1, ratio))
}
