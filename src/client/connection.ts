// Runs the connection machine: asks for the token, has the transports tried, waits between attempts, watches over the link
// and replaces it. What travels over the link once it is up is the caller's.
import type { Undo } from '../base/emitter.ts'
import { RealtimeError } from '../base/errors.ts'
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
  isWaiting,
  type LinkInfo,
  type ServerKind,
  step,
} from './connection-machine.ts'
import type { Credentials, TokenReason } from './credentials.ts'
import type { Tell } from './diagnostics.ts'
import { createLatency, type Latency } from './latency.ts'
import { createLiveness, type Liveness } from './liveness.ts'
import { noteBlindFailure, noteGivenUp, noteMute, noteUp } from './notices.ts'
import type { ResolvedOptions } from './options.ts'
import type { PageSignal } from './page-signals.ts'
import { race, type RaceListener, type Winner } from './race.ts'
import { createRecovery, type Ending } from './recovery.ts'
import { keepToken, type TokenKeeper } from './token-keeper.ts'
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

/** How much later than announced a ping may come, in ms. */
const pingSlackMs = 10_000
/** A server that sent no `welcome` this long after an open without the subprotocol is a plain one. */
const plainAfterMs = 2_000
/** A sign that the network is back brings the next attempt forward to within this time, so that not all come at once, in ms. */
const hurrySpreadMs = 1_000
/** Signs may come in bursts (focus, focus, focus); attempts made on account of them may not, in ms. */
const hurryGapMs = 2_000

export function createConnection(
  options: ResolvedOptions,
  credentials: Credentials,
  on: ConnectionListener,
): Connection {
  const { clock, transports, page } = options
  const recovery = createRecovery({
    clock,
    backoff: options.backoff,
    suspendAfterMs: options.suspendAfterMs,
    hasToken: credentials.exist,
    isOffline: page.isOffline,
  })
  const choice = createTransportChoice(
    transports.map(({ name }) => name),
    options.storage,
  )
  const latency = createLatency()
  let state: ConnectionState = initialState
  let stateScope = createScope(clock)
  /** Owns the attempt, then the link that came of it. */
  let linkScope = createScope(clock)
  let current: Winner | null = null
  let liveness: Liveness | null = null
  let kind: ServerKind | 'unknown' = options.server === 'auto' ? 'unknown' : options.server
  let hasWelcomed = false
  let offers = true
  /** An attempt waits for its token. */
  let isAsking = false
  let isSynced = false
  let hasSettledTime = false
  let dials = 0
  let dialledAt = -Infinity
  let protocolFaults = 0
  let isBlameReported = false
  /** A sign of the network had this outage's attempt begun anew: once is enough, or a slow one would never end. */
  let isHurried = false
  let forgetPlain: Undo | null = null
  /** When the better transport is tried next, epoch ms. */
  let probeAt = 0
  let tokenKeeper: TokenKeeper | null = null
  let unlisten: Undo | null = null
  const reportedForbidden = new Set<number>()
  let isAside = false
  let hiddenAt: number | null = null

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
      listenWhileWanted()
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

  // ── one attempt ───────────────────────────────────────────────────────────────────────────────────────────────

  function endLink() {
    linkScope.dispose()
    linkScope = createScope(clock)
    current = liveness = tokenKeeper = null
    isSynced = hasSettledTime = isAsking = false
  }

  function beginAttempt() {
    dials++
    dialledAt = clock.now()
    isAsking = true
    withToken(linkScope, recovery.tokenReason, (token) => {
      isAsking = false
      recovery.noteToken()
      tryTransports(choice.order(), token, linkScope, {
        opened: () => dispatch({ type: 'opened' }),
        failed: couldNotConnect,
        refused: ({ message }) => dispatch({ type: 'refused', reason: message }),
      })
    })
  }

  function withToken(scope: Scope, reason: TokenReason, run: (token: string | null) => void) {
    if (!credentials.exist) return run(null)
    credentials.request(reason, scope, {
      token: run,
      signedOut,
      failed(error) {
        on.error(error)
        if (current === null) drop('no token')
      },
    })
  }

  function signedOut() {
    on.signedOut()
    dispatch({ type: 'signedOut' })
  }

  type Outcome = Pick<RaceListener, 'opened' | 'failed' | 'refused'>

  /** What comes to be ready becomes the link. */
  function tryTransports(order: readonly number[], token: string | null, scope: Scope, outcome: Outcome) {
    const attemptOf = (index: number): AttemptRequest => {
      on.tell('attempt', { transport: transports[index]!.name, attempt: 'attempt' in state ? state.attempt : 0 })
      return attemptBy(index, token)
    }
    race({ clock, order, nextAfterMs: options.nextTransportAfterMs, attemptOf }, scope, {
      ...outcome,
      opened() {
        // Only a livecache server takes up the offer, and waits for a sign-in.
        kind = 'livecache'
        outcome.opened()
      },
      ready: (winner) => takeOver(winner, token),
      mute(index) {
        choice.noteLast(index)
        noteMute(transports[index]!)
      },
      forbidden,
      message(text, sse) {
        liveness?.heard()
        on.message(text, sse)
      },
      alive: () => liveness?.heard(),
      closed: linkClosed,
    })
  }

  /** Said once, and from then on tried last: pages do not change their minds. */
  function forbidden(index: number, error: RealtimeError) {
    choice.noteLast(index)
    if (!reportedForbidden.has(index)) on.error(error)
    reportedForbidden.add(index)
  }

  function attemptBy(index: number, token: string | null): AttemptRequest {
    const { auth, openTimeoutMs, authTimeoutMs } = options
    return {
      transport: transports[index]!,
      kind,
      offers,
      token,
      auth,
      plainParams: on.plainParams,
      lastEventId: on.lastEventId,
      openTimeoutMs,
      authTimeoutMs,
      clock,
      isHidden: page.isHidden,
      mustBeLivecache: options.server === 'livecache',
    }
  }

  function couldNotConnect(failure: AttemptFailure, blind: boolean) {
    isHurried = false
    // Once more, without the offer. A livecache server that was only slow asks for it again.
    offers = !(failure.isEcho && options.server === 'auto' && !hasWelcomed)
    if (!offers) kind = 'unknown'
    if (blind) noteBlindFailure(transports, recovery.noteBlindFailure())
    else recovery.noteOpened()
    const ending = endingOf(failure, `the server could not be reached (${failure.code})`)
    // Who answers a request with 401 has read the token, whatever kind of server it is.
    follow(ending, failure.wasOpen ? kind : 'livecache')
  }

  // ── a link that is ready ──────────────────────────────────────────────────────────────────────────────────────

  function takeOver(winner: Winner, token: string | null) {
    const replaced = current === null ? null : transports[current.index]!.name
    const scope = linkScope
    linkScope = winner.scope
    current = winner
    isHurried = false
    // The attempt it came from, or the link whose place it takes.
    scope.dispose()
    isSynced = false
    recovery.noteOpened()
    noteUp(transports)
    choice.noteReady(winner.index)
    learnKind(winner)
    liveness = watchOver(winner)
    if (winner.latencyMs !== null) latency.add(winner.latencyMs)
    const info = linkInfo(winner)
    if (replaced !== null && replaced !== info.transport) on.tell('transport', { from: replaced, to: info.transport })
    dispatch({ type: 'ready', link: info })
    if (current !== winner) return
    if (info.degraded) probeLater(replaced === info.transport ? probeAt - clock.now() : options.probeIntervalMs)
    tokenKeeper = keepTokenOf(winner, token)
    on.ready(winner.welcome)
  }

  function learnKind({ welcome }: Winner) {
    hasWelcomed ||= welcome !== null
    if (welcome !== null) recovery.noteWelcome()
    else if (kind === 'unknown') forgetPlain = linkScope.timeout(() => (kind = 'plain'), plainAfterMs)
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

  function watchOver({ index, welcome, link, scope }: Winner): Liveness {
    const announcedMs = welcome?.heartbeatMs
    const { quietMs = 0 } = transports[index]!
    return createLiveness({
      scope,
      now: clock.now,
      // Raised, so that a healthy quiet link is not cut.
      silenceLimitMs: Math.max(options.silenceTimeoutMs, Math.max(announcedMs ?? 0, quietMs) + pingSlackMs),
      answerLimitMs: options.pingTimeoutMs,
      // A plain server would not know what to make of a ping.
      ping: welcome === null ? null : () => link.send({ type: 'ping' }),
      beats: announcedMs !== undefined,
      onDead: (reason) => dispatch(recovery.retryAtOnce(reason, state)),
      onAnswer: latency.add,
      onHearing: on.hearing,
    })
  }

  /** A better transport is tried beside the running link, which it replaces only once it is signed in. */
  function probeLater(delayMs = options.probeIntervalMs) {
    const scope = linkScope
    // Kept over links of the same transport, which renewals replace more often than this.
    probeAt = clock.now() + delayMs
    scope.timeout(() => {
      const attemptScope = scope.child()
      const better = transports.map((_, index) => index).slice(0, current?.index ?? 0)
      const later = () => {
        attemptScope.dispose()
        if (!scope.disposed) probeLater()
      }
      credentialsForProbe(attemptScope, later, (token) =>
        tryTransports(better, token, attemptScope, { opened: () => {}, failed: later, refused: later }),
      )
    }, delayMs)
  }

  function credentialsForProbe(scope: Scope, failed: () => void, run: (token: string | null) => void) {
    if (!credentials.exist) return run(null)
    credentials.request('connect', scope, { token: run, signedOut, failed })
  }

  function keepTokenOf({ index, link, welcome, scope }: Winner, token: string | null): TokenKeeper | null {
    if (welcome === null || token === null || !credentials.exist) return null
    return keepToken(welcome, token, {
      clock,
      scope,
      credentials,
      answerLimitMs: options.authTimeoutMs,
      sendToken: transports[index]!.oneWay === true ? null : (next) => link.send({ type: 'auth', token: next }),
      relink: (next, outcome) => tryTransports([index], next, scope, { opened: () => {}, ...outcome }),
      signedOut,
      onUnanswered: () => drop('the server did not answer the renewed sign-in in time'),
      onError: on.error,
      tell: on.tell,
    })
  }

  // ── how a link ends ───────────────────────────────────────────────────────────────────────────────────────────

  function linkClosed(closure: TransportClosure) {
    offers = true
    follow(endingOf(closure, `the link was closed (${closure.code})`))
  }

  function follow(ending: Ending, server = kind) {
    const { fate, reason } = ending
    if (fate.kind === 'resync') on.resync()
    if (fate.kind === 'retry') {
      if (fate.blame !== undefined && !on.blamed(fate.blame, reason)) reportBlame(reason)
      countFaults(fate.reportAfter, reason)
    }
    if (fate.kind === 'refresh') on.tell('refresh', { reason: 'rejected', outcome: 'asked' })
    const next = recovery.after(ending, state, server)
    noteGivenUp(next.type, reason, credentials.exist)
    dispatch(next)
  }

  function countFaults(reportAfter: number | undefined, reason: string) {
    protocolFaults = reportAfter === undefined ? 0 : protocolFaults + 1
    if (protocolFaults !== reportAfter) return
    on.error(
      new RealtimeError(
        'protocol-fault',
        `The server ended ${reportAfter} links in a row because of what was said on them (${reason}), so nothing arrives. Something between the two changes the frames, or one side is of another version.`,
      ),
    )
  }

  /** It sends its events only to who resumes, and nothing can be said to a server that did not name itself. */
  function reportLostHeader() {
    on.error(
      new RealtimeError(
        'protocol-fault',
        'The server speaks realtime.v1, but its answer came without the header "livecache-protocol", so it is taken for a plain one and will send nothing. Let the proxy pass that header, and CORS expose it.',
      ),
    )
  }

  /** Once, until a link has held: what we ask for may be what it cannot take. */
  function reportBlame(reason: string) {
    if (isBlameReported) return
    isBlameReported = true
    on.error(
      new RealtimeError(
        'protocol-fault',
        `The server ended the link because of a frame of this client (${reason}). If it goes on, ask for less: fewer filters, events or streams in one subscription.`,
      ),
    )
  }

  function drop(reason: string) {
    dispatch(recovery.retry(reason, state))
  }

  function redial(reason: string) {
    dispatch(recovery.retryAtOnce(reason, state))
  }

  // ── what the page says ────────────────────────────────────────────────────────────────────────────────────────

  function listenWhileWanted() {
    const wanted = holdsLink(state) || isWaiting(state) || isAside
    if (wanted) unlisten ??= page.listen(heardFromPage)
    else {
      unlisten?.()
      unlisten = null
    }
  }

  function heardFromPage(signal: PageSignal) {
    if (signal === 'hidden') hiddenAt = clock.now()
    else if (signal === 'cached') putAside()
    else if (signal === 'restored' && isAside) bringBack()
    else if (isWaiting(state)) {
      if (signal !== 'offline') hurry()
    } else if (state.name === 'connected') doubt(signal)
    // What is being opened began on a network that is gone.
    else if (isNetworkSign(signal)) beginAnew()
    if (signal === 'visible') hiddenAt = null
  }

  /** The link may be dead though nothing says so. */
  function doubt(signal: PageSignal) {
    if (liveness?.verify()) return
    // A plain server cannot be asked, and one that never pings would never be missed.
    const wasHiddenLong = hiddenAt !== null && clock.now() - hiddenAt > options.silenceTimeoutMs
    if (isNetworkSign(signal)) redial('the network changed')
    else if (wasHiddenLong && liveness?.beats === false) redial('the page was away for long')
  }

  function beginAnew() {
    if (isHurried || isAsking || clock.now() - dialledAt < hurryGapMs) return
    isHurried = true
    dispatch({ type: 'restart', at: clock.now() })
  }

  function hurry() {
    const now = clock.now()
    // A clock that was set back must not make an old attempt a future one.
    dialledAt = Math.min(dialledAt, now)
    const retryAt = Math.max(now + clock.random() * hurrySpreadMs, recovery.notBefore, dialledAt + hurryGapMs)
    // One that is due and did not come: its timer slept.
    if ('retryAt' in state && state.retryAt > now && state.retryAt <= retryAt) return
    waitUntil(retryAt)
    dispatch({ type: 'hurried', retryAt })
  }

  /** A page in the back/forward cache must hold no socket. Its positions stay. */
  function putAside() {
    if (!holdsLink(state) && !isWaiting(state)) return
    isAside = true
    dispatch({ type: 'stop', reason: 'the page was put aside' })
  }

  function bringBack() {
    isAside = false
    dispatch({ type: 'start', at: clock.now() })
  }

  /** Somebody's wish, which a page that comes back does not undo. */
  function command(event: ConnectionEvent) {
    isAside = false
    dispatch(event)
    listenWhileWanted()
  }

  // ── while it is up ────────────────────────────────────────────────────────────────────────────────────────────

  function settleIfDue() {
    if (!isSynced || !hasSettledTime) return
    protocolFaults = 0
    isBlameReported = false
    recovery.noteSettled()
    dispatch({ type: 'settled' })
  }

  function failedAtServer({ code, message, retryAfterMs }: ErrorFrame) {
    follow({ fate: fateOfClose(closeCodeOfError[code]!), reason: message ?? code, retryAfterMs })
  }

  function pinged(frame: Extract<ServerFrame, { type: 'ping' }>): boolean {
    liveness?.beatsNow()
    if (current !== null && transports[current.index]!.oneWay !== true) current.link.send({ type: 'pong' })
    // Its `streams` are positions, which are the caller's.
    return frame.streams === undefined
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
      if (abilities[state.name].canSend) current?.link.send(frame)
    },
    control(frame) {
      switch (frame.type) {
        case 'ping':
          return pinged(frame)
        case 'pong':
          liveness?.answered()
          return true
        case 'authenticated':
          tokenKeeper?.renewed(frame.authExpiresInMs)
          return true
        case 'welcome':
          // One that nobody asked for shows at least that the server is no plain one.
          recovery.noteWelcome()
          forgetPlain?.()
          if (current?.welcome === null && transports[current.index]!.oneWay === true) reportLostHeader()
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
      return liveness?.isHeard ?? false
    },
    get isOneWay() {
      return current !== null && transports[current.index]!.oneWay === true
    },
    verify: () => void liveness?.verify(),
    dispose() {
      command({ type: 'stop', reason: 'disposed' })
      stateScope.dispose()
      endLink()
      credentials.forget()
    },
  }
}

const isNetworkSign = (signal: PageSignal): boolean => signal === 'online' || signal === 'network'

function endingOf({ code, reason, retryAfterMs }: TransportClosure, otherwise: string): Ending {
  return { fate: fateOfClose(code), reason: reason || otherwise, retryAfterMs }
}
