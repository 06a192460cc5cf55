// What one session was sent and has not confirmed: bounded in number, bytes and time.
import type { Clock } from '../base/clock.ts'
import type { Undo } from '../base/emitter.ts'

/** The same for all sessions of a hub. */
export interface UnackedLimits {
  clock: Clock
  /** How long an event may stay unconfirmed, in ms. `Infinity`: nothing is waited for. */
  ackTimeoutMs: number
  limits: {
    maxUnacked: number
    /** Counted in UTF-16 units. */
    maxUnackedBytes: number
  }
}

/** Whose events they are. */
export interface Unconfirmed {
  onLate(): void
  onFull(): void
}

export interface SentEvent {
  eventId: string
  stream: string
  seq: number
}

/**
 * The events of one stream, in the order they were sent. In columns of small numbers: every session has an entry for every event it is sent,
 * and an object for each would be most of what a server does.
 */
interface Line {
  events: SentEvent[]
  /** In ms since the first event was sent. */
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

/** In place of the bytes of what was confirmed. */
const closed = -1

export class Unacked {
  readonly #hub: UnackedLimits
  readonly #session: Unconfirmed
  readonly #beganAt: number
  #lines = new Map<string, Line>()
  /** Only once something was confirmed by its id: who confirms by place, as ours do, needs no such table. */
  #byId: Map<string, Place> | null = null
  #count = 0
  #bytes = 0
  /** Null where nothing is waited for. */
  #cancelCheck: Undo | null = null

  constructor(hub: UnackedLimits, session: Unconfirmed) {
    this.#hub = hub
    this.#session = session
    this.#beganAt = hub.clock.now()
  }

  get count(): number {
    return this.#count
  }

  /** False where there is no room left; the session is ended then. */
  add(event: SentEvent, length: number): boolean {
    const { maxUnacked, maxUnackedBytes } = this.#hub.limits
    if (this.#count >= maxUnacked || this.#bytes + length > maxUnackedBytes) {
      this.#session.onFull()
      return false
    }
    const sentBefore = event.seq <= (this.#lines.get(event.stream)?.lastSeq ?? 0)
    // In its old place it need not be waited for any more.
    if (sentBefore) this.#confirmOne(event.eventId)
    const line = this.#lineOf(event.stream)
    line.lastSeq = Math.max(line.lastSeq, event.seq)
    if (sentBefore) line.isSorted = false
    line.events.push(event)
    line.sentAt.push(this.#hub.clock.now() - this.#beganAt)
    line.bytes.push(length)
    this.#byId?.set(event.eventId, { line, event })
    this.#count++
    this.#bytes += length
    if (this.#cancelCheck === null) this.#check()
    return true
  }

  /** Returns how many of them were waited for. */
  confirm(eventIds: readonly string[]): number {
    let confirmed = 0
    for (const eventId of eventIds) confirmed += this.#confirmOne(eventId)
    return confirmed
  }

  /** Everything that was sent of a stream up to and with `seq`; what is sent later is not. Returns how many that were. */
  confirmUpTo(stream: string, seq: number): number {
    const line = this.#lines.get(stream)
    if (line === undefined) return 0
    let confirmed = 0
    for (let index = line.start; index < line.events.length; index++) {
      if (line.events[index]!.seq <= seq) confirmed += this.#close(line, index)
      else if (line.isSorted) break
    }
    this.#trim(stream, line)
    return confirmed
  }

  /** Nothing is waited for any more. */
  stop(): void {
    this.#cancelCheck?.()
  }

  #check() {
    this.#cancelCheck = null
    const oldest = this.#oldestAt()
    if (oldest === Infinity) return
    const { clock, ackTimeoutMs } = this.#hub
    const leftMs = this.#beganAt + oldest + ackTimeoutMs - clock.now()
    if (leftMs <= 0) this.#session.onLate()
    else this.#cancelCheck = clock.timeout(() => this.#check(), leftMs)
  }

  #oldestAt(): number {
    let oldest = Infinity
    for (const { sentAt, start } of this.#lines.values()) oldest = Math.min(oldest, sentAt[start] ?? Infinity)
    return oldest
  }

  /** Returns 1, or 0 where it was confirmed before. */
  #close(line: Line, index: number): number {
    const size = line.bytes[index]!
    if (size === closed) return 0
    line.bytes[index] = closed
    this.#count--
    this.#bytes -= size
    this.#byId?.delete(line.events[index]!.eventId)
    return 1
  }

  /** Forgets what is confirmed at the front. */
  #trim(stream: string, line: Line) {
    while (line.start < line.events.length && line.bytes[line.start] === closed) line.start++
    if (line.start === line.events.length) this.#lines.delete(stream)
    else if (line.start > 64 && line.start * 2 > line.events.length) {
      line.events = line.events.slice(line.start)
      line.sentAt = line.sentAt.slice(line.start)
      line.bytes = line.bytes.slice(line.start)
      line.start = 0
    }
  }

  #lineOf(stream: string): Line {
    const known = this.#lines.get(stream)
    if (known !== undefined) return known
    const line = { events: [], sentAt: [], bytes: [], start: 0, lastSeq: 0, isSorted: true }
    this.#lines.set(stream, line)
    return line
  }

  #indexed(): Map<string, Place> {
    if (this.#byId !== null) return this.#byId
    this.#byId = new Map()
    for (const line of this.#lines.values()) {
      for (let index = line.start; index < line.events.length; index++) {
        const event = line.events[index]!
        if (line.bytes[index] !== closed) this.#byId.set(event.eventId, { line, event })
      }
    }
    return this.#byId
  }

  #confirmOne(eventId: string): number {
    const place = this.#indexed().get(eventId)
    if (place === undefined) return 0
    const { line, event } = place
    // Confirmed in the order they were sent it is the first; else one of the last.
    const index = line.events[line.start] === event ? line.start : line.events.lastIndexOf(event)
    const confirmed = this.#close(line, index)
    this.#trim(event.stream, line)
    return confirmed
  }
}
