// What an app sees of the client. How it is made is create-client.ts.
import type { Undo } from '../base/emitter.ts'
import type { RealtimeEvent } from '../protocol/event.ts'
import type { SubscriptionSpec } from '../protocol/filter.ts'
import type { Filters, Position } from '../protocol/frames.ts'
import type { ConnectionState } from './connection-machine.ts'
import type { Quarantined } from './quarantine.ts'
import type { EventsListener, Phase } from './subscriptions.ts'

export interface RealtimeClient {
  /** The state of the link; the same object until it changes. */
  getState(): ConnectionState
  onState(listener: () => void): Undo
  /** Hands over the matching events of each flush, in order. The server is subscribed while somebody listens. */
  subscribe(spec: SubscriptionSpec, listener: EventsListener, phase?: Phase): Undo
  /** Calls `handler` for each event of a type, of several, or of a pattern (`goal.*`). */
  on(events: string | readonly string[], handler: (event: RealtimeEvent) => void, options?: ListenOptions): Undo
  onResync(listener: (resync: Resync) => void): Undo
  /** Connects, and stays connected until each holder has let go. */
  hold(): Undo
  /** Says who is signed in, and whether realtime is wanted at all. A new identity closes the link and forgets all positions. */
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

/** What may have been missed, so that the queries concerned are fetched again. */
export interface Resync {
  /** Names of streams; `all` where it cannot be told which. */
  streams: readonly string[] | 'all'
  /**
   * `joined`: listening begins now, so what was fetched before may already be old. `lost`: the server no longer has what
   * came in between. `unconfirmed`: a plain server cannot say whether anything did. `requested`: the server asked for it.
   */
  cause: 'joined' | 'lost' | 'unconfirmed' | 'requested'
}

/** A snapshot for support and tests. It holds no token. */
export interface ClientInspection {
  state: ConnectionState
  counters: ClientCounters
  lastEventId: string | null
  positions: Readonly<Record<string, Position>>
  subscriptions: readonly SubscriptionSpec[]
  /** Subscriptions the server refused, and why. */
  refused: readonly { spec: SubscriptionSpec; reason: string }[]
  quarantine: readonly Quarantined[]
}

export interface ClientCounters {
  /** Events read from the wire, duplicates included. */
  received: number
  /** Events handed to the app. */
  delivered: number
  duplicates: number
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
