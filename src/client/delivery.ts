// The queue between the socket and the app. The first event after silence is handed over at once; what follows within
// a frame waits for the next flush, so that a burst costs one write and one render a frame.
import type { Scope } from '../base/scope.ts'
import type { RealtimeEvent } from '../protocol/event.ts'

export interface DeliveryOptions {
  scope: Scope
  now: () => number
  isHidden: () => boolean
  gapMs: number
  hiddenGapMs: number
  flush: (events: readonly RealtimeEvent[]) => void
}

export interface Delivery {
  push(event: RealtimeEvent): void
  /** To be called at the end of each message: decides whether what it brought goes now or waits. */
  settle(): void
  /** Hands over what waits, now. */
  flush(): void
  clear(): void
}

export function createDelivery({ scope, now, isHidden, gapMs, hiddenGapMs, flush }: DeliveryOptions): Delivery {
  let queue: RealtimeEvent[] = []
  let flushedAt = -Infinity
  let cancelTimer: (() => void) | null = null

  function flushNow() {
    cancelTimer?.()
    cancelTimer = null
    flushedAt = now()
    const events = queue
    queue = []
    flush(events)
  }

  return {
    push: (event) => void queue.push(event),
    settle() {
      if (queue.length === 0) return
      const elapsed = now() - flushedAt
      const gap = isHidden() ? hiddenGapMs : gapMs
      // A clock that was set back must not hold the queue.
      if (elapsed >= gap || elapsed < 0) flushNow()
      else cancelTimer ??= scope.timeout(flushNow, gap - elapsed)
    },
    flush() {
      if (queue.length > 0) flushNow()
    },
    clear() {
      cancelTimer?.()
      cancelTimer = null
      queue = []
    },
  }
}
