// What one session was sent and has not confirmed: bounded in number, bytes and time.
import type { Clock } from '../base/clock.ts'
import type { Undo } from '../base/emitter.ts'
import type { EventLog } from './event-log.ts'

/** The same for all sessions of a hub. */
export interface UnackedHub {
  clock: Clock
  /** Knows where the events are that a client confirms by id. */
  log: Pick<EventLog, 'find'>
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
 * The events of one stream, in the order they were sent. Every session has an entry for every event it is sent, so that these are most of what
 * a server does besides sending: three small numbers in one array, which the garbage collector need not look into.
 */
interface Line {
  /** Of each event its seq, when it was sent in ms since the first one, and its bytes. */
  cells: number[]
  /** Cells before it are of events that are confirmed. */
  start: number
  lastSeq: number
  /** False once an event was sent after a later one, as when a client resumes twice. */
  isSorted: boolean
  /** Their ids, as long as it is not known how the client confirms. */
  ids: string[] | null
}

/** Where an event is, for who confirms by id. */
interface Place {
  stream: string
  seq: number
}

/** Cells of one event. */
const width = 3
const [seqOf, sentAtOf, bytesOf] = [0, 1, 2]
/** In place of the bytes of what was confirmed. */
const closed = -1

export class Unacked {
  readonly #hub: UnackedHub
  readonly #session: Unconfirmed
  readonly #beganAt: number
  readonly #lines = new Map<string, Line>()
  /** The line that was written to last, and its stream: most sessions hear one stream most of the time. */
  #latest: Line | null = null
  #latestStream = ''
  /** Ids are kept in lines; once one was confirmed, in a table; once a place was confirmed first, as ours do, not at all. */
  #confirmsBy: 'id' | 'place' | null = null
  #byId: Map<string, Place> | null = null
  #count = 0
  #bytes = 0
  /** Null where nothing is waited for. */
  #cancelCheck: Undo | null = null

  constructor(hub: UnackedHub, session: Unconfirmed) {
    this.#hub = hub
    this.#session = session
    this.#beganAt = hub.clock.now()
  }

  get count(): number {
    return this.#count
  }

  /** False where there is no room left; the session is ended then. */
  add({ stream, seq, eventId }: SentEvent, length: number): boolean {
    const { maxUnacked, maxUnackedBytes } = this.#hub.limits
    if (this.#count >= maxUnacked || this.#bytes + length > maxUnackedBytes) {
      this.#session.onFull()
      return false
    }
    const line = this.#lineOf(stream)
    if (seq <= line.lastSeq) {
      // In its old place it need not be waited for any more.
      this.#closeSeq(line, seq)
      this.#trim(stream, line)
      line.isSorted = false
    }
    line.lastSeq = Math.max(line.lastSeq, seq)
    line.cells.push(seq, this.#hub.clock.now() - this.#beganAt, length)
    if (this.#confirmsBy === null) line.ids!.push(eventId)
    else this.#byId?.set(eventId, { stream, seq })
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
    if (this.#confirmsBy === null) this.#forgetIds()
    const line = this.#lines.get(stream)
    if (line === undefined) return 0
    const { cells } = line
    let confirmed = 0
    for (let at = line.start; at < cells.length; at += width) {
      if (cells[at + seqOf]! <= seq) confirmed += this.#close(line, at)
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
    for (const { cells, start } of this.#lines.values()) oldest = Math.min(oldest, cells[start + sentAtOf] ?? Infinity)
    return oldest
  }

  // ── lines ─────────────────────────────────────────────────────────────────────────────────────────────────────

  #lineOf(stream: string): Line {
    const latest = this.#latest
    if (latest !== null && stream === this.#latestStream) return latest
    if (latest?.cells.length === 0) this.#lines.delete(this.#latestStream)
    const line = this.#lines.get(stream) ?? {
      cells: [],
      start: 0,
      lastSeq: 0,
      isSorted: true,
      ids: this.#confirmsBy === null ? [] : null,
    }
    this.#lines.set(stream, line)
    this.#latest = line
    this.#latestStream = stream
    return line
  }

  /** @param at the first cell of the event. Returns 1, or 0 where it was confirmed before. */
  #close(line: Line, at: number): number {
    const bytes = line.cells[at + bytesOf]!
    if (bytes === closed) return 0
    line.cells[at + bytesOf] = closed
    this.#count--
    this.#bytes -= bytes
    return 1
  }

  #closeSeq(line: Line, seq: number): number {
    const { cells, start } = line
    if (cells[start + seqOf] === seq) return this.#close(line, start)
    for (let at = cells.length - width; at >= start; at -= width) {
      if (cells[at + seqOf] === seq) return this.#close(line, at)
    }
    return 0
  }

  /** Forgets what is confirmed at the front. */
  #trim(stream: string, line: Line) {
    const { cells } = line
    while (line.start < cells.length && cells[line.start + bytesOf] === closed) line.start += width
    const isEmpty = line.start === cells.length
    if (isEmpty && line !== this.#latest) this.#lines.delete(stream)
    else if (isEmpty || (line.start > 64 * width && line.start * 2 > cells.length)) {
      line.cells = cells.slice(line.start)
      line.ids = line.ids?.slice(line.start / width) ?? null
      line.start = 0
    }
    if (isEmpty) {
      line.lastSeq = 0
      line.isSorted = true
    }
  }

  // ── confirming by id ──────────────────────────────────────────────────────────────────────────────────────────

  #confirmOne(eventId: string): number {
    const place = this.#placeOf(eventId)
    const line = place && this.#lines.get(place.stream)
    if (place === undefined || line === undefined) return 0
    const confirmed = this.#closeSeq(line, place.seq)
    this.#byId?.delete(eventId)
    this.#trim(place.stream, line)
    return confirmed
  }

  #placeOf(eventId: string): Place | undefined {
    // One that does both. What is so old that the log has forgotten it, such a client has to confirm by its place.
    if (this.#confirmsBy === 'place') return this.#hub.log.find(eventId)?.frame
    if (this.#byId === null) this.#indexIds()
    return this.#byId!.get(eventId)
  }

  #indexIds() {
    this.#confirmsBy = 'id'
    this.#byId = new Map()
    for (const [stream, { cells, start, ids }] of this.#lines) {
      for (let at = start; at < cells.length; at += width) {
        if (cells[at + bytesOf] !== closed) this.#byId.set(ids![at / width]!, { stream, seq: cells[at + seqOf]! })
      }
    }
    for (const line of this.#lines.values()) line.ids = null
  }

  #forgetIds() {
    this.#confirmsBy = 'place'
    for (const line of this.#lines.values()) line.ids = null
  }
}
