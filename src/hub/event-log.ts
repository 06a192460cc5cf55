// What was published lately, in order, so that a session can go on where it left off. In memory: of its own it ends with the process; with
// an engine it is a copy of what all nodes share.
import { randomId } from '../base/random-id.ts'
import type { EventEntity, EventOrigin } from '../protocol/event.ts'
import type { Position } from '../protocol/frames.ts'
import { headOf } from './stream-names.ts'

/** An event as the app publishes it. */
export interface NewEvent {
  /** Past tense, segments parted by dots: `goal.completed`. */
  type: string
  payload: unknown
  /** The ordered series it belongs to, which also says who may read it: `tenant:3`. */
  stream: string
  entity?: EventEntity
  origin?: EventOrigin
  /** @default one that sorts by time */
  id?: string
  /** The version of the payload's schema. */
  v?: number
}

/** An event as a livecache session receives it. */
export interface EventFrame {
  type: string
  eventId: string
  timestamp: string
  stream: string
  seq: number
  epoch: string
  entity?: EventEntity
  origin?: EventOrigin
  v?: number
  payload: unknown
}

export interface LoggedEvent {
  readonly frame: EventFrame
  /** Its place among all events of the log. */
  readonly index: number
  /** Epoch ms. */
  readonly at: number
}

export interface EventLog {
  /** The identity of this log; another process has another one. */
  readonly epoch: string
  append(event: NewEvent): LoggedEvent
  /** Takes an event that was given its place elsewhere; it must be the next one. */
  take(event: LoggedEvent): void
  /** Forgets everything and takes this instead. */
  load(kept: { epoch: string; heads: ReadonlyMap<string, number>; events: readonly LoggedEvent[] }): void
  /** The `index` of the newest event; 0 where there was none. */
  readonly lastIndex: number
  /**
   * For a client that is told of everything from now on: where to go on in streams that began after it left. A time, since a place among all
   * events would tell each client how much happens to all others.
   */
  readonly cursor: string
  /** The time that a cursor stands for, in epoch ms; undefined for one of another log, and for what is none. */
  timeAt(cursor: string): number | undefined
  /** The newest event of a stream; seq 0 where it never had one. */
  head(stream: string): Position
  /** How many streams ever had an event. */
  readonly count: number
  /** Whether the stream ever had an event. */
  has(stream: string): boolean
  /** The streams whose name begins with this segment, `*` for all. */
  streamsUnder(head: string): Iterable<string>
  /** The events of a stream behind `seq`; null where some of them are gone. */
  since(stream: string, seq: number): readonly LoggedEvent[] | null
  find(eventId: string): LoggedEvent | undefined
}

export interface EventLogOptions {
  now: () => number
  /** How long an event is kept, in ms. */
  retentionMs: number
  /** How many events of one stream are kept at most. */
  maxPerStream: number
}

interface StreamLog {
  seq: number
  readonly events: LoggedEvent[]
}

/** How long an event may take from the store to here, and how far clocks may be off. What comes by it twice the client knows. */
const cursorSlackMs = 5_000

export function createEventLog({ now, retentionMs, maxPerStream }: EventLogOptions): EventLog {
  let epoch = randomId()
  const logs = new Map<string, StreamLog>()
  const byHead = new Map<string, Set<string>>()
  const byId = new Map<string, LoggedEvent>()
  let lastIndex = 0
  let newest: LoggedEvent | null = null
  let sweptAt = now()

  function logOf(stream: string): StreamLog {
    const known = logs.get(stream)
    if (known !== undefined) return known
    const log = { seq: 0, events: [] }
    logs.set(stream, log)
    const head = headOf(stream)
    const names = byHead.get(head) ?? new Set()
    byHead.set(head, names.add(stream))
    return log
  }

  function forget(events: LoggedEvent[], count: number) {
    for (const { frame } of events.splice(0, count)) byId.delete(frame.eventId)
  }

  /** Streams that fell silent are looked through too, if not with every event. */
  function sweepIfDue() {
    if (now() - sweptAt < retentionMs / 10) return
    sweptAt = now()
    for (const { events } of logs.values()) prune(events)
  }

  function prune(events: LoggedEvent[]) {
    const oldest = now() - retentionMs
    const firstKept = events.findIndex(({ at }) => at > oldest)
    forget(events, firstKept === -1 ? events.length : firstKept)
    // A quarter at a time: taking one off the front for each that comes would move all the others each time.
    if (events.length > maxPerStream + maxPerStream / 4) forget(events, events.length - maxPerStream)
  }

  function keep(logged: LoggedEvent) {
    const log = logOf(logged.frame.stream)
    log.seq = logged.frame.seq
    log.events.push(logged)
    lastIndex = logged.index
    newest = logged
    byId.set(logged.frame.eventId, logged)
    prune(log.events)
  }

  return {
    get epoch() {
      return epoch
    },
    get lastIndex() {
      return lastIndex
    },
    append({ type, payload, stream, entity, origin, v, id = randomId() }) {
      const at = now()
      const frame: EventFrame = {
        type,
        eventId: id,
        timestamp: new Date(at).toISOString(),
        stream,
        seq: logOf(stream).seq + 1,
        epoch,
        ...(entity && { entity }),
        ...(origin && { origin }),
        ...(v !== undefined && { v }),
        payload,
      }
      const logged = { frame, index: lastIndex + 1, at }
      keep(logged)
      sweepIfDue()
      return logged
    },
    take(logged) {
      keep(logged)
      sweepIfDue()
    },
    load(kept) {
      logs.clear()
      byHead.clear()
      byId.clear()
      epoch = kept.epoch
      lastIndex = 0
      newest = null
      for (const logged of kept.events) keep(logged)
      // What is no longer kept counted all the same.
      for (const [stream, seq] of kept.heads) logOf(stream).seq = seq
    },
    get cursor() {
      // The clock of a store is known by the last event that came from there.
      const skewMs = newest === null ? 0 : newest.at - timeOf(newest)
      return `${epoch}:${Math.max(0, Math.round(now() - skewMs - cursorSlackMs))}`
    },
    timeAt(cursor) {
      const [, ofEpoch, time] = /^(.*):(\d{1,15})$/s.exec(cursor) ?? []
      return ofEpoch === epoch ? Number(time) : undefined
    },
    head: (stream) => ({ epoch, seq: logs.get(stream)?.seq ?? 0 }),
    get count() {
      return logs.size
    },
    has: (stream) => logs.has(stream),
    streamsUnder: (head) => (head === '*' ? logs.keys() : (byHead.get(head) ?? [])),
    since(stream, seq) {
      const log = logs.get(stream)
      if (log === undefined) return seq === 0 ? [] : null
      prune(log.events)
      const oldestKept = log.events[0]?.frame.seq ?? log.seq + 1
      if (seq > log.seq || seq + 1 < oldestKept) return null
      return log.events.slice(seq + 1 - oldestKept)
    },
    find: (eventId) => byId.get(eventId),
  }
}

/** When it was published by the log's own clock, which all nodes share, in epoch ms. */
export function timeOf({ frame }: LoggedEvent): number {
  return Date.parse(frame.timestamp)
}
