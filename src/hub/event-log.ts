// What was published lately, in order, so that a session can go on where it left off. In memory: it ends with the process.
import type { EventEntity, EventOrigin } from '../protocol/event.ts'
import type { Position } from '../protocol/frames.ts'

/** An event as the app publishes it. */
export interface NewEvent {
  /** Past tense, segments parted by dots: `goal.completed`. */
  type: string
  payload: unknown
  /** The ordered series it belongs to, which also says who may read it: `tenant:3`. */
  stream: string
  entity?: EventEntity
  origin?: EventOrigin
  /** @default a random one */
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
  /** The newest event of a stream; seq 0 where it never had one. */
  head(stream: string): Position
  readonly streams: Iterable<string>
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

export function createEventLog({ now, retentionMs, maxPerStream }: EventLogOptions): EventLog {
  const epoch = crypto.randomUUID()
  const logs = new Map<string, { seq: number; events: LoggedEvent[] }>()
  const byId = new Map<string, LoggedEvent>()
  let lastIndex = 0
  let sweptAt = now()

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
    if (events.length > maxPerStream) forget(events, events.length - maxPerStream)
  }

  return {
    epoch,
    append({ type, payload, stream, entity, origin, v, id = crypto.randomUUID() }) {
      const log = logs.get(stream) ?? { seq: 0, events: [] }
      logs.set(stream, log)
      const at = now()
      const frame: EventFrame = {
        type,
        eventId: id,
        timestamp: new Date(at).toISOString(),
        stream,
        seq: ++log.seq,
        epoch,
        ...(entity && { entity }),
        ...(origin && { origin }),
        ...(v !== undefined && { v }),
        payload,
      }
      const logged = { frame, index: ++lastIndex, at }
      log.events.push(logged)
      byId.set(id, logged)
      prune(log.events)
      sweepIfDue()
      return logged
    },
    head: (stream) => ({ epoch, seq: logs.get(stream)?.seq ?? 0 }),
    get streams() {
      return logs.keys()
    },
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
