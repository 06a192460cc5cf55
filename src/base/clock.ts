// Time and chance, injected, so that tests replay both. Who owns a running timer is scope.ts.
import type { Undo } from './emitter.ts'

export interface Clock {
  /** Epoch time in ms. It may jump (sleep, a corrected system clock); compare, never count ticks. */
  now(): number
  /** Uniform in [0, 1). */
  random(): number
  /** Calls `run` once after `ms`; returns how to cancel it. */
  timeout(run: () => void, ms: number): Undo
}

/** `setTimeout` keeps its delay in 32 bits: anything longer fires at once. */
const longestTimeoutMs = 2_147_483_647

// Globals are read when called, so importing this touches none and fake timers installed later are honoured.
/** The time, chance and timers of the process or page; fake timers installed later are honoured. */
export const systemClock: Clock = {
  now: () => Date.now(),
  random: () => Math.random(),
  timeout(run, ms) {
    let timer: ReturnType<typeof setTimeout>
    const arm = (leftMs: number) => {
      const stepMs = Math.min(leftMs, longestTimeoutMs)
      timer = setTimeout(() => (leftMs > stepMs ? arm(leftMs - stepMs) : run()), stepMs)
    }
    if (ms !== Infinity) arm(Math.max(0, ms))
    return () => clearTimeout(timer)
  },
}
