// Runs the connection machine: asks for the token, dials, signs in, answers pings, notices silence, waits between attempts.
// What travels over the link once it is up is the caller's.
import type { Undo } from '../base/emitter.ts'
import { RealtimeError } from '../base/errors.ts'
import { createScope, type Scope } from '../base/scope.ts'
import { type CloseFate, closeCodeOfError, fateOfClose } from '../protocol/codes.ts'
import {
  type ClientFrame,
  type ErrorFrame,
  protocolName,
  type ServerFrame,
  type WelcomeFrame,
} from '../protocol/frames.ts'
import type { SseFields } from '../protocol/normalize.ts'
import type { Transport, TransportClosure } from '../transports/transport.ts'
import {
  abilities,
  type ConnectionEvent,
  type ConnectionState,
  holdsLink,
  initialState,
  type LinkInfo,
  type ServerKind,
  step,
} from './connection-machine.ts'
import type { Credentials } from './credentials.ts'
import { dial, type DialledLink } from './dial.ts'
import type { ResolvedOptions } from './options.ts'
import { createRecovery } from './recovery.ts'

export interface ConnectionListener {
  state(state: ConnectionState): void
  /** The link is up: the time to subscribe and resume. `welcome` is null on a plain server. */
  ready(welcome: WelcomeFrame | null): void
  /** Something arrived on the current link; the caller decodes it and hands control frames back to `control()`. */
  message(text: string, sse?: SseFields): void
  /** What a plain server is told in the address. */
  plainParams(): Readonly<Record<string, string>>
  /** Whether the session goes on from a position. */
  resumes(): boolean
  /** The server ended the link because what it sent cannot be trusted to be complete. */
  resync(): void
  error(error: RealtimeError): void
}

export interface Connection {
  readonly state: ConnectionState
  /** Attempts made since the client was created. */
  readonly dials: number
  start(): void
  /** Dials anew, now, whatever the state. */
  restart(): void
  stop(reason: string): void
  /** Back to idle, as when nobody is signed in. */
  rest(): void
  /** Forgets what was learned of a token, for another user. */
  forgetUser(): void
  send(frame: ClientFrame): void
  /** Frames about the link itself; true where the frame was one. */
  control(frame: ServerFrame): boolean
  /** What was missed is known to be fetched again or replayed. */
  synced(): void
  dispose(): void
}

/** How much later than announced a ping may come, in ms. */
const pingSlackMs = 10_000
/** A server that sent no `welcome` this long after an open without the subprotocol is a plain one. */
const plainAfterMs = 2_000

export function createConnection(
  options: ResolvedOptions,
  credentials: Credentials,
  on: ConnectionListener,
): Connection {
  const { clock, transports } = options
  const recovery = createRecovery({ clock, backoff: options.backoff, hasToken: credentials.exist })
  let state: ConnectionState = initialState
  let stateScope = createScope(clock)
  let linkScope = createScope(clock)
  let link: DialledLink | null = null
  let kind: ServerKind | 'unknown' = options.server === 'auto' ? 'unknown' : options.server
  let transportIndex = 0
  let serverPings = false
  let silenceLimitMs = options.silenceTimeoutMs
  let heardAt = 0
  let authSentAt = 0
  let isSynced = false
  let hasSettledTime = false
  let dials = 0
  let forgetPlain: Undo | null = null

  // An event that comes up while a state is being entered waits until it is.
  const pending: ConnectionEvent[] = []
  let stepping = false
  function dispatch(event: ConnectionEvent) {
    pending.push(event)
    if (stepping) return
    stepping = true
    try {
      for (let next = pending.shift(); next !== undefined; next = pending.shift()) advance(next)
    } finally {
      stepping = false
    }
  }

  function advance(event: ConnectionEvent) {
    const previous = state
    state = step(previous, event)
    if (state === previous) return
    const entered = state.name !== previous.name || event.type === 'restart'
    if (entered) {
      stateScope.dispose()
      stateScope = createScope(clock)
      if (!holdsLink(state) || state.name === 'connecting') endLink()
      enter(state)
    }
    on.state(state)
  }

  function enter(entered: ConnectionState) {
    switch (entered.name) {
      case 'connecting':
        return beginAttempt()
      case 'authenticating':
        stateScope.timeout(() => drop('the server did not answer the sign-in in time'), options.authTimeoutMs)
        return
      case 'connected':
        stateScope.timeout(() => {
          hasSettledTime = true
          settleIfDue()
        }, options.settleMs)
        watchSilence(stateScope)
        return
      case 'reconnecting':
        stateScope.timeout(() => dispatch({ type: 'due' }), entered.retryAt - clock.now())
        return
      default:
    }
  }

  // ── one attempt ───────────────────────────────────────────────────────────────────────────────────────────────

  function endLink() {
    linkScope.dispose()
    linkScope = createScope(clock)
    link = null
    serverPings = isSynced = hasSettledTime = false
    silenceLimitMs = options.silenceTimeoutMs
  }

  function beginAttempt() {
    dials++
    if (!credentials.exist) return open(null)
    credentials.request(recovery.tokenReason, linkScope, {
      token(token) {
        recovery.noteToken()
        open(token)
      },
      signedOut: () => dispatch({ type: 'signedOut' }),
      failed(error) {
        on.error(error)
        drop('no token')
      },
    })
  }

  function open(token: string | null) {
    const scope = linkScope
    const request = {
      transport: currentTransport(),
      kind,
      token,
      auth: options.auth,
      plainParams: on.plainParams,
      openTimeoutMs: options.openTimeoutMs,
    }
    link = dial(request, scope, {
      opened: (protocol) => opened(token, protocol, scope),
      message(text, sse) {
        heardAt = clock.now()
        on.message(text, sse)
      },
      closed: ({ code, reason }) => follow(fateOfClose(code), reason || `the link was closed (${code})`),
      failed: blindlyFailed,
      refused(error) {
        on.error(error)
        dispatch({ type: 'refused', reason: error.message })
      },
    })
  }

  function opened(token: string | null, chosen: string | null, scope: Scope) {
    recovery.noteOpened()
    heardAt = clock.now()
    // A plain server that takes its token as a subprotocol has to echo one; that does not make it a livecache server.
    if (chosen === protocolName && kind !== 'plain') {
      kind = 'livecache'
      authSentAt = heardAt
      dispatch({ type: 'opened' })
      link?.send({ type: 'auth', ...(token !== null && { token }) })
    } else if (options.server === 'livecache') {
      drop('the server does not speak realtime.v1; set server: "auto" or "plain" if it is not a livecache server')
    } else {
      if (kind === 'unknown') forgetPlain = scope.timeout(() => (kind = 'plain'), plainAfterMs)
      ready(null)
    }
  }

  function currentTransport(): Transport {
    return transports[transportIndex % transports.length]!
  }

  function welcomed(welcome: WelcomeFrame) {
    if (welcome.heartbeatMs !== undefined) {
      serverPings = true
      silenceLimitMs = Math.max(silenceLimitMs, welcome.heartbeatMs + pingSlackMs)
    }
    ready(welcome)
  }

  function ready(welcome: WelcomeFrame | null) {
    if (!holdsLink(state)) return
    const now = clock.now()
    const info: LinkInfo = {
      transport: currentTransport().name,
      server: welcome === null ? 'plain' : 'livecache',
      connectionId: welcome?.connectionId ?? null,
      since: now,
      resumed: on.resumes(),
      latencyMs: welcome === null ? null : now - authSentAt,
    }
    dispatch({ type: 'ready', link: info })
    if (state.name === 'connected') on.ready(welcome)
  }

  // ── how a link ends ───────────────────────────────────────────────────────────────────────────────────────────

  function blindlyFailed({ code, reason }: TransportClosure) {
    recovery.noteBlindFailure()
    transportIndex++
    follow(fateOfClose(code), reason || `the server could not be reached (${code})`)
  }

  function follow(fate: CloseFate, reason: string, hintMs = 0) {
    if (fate.kind === 'resync') on.resync()
    dispatch(recovery.after(fate, reason, state, kind, hintMs))
  }

  function drop(reason: string) {
    dispatch(recovery.retry(reason, state))
  }

  // ── while it is up ────────────────────────────────────────────────────────────────────────────────────────────

  /** Clocks are compared, because timers stop while a machine sleeps and come late in hidden tabs. */
  function watchSilence(scope: Scope) {
    const limit = silenceLimitMs
    const check = () => {
      const leftMs = heardAt + limit - clock.now()
      if (leftMs <= 0 && serverPings) drop(`nothing was heard for ${limit / 1000} s`)
      else scope.timeout(check, leftMs > 0 ? leftMs : limit)
    }
    scope.timeout(check, limit)
  }

  function settleIfDue() {
    if (isSynced && hasSettledTime) dispatch({ type: 'settled' })
  }

  function failedAtServer({ code, message, retryAfterMs }: ErrorFrame) {
    const fate = fateOfClose(closeCodeOfError[code]!)
    const hintMs = retryAfterMs ?? 0
    // The server's own figure replaces the one that stands for it.
    follow(fate.kind === 'retry' && retryAfterMs !== undefined ? { kind: 'retry' } : fate, message ?? code, hintMs)
  }

  return {
    get state() {
      return state
    },
    get dials() {
      return dials
    },
    start: () => dispatch({ type: 'start' }),
    restart: () => dispatch({ type: 'restart' }),
    stop: (reason) => dispatch({ type: 'stop', reason }),
    rest: () => dispatch({ type: 'signedOut' }),
    forgetUser: recovery.forgetUser,
    send(frame) {
      if (abilities[state.name].canSend) link?.send(frame)
    },
    control(frame) {
      switch (frame.type) {
        case 'ping':
          serverPings = true
          link?.send({ type: 'pong' })
          // Its `streams` are positions, which are the caller's.
          return frame.streams === undefined
        case 'pong':
        case 'authenticated':
          return true
        case 'welcome':
          // One that nobody asked for shows at least that the server is no plain one.
          recovery.noteWelcome()
          if (state.name === 'authenticating') welcomed(frame)
          else forgetPlain?.()
          return true
        case 'reconnect':
          follow(
            { kind: 'retry', spreadMs: frame.spreadMs ?? 0, minDelayMs: frame.afterMs ?? 0 },
            'the server asked to reconnect',
          )
          return true
        case 'error':
          if (frame.ref !== undefined || closeCodeOfError[frame.code] === undefined) return false
          failedAtServer(frame)
          return true
        default:
          return false
      }
    },
    synced() {
      isSynced = true
      settleIfDue()
    },
    dispose() {
      dispatch({ type: 'stop', reason: 'disposed' })
      stateScope.dispose()
      endLink()
    },
  }
}
