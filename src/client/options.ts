// Every option of the client, its unit and its default; and what is used, by what was given.
import { type Clock, systemClock } from '../base/clock.ts'
import { definedOf } from '../base/defined.ts'
import { throwLater } from '../base/emitter.ts'
import type { RealtimeError } from '../base/errors.ts'
import type { EventTable } from '../protocol/define-events.ts'
import type { Transport } from '../transports/transport.ts'
import { webSocket } from '../transports/websocket.ts'
import type { AckMode } from './acks.ts'
import { type BackoffOptions, resolveBackoff } from './backoff.ts'
import type { GetToken } from './credentials.ts'
import type { Diagnostic } from './diagnostics.ts'
import { browserPage, type Page } from './page-signals.ts'
import { type ChoiceStorage, sessionStorageIfAny } from './transport-choice.ts'

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
   * Which events are confirmed to the server: `auto` each that was received, `manual` those the app names by `client.ack(event)`
   * (for the server's own books: an event is handed over once all the same), `off` none. A server that waits for it, as a livecache server does, ends sessions that do not.
   * @default 'auto'
   */
  acks?: AckMode
  /** Paths whose keys are data and keep their spelling, e.g. `['payload.labels']`. @default [] */
  exempt?: readonly string[]
  /** The delays between attempts; each of its fields has its own default. */
  backoff?: BackoffOptions
  /** Time an attempt to open may take, in ms. @default 10_000 */
  openTimeoutMs?: number
  /** Time the server may take to answer `auth`, `subscribe`, `resume` and `publish`, in ms. @default 10_000 */
  authTimeoutMs?: number
  /** Time `getToken` may take, in ms. @default 10_000 */
  tokenTimeoutMs?: number
  /**
   * Silence, in ms, after which the link counts as dead, once the server has sent a ping or announced them. It is raised to
   * the announced heartbeat plus 10 s, so that a healthy quiet link is not cut. `Infinity` never gives up.
   * @default 40_000
   */
  silenceTimeoutMs?: number
  /** Time the server may take to answer a ping of ours, asked when the page wakes or the network changes, in ms. @default 2_000 */
  pingTimeoutMs?: number
  /** How long a transport may stay silent before the next one is tried beside it, in ms. @default 4_000 */
  nextTransportAfterMs?: number
  /** How often a better transport than the one in use is tried, in ms. @default 300_000 */
  probeIntervalMs?: number
  /** Length of an outage, in ms, after which nothing is kept for sending any more and the state is `suspended`. @default 120_000 */
  suspendAfterMs?: number
  /** How long a link must hold before failures before it are forgotten, in ms. @default 5_000 */
  settleMs?: number
  /** How long a subscription outlives its last user, in ms, so that a remount does not leave and join again. @default 1_000 */
  releaseMs?: number
  /** Least time between two flushes to the app while the page is visible, in ms: one frame. @default 16 */
  flushGapMs?: number
  /** The same while the page is hidden, in ms. @default 250 */
  hiddenFlushGapMs?: number
  /** How long one flush may take, in ms; what does not fit waits for the next one. @default 8 */
  flushBudgetMs?: number
  /** Events that wait for the app at most; beyond that all of them give way to one resync. @default 10_000 */
  maxQueuedEvents?: number
  /** How long an event waits for those before it in its stream, in ms; then they count as lost. @default 10_000 */
  holdBackMs?: number
  /** How many events of a stream wait so at most. @default 1_000 */
  maxHeldBack?: number
  /**
   * Time between two frames of acks while the page is visible, in ms, where the server takes many at once; a second at most where a hundred events
   * wait, and never more than a sixth of the time for which the server waits. @default 5_000
   */
  ackGapMs?: number
  /** How long something published may wait for its answer, in ms. @default 60_000 */
  publishTtlMs?: number
  /** How many published events may wait at most. @default 1_000 */
  maxQueuedPublishes?: number
  /** Told of everything that went wrong and was survived. @default prints it with console.error */
  onError?: (error: RealtimeError) => void
  /** Told of what the client does: one small object each, ready for breadcrumbs, spans or a log (docs/diagnostics.md). */
  onDiagnostic?: (diagnostic: Diagnostic) => void
  /** Prints the same as lines, with console.debug. @default false */
  debug?: boolean
  /** Time and chance; tests bring their own. */
  clock?: Clock
  /** Whether the page is seen and online, and when that changes. @default the browser's document and window */
  page?: Page
  /** Where the transport that worked is remembered. Null: nowhere. @default the page's sessionStorage */
  storage?: ChoiceStorage | null
}

/** Of `createClient`. Either `url` or `transports` has to be given; else, and for an address that cannot be dialled, `invalid-url` is thrown. */
export type ClientOptions = Behaviour & {
  /** The address of a WebSocket: `wss://…`, `ws://…`, `https://…`, or a path on the page's own host. */
  url?: string
  /** The ways to the server, the best first: `webSocket(url)`, `sse(url)`, `polling(url)`, or one of your own. @default `webSocket(url)` alone */
  transports?: readonly Transport[]
}

export const defaultOptions = {
  server: 'auto',
  auth: 'none',
  acks: 'auto',
  exempt: [],
  openTimeoutMs: 10_000,
  authTimeoutMs: 10_000,
  tokenTimeoutMs: 10_000,
  silenceTimeoutMs: 40_000,
  pingTimeoutMs: 2_000,
  nextTransportAfterMs: 4_000,
  probeIntervalMs: 300_000,
  suspendAfterMs: 120_000,
  settleMs: 5_000,
  releaseMs: 1_000,
  flushGapMs: 16,
  hiddenFlushGapMs: 250,
  flushBudgetMs: 8,
  maxQueuedEvents: 10_000,
  holdBackMs: 10_000,
  maxHeldBack: 1_000,
  ackGapMs: 5_000,
  publishTtlMs: 60_000,
  maxQueuedPublishes: 1_000,
  debug: false,
} as const satisfies ClientOptions

export type ResolvedOptions = Omit<ClientOptions, 'url' | 'backoff'> &
  Required<
    Pick<ClientOptions, keyof typeof defaultOptions | 'transports' | 'onError' | 'clock' | 'page' | 'storage'>
  > & {
    backoff: Required<BackoffOptions>
  }

/** Throws `invalid-url` where there is nowhere to connect to. */
export function resolveOptions({ url, transports, backoff, ...rest }: ClientOptions): ResolvedOptions {
  const { onError = (error) => console.error(error) } = rest
  return {
    clock: systemClock,
    page: browserPage,
    storage: sessionStorageIfAny(),
    ...defaultOptions,
    ...definedOf(rest),
    transports: transports?.length ? transports : [webSocket(url as string)],
    backoff: resolveBackoff(backoff),
    onError(error) {
      // What reports a failure must not become one in the middle of it.
      try {
        onError(error)
      } catch (thrown) {
        throwLater(thrown)
      }
    },
  }
}
