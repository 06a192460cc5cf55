// What a polled session is sent, until it is fetched: numbered, repeated until it is confirmed, bounded.
import type { Scope } from '../base/scope.ts'
import type { SessionSink } from './session-port.ts'

export interface PollBufferOptions {
  scope: Scope
  /** Too much waits to be fetched: the session has to begin anew. */
  onFull: () => void
  /** Nobody came to fetch for a long time, or the end was fetched. */
  onOver: () => void
}

export interface PollAnswer {
  /** JSON texts. */
  frames: readonly string[]
  /** To be said with the next poll, which confirms what this one brings. */
  after: number
  /** How the session ended. */
  close?: { code: number; reason: string }
}

export interface PollBuffer extends SessionSink {
  /**
   * What was sent behind `after`, as soon as there is something, or empty after a while. A poll that another one overtakes
   * is answered empty.
   */
  poll(after: number, signal: AbortSignal): Promise<PollAnswer>
}

/** How long a poll is held, in ms. */
const holdMs = 25_000
/** How long a session lives without a poll, in ms: browsers stretch the minute a hidden page pauses to two. */
const abandonedAfterMs = 150_000
const maxFrames = 10_000
const maxLength = 16_777_216
/** Of one answer: the next poll brings the rest. */
const maxAnswerFrames = 1_000
const maxAnswerLength = 1_048_576
/** It says nothing to a client that asks by itself. */
const bare = '{"type":"ping"}'

export function createPollBuffer({ scope, onFull, onOver }: PollBufferOptions): PollBuffer {
  const frames: string[] = []
  /** The number of the frame before the first one that waits. */
  let confirmed = 0
  let length = 0
  let close: PollAnswer['close']
  let answerWaiting: (() => void) | null = null
  let overtake: (() => void) | null = null
  let cancelAbandoned = awaitPoll()

  function awaitPoll() {
    return scope.timeout(onOver, abandonedAfterMs)
  }

  function confirm(after: number) {
    const gone = frames.splice(0, Math.max(0, after - confirmed))
    confirmed += gone.length
    for (const text of gone) length -= text.length
  }

  function answer(): PollAnswer {
    const some = frames.slice(0, countTogether())
    const isAll = some.length === frames.length
    if (isAll && close !== undefined) onOver()
    return { frames: some, after: confirmed + some.length, ...(isAll && close && { close }) }
  }

  const nothing = (): PollAnswer => ({ frames: [], after: confirmed })

  function countTogether(): number {
    let sum = 0
    const end = frames.findIndex((text, index) => {
      sum += text.length
      return index >= maxAnswerFrames || (index > 0 && sum > maxAnswerLength)
    })
    return end === -1 ? frames.length : end
  }

  function hold(signal: AbortSignal): Promise<PollAnswer> {
    return new Promise((resolve) => {
      const own = scope.child()
      const release = (say: () => PollAnswer) => () => {
        if (own.disposed) return
        own.dispose()
        answerWaiting = overtake = null
        cancelAbandoned = awaitPoll()
        resolve(say())
      }
      answerWaiting = release(answer)
      overtake = release(nothing)
      own.timeout(answerWaiting, holdMs)
      const gone = release(nothing)
      signal.addEventListener('abort', gone, { once: true })
      own.own(() => signal.removeEventListener('abort', gone))
    })
  }

  /** A moment later: what is sent in one task goes together. */
  function wake() {
    if (answerWaiting !== null) queueMicrotask(() => answerWaiting?.())
  }

  return {
    poll(after, signal) {
      overtake?.()
      confirm(after)
      cancelAbandoned()
      if (frames.length === 0 && close === undefined) return hold(signal)
      cancelAbandoned = awaitPoll()
      return Promise.resolve(answer())
    },
    send(text) {
      if (close !== undefined || text === bare) return
      frames.push(text)
      length += text.length
      wake()
      // What waits can still be fetched, so that the next session begins further on.
      if (frames.length > maxFrames || length > maxLength) onFull()
    },
    close(code, reason) {
      close = { code, reason }
      wake()
    },
  }
}
