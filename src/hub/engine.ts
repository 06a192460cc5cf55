// Where events are kept when several nodes serve the same streams: the port an engine (Redis, NATS, Kafka) is written behind. Each hub
// holds a copy of the shared log, and its sessions read that copy.
import type { EventFrame, LoggedEvent, NewEvent } from './event-log.ts'

/** What a client publishes is done once, however often and on whichever node it asks. */
export interface OnceKey {
  subject: string
  /** The client's own id of what it publishes. */
  id: string
}

export interface Appended {
  frame: EventFrame
  /** False where the same was appended before: `frame` is that of the first time. */
  isNew: boolean
}

/** What one node has to tell all of them. */
export type NodeMessage =
  /** `streams` left out: whoever it is has to sign in anew. */
  | { kind: 'revoke'; subject: string; streams?: readonly string[] }
  /** The data of these streams may have changed without an event; left out: of any. */
  | { kind: 'resync'; streams?: readonly string[]; reason?: string }

/** The shared log as it stands. */
export interface KeptLog {
  epoch: string
  /** The newest `seq` of every stream. */
  heads: ReadonlyMap<string, number>
  /** Oldest first. `index` grows with every event, and `NodeMessage`s take numbers too; `at` is by this machine's clock. */
  events: readonly LoggedEvent[]
}

/** A hub's copy of the log. */
export interface LogCopy {
  /** Replaces what the hub has: at first, when the log began anew, and when some of it was missed. */
  load(log: KeptLog): void
  /** The next event, by whichever node it was published. */
  take(event: LoggedEvent): void
  hear(message: NodeMessage): void
}

/** What a user wants to be sent where a session asks for nothing. */
export interface DefaultSubscription {
  events: readonly string[]
  filters?: Readonly<Record<string, unknown>>
  streams?: readonly string[]
}

/** What has to be kept for sessions to go on from. */
export interface Retention {
  /** How long an event is kept, in ms. */
  retentionMs: number
  /** How many events of one stream are kept at most. */
  maxPerStream: number
}

export interface EngineStatus {
  /** False while the store can't be reached: what is read may be old, and what is published waits. */
  isUp: boolean
  /** Epoch ms since when that is so. */
  since: number
  /** Events that wait to be appended. */
  waiting: number
  /** This machine's clock minus the store's, in ms; 0 while that is not known. */
  skewMs: number
}

export interface Engine {
  /** For logs and metrics: `redis`. */
  readonly name: string
  readonly status: EngineStatus
  /** Fills the copy and keeps it so, through every outage. Resolves once it is filled; rejects where the store can't be reached at all. */
  follow(copy: LogCopy, keep: Retention): Promise<void>
  /**
   * Resolves once the event is kept: from then on no node that dies takes it along. Waits while the store is away, and rejects with
   * `engine-unavailable` where it stays away or too much waits: the event was then not published, unless
   * the message says that this is not known.
   */
  append(event: NewEvent, once?: OnceKey): Promise<Appended>
  /** Resolves once every node will hear it. Rejects like `append`. */
  tell(message: NodeMessage): Promise<void>
  /** The defaults of users, kept across sessions. */
  defaultOf(subject: string): Promise<DefaultSubscription | null>
  setDefault(subject: string, wanted: DefaultSubscription | null): Promise<void>
  close(): Promise<void>
}
