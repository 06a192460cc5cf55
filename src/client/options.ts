// Every option of the client, its unit and its default.
import type { Clock } from '../base/clock.ts'
import type { RealtimeError } from '../base/errors.ts'
import type { EventTable } from '../protocol/define-events.ts'
import type { Transport } from '../transports/transport.ts'
import type { BackoffOptions } from './backoff.ts'

/** Why a token is asked for: `rejected` means that the last one was refused, so a cached one will not do. */
export type TokenReason = 'connect' | 'rejected'

export interface TokenRequest {
  reason: TokenReason
  /** Aborted when the answer is no longer wanted. */
  signal: AbortSignal
}

/** Answers the token to sign in with, or null where nobody is signed in: the client then stays `idle`. */
export type GetToken = (request: TokenRequest) => string | null | Promise<string | null>

interface Behaviour {
  /** Left out: the server is joined without a token. */
  getToken?: GetToken
  /** The table of event types: their payloads are checked on arrival, and patterns are expanded for servers that know none. */
  events?: EventTable
  /**
   * Which kind of server is at the other end; `auto` finds out.
   * @default 'auto'
   */
  server?: 'auto' | 'livecache' | 'plain'
  /**
   * Where a plain server wants the token. `query` puts it into the address, which ends in logs: for servers that know no other way.
   * @default 'none'
   */
  auth?: 'query' | 'subprotocol' | 'none'
  /**
   * Whether received events are confirmed to the server. A server that waits for it, as a livecache server does, ends
   * sessions that do not.
   * @default true
   */
  acks?: boolean
  /** Paths whose keys are data and keep their spelling, e.g. `['payload.labels']`. @default [] */
  exempt?: readonly string[]
  /** The delays between attempts; each of its fields has its own default. */
  backoff?: BackoffOptions
  /** Time an attempt to open may take, in ms. @default 10_000 */
  openTimeoutMs?: number
  /** Time the server may take to answer `auth` with `welcome`, in ms. @default 10_000 */
  authTimeoutMs?: number
  /** Time `getToken` may take, in ms. @default 10_000 */
  tokenTimeoutMs?: number
  /**
   * Silence, in ms, after which the link counts as dead, once the server has sent a ping or announced them. It is raised to
   * the announced heartbeat plus 10 s, so that a healthy quiet link is not cut. `Infinity` never gives up.
   * @default 40_000
   */
  silenceTimeoutMs?: number
  /** How long a link must hold before failures before it are forgotten, in ms. @default 5_000 */
  settleMs?: number
  /** How long a subscription outlives its last user, in ms, so that a remount does not leave and join again. @default 1_000 */
  releaseMs?: number
  /** Least time between two flushes to the app while the page is visible, in ms: one frame. @default 16 */
  flushGapMs?: number
  /** The same while the page is hidden. @default 250 */
  hiddenFlushGapMs?: number
  /** Told of everything that went wrong and was survived. @default prints it with console.error */
  onError?: (error: RealtimeError) => void
  /** Time and chance; tests bring their own. */
  clock?: Clock
  /** Whether nobody can see the page now. @default reads `document.visibilityState` */
  isHidden?: () => boolean
}

export type ClientOptions = Behaviour & { url?: string; transports?: readonly Transport[] }

export const defaultOptions = {
  server: 'auto',
  auth: 'none',
  acks: true,
  exempt: [],
  openTimeoutMs: 10_000,
  authTimeoutMs: 10_000,
  tokenTimeoutMs: 10_000,
  silenceTimeoutMs: 40_000,
  settleMs: 5_000,
  releaseMs: 1_000,
  flushGapMs: 16,
  hiddenFlushGapMs: 250,
} as const satisfies ClientOptions

export type ResolvedOptions = Omit<ClientOptions, 'url' | 'backoff'> &
  Required<Pick<ClientOptions, keyof typeof defaultOptions | 'transports' | 'onError' | 'clock' | 'isHidden'>> & {
    backoff: Required<BackoffOptions>
  }
