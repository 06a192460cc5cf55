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
  count(): number
}

/**
 * The events of one stream, in the order they were sent. In columns of small numbers: every session has an entry for every event it is sent,
 * and an object for each would be most of what a server does.
 */
interface Line {
  events: SentEvent[]
  /** In ms since the session began. */
  sentAt: number[]
  bytes: number[]
  /** Those before it are confirmed. */
  start: number
  lastSeq: number
  /** False once an event was sent after a later one, as when a client resumes twice. */
  isSorted: boolean
}

/** Where an event is, for who confirms by id. */
interface Place {
  line: Line
  event: SentEvent
}

export function createUnacked(options: UnackedOptions): Unacked {
  const { scope, now, limitMs, max, maxBytes, onLate, onFull } = options
  const beganAt = now()
  const lines = new Map<string, Line>()
  /** Only once something was confirmed by its id: who confirms by place, as ours do, needs no such table. */
  let byId: Map<string, Place> | null = null
  let count = 0
  let bytes = 0
  let checking = false

  function check() {
    checking = false
    const oldest = oldestAt()
    if (oldest === Infinity) return
    const leftMs = beganAt + oldest + limitMs - now()
    if (leftMs <= 0) return onLate()
    checking = true
    scope.timeout(check, leftMs)
  }

  function oldestAt(): number {
    let oldest = Infinity
    for (const { sentAt, start } of lines.values()) oldest = Math.min(oldest, sentAt[start] ?? Infinity)
    return oldest
  }

  /** Returns 1, or 0 where it was confirmed before. */
  function close(line: Line, index: number): number {
    const size = line.bytes[index]!
    if (size === closed) return 0
    line.bytes[index] = closed
    count--
    bytes -= size
    byId?.delete(line.events[index]!.eventId)
    return 1
  }

  /** Forgets what is confirmed at the front. */
  function trim(stream: string, line: Line) {
    while (line.start < line.events.length && line.bytes[line.start] === closed) line.start++
    if (line.start === line.events.length) lines.delete(stream)
    else if (line.start > 64 && line.start * 2 > line.events.length) {
      line.events = line.events.slice(line.start)
      line.sentAt = line.sentAt.slice(line.start)
      line.bytes = line.bytes.slice(line.start)
      line.start = 0
    }
  }

  function lineOf(stream: string): Line {
    const known = lines.get(stream)
    if (known !== undefined) return known
    const line = { events: [], sentAt: [], bytes: [], start: 0, lastSeq: 0, isSorted: true }
    lines.set(stream, line)
    return line
  }

  function indexed(): Map<string, Place> {
    if (byId !== null) return byId
    byId = new Map()
    for (const line of lines.values()) {
      for (let index = line.start; index < line.events.length; index++) {
        const event = line.events[index]!
        if (line.bytes[index] !== closed) byId.set(event.eventId, { line, event })
      }
    }
    return byId
  }

  function confirmOne(eventId: string): number {
    const place = indexed().get(eventId)
    if (place === undefined) return 0
    const { line, event } = place
    // Confirmed in the order they were sent it is the first; else one of the last.
    const index = line.events[line.start] === event ? line.start : line.events.lastIndexOf(event)
    const confirmed = close(line, index)
    trim(event.stream, line)
    return confirmed
  }

  return {
    add(event, length) {
      if (limitMs === Infinity) return true
      if (count >= max || bytes + length > maxBytes) {
        onFull()
        return false
      }
      const line = lineOf(event.stream)
      if (event.seq > line.lastSeq) line.lastSeq = event.seq
      else {
        line.isSorted = false
        line.events.forEach((other, index) => other.eventId === event.eventId && close(line, index))
      }
      line.events.push(event)
      line.sentAt.push(now() - beganAt)
      line.bytes.push(length)
      byId?.set(event.eventId, { line, event })
      count++
      bytes += length
      if (!checking) check()
      return true
    },
    confirm(eventIds) {
      let confirmed = 0
      for (const eventId of eventIds) confirmed += confirmOne(eventId)
      return confirmed
    },
    confirmUpTo(stream, seq) {
      const line = lines.get(stream)
      if (line === undefined) return 0
      let confirmed = 0
      for (let index = line.start; index < line.events.length; index++) {
        if (line.events[index]!.seq <= seq) confirmed += close(line, index)
        else if (line.isSorted) break
      }
      trim(stream, line)
      return confirmed
    },
    count: () => count,
  }
}

/** In place of the bytes of what was confirmed. */
const closed = -1
