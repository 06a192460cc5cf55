// The states of the link and how they follow each other, as a pure function. What each state starts is connection.ts.
//
//   idle ─start─▶ connecting ─opened─▶ authenticating ─ready─▶ connected ⟲ ready (another transport)
//                 │   ▲  ▲ └────────────ready (plain server)──────▲ │
//                 │  due │                                          │          any ─stop─▶ closed
//                 │   │  restart (any)                              │          any ─signedOut─▶ idle
//                 └─▶ reconnecting ◀──────────dropped───────────────┘          any ─rejected─▶ unauthorized
//                      │ overdue ▼                                             any ─refused─▶ failed
//                      │     suspended (still tries)    `dropped` says which of the three it leads to:
//                      └▶ offline (waits for a sign)    reconnecting, suspended or offline

/** Whether the server speaks `realtime.v1`, or is any other that sends JSON. */
export type ServerKind = 'livecache' | 'plain'

/** Trying: `attempt` counts the failures since the link last held, 0 is the first try. `downSince` is epoch ms. */
interface Trying {
  readonly attempt: number
  readonly downSince: number
}

/** Waits to dial again at `retryAt` (epoch ms). */
interface Waiting extends Trying {
  readonly retryAt: number
  readonly reason: string
}

/** The state of the link, with what is known in it. `name` tells which. */
export type ConnectionState =
  /** Nothing was started, the app is signed out, or `enabled` is false. */
  | { readonly name: 'idle' }
  | ({ readonly name: 'connecting' } & Trying)
  | ({ readonly name: 'authenticating' } & Trying)
  | ({ readonly name: 'connected'; readonly attempt: number } & LinkInfo)
  | ({ readonly name: 'reconnecting' } & Waiting)
  /** The same, for so long that nothing is kept for sending any more. */
  | ({ readonly name: 'suspended' } & Waiting)
  /** The device has no network: nothing is dialled until there is a sign that it might have. */
  | ({ readonly name: 'offline'; readonly reason: string } & Trying)
  | { readonly name: 'closed'; readonly reason: string }
  /** The server refused the token, and a fresh one too: somebody has to sign in again. */
  | { readonly name: 'unauthorized'; readonly reason: string }
  /** The server refused the client for good. */
  | { readonly name: 'failed'; readonly reason: string }

/** The word for the state of the link. */
export type ConnectionStatus = ConnectionState['name']

/** What is known of an established link. */
export interface LinkInfo {
  readonly transport: string
  readonly server: ServerKind
  /** The server's name for this session; null on a plain server. */
  readonly connectionId: string | null
  /** Epoch ms. */
  readonly since: number
  /** True where the session went on from a position instead of beginning anew. */
  readonly resumed: boolean
  /** How long the sign-in took to be answered, in ms; null on a plain server. `inspect()` has the newer ones. */
  readonly latencyMs: number | null
  /** True while a lesser transport than the first of the list carries the data. */
  readonly degraded: boolean
}

/** Where a lost link leads to. */
export type Outage = 'reconnecting' | 'suspended' | 'offline'

export type ConnectionEvent =
  | { type: 'start'; at: number }
  | { type: 'restart'; at: number }
  | { type: 'opened' }
  | { type: 'ready'; link: LinkInfo }
  /** The link held long enough, and what was missed is fetched: failures before it no longer count. */
  | { type: 'settled' }
  | { type: 'dropped'; at: number; retryAt: number; reason: string; to: Outage }
  /** The next attempt was brought forward. */
  | { type: 'hurried'; retryAt: number }
  | { type: 'overdue' }
  | { type: 'due' }
  | { type: 'stop'; reason: string }
  | { type: 'signedOut' }
  | { type: 'rejected'; reason: string }
  | { type: 'refused'; reason: string }

export const initialState: ConnectionState = { name: 'idle' }

/** Per state: may a frame be sent now, and is it worth keeping one for later? */
export const abilities: Readonly<Record<ConnectionStatus, { readonly canSend: boolean; readonly canQueue: boolean }>> =
  {
    idle: { canSend: false, canQueue: true },
    connecting: { canSend: false, canQueue: true },
    authenticating: { canSend: false, canQueue: true },
    connected: { canSend: true, canQueue: true },
    reconnecting: { canSend: false, canQueue: true },
    suspended: { canSend: false, canQueue: false },
    offline: { canSend: false, canQueue: true },
    closed: { canSend: false, canQueue: false },
    unauthorized: { canSend: false, canQueue: false },
    failed: { canSend: false, canQueue: false },
  }

/** States that hold a link, opening or open. */
export function holdsLink(state: ConnectionState): boolean {
  return state.name === 'connecting' || state.name === 'authenticating' || state.name === 'connected'
}

/** States that lead to another attempt without anybody's asking. */
export function isWaiting(state: ConnectionState): boolean {
  return state.name === 'reconnecting' || state.name === 'suspended' || state.name === 'offline'
}

/** The next state; an event that means nothing in a state returns that very state. */
export function step(state: ConnectionState, event: ConnectionEvent): ConnectionState {
  switch (event.type) {
    case 'start':
      return holdsLink(state) || isWaiting(state) ? state : { name: 'connecting', attempt: 0, downSince: event.at }
    case 'restart':
      return { name: 'connecting', ...tryingOf(state, event.at) }
    case 'opened':
      return state.name === 'connecting' ? { ...state, name: 'authenticating' } : state
    case 'ready':
      return holdsLink(state) && 'attempt' in state
        ? { name: 'connected', attempt: state.attempt, ...event.link }
        : state
    case 'settled':
      return state.name === 'connected' && state.attempt > 0 ? { ...state, attempt: 0 } : state
    case 'dropped':
      return drop(state, event)
    case 'hurried':
      return 'retryAt' in state ? { ...state, retryAt: event.retryAt } : state
    case 'overdue':
      return state.name === 'reconnecting' ? { ...state, name: 'suspended' } : state
    case 'due':
      return isWaiting(state) && 'downSince' in state
        ? { name: 'connecting', attempt: state.attempt, downSince: state.downSince }
        : state
    case 'stop':
      return state.name === 'closed' && state.reason === event.reason ? state : { name: 'closed', reason: event.reason }
    case 'signedOut':
      return state.name === 'idle' ? state : { name: 'idle' }
    case 'rejected':
      return { name: 'unauthorized', reason: event.reason }
    case 'refused':
      return { name: 'failed', reason: event.reason }
    default:
      return event satisfies never
  }
}

function drop(state: ConnectionState, event: Extract<ConnectionEvent, { type: 'dropped' }>): ConnectionState {
  if (!holdsLink(state) || !('attempt' in state)) return state
  const { retryAt, reason } = event
  const { downSince } = tryingOf(state, event.at)
  const trying = { attempt: state.attempt + 1, downSince }
  return event.to === 'offline'
    ? { name: 'offline', ...trying, reason }
    : { name: event.to, ...trying, retryAt, reason }
}

/** What is known of the outage that a state is part of; one that begins now where it is part of none. */
export function tryingOf(state: ConnectionState, now: number): { attempt: number; downSince: number } {
  return 'downSince' in state ? { attempt: state.attempt, downSince: state.downSince } : { attempt: 0, downSince: now }
}
