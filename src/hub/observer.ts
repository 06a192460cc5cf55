// What a hub tells those who watch it: lifecycles as calls, whatever is frequent as numbers to be read. Metrics and logs are the gateway's.
import type { EventFrame } from './event-log.ts'

/** How far a session has come; each state is entered once, in this order. */
export type SessionState = 'connected' | 'authenticated' | 'subscribed' | 'disconnected'

export interface SessionInfo {
  /** The `connectionId`. */
  readonly id: string
  /** `websocket`, `sse`, `poll`, `memory`. */
  readonly transport: string
  readonly protocol: 'realtime.v1' | 'plain'
  /** The address it came from, where that is known. */
  readonly ip: string | undefined
  /** Null before sign-in. */
  readonly subject: string | null
  readonly state: SessionState
  /** Epoch ms. */
  readonly since: number
}

/** All of them optional; one that throws is reported as `handler-threw` and disturbs nothing. */
export interface HubObserver {
  /** A session came to a state: connected → authenticated → subscribed → disconnected. Each at most once, `ended` with the last. */
  session?(session: SessionInfo, ended?: { code: number; reason: string }): void
  /** An event was handed to all sessions of this node that want it. */
  delivered?(event: EventFrame, about: { sessions: number; tookMs: number }): void
  /** A session went on where it left off. @param about how many streams were complete, how many not, how many events were sent again */
  resumed?(session: SessionInfo, about: { complete: number; incomplete: number; replayed: number }): void
  /**
   * Something was refused: a limit, a sign-in, a stream, a payload.
   * @param about `code` as on the wire: `RATE_LIMIT`, `UNAUTHORIZED` …; `limit`: which one, or why a token was refused
   */
  refused?(about: { code: string; limit?: string; session?: SessionInfo; ip?: string }): void
  /** An event of more than 1 KB was published: every reader pays for it. */
  large?(event: EventFrame, bytes: number): void
  /** The log began anew: by a start, a flush, a failover. */
  logBegan?(epoch: string): void
}

/** Counters that only grow, but for those named otherwise. Reading them costs nothing. */
export interface HubStats {
  /** Events sent, once per session. */
  deliveries: number
  /** Messages they travelled in. */
  messages: number
  /** Events sent again. */
  replayed: number
  published: number
  acks: number
  /** Payloads that a client's schema refused. */
  rejected: number
  /** Streams that a session could go on with, and those that it could not. */
  resumes: { complete: number; incomplete: number }
  /** Now: sessions by state. */
  sessions: Record<Exclude<SessionState, 'disconnected'>, number>
}
