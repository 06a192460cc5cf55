// Holds back what is to be done to a cache that is not ready: a persisted one has to be restored first.
import type { Undo } from '../base/emitter.ts'

/** Whether the cache is ready. */
export interface Gate {
  isOpen(): boolean
  onOpen(listener: () => void): Undo
}

export interface GateQueue {
  /** Does it now, or in its turn once the gate is open. */
  pass(act: () => void): void
  /** The same for so many events. */
  passEvents(count: number, act: () => void): void
  dispose: Undo
}

export interface GateQueueOptions {
  /** Left out: open. */
  gate: Gate | undefined
  /** The gate is open: does what has waited. */
  together: (run: () => void) => void
  /** Too many events were waiting: they are given up, and this is done in their place. */
  onTooMany: () => void
}

/** So many events wait. */
export const maxWaiting = 10_000

export function createGateQueue({ gate, together, onTooMany }: GateQueueOptions): GateQueue {
  let waiting: { act: () => void; isEvents: boolean }[] = []
  let events = 0

  const isOpen = () => gate?.isOpen() ?? true

  function open() {
    const due = waiting
    waiting = []
    events = 0
    together(() => {
      for (const { act } of due) act()
    })
  }

  /** Whatever else waits is done all the same. */
  function giveUpEvents() {
    waiting = waiting.filter(({ isEvents }) => !isEvents)
    waiting.push({ act: onTooMany, isEvents: false })
  }

  return {
    pass(act) {
      if (isOpen()) act()
      else waiting.push({ act, isEvents: false })
    },
    passEvents(count, act) {
      if (isOpen()) return act()
      const hadRoom = events <= maxWaiting
      events += count
      if (events <= maxWaiting) waiting.push({ act, isEvents: true })
      // What comes later is made good with the rest.
      else if (hadRoom) giveUpEvents()
    },
    dispose: gate?.onOpen(open) ?? (() => {}),
  }
}
