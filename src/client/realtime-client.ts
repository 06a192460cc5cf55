// What an app sees of the client. How it is made is create-client.ts.
import type { Undo } from '../base/emitter.ts'
import type { RealtimeEvent } from '../protocol/event.ts'
import type { SubscriptionSpec } from '../protocol/filter.ts'
import type { Filters, Position } from '../protocol/frames.ts'
import type { RealtimeErrorCode } from '../base/errors.ts'
import type { ConnectionState } from './connection-machine.ts'
import type { Published, PublishOptions } from './outbox.ts'
import type { Quarantined } from './quarantine.ts'
import type { Resync } from './resync.ts'
import type { Revoked } from './revoked.ts'
import type { EventsListener, Phase, SubscriptionStatus } from './subscriptions.ts'

export interface RealtimeClient {
  /** The state of the link; the same object until it changes. */
  getState(): ConnectionState
  /**
   * Called when the state of the link changes, and when `hears` may answer otherwise: then `getState()` is the same object as
   * before, so that who shows the state alone renders nothing.
   */
  onState(listener: () => void): Undo
  /**
   * Whether what happens on these streams is heard now, so that a badge may say "live": the link is up and was heard from within the
   * limit of silence, by the clock as it is when asked (a server that sends no signs of life need not be), what was missed before
   * has come or is known to be lost, and for each stream every subscription of the cache that concerns it is in effect, one at
   * least. On a livecache server each has to be positioned as well, of a pattern one stream. `onState` tells when to ask again;
   * of a silence while the machine slept it can tell only once that is awake.
   * @param streams names or patterns. None: whatever the session may read, which asks for no position
   */
  hears(streams: readonly string[]): boolean
  /**
   * How far a stream was read; undefined where that is not known, as before its first event on a server that tells no heads. Events up to
   * there may still wait for their flush.
   */
  positionOf(stream: string): Position | undefined
  /** Hands over the matching events of each flush, in order. The server is subscribed while somebody listens. */
  subscribe(spec: SubscriptionSpec, listener: EventsListener, phase?: Exclude<Phase, 'handler'>): Undo
  /** Calls `handler` for each event of a type, of several, or of a pattern (`goal.*`), in the order in which they happened over all handlers. */
  on(events: string | readonly string[], handler: (event: RealtimeEvent) => void, options?: ListenOptions): Undo
  onResync(listener: (resync: Resync) => void): Undo
  /**
   * Hears what may no longer be read: streams the server withdrew, or those of a subscription it had granted this user and
   * forbids by now. Comes after all that was received before it; nothing of these streams that was still waiting comes behind.
   */
  onRevoked(listener: (revoked: Revoked) => void): Undo
  /**
   * Hears every flush, whole and in order, before anybody is served of it: whatever the server sent, wanted or not. It asks the
   * server for nothing; who wants events subscribes to them.
   */
  onFlush(listener: EventsListener): Undo
  /**
   * Tells the server, which tells everybody who listens. Kept while there is no link, sent in order once there is one, sent again
   * with the same id where a link broke before the answer. Rejects with a `RealtimeError`: `publish-refused`, `publish-expired`,
   * `publish-unsupported`, `not-connected`, `queue-full`, `invalid-payload`, `invalid-option`, `disposed`.
   * @param event its type, such as `goal.renamed`
   */
  publish(event: string, payload?: unknown, options?: PublishOptions): Promise<Published>
  /** With `acks: 'manual'`: confirms the event to the server. It was handed over once, and is not again on this page. */
  ack(event: Pick<RealtimeEvent, 'id'>): void
  /** Connects, and stays connected until each holder has let go. */
  hold(): Undo
  /**
   * Says who is signed in, and whether realtime is wanted at all; what is not named stays as it is. A new identity closes the link
   * and forgets all positions, and what the last one wanted to publish.
   */
  configure(settings: { identity?: unknown; enabled?: boolean }): void
  /** Dials now: after `unauthorized`, `failed`, or instead of waiting. */
  reconnect(): void
  /** Closes the link until `resume()`; subscriptions stay. */
  pause(): void
  resume(): void
  inspect(): ClientInspection
  /** Ends everything for good. */
  dispose(): void
}

export interface ListenOptions {
  /** What the payload must look like (protocol/filter.ts). */
  filters?: Filters
  /** Names or patterns of streams. @default every stream the session may read */
  streams?: readonly string[]
}

/** A snapshot for support and tests. It holds no token. */
export interface ClientInspection {
  state: ConnectionState
  /** The last thing that went wrong; null where nothing did. */
  lastError: { code: RealtimeErrorCode; message: string; at: number } | null
  /** Round trips of late, in ms; null before the first. */
  latency: { p50Ms: number | null; p95Ms: number | null }
  counters: ClientCounters
  lastEventId: string | null
  positions: Readonly<Record<string, Position>>
  /** What is listened to, and what the server says to it. */
  subscriptions: readonly ({ spec: SubscriptionSpec } & SubscriptionStatus)[]
  /** Published and not answered yet. */
  publishing: number
  quarantine: readonly Quarantined[]
}

export interface ClientCounters {
  /** Events read from the wire, duplicates included. */
  received: number
  /** Events handed to the app. */
  delivered: number
  duplicates: number
  /** Events that waited for others before them in their stream. */
  heldBack: number
  /** Events without an id, which can be neither deduplicated nor acknowledged. */
  withoutId: number
  quarantined: number
  acked: number
  /** Links opened with a position to go on from. */
  resumes: number
  /** Signals that something may have been missed. */
  lost: number
  /** Attempts to connect. */
  dials: number
}
