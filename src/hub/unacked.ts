// What one session was sent and has not confirmed: bounded in number and in time.
import type { Scope } from '../base/scope.ts'

export interface UnackedOptions {
  scope: Scope
  now: () => number
  /** How long an event may stay unconfirmed, in ms. `Infinity`: nothing is waited for. */
  limitMs: number
  max: number
  onLate: () => void
  onFull: () => void
}

export interface SentEvent {
  eventId: string
  stream: string
  seq: number
}

export interface Unacked {
  /** False where there is no room left; the session is ended then. */
  add(event: SentEvent): boolean
  confirm(eventIds: readonly string[]): void
  /** Everything that was sent of a stream up to and with `seq`; what is sent later is not. */
  confirmUpTo(stream: string, seq: number): void
  readonly size: number
}

interface Waiting extends SentEvent {
  readonly sentAt: number
}

/** The events of one stream, in the order they were sent. */
interface Line {
  readonly events: Map<number, Waiting>
  lastSeq: number
  /** False once an event was sent after a later one, as when a client resumes twice. */
  isSorted: boolean
}

export function createUnacked({ scope, now, limitMs, max, onLate, onFull }: UnackedOptions): Unacked {
  // A Map keeps its order of insertion, so the first entry waits the longest.
  const byId = new Map<string, Waiting>()
  const lines = new Map<string, Line>()
  let checking = false

  function check() {
    checking = false
    const [oldest] = byId.values()
    if (oldest === undefined) return
    const leftMs = oldest.sentAt + limitMs - now()
    if (leftMs <= 0) return onLate()
    checking = true
    scope.timeout(check, leftMs)
  }

  function lineOf(stream: string): Line {
    const line = lines.get(stream) ?? { events: new Map<number, Waiting>(), lastSeq: 0, isSorted: true }
    lines.set(stream, line)
    return line
  }

  function remove({ eventId, stream, seq }: Waiting) {
    byId.delete(eventId)
    const line = lines.get(stream)
    line?.events.delete(seq)
    if (line?.events.size === 0) lines.delete(stream)
  }

  return {
    add({ eventId, stream, seq }) {
      if (limitMs === Infinity) return true
      const again = byId.get(eventId)
      if (again !== undefined) remove(again)
      if (byId.size >= max) {
        onFull()
        return false
      }
      const waiting = { eventId, stream, seq, sentAt: now() }
      const line = lineOf(stream)
      if (seq < line.lastSeq) line.isSorted = false
      line.lastSeq = Math.max(line.lastSeq, seq)
      line.events.set(seq, waiting)
      byId.set(eventId, waiting)
      if (!checking) check()
      return true
    },
    confirm(eventIds) {
      for (const eventId of eventIds) {
        const waiting = byId.get(eventId)
        if (waiting !== undefined) remove(waiting)
      }
    },
    confirmUpTo(stream, seq) {
      const line = lines.get(stream)
      if (line === undefined) return
      for (const waiting of line.events.values()) {
        if (waiting.seq <= seq) remove(waiting)
        else if (line.isSorted) return
      }
    },
    get size() {
      return byId.size
    },
  }
}
