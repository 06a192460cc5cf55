// The queue between the socket and the app. The first event after silence is handed over at once; what follows within a frame
// waits for the next flush, so that a burst costs one write and one render a frame. A flush has a budget, the queue a bound.
import type { Undo } from '../base/emitter.ts'
import type { Scope } from '../base/scope.ts'
import type { RealtimeEvent } from '../protocol/event.ts'
import type { Frames } from './frames.ts'

export interface DeliveryOptions {
  scope: Scope
  now: () => number
  isHidden: () => boolean
  gapMs: number
  hiddenGapMs: number
  /** Says when the next frame is prepared; left out, flushes are `gapMs` apart. */
  frames?: Frames
  /** How long one flush may take, in ms. */
  budgetMs: number
  maxQueued: number
  flush: (events: readonly RealtimeEvent[]) => void
  /** The queue is full: these will not be handed over. */
  overflow: (dropped: readonly RealtimeEvent[]) => void
  /** A flush took longer than its budget. */
  slow: (durationMs: number, events: number) => void
}

export interface Delivery {
  push(event: RealtimeEvent): void
  /** To be called at the end of each message: decides whether what it brought goes now or waits. */
  settle(): void
  /** Hands over what waits, now; within a flush, right after it. */
  flush(): void
  /** Runs now, or after the flush that is going on, so that nothing is heard by some listeners before what came earlier. */
  afterFlush(run: () => void): void
  clear(): void
}

/** Events per flush at first, before anything is known of what the app's handlers cost. */
const firstAllowance = 1_000

export function createDelivery(options: DeliveryOptions): Delivery {
  const { scope, now, isHidden, gapMs, hiddenGapMs, frames, budgetMs, maxQueued, flush, overflow, slow } = options
  let queue: RealtimeEvent[] = []
  let flushedAt = -Infinity
  let cancelTimer: Undo | null = null
  let isFlushing = false
  let afterwards: (() => void)[] = []
  let allowance = firstAllowance

  function handOver(events: readonly RealtimeEvent[]) {
    const startedAt = now()
    flush(events)
    flushedAt = now()
    const tookMs = flushedAt - startedAt
    if (tookMs > budgetMs) slow(tookMs, events.length)
    allowance = nextAllowance(tookMs, events.length)
  }

  /** As much as fits into the budget, judged by the last flush. Clocks count whole ms, so what was cheap says little: it doubles. */
  function nextAllowance(tookMs: number, count: number): number {
    if (tookMs > budgetMs) return Math.max(1, Math.floor((count * budgetMs) / tookMs))
    return tookMs <= budgetMs / 2 && count >= allowance ? Math.min(allowance * 2, maxQueued) : allowance
  }

  /** @param isAll where what comes next must find all of it done; else as much as fits into the budget */
  function run(isAll = false) {
    if (isFlushing) return
    cancelTimer?.()
    cancelTimer = null
    isFlushing = true
    const startedAt = now()
    const mayGoOn = () => isAll || now() - startedAt <= budgetMs / 2
    // What is pushed meanwhile waits for the next flush.
    let left = isAll ? Infinity : queue.length
    // By time, not by number: one dear flush must not let the queue grow while the next ones are cheap.
    do {
      const events = queue.slice(0, Math.min(allowance, left))
      queue = queue.slice(events.length)
      left -= events.length
      handOver(events)
    } while (queue.length > 0 && left > 0 && mayGoOn())
    isFlushing = false
    runAfterwards()
    // After a dear flush the next messages are read first, and then more is handed over at once.
    if (queue.length > 0) cancelTimer ??= scope.timeout(() => run(), frameDelayMs() ?? gap())
  }

  function runAfterwards() {
    const due = afterwards
    afterwards = []
    for (const later of due) later()
  }

  const gap = () => (isHidden() ? hiddenGapMs : gapMs)
  /** Hidden pages have no frames. */
  const frameDelayMs = () => (isHidden() ? null : (frames?.delayMs(flushedAt) ?? null))

  return {
    push(event) {
      if (queue.length >= maxQueued) {
        const dropped = [...queue, event]
        queue = []
        overflow(dropped)
      } else queue.push(event)
    },
    settle() {
      if (queue.length === 0 || isFlushing) return
      const elapsed = now() - flushedAt
      // The timer knows when the next frame is; one that is very late has been held up, as those of hidden pages always are. Where
      // messages come faster than that, they do not wait for it.
      const isTimed = cancelTimer !== null && !isHidden() && elapsed < gap() * 3 && queue.length < maxQueued / 4
      // A clock that was set back must not hold the queue.
      if (elapsed < 0 || (elapsed >= gap() && !isTimed)) run()
      else cancelTimer ??= scope.timeout(() => run(), frameDelayMs() ?? gap() - elapsed)
    },
    flush() {
      if (isFlushing) afterwards.push(() => queue.length > 0 && run(true))
      else if (queue.length > 0) run(true)
    },
    afterFlush(later) {
      if (isFlushing) afterwards.push(later)
      else later()
    },
    clear() {
      cancelTimer?.()
      cancelTimer = null
      queue = []
    },
  }
}
