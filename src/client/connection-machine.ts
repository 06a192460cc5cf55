// The states of the link and how they follow each other, as a pure function. What each state starts is connection.ts.
//
//   idle ─start─▶ connecting ─opened─▶ authenticating ─ready─▶ connected      any ─stop─▶ closed
//                 │   ▲  ▲ └────────────ready (plain server)──────▲ │          any ─signedOut─▶ idle
//                 │  due │                                          │          any ─rejected─▶ unauthorized
//                 │   │  restart (any)                              │          any ─refused─▶ failed
//                 └─▶ reconnecting ◀──────────dropped───────────────┘

export type ServerKind = 'livecache' | 'plain'

export type ConnectionState =
  /** Nothing was started, the app is signed out, or `enabled` is false. */
  | { readonly name: 'idle' }
  /** `attempt` counts the failures since the link last held; 0 is the first try. */
  | { readonly name: 'connecting'; readonly attempt: number }
  | { readonly name: 'authenticating'; readonly attempt: number }
  | ({ readonly name: 'connected'; readonly attempt: number } & LinkInfo)
  /** Waits to dial again at `retryAt` (epoch ms). */
  | { readonly name: 'reconnecting'; readonly attempt: number; readonly retryAt: number; readonly reason: string }
  | { readonly name: 'closed'; readonly reason: string }
  /** The server refused the token, and a fresh one too: somebody has to sign in again. */
  | { readonly name: 'unauthorized'; readonly reason: string }
  /** The server refused the client for good. */
  | { readonly name: 'failed'; readonly reason: string }

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
  /** The last round trip, in ms; null until one was measured. */
  readonly latencyMs: number | null
}

export type ConnectionEvent =
  | { type: 'start' }
  | { type: 'restart' }
  | { type: 'opened' }
  | { type: 'ready'; link: LinkInfo }
  /** The link held long enough, and what was missed is fetched: failures before it no longer count. */
  | { type: 'settled' }
  | { type: 'dropped'; retryAt: number; reason: string }
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
    closed: { canSend: false, canQueue: false },
    unauthorized: { canSend: false, canQueue: false },
    failed: { canSend: false, canQueue: false },
  }

/** States that hold a link, opening or open. */
export function holdsLink(state: ConnectionState): boolean {
  return state.name === 'connecting' || state.name === 'authenticating' || state.name === 'connected'
}

/** The next state; an event that means nothing in a state returns that very state. */
export function step(state: ConnectionState, event: ConnectionEvent): ConnectionState {
  switch (event.type) {
    case 'start':
      return holdsLink(state) || state.name === 'reconnecting' ? state : { name: 'connecting', attempt: 0 }
    case 'restart':
      return { name: 'connecting', attempt: state.name === 'reconnecting' ? state.attempt : 0 }
    case 'opened':
      return state.name === 'connecting' ? { name: 'authenticating', attempt: state.attempt } : state
    case 'ready':
      return state.name === 'connecting' || state.name === 'authenticating'
        ? { name: 'connected', attempt: state.attempt, ...event.link }
        : state
    case 'settled':
      return state.name === 'connected' && state.attempt > 0 ? { ...state, attempt: 0 } : state
    case 'dropped':
      return holdsLink(state) && 'attempt' in state
        ? { name: 'reconnecting', attempt: state.attempt + 1, retryAt: event.retryAt, reason: event.reason }
        : state
    case 'due':
      return state.name === 'reconnecting' ? { name: 'connecting', attempt: state.attempt } : state
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
