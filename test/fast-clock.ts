// Time that runs faster than the wall's, for tests with real sockets: the defaults (40 s of silence, 30 s of heartbeat) can
// then be what is tested. Both sides of a link must live by it. Runs in Node and in a page.
import type { Clock } from '../src/client/index.ts'

/** @param speed how many ms pass in one of the wall */
export function fastClock(speed: number): Clock {
  const beganAt = Date.now()
  const wallBeganAt = performance.now()
  return {
    now: () => Math.floor(beganAt + (performance.now() - wallBeganAt) * speed),
    random: Math.random,
    timeout(run, ms) {
      if (ms === Infinity) return () => {}
      // Timers count whole ms, and may fire one early.
      const timer = setTimeout(run, Math.max(0, Math.ceil(ms / speed) + 1))
      return () => clearTimeout(timer)
    },
  }
}
