// The events one session is sent: what it wants, how far it has come, what it has not confirmed, and whether it keeps up.
import type { Clock } from '../base/clock.ts'
import { closeCodes } from '../protocol/codes.ts'
import type { Position, ResumedFrame } from '../protocol/frames.ts'
import { flatFrame, livecacheFrame } from './encode-event.ts'
import type { EventLog, LoggedEvent } from './event-log.ts'
import type { SessionLimits } from './limits.ts'
import type { HubStats } from './observer.ts'
import { Places } from './places.ts'
import { inOrder, missedIn } from './replay.ts'
import type { SessionSink } from './session-port.ts'
import { Unacked } from './unacked.ts'

/** The same for all sessions of a hub. */
export interface OutgoingHub {
  clock: Clock
  log: EventLog
  stats: HubStats
  ackTimeoutMs: number
  limits: Required<SessionLimits>
}

/** Whose events they are. */
export interface Recipient {
  readonly isOver: boolean
  readonly isLivecache: boolean
  readonly awaitsAcks: boolean
  readonly sink: SessionSink
  wants(event: LoggedEvent): boolean
  mayRead(stream: string): boolean
  /** @param limit which of the limits it was; null for none */
  endAtLimit(limit: string | null, code: number, reason: string): void
}

/** How long a reader may be behind by more than `maxBuffered`, in ms: a burst is more than a socket takes at once, for any reader. */
const slowForMs = 2_000
/** How often `maxBuffered` is too much at once. */
const slowTimes = 16

export class Outgoing {
  readonly places = new Places()
  /** Null before the first event, and where the client has no way to confirm any. */
  unacked: Unacked | null = null
  readonly #hub: OutgoingHub
  readonly #session: Recipient
  #slowSince = Infinity

  constructor(hub: OutgoingHub, session: Recipient) {
    this.#hub = hub
    this.#session = session
  }

  /** Sends it where it is wanted; returns whether it was. */
  offer(event: LoggedEvent): boolean {
    if (this.#session.isOver || !this.#session.wants(event)) return false
    this.#deliver(event, false)
    this.endIfSlow()
    return true
  }

  /** Everything behind the positions, and on other streams that are known what came since it was told of them, or since it was heard of last. */
  resume(
    positions: readonly (readonly [stream: string, position: Position])[],
    others: readonly string[],
    last: { eventId: string | undefined; cursor: string | undefined },
  ): { streams: ResumedFrame['streams']; incomplete: number; replayed: number } {
    const { log, stats } = this.#hub
    const whole = new Set<string>()
    const missed: LoggedEvent[] = []
    for (const [stream, position] of positions) {
      this.places.begin(stream, position.seq)
      const events = missedIn(log, stream, { position, toldSeq: 0, lastIndex: undefined, sinceMs: undefined })
      if (events === null) continue
      missed.push(...events)
      whole.add(stream)
    }
    const lastIndex = this.#indexOf(last.eventId)
    const sinceMs = last.cursor === undefined ? undefined : log.timeAt(last.cursor)
    for (const stream of others) {
      const known = { position: undefined, toldSeq: this.places.at(stream), lastIndex, sinceMs }
      missed.push(...(missedIn(log, stream, known) ?? []))
    }
    const replayed = this.#replay(missed)
    const streams = positions.map(([stream]) => [stream, this.#resumedAt(stream, whole.has(stream))] as const)
    const incomplete = positions.length - whole.size
    stats.resumes.complete += whole.size
    stats.resumes.incomplete += incomplete
    return { streams: Object.fromEntries(streams), incomplete, replayed }
  }

  /** For who names no positions: everything on these streams behind an event, if that is still known. */
  replayAfter(lastEventId: string, streams: readonly string[]): void {
    const lastIndex = this.#indexOf(lastEventId)
    if (lastIndex === undefined) return
    const known = { position: undefined, toldSeq: 0, lastIndex, sinceMs: undefined }
    this.#replay(streams.flatMap((stream) => missedIn(this.#hub.log, stream, known) ?? []))
  }

  onLate(): void {
    this.#session.endAtLimit(null, closeCodes.timeout, 'ACK_TIMEOUT: an event was not confirmed in time')
  }

  onFull(): void {
    this.#session.endAtLimit('unacked', closeCodes.resync, 'too many events are unconfirmed')
  }

  #deliver(event: LoggedEvent, replayed: boolean) {
    const { isOver, isLivecache, awaitsAcks, sink } = this.#session
    if (isOver) return
    const prev = this.places.send(event.frame.stream, event.frame.seq)
    const text = isLivecache ? livecacheFrame(event, prev, replayed) : flatFrame(event)
    if (awaitsAcks) {
      this.unacked ??= new Unacked(this.#hub, this)
      if (!this.unacked.add(event.frame, text.length)) return
    }
    this.#hub.stats.deliveries++
    if (sink.sendEvent === undefined) sink.send(text)
    else sink.sendEvent(text)
  }

  /** To be called when something was sent. */
  endIfSlow(): void {
    const { maxBuffered } = this.#hub.limits
    const buffered = this.#session.sink.buffered?.() ?? 0
    if (buffered <= maxBuffered) {
      this.#slowSince = Infinity
      return
    }
    const now = this.#hub.clock.now()
    this.#slowSince = Math.min(this.#slowSince, now)
    const isTooMuch = buffered > maxBuffered * slowTimes || now - this.#slowSince >= slowForMs
    if (isTooMuch) this.#session.endAtLimit('buffered', closeCodes.resync, 'it reads too slowly')
  }

  #replay(missed: readonly LoggedEvent[]): number {
    let replayed = 0
    for (const event of inOrder(missed)) {
      if (!this.#session.wants(event)) continue
      this.#deliver(event, true)
      replayed++
    }
    this.#hub.stats.replayed += replayed
    return replayed
  }

  /** An event of a stream that may not be read is as unknown as none. */
  #indexOf(eventId: string | undefined): number | undefined {
    const found = eventId === undefined ? undefined : this.#hub.log.find(eventId)
    return found !== undefined && this.#session.mayRead(found.frame.stream) ? found.index : undefined
  }

  #resumedAt(stream: string, complete: boolean): ResumedFrame['streams'][string] {
    const head = this.#hub.log.head(stream)
    if (complete) return { ...head, complete, prev: this.places.tell(stream, head.seq).prev }
    this.places.begin(stream, head.seq)
    return { ...head, complete }
  }
}
