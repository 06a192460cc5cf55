// Runs the connection machine: asks for the token, has the transports tried, waits between attempts, replaces the link that is up
// (running-link.ts). What travels over it is the caller's.
import type { RealtimeError } from '../base/errors.ts'
import { createScope, type Scope } from '../base/scope.ts'
import { closeCodeOfError, fateOfClose } from '../protocol/codes.ts'
import { type ClientFrame, type ErrorFrame, type ServerFrame, type WelcomeFrame } from '../protocol/frames.ts'
import type { SseFields } from '../protocol/normalize.ts'
import type { TransportClosure } from '../transports/transport.ts'
import type { AttemptFailure, AttemptRequest } from './attempt.ts'
import {
  abilities,
  type ConnectionEvent,
  type ConnectionState,
  holdsLink,
  initialState,
  type LinkInfo,
  step,
} from './connection-machine.ts'
import type { Credentials, TokenReason } from './credentials.ts'
import type { Tell } from './diagnostics.ts'
import { createFaultReports } from './fault-reports.ts'
import { createKnownServer } from './known-server.ts'
import { createLatency, type Latency } from './latency.ts'
import { noteBlindFailure, noteGivenUp, noteMute, noteUp } from './notices.ts'
import type { ResolvedOptions } from './options.ts'
import { createPageWatch } from './page-watch.ts'
import { race, type RaceListener, type Winner } from './race.ts'
import { createRecovery, type Ending } from './recovery.ts'
import { type RunningLink, runLink } from './running-link.ts'
import { createTransportChoice } from './transport-choice.ts'

export interface ConnectionListener {
  state(state: ConnectionState): void
  /** A link is up, the first or another one: the time to subscribe and resume. `welcome` is null on a plain server. */
  ready(welcome: WelcomeFrame | null): void
  /** Something arrived on the current link; the caller decodes it and hands control frames back to `control()`. */
  message(text: string, sse?: SseFields): void
  /** What a plain server is told in the address. */
  plainParams(): Readonly<Record<string, string>>
  lastEventId(): string | null
  /** Whether the session goes on from a position. */
  resumes(): boolean
  /** The server ended the link because what it sent cannot be trusted to be complete. */
  resync(): void
  /** A frame of ours made the server end the link. False where it was nothing that is told somebody. */
  blamed(which: 'largest' | 'oldest', reason: string): boolean
  /** `isHeard` has changed while the link goes on. */
  hearing(): void
  /** Nobody is signed in. */
  signedOut(): void
  error(error: RealtimeError): void
  tell: Tell
}

export interface Connection {
  readonly state: ConnectionState
  /** Attempts made since the client was created. */
  readonly dials: number
  readonly latency: Latency
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
  /** The server does not answer what it has to answer: this link is given up. */
  giveUp(reason: string): void
  /** The link is replaced now, and that is no failure. */
  redial(reason: string): void
  /** Whether the other side was heard within the limit of silence, by the clock as it is. */
  readonly isHeard: boolean
  /** Whether what is said on this link travels in requests of its own. */
  readonly isOneWay: boolean
  /** Asks the other side whether it lives, and replaces the link where it does not answer. */
  verify(): void
  dispose(): void
}

export function createConnection(
  options: ResolvedOptions,
  credentials: Credentials,
  on: ConnectionListener,
): Connection {
  const { clock, transports, page } = options
  const recovery = createRecovery({ ...options, hasToken: credentials.exist, isOffline: page.isOffline })
  const choice = createTransportChoice(
    transports.map(({ name }) => name),
    options.storage,
  )
  const latency = createLatency()
  const server = createKnownServer(options.server)
  const reports = createFaultReports(on.error)
  let state: ConnectionState = initialState
  let stateScope = createScope(clock)
  /** Owns the attempt, then the link that came of it. */
  let linkScope = createScope(clock)
  let up: RunningLink | null = null
  /** An attempt waits for its token. */
  let isAsking = false
  let isSynced = false
  let hasSettledTime = false
  let dials = 0
  /** When the better transport is tried next, epoch ms. */
  let probeAt = 0

  const pageWatch = createPageWatch({
    ...options,
    state: () => state,
    liveness: () => up?.liveness,
    isAsking: () => isAsking,
    notBefore: () => recovery.notBefore,
    waitUntil,
    redial,
    dispatch,
  })

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

  /** Somebody's wish, which a page that comes back does not undo. */
  function command(event: ConnectionEvent) {
    pageWatch.overrule()
    dispatch(event)
    pageWatch.follow()
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
      pageWatch.follow()
      enter(state)
    }
    on.state(state)
  }

  function enter(entered: ConnectionState) {
    switch (entered.name) {
      case 'connecting':
        return beginAttempt()
      case 'connected':
        stateScope.timeout(() => {
          hasSettledTime = true
          settleIfDue()
        }, options.settleMs)
        return
      case 'reconnecting':
        stateScope.timeout(
          () => dispatch({ type: 'overdue' }),
          entered.downSince + options.suspendAfterMs - clock.now(),
        )
        return waitUntil(entered.retryAt)
      case 'suspended':
        return waitUntil(entered.retryAt)
      default:
    }
  }

  function waitUntil(retryAt: number) {
    stateScope.timeout(() => dispatch({ type: 'due' }), retryAt - clock.now())
  }

  function endLink() {
    linkScope.dispose()
    linkScope = createScope(clock)
    up = null
    isSynced = hasSettledTime = isAsking = false
  }

  // ── one attempt ───────────────────────────────────────────────────────────────────────────────────────────────

  function beginAttempt() {
    dials++
    pageWatch.dialled()
    isAsking = true
    withToken(linkScope, recovery.tokenReason, noToken, (token) => {
      isAsking = false
      recovery.noteToken()
      tryTransports(choice.order(), token, linkScope, {
        opened: () => dispatch({ type: 'opened' }),
        failed: couldNotConnect,
        refused: ({ message }) => dispatch({ type: 'refused', reason: message }),
      })
    })
  }

  function withToken(
    scope: Scope,
    reason: TokenReason,
    failed: (error: RealtimeError) => void,
    run: (token: string | null) => void,
  ) {
    if (!credentials.exist) return run(null)
    credentials.request(reason, scope, { token: run, signedOut, failed })
  }

  function noToken(error: RealtimeError) {
    on.error(error)
    drop('no token')
  }

  function signedOut() {
    on.signedOut()
    dispatch({ type: 'signedOut' })
  }

  type Outcome = Pick<RaceListener, 'failed' | 'refused'> & Partial<Pick<RaceListener, 'opened'>>

  /** What comes to be ready becomes the link. */
  function tryTransports(order: readonly number[], token: string | null, scope: Scope, outcome: Outcome) {
    const attemptOf = (index: number): AttemptRequest => {
      on.tell('attempt', { transport: transports[index]!.name, attempt: 'attempt' in state ? state.attempt : 0 })
      return attemptBy(index, token)
    }
    race({ clock, order, nextAfterMs: options.nextTransportAfterMs, attemptOf }, scope, {
      ...outcome,
      opened() {
        server.tookOffer()
        outcome.opened?.()
      },
      ready: (winner) => takeOver(winner, token),
      mute(index) {
        choice.noteLast(index)
        noteMute(transports[index]!)
      },
      forbidden,
      message(text, sse) {
        up?.liveness.heard()
        on.message(text, sse)
      },
      alive: () => up?.liveness.heard(),
      closed: linkClosed,
    })
  }

  function forbidden(index: number, error: RealtimeError) {
    choice.noteLast(index)
    reports.forbidden(index, error)
  }

  function attemptBy(index: number, token: string | null): AttemptRequest {
    return {
      ...options,
      transport: transports[index]!,
      kind: server.kind,
      offers: server.offers,
      token,
      plainParams: on.plainParams,
      lastEventId: on.lastEventId,
      isHidden: page.isHidden,
      mustBeLivecache: options.server === 'livecache',
    }
  }

  function couldNotConnect(failure: AttemptFailure, blind: boolean) {
    pageWatch.settled()
    server.failed(failure.isEcho)
    if (blind) noteBlindFailure(transports, recovery.noteBlindFailure())
    else recovery.noteOpened()
    const ending = endingOf(failure, `the server could not be reached (${failure.code})`)
    // Who answers a request with 401 has read the token, whatever kind of server it is.
    follow(ending, failure.wasOpen ? server.kind : 'livecache')
  }

  // ── a link that is ready ──────────────────────────────────────────────────────────────────────────────────────

  function takeOver(winner: Winner, token: string | null) {
    const replaced = up === null ? null : transports[up.index]!.name
    const attemptOrLink = linkScope
    linkScope = winner.scope
    const mine = (up = linkOf(winner, token))
    // The attempt it came from, or the link whose place it takes.
    attemptOrLink.dispose()
    isSynced = false
    pageWatch.settled()
    recovery.noteOpened()
    noteUp(transports)
    choice.noteReady(winner.index)
    server.ready(winner.welcome, linkScope)
    if (winner.welcome !== null) recovery.noteWelcome()
    if (winner.latencyMs !== null) latency.add(winner.latencyMs)
    const info = linkInfo(winner)
    if (replaced !== null && replaced !== info.transport) on.tell('transport', { from: replaced, to: info.transport })
    dispatch({ type: 'ready', link: info })
    if (up !== mine) return
    if (info.degraded) probeLater(replaced === info.transport ? probeAt - clock.now() : options.probeIntervalMs)
    on.ready(winner.welcome)
  }

  function linkOf(winner: Winner, token: string | null): RunningLink {
    return runLink(winner, {
      ...options,
      credentials,
      transport: transports[winner.index]!,
      token,
      relink: (next, outcome) => tryTransports([winner.index], next, winner.scope, outcome),
      signedOut,
      onDead: redial,
      onUnanswered: () => drop('the server did not answer the renewed sign-in in time'),
      onAnswer: latency.add,
      onHearing: on.hearing,
      onError: on.error,
      tell: on.tell,
    })
  }

  function linkInfo({ index, welcome, latencyMs }: Winner): LinkInfo {
    return {
      transport: transports[index]!.name,
      server: welcome === null ? 'plain' : 'livecache',
      connectionId: welcome?.connectionId ?? null,
      since: clock.now(),
      resumed: on.resumes(),
      latencyMs,
      degraded: index > 0,
    }
  }

  /** A better transport is tried beside the running link, which it replaces only once it is signed in. */
  function probeLater(delayMs: number) {
    const scope = linkScope
    // Kept over links of the same transport, which renewals replace more often than this.
    probeAt = clock.now() + delayMs
    scope.timeout(() => {
      const attemptScope = scope.child()
      const better = transports.map((_, index) => index).slice(0, up?.index ?? 0)
      const failed = () => {
        attemptScope.dispose()
        if (!scope.disposed) probeLater(options.probeIntervalMs)
      }
      withToken(attemptScope, 'connect', failed, (token) =>
        tryTransports(better, token, attemptScope, { failed, refused: failed }),
      )
    }, delayMs)
  }

  // ── how a link ends ───────────────────────────────────────────────────────────────────────────────────────────

  function linkClosed(closure: TransportClosure) {
    server.closed()
    follow(endingOf(closure, `the link was closed (${closure.code})`))
  }

  function follow(ending: Ending, kind = server.kind) {
    const { fate, reason } = ending
    if (fate.kind === 'resync') on.resync()
    if (fate.kind === 'retry') {
      if (fate.blame !== undefined && !on.blamed(fate.blame, reason)) reports.blamed(reason)
      reports.ended(fate.reportAfter, reason)
    }
    if (fate.kind === 'refresh') on.tell('refresh', { reason: 'rejected', outcome: 'asked' })
    const next = recovery.after(ending, state, kind)
    noteGivenUp(next, reason, credentials)
    dispatch(next)
  }

  function drop(reason: string) {
    dispatch(recovery.retry(reason, state))
  }

  function redial(reason: string) {
    dispatch(recovery.retryAtOnce(reason, state))
  }

  // ── while it is up ────────────────────────────────────────────────────────────────────────────────────────────

  function settleIfDue() {
    if (!isSynced || !hasSettledTime) return
    reports.settled()
    recovery.noteSettled()
    dispatch({ type: 'settled' })
  }

  function failedAtServer({ code, message, retryAfterMs }: ErrorFrame) {
    follow({ fate: fateOfClose(closeCodeOfError[code]!), reason: message ?? code, retryAfterMs })
  }

  return {
    get state() {
      return state
    },
    get dials() {
      return dials
    },
    latency,
    start: () => command({ type: 'start', at: clock.now() }),
    restart() {
      // The app may say it again and again while its own token is what the attempt waits for.
      if (!isAsking) command({ type: 'restart', at: clock.now() })
    },
    stop: (reason) => command({ type: 'stop', reason }),
    rest: () => command({ type: 'signedOut' }),
    forgetUser() {
      credentials.forget()
      recovery.forgetUser()
      latency.clear()
      isAsking = false
    },
    send(frame) {
      if (abilities[state.name].canSend) up?.link.send(frame)
    },
    control(frame) {
      switch (frame.type) {
        case 'ping':
          up?.pinged()
          // Its `streams` are positions, which are the caller's.
          return frame.streams === undefined
        case 'pong':
          up?.liveness.answered()
          return true
        case 'authenticated':
          up?.tokenKeeper?.renewed(frame.authExpiresInMs)
          return true
        case 'welcome':
          // One that nobody asked for shows at least that the server is no plain one.
          recovery.noteWelcome()
          server.welcomed()
          if (up?.welcome === null && up.isOneWay) reports.lostHeader()
          return true
        case 'reconnect': {
          const { afterMs = 0, spreadMs = 0 } = frame
          follow({ fate: { kind: 'asked', afterMs, spreadMs }, reason: 'the server asked to reconnect' })
          return true
        }
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
    giveUp: drop,
    redial,
    get isHeard() {
      return up?.liveness.isHeard ?? false
    },
    get isOneWay() {
      return up?.isOneWay ?? false
    },
    verify: () => void up?.liveness.verify(),
    dispose() {
      command({ type: 'stop', reason: 'disposed' })
      stateScope.dispose()
      endLink()
      credentials.forget()
    },
  }
}

function endingOf({ code, reason, retryAfterMs }: TransportClosure, otherwise: string): Ending {
  return { fate: fateOfClose(code), reason: reason || otherwise, retryAfterMs }
}
