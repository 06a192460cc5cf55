// When to hand events over so that the next frame shows them. TanStack Query tells React a task later, and React needs some time:
// what is handed over in the frame itself is painted one frame late, and what is handed over right after one waits for the next.
import type { Undo } from '../base/emitter.ts'
import type { Scope } from '../base/scope.ts'

export interface Frames {
  /** How long to wait with what has come, in ms, when the last flush was at `flushedAt`. Null where no frames are known. */
  delayMs(flushedAt: number): number | null
}

export interface FramesOptions {
  scope: Scope
  now: () => number
  /** Runs with the next frame; undefined where there are none, as in Node. */
  requestFrame: ((run: () => void) => Undo) | undefined
}

/** What Query's task and a render of the app may take, in ms. */
const leadMs = 5
/** Of a display that has not been watched yet. */
const usualIntervalMs = 1_000 / 60
/** Frames longer ago say nothing of when the next one comes. */
const knownForMs = 250
/** A second flush so soon after the last one would be for the same frame. */
const leastShare = 0.3

export function createFrames({ scope, now, requestFrame }: FramesOptions): Frames {
  let frameAt = -Infinity
  let intervalMs = usualIntervalMs
  let cancel: Undo | null = null

  /** Watches one more frame; while events come, that is each of them. */
  function watch() {
    cancel ??= scope.own(
      requestFrame!(() => {
        cancel = null
        const at = now()
        const tookMs = at - frameAt
        // Clocks count whole ms, so the interval is a mean of many; a frame that was left out says nothing.
        if (tookMs > 4 && tookMs < 40) intervalMs += (tookMs - intervalMs) / 16
        frameAt = at
      }),
    )
  }

  return {
    delayMs(flushedAt) {
      if (requestFrame === undefined) return null
      watch()
      const time = now()
      if (time - frameAt > knownForMs || time < frameAt) return null
      const earliest = Math.max(time, flushedAt + intervalMs * leastShare)
      const frames = Math.ceil((earliest + leadMs - frameAt) / intervalMs)
      return Math.max(0, frameAt + frames * intervalMs - leadMs - time)
    },
  }
}
