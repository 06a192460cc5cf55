// What is to be asked of Redis, in order, for as long as it takes: while nobody is there to be asked it waits, and what was under way when
// that changed is asked again. So whatever is asked has to bear being asked twice.
import { RealtimeError } from '../base/errors.ts'

export interface Outbox<Desk> {
  /** What has no answer yet. */
  readonly size: number
  /**
   * Rejects with `engine-unavailable` where there is no answer in time, and at once where too much waits.
   * @param ask where it rejects, the desk is ended. `until`: when it is too late to do it, by `performance.now()`
   */
  ask<Answer>(ask: (desk: Desk, until: number) => Promise<Answer>): Promise<Answer>
  /** From now on this desk is asked, at first whatever waits. */
  open(desk: Desk): void
  /** Nobody is there to be asked. */
  hold(why: unknown): void
  /** Rejects whatever waits, and all that is asked from now on. */
  close(): void
}

export interface OutboxOptions {
  /** How long something may wait for its answer, in ms. */
  giveUpMs: number
  /** How much may wait while nobody is there to be asked. */
  maxWaiting: number
}

interface Waiting<Desk> {
  /** Whether Redis may have done it already. */
  wasAsked: boolean
  ask(desk: Desk): Promise<void>
  reject(error: RealtimeError): void
}

/** Part of the time that is left for the answer. */
const answering = 0.1

export function createOutbox<Desk extends { end(reason: Error): void }>(options: OutboxOptions): Outbox<Desk> {
  const { giveUpMs, maxWaiting } = options
  // In the order they came.
  const waiting = new Set<Waiting<Desk>>()
  let desk: Desk | null = null
  let lastFault: unknown
  let isClosed = false

  async function askAt(current: Desk, one: Waiting<Desk>) {
    one.wasAsked = true
    try {
      await one.ask(current)
      waiting.delete(one)
    } catch (fault) {
      // Nothing that came later may overtake it, so all of it is asked again.
      current.end(fault as Error)
    }
  }

  function refusal({ wasAsked }: Pick<Waiting<Desk>, 'wasAsked'>, why: string): RealtimeError {
    const consequence = wasAsked
      ? 'so it is not known whether this was done. Ask again with the same id, which is never done twice'
      : 'so this was not done. Ask again later'
    const message = `${why}, ${consequence}; see that Redis runs and can be reached.`
    return new RealtimeError('engine-unavailable', message, { cause: lastFault })
  }

  return {
    get size() {
      return waiting.size
    },
    ask(ask) {
      if (isClosed) return Promise.reject(refusal({ wasAsked: false }, 'The engine was closed'))
      if (desk === null && waiting.size >= maxWaiting) {
        return Promise.reject(
          refusal({ wasAsked: false }, `Redis is away, and ${maxWaiting} calls wait for it already`),
        )
      }
      return new Promise((resolve, reject) => {
        const until = performance.now() + giveUpMs * (1 - answering)
        const one: Waiting<Desk> = {
          wasAsked: false,
          ask: (current) => ask(current, until).then(settled(resolve)),
          reject: settled(reject),
        }
        const timer = setTimeout(() => one.reject(refusal(one, `Redis gave no answer within ${giveUpMs} ms`)), giveUpMs)
        function settled<Value>(settle: (value: Value) => void) {
          return (value: Value) => {
            clearTimeout(timer)
            waiting.delete(one)
            settle(value)
          }
        }
        waiting.add(one)
        if (desk !== null) void askAt(desk, one)
      })
    },
    open(opened) {
      desk = opened
      for (const one of waiting) void askAt(opened, one)
    },
    hold(why) {
      desk = null
      lastFault = why
    },
    close() {
      isClosed = true
      desk = null
      for (const one of waiting) one.reject(refusal(one, 'The engine was closed'))
    },
  }
}
