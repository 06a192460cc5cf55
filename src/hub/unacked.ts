// What one session was sent and has not confirmed: bounded in number, bytes and time.
import type { Scope } from '../base/scope.ts'

export interface UnackedOptions {
  scope: Scope
  now: () => number
  /** How long an event may stay unconfirmed, in ms. `Infinity`: nothing is waited for. */
  limitMs: number
  max: number
  /** Counted in UTF-16 units. */
  maxBytes: number
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
  add(event: SentEvent, bytes: number): boolean
  /** Returns how many of them were waited for. */
  confirm(eventIds: readonly string[]): number
  /** Everything that was sent of a stream up to and with `seq`; what is sent later is not. Returns how many that were. */
  confirmUpTo(stream: string, seq: number): number
  readonly size: number
}

interface Waiting {
  readonly event: SentEvent
  readonly bytes: number
  readonly sentAt: number
  isOpen: boolean
}

/** The events of one stream, in the order they were sent. */
interface Line {
  waiting: Waiting[]
  /** Those before it are confirmed. */
  start: number
  lastSeq: number
  /** False once an event was sent after a later one, as when a client resumes twice. */
  isSorted: boolean
}

export function createUnacked(options: UnackedOptions): Unacked {
  const { scope, now, limitMs, max, maxBytes, onLate, onFull } = options
  const lines = new Map<string, Line>()
  /** Only once something was confirmed by its id: who confirms by place, as ours do, needs no such table. */
  let byId: Map<string, Waiting> | null = null
  let size = 0
  let bytes = 0
  let checking = false

  function check() {
    checking = false
    const oldest = oldestAt()
    if (oldest === Infinity) return
    const leftMs = oldest + limitMs - now()
    if (leftMs <= 0) return onLate()
    checking = true
    scope.timeout(check, leftMs)
  }

  function oldestAt(): number {
    let oldest = Infinity
    for (const { waiting, start } of lines.values()) oldest = Math.min(oldest, waiting[start]?.sentAt ?? Infinity)
    return oldest
  }

  function close(entry: Waiting) {
    if (!entry.isOpen) return 0
    entry.isOpen = false
    size--
    bytes -= entry.bytes
    byId?.delete(entry.event.eventId)
    return 1
  }

  /** Forgets what is confirmed at the front. */
  function trim(stream: string, line: Line) {
    while (line.start < line.waiting.length && !line.waiting[line.start]!.isOpen) line.start++
    if (line.start === line.waiting.length) lines.delete(stream)
    else if (line.start > 64 && line.start * 2 > line.waiting.length) {
      line.waiting = line.waiting.slice(line.start)
      line.start = 0
    }
  }

  function lineOf(stream: string): Line {
    const known = lines.get(stream)
    if (known !== undefined) return known
    const line = { waiting: [], start: 0, lastSeq: 0, isSorted: true }
    lines.set(stream, line)
    return line
  }

  function indexed(): Map<string, Waiting> {
    if (byId !== null) return byId
    byId = new Map()
    for (const { waiting } of lines.values())
      for (const entry of waiting) if (entry.isOpen) byId.set(entry.event.eventId, entry)
    return byId
  }

  return {
    add(event, length) {
      if (limitMs === Infinity) return true
      if (size >= max || bytes + length > maxBytes) {
        onFull()
        return false
      }
      const line = lineOf(event.stream)
      if (event.seq <= line.lastSeq) {
        line.isSorted = false
        for (const entry of line.waiting) if (entry.event.eventId === event.eventId) close(entry)
      }
      line.lastSeq = Math.max(line.lastSeq, event.seq)
      const entry = { event, bytes: length, sentAt: now(), isOpen: true }
      line.waiting.push(entry)
      byId?.set(event.eventId, entry)
      size++
      bytes += length
      if (!checking) check()
      return true
    },
    confirm(eventIds) {
      let confirmed = 0
      for (const eventId of eventIds) {
        const entry = indexed().get(eventId)
        if (entry === undefined) continue
        confirmed += close(entry)
        const { stream } = entry.event
        const line = lines.get(stream)
        if (line !== undefined) trim(stream, line)
      }
      return confirmed
    },
    confirmUpTo(stream, seq) {
      const line = lines.get(stream)
      if (line === undefined) return 0
      let confirmed = 0
      for (let index = line.start; index < line.waiting.length; index++) {
        const entry = line.waiting[index]!
        if (entry.event.seq <= seq) confirmed += close(entry)
        else if (line.isSorted) break
      }
      trim(stream, line)
      return confirmed
    },
    get size() {
      return size
    },
  }
}
