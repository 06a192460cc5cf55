// The events one session is sent: what it wants, how far it has come, what it has not confirmed, and whether it keeps up.
import type { Scope } from '../base/scope.ts'
import type { Clock } from '../base/clock.ts'
import { closeCodes } from '../protocol/codes.ts'
import type { Position, ResumedFrame } from '../protocol/frames.ts'
import { flatFrame, livecacheFrame } from './encode-event.ts'
import type { EventLog, LoggedEvent } from './event-log.ts'
import type { SessionLimits } from './limits.ts'
import type { HubStats } from './observer.ts'
import { createPlaces, type Places } from './places.ts'
import { inOrder, missedIn } from './replay.ts'
import type { SessionSink } from './session-port.ts'
import { createUnacked, type Unacked } from './unacked.ts'

export interface OutgoingOptions {
  clock: Clock
  scope: Scope
  log: EventLog
  stats: HubStats
  sink: SessionSink
  livecache: boolean
  ackTimeoutMs: number
  limits: Required<SessionLimits>
  wants: (event: LoggedEvent) => boolean
  mayRead: (stream: string) => boolean
  /** @param limit which of the limits it was; null for none */
  end: (limit: string | null, code: number, reason: string) => void
}

export interface Outgoing {
  readonly places: Places
  readonly unacked: Unacked
  /** Sends it where it is wanted; returns whether it was. */
  offer(event: LoggedEvent): boolean
  /** Everything behind the positions, and on other streams that are known what came since it was told of them, or behind an event it names. */
  resume(
    positions: readonly (readonly [stream: string, position: Position])[],
    others: readonly string[],
    lastEventId: string | undefined,
  ): { streams: ResumedFrame['streams']; incomplete: number; replayed: number }
  /** For who names no positions: everything on these streams behind an event, if that is still known. */
  replayAfter(lastEventId: string, streams: readonly string[]): void
}

/** How long a reader may be behind by more than `maxBuffered`, in ms: a burst is more than a socket takes at once, for any reader. */
const slowForMs = 2_000
/** How often `maxBuffered` is too much at once. */
const slowTimes = 16

export function createOutgoing(options: OutgoingOptions): Outgoing {
  const { clock, scope, log, stats, sink, livecache, limits, wants, mayRead, end } = options
  const places = createPlaces()
  const unacked = createUnacked({
    scope,
    now: clock.now,
    limitMs: options.ackTimeoutMs,
    max: limits.maxUnacked,
    maxBytes: limits.maxUnackedBytes,
    onLate: () => end(null, closeCodes.timeout, 'ACK_TIMEOUT: an event was not confirmed in time'),
    onFull: () => end('unacked', closeCodes.resync, 'too many events are unconfirmed'),
  })
  let slowSince = Infinity

  function deliver(event: LoggedEvent, replayed: boolean) {
    if (scope.disposed) return
    const { stream, seq } = event.frame
    const prev = places.send(stream, seq)
    const text = livecache ? livecacheFrame(event, prev, replayed) : flatFrame(event)
    if (!unacked.add(event.frame, text.length)) return
    stats.deliveries++
    if (sink.sendEvent === undefined) sink.send(text)
    else sink.sendEvent(text)
  }

  function endIfSlow() {
    const buffered = sink.buffered?.() ?? 0
    if (buffered <= limits.maxBuffered) slowSince = Infinity
    else {
      slowSince = Math.min(slowSince, clock.now())
      const isTooMuch = buffered > limits.maxBuffered * slowTimes || clock.now() - slowSince >= slowForMs
      if (isTooMuch) end('buffered', closeCodes.resync, 'it reads too slowly')
    }
  }

  function replay(missed: readonly LoggedEvent[]): number {
    let replayed = 0
    for (const event of inOrder(missed)) {
      if (!wants(event)) continue
      deliver(event, true)
      replayed++
    }
    stats.replayed += replayed
    return replayed
  }

  /** An event of a stream that may not be read is as unknown as none. */
  function indexOf(eventId: string | undefined): number | undefined {
    const found = eventId === undefined ? undefined : log.find(eventId)
    return found !== undefined && mayRead(found.frame.stream) ? found.index : undefined
  }

  function resumedAt(stream: string, complete: boolean): ResumedFrame['streams'][string] {
    const head = log.head(stream)
    if (complete) return { ...head, complete, prev: places.tell(stream, head.seq).prev }
    places.begin(stream, head.seq)
    return { ...head, complete }
  }

  return {
    places,
    unacked,
    offer(event) {
      if (scope.disposed || !wants(event)) return false
      deliver(event, false)
      endIfSlow()
      return true
    },
    resume(positions, others, lastEventId) {
      const whole = new Set<string>()
      const missed: LoggedEvent[] = []
      for (const [stream, position] of positions) {
        places.begin(stream, position.seq)
        const events = missedIn(log, stream, { position, toldSeq: 0, lastIndex: undefined })
        if (events === null) continue
        missed.push(...events)
        whole.add(stream)
      }
      const lastIndex = indexOf(lastEventId)
      for (const stream of others) {
        const known = { position: undefined, toldSeq: places.at(stream), lastIndex }
        missed.push(...(missedIn(log, stream, known) ?? []))
      }
      const replayed = replay(missed)
      const streams = positions.map(([stream]) => [stream, resumedAt(stream, whole.has(stream))] as const)
      const incomplete = positions.length - whole.size
      stats.resumes.complete += whole.size
      stats.resumes.incomplete += incomplete
      return { streams: Object.fromEntries(streams), incomplete, replayed }
    },
    replayAfter(lastEventId, streams) {
      const lastIndex = indexOf(lastEventId)
      if (lastIndex === undefined) return
      replay(streams.flatMap((stream) => missedIn(log, stream, { position: undefined, toldSeq: 0, lastIndex }) ?? []))
    },
  }
}
