// What a session is to others: the socket it needs, what it is begun with, what all of a hub's share, what can be done with it.
import type { Clock } from '../base/clock.ts'
import type { SubscriptionSpec } from '../protocol/filter.ts'
import type { SubscribeFrame } from '../protocol/frames.ts'
import type { Authorize, AuthorizeEvent, Identity } from './access.ts'
import type { EventLog, LoggedEvent } from './event-log.ts'
import type { Heartbeats } from './heartbeat.ts'
import type { SessionLimits } from './limits.ts'
import type { Matchers } from './matcher.ts'
import type { HubStats, SessionInfo } from './observer.ts'
import type { Publishing } from './publishing.ts'
import type { SessionRefusal, Verifying } from './sign-in.ts'

/** The socket, as far as a session needs one. */
export interface SessionSink {
  send(text: string): void
  /** An event; may travel together with others that are sent at about the same time, before whatever `send` is given next. @default send */
  sendEvent?(text: string): void
  close(code: number, reason: string): void
  /** Bytes that the network has not taken yet. A method: an object with getters of its own costs V8 half a kilobyte. @default 0 */
  buffered?(): number
  /** A ping that no app sees, where the socket knows such. Its answer is to be told by `heard`. */
  ping?(): void
}

export interface SessionRequest {
  /** True where the client announced `realtime.v1`; others get flat frames and no `welcome`. */
  livecache: boolean
  /** How long a livecache client may take to sign in, in ms. @default the hub's `authTimeoutMs` */
  signInWithinMs?: number
  /** What a plain client brought along in its address or header. */
  token?: string
  /**
   * True where what the client says comes in requests of its own (SSE, polling): it is pinged, and not expected to answer.
   * @default false
   */
  oneWay?: boolean
  /** False where the client has no way to confirm events: they count as confirmed when sent. @default true */
  awaitsAcks?: boolean
  /** What it asked for in its address: a subscription without a name, made as soon as somebody is signed in. */
  seed?: SubscribeFrame | null
  /** For metrics and logs. @default 'memory' */
  transport?: string
  /** Where it came from, where that is known. */
  ip?: string
  /** Asked once somebody is signed in: is there room for this one? @default yes */
  admit?: (identity: Identity) => SessionRefusal | null
  /** Called once it has ended, in whichever way. */
  ended?: () => void
}

/** What all sessions of a hub share. */
export interface SessionHub {
  clock: Clock
  heartbeats: Heartbeats
  log: EventLog
  matchers: Matchers
  publishing: Publishing
  stats: HubStats
  verify: Verifying
  authorize: Authorize | undefined
  authorizeEvent: AuthorizeEvent | undefined
  heartbeatMs: number
  idleMs: number
  maxLifeMs: number
  reconnectSpreadMs: number
  ackTimeoutMs: number
  authTimeoutMs: number
  retentionMs: number
  limits: Required<SessionLimits>
  /** How much dearer everything is just now than in quiet times; 1: not at all. */
  pressure: () => number
  /** What this user is sent where a plain session asks for nothing. */
  defaultOf: (subject: string) => Promise<SubscribeFrame | null>
}

/** What sessions tell their hub. */
export interface SessionEvents {
  /** It reads these, names or patterns, from now on. */
  reads(session: Session, streams: readonly string[]): void
  changed(info: SessionInfo, ended?: { code: number; reason: string }): void
  resumed(info: SessionInfo, about: { complete: number; incomplete: number; replayed: number }): void
  refused(about: { code: string; limit?: string; session?: SessionInfo }): void
  /** A function of the app threw. */
  threw(name: string, cause: unknown): void
  ended(session: Session): void
}

export interface Session {
  readonly id: string
  identity(): Identity | null
  /** How many events are not confirmed. */
  unacked(): number
  info(): SessionInfo
  /** What it subscribed to; under `''` what has no name. */
  subscriptions(): readonly (readonly [name: string, spec: SubscriptionSpec])[]
  /** The fan-out's: the number of the event it was asked about last. */
  askedAbout: number
  /** The fan-out's: the names and patterns under which it is found. */
  placed: readonly string[]
  /** To be called with each message of the client. */
  receive(text: string): void
  /** To be called when something of the client was heard that is no message. */
  heard(): void
  /** To be called with each published event. Returns whether it was sent. */
  offer(event: LoggedEvent): boolean
  /** Asks the client to leave and come back; false where it would not understand. */
  askToReconnect(hint: { afterMs: number; spreadMs: number }): boolean
  /** Takes streams away, names or patterns, until the token is renewed. */
  revoke(streams: readonly string[]): void
  /** Tells the client to fetch again what these streams feed; left out: everything. */
  resync(streams: readonly string[] | undefined, reason: string | undefined): void
  /** Ends the session from the server's side. */
  end(code: number, reason: string): void
  /** To be called when the socket is gone. */
  gone(): void
}
