// The server's half, free of Node: sessions, the log, and telling one about the other.
import { type Clock, systemClock } from '../base/clock.ts'
import { definedOf } from '../base/defined.ts'
import { RealtimeError } from '../base/errors.ts'
import { createScope } from '../base/scope.ts'
import { createSortableId } from '../base/sortable-id.ts'
import { encodeAsOf } from '../protocol/as-of.ts'
import { decodeClientFrame } from '../protocol/codec.ts'
import { closeCodes } from '../protocol/codes.ts'
import type { EventTable } from '../protocol/define-events.ts'
import { isPattern } from '../protocol/filter.ts'
import type { SubscribeFrame } from '../protocol/frames.ts'
import { type Authorize, type AuthorizeEvent, faultOfIdentity, type Identity, type Verify } from './access.ts'
import { checkNumbers, checkRate, kinds } from './check-numbers.ts'
import { createContract } from './contract.ts'
import { createDefaults } from './defaults.ts'
import type { Appended, DefaultSubscription, Engine, NodeMessage, OnceKey } from './engine.ts'
import { createEventLog, type EventFrame, type LoggedEvent, type NewEvent } from './event-log.ts'
import { createFanOut } from './fan-out.ts'
import { createHeartbeats } from './heartbeat.ts'
import { defaultSessionLimits, type SessionLimits } from './limits.ts'
import { createMatchers } from './matcher.ts'
import type { HubObserver, HubStats } from './observer.ts'
import { travel, type Travelling } from './publishable.ts'
import { type AuthorizePublish, createPublishing } from './publishing.ts'
import type { RateLimiter } from './rate-limit.ts'
import { createRevocations } from './revocations.ts'
import { createSession } from './session.ts'
import type { Session, SessionEvents, SessionHub, SessionRequest, SessionSink } from './session-port.ts'
import { refusalReason, TokenRefused } from './token-refused.ts'
import type { Verifying } from './sign-in.ts'
import { carefully, createWatch } from './watch.ts'

export interface HubOptions {
  /** Says who a token belongs to and which streams that one may read. */
  verify: Verify
  /** Whether somebody may read a stream that the token allows. @default yes */
  authorize?: Authorize
  /** Whether somebody may read one event of a stream; asked for each event and reader. @default yes */
  authorizeEvent?: AuthorizeEvent
  /**
   * Whether a client may publish something, and as what. What it allowed is not asked again, however often the client has to send it.
   * @default nobody may publish, and clients are told so
   */
  authorizePublish?: AuthorizePublish
  /**
   * The types of events there are, as `defineEvents` has them for clients too: what does not fit is refused as it is published.
   * @default any type, any payload
   */
  events?: EventTable
  /** Paths whose keys are data and keep their spelling, as in the clients' option of this name: `['payload.labels']`. @default [] */
  exempt?: readonly string[]
  /** Keeps the events, for several nodes. @default this process, for as long as it runs */
  engine?: Engine
  /** Time between two pings, in ms. @default 30_000 */
  heartbeatMs?: number
  /** Silence after which a socket is closed with 1001, in ms, looked at with each ping. @default 300_000 */
  idleMs?: number
  /** How old a session may get, in ms, give or take a tenth; then its client is asked to come back. @default 86_400_000 (a day) */
  maxLifeMs?: number
  /** Over how long those who are asked to come back are spread, in ms. @default 30_000 */
  reconnectSpreadMs?: number
  /** How long an event may stay unconfirmed before its session is ended, in ms. `Infinity` asks for no acks. @default 30_000 */
  ackTimeoutMs?: number
  /** How long a client may take to sign in, in ms. @default 10_000 */
  authTimeoutMs?: number
  /** How long an event can be replayed, in ms; more than `ackTimeoutMs` + 42 s, the longest way back of a client. @default 300_000 */
  retentionMs?: number
  /** How many events of one stream are kept, at least, within that time. @default 1_000 */
  maxPerStream?: number
  /** What one session may ask for. @default see `SessionLimits` */
  limits?: SessionLimits
  /** Counts what users publish. @default nothing is counted */
  rateLimiter?: RateLimiter
  /** How much dearer everything is just now than in quiet times, for a process that can hardly keep up. @default 1, always */
  pressure?: () => number
  /** Who watches: metrics, logs. */
  observers?: readonly HubObserver[]
  /** Told of faults of the app's own functions that were survived, and of what could not be published. @default prints them with console.error */
  onError?: (error: RealtimeError) => void
  /** Time and chance; for tests. @default the system's */
  clock?: Clock
}

export interface Hub {
  /**
   * Sends an event to everybody who subscribed to it and may read its stream. Returns it with its id and place. Throws `invalid-option`,
   * `unknown-event` and `invalid-payload` where clients could not take it. A hub with an engine has to wait for its answer: use `append`.
   */
  publish(event: NewEvent): EventFrame
  /**
   * The same, resolving once the event is kept. Rejects with the same errors, and with `engine-unavailable`.
   * @param once what is published under the same key again is not published, and answered as the first time; with an engine only
   */
  append(event: NewEvent, once?: OnceKey): Promise<Appended>
  /**
   * How new an answer of the app's API is, for its header `Livecache-As-Of`: where these streams are now, 0 where they had no event yet.
   * Ask before the data is read, and publish only what can be read already: then the answer holds all of that, and maybe more.
   * Throws `invalid-option` for a pattern, which has no place.
   * @param streams those that feed what is answered
   */
  asOf(streams: readonly string[]): string
  /** Begins a session for a socket that was opened. */
  connect(sink: SessionSink, request: SessionRequest): Session
  /** Resolves once sessions can be served: at once, or once the engine's log is here. */
  readonly ready: Promise<void>
  readonly isReady: boolean
  /** Who a token belongs to; rejects where it is refused. @param by for those who watch */
  identify(token: string | undefined, by?: { ip?: string | undefined }): Promise<Identity>
  session(id: string): Session | undefined
  /** On every node. With `streams` (names or patterns) these are taken away; without, whoever it is has to sign in anew. */
  revoke(whom: { subject: string; streams?: readonly string[] }): Promise<void>
  /** On every node: has clients fetch again what these streams feed, names or patterns; left out: everything. */
  resync(what?: { streams?: readonly string[]; reason?: string }): Promise<void>
  /** Asks sessions to leave and come back, of those that understand and were not asked before; returns how many. @param count @default all of them */
  askToReconnect(hint: { afterMs: number; spreadMs: number }, count?: number): number
  /** What a user is sent where a plain session asks for nothing. */
  defaultOf(subject: string): Promise<DefaultSubscription | null>
  setDefault(subject: string, wanted: DefaultSubscription | null): Promise<void>
  /** The identity of the event log. */
  readonly epoch: string
  readonly sessions: number
  readonly stats: HubStats
  /** Events that sessions have not confirmed yet. They are counted when asked for. */
  readonly unacked: number
  /** Ends every session and takes no more. @param code @default 1012, so that clients come back later */
  close(code?: number, reason?: string): void
}

/** Between two attempts to reach a store that was not there at the start, in ms. */
const retryMs = 1_000
/** Events longer than this are told of: every reader pays for them. */
const largeBytes = 1_024
/** How often one token is verified while access of its user is being revoked; then it has to come again. */
const maxVerified = 10
/** An ack may be this late, then the longest wait between attempts, then the time to open: the longest way back of a client. */
const wayBackMs = 32_000 + 10_000

/**
 * Creates a server without a socket: sessions are given their sinks. Throws `invalid-option` for numbers that make no sense, and for a retention
 * shorter than the way back of a client.
 */
export function createHub(given: HubOptions): Hub {
  const options = {
    heartbeatMs: 30_000,
    idleMs: 300_000,
    maxLifeMs: 86_400_000,
    reconnectSpreadMs: 30_000,
    ackTimeoutMs: 30_000,
    authTimeoutMs: 10_000,
    retentionMs: 300_000,
    maxPerStream: 1_000,
    authorize: undefined,
    authorizeEvent: undefined,
    authorizePublish: undefined,
    events: undefined,
    engine: undefined,
    rateLimiter: unlimited,
    pressure: () => 1,
    observers: [],
    onError: (error: RealtimeError) => console.error(error),
    clock: systemClock,
    ...definedOf(given),
  }
  const { clock, retentionMs, ackTimeoutMs, engine } = options
  const onError = carefully(options.onError)
  const limits = { ...defaultSessionLimits, ...definedOf(options.limits ?? {}) }
  checkOptions(options, limits)
  if (ackTimeoutMs !== Infinity && retentionMs <= ackTimeoutMs + wayBackMs) {
    throw new RealtimeError(
      'invalid-option',
      `retentionMs is ${retentionMs}, so events would be forgotten before a client that lost its link could come back for them. Make it more than ackTimeoutMs + ${wayBackMs} (${ackTimeoutMs + wayBackMs}).`,
    )
  }
  const log = createEventLog({ now: clock.now, retentionMs, maxPerStream: options.maxPerStream })
  const fanOut = createFanOut()
  const watch = createWatch(options.observers, onError)
  const stats: HubStats = {
    deliveries: 0,
    messages: 0,
    replayed: 0,
    published: 0,
    acks: 0,
    rejected: 0,
    resumes: { complete: 0, incomplete: 0 },
    sessions: { connected: 0, authenticated: 0, subscribed: 0 },
  }
  const defaults = engine ?? createDefaults()
  const contract = createContract(options.events, { exempt: given.exempt })
  const newId = createSortableId({ now: clock.now })
  let closed = false
  let isReady = engine === undefined
  const asked = new WeakSet<Session>()
  /** How long they may take. */
  const verifications = createScope(clock)
  const toHandOut: LoggedEvent[] = []
  let isHandingOut = false
  const revocations = createRevocations()

  // ── events ────────────────────────────────────────────────────────────────────────────────────────────────────

  /** Whoever watches or judges may publish while an event is on its way: to those who are still to get it that one must not come first. */
  function fan(logged: LoggedEvent) {
    toHandOut.push(logged)
    if (isHandingOut) return
    isHandingOut = true
    try {
      for (let next = toHandOut.shift(); next !== undefined; next = toHandOut.shift()) handOut(next)
    } finally {
      isHandingOut = false
    }
  }

  function handOut(logged: LoggedEvent) {
    const sessions = fanOut.publish(logged)
    watch.delivered(logged.frame, { sessions, tookMs: Math.max(0, clock.now() - logged.at) })
  }

  /** As it travels, and as the table of events has it. */
  function check(event: NewEvent): Travelling {
    const travelling = travel(event)
    if (!travelling.ok) return travelling
    const judged = contract.check(travelling.event)
    return judged.ok ? { ...travelling, event: judged.event } : { ...judged, isTooLarge: false }
  }

  function checked(event: NewEvent): Travelling & { ok: true } {
    const travelling = check(event)
    if (travelling.ok) return travelling
    watch.refused({ code: travelling.isTooLarge ? 'TOO_LARGE' : 'INVALID', limit: 'publish' })
    throw travelling.error
  }

  function warnIfLarge(frame: EventFrame, bytes: number) {
    if (bytes > largeBytes) watch.large(frame, bytes)
  }

  function appendHere(event: NewEvent): Appended {
    // Whoever got no answer publishes again.
    const before = event.id === undefined ? undefined : log.find(event.id)
    if (before !== undefined) return { frame: before.frame, isNew: false }
    const logged = log.append({ ...event, id: event.id ?? newId() })
    stats.published++
    fan(logged)
    return { frame: logged.frame, isNew: true }
  }

  async function append(event: NewEvent, once?: OnceKey): Promise<Appended> {
    if (engine === undefined) return appendHere(event)
    const appended = await engine.append({ ...event, id: event.id ?? newId() }, once)
    if (appended.isNew) stats.published++
    return appended
  }

  // ── other nodes ───────────────────────────────────────────────────────────────────────────────────────────────

  function load(kept: Parameters<typeof log.load>[0]) {
    const before = log.epoch
    log.load(kept)
    if (!isReady || before !== kept.epoch) watch.logBegan(kept.epoch)
    // An engine loads again only where something was missed: sessions come back, say where they are, and are told what is lost.
    if (isReady) fanOut.endAll(closeCodes.serverRestart, 'the event log was loaded again')
  }

  /** Of another node, which may be of a later version: what is not known is passed over. */
  function hear(message: NodeMessage) {
    const { streams } = message
    if (streams !== undefined && !Array.isArray(streams)) return
    if (message.kind === 'resync') for (const session of [...fanOut.all]) session.resync(streams, message.reason)
    if (message.kind === 'revoke' && typeof message.subject === 'string') revoke(message.subject, streams)
  }

  function revoke(subject: string, streams: readonly string[] | undefined) {
    revocations.add(subject)
    for (const session of [...fanOut.all]) {
      if (session.identity()?.subject !== subject) continue
      if (streams === undefined) session.end(closeCodes.unauthorized, 'access was revoked')
      else session.revoke(streams)
    }
  }

  async function tell(message: NodeMessage) {
    if (engine === undefined) hear(message)
    else await engine.tell(message)
  }

  async function follow(shared: Engine) {
    const copy = {
      load,
      take(event: LoggedEvent) {
        log.take(event)
        fan(event)
      },
      hear,
    }
    await shared.follow(copy, { retentionMs, maxPerStream: options.maxPerStream })
    isReady = true
  }

  const ready = engine === undefined ? Promise.resolve() : follow(engine)
  // Whoever waits for it is told, and may give up; a server that takes requests already goes on trying.
  function retry() {
    if (closed || engine === undefined) return
    clock.timeout(() => closed || follow(engine).catch(retry), retryMs)
  }
  ready.catch(retry)

  // ── sessions ──────────────────────────────────────────────────────────────────────────────────────────────────

  async function ask(token: string | undefined): Promise<Identity> {
    const verified = await inTime(options.verify(token))
    const fault = faultOfIdentity(verified)
    if (fault === null) return verified
    onError(fault)
    throw fault
  }

  /** By then a newcomer is sent away; a request, and a session that renews its token, would wait for ever. */
  function inTime<Value>(answer: Value | Promise<Value>): Promise<Value> {
    const { authTimeoutMs: withinMs } = options
    return new Promise((resolve, reject) => {
      const late = () => reject(new TokenRefused('verify-too-slow', `verify gave no answer within ${withinMs} ms.`))
      const cancel = verifications.timeout(late, withinMs)
      Promise.resolve(answer).finally(cancel).then(resolve, reject)
    })
  }

  function verify(...[token, then, refuse, times = 1]: [...Parameters<Verifying>, times?: number]) {
    const wasRevoked = revocations.watch()
    ask(token).then(
      (verified) => {
        if (!wasRevoked(verified.subject)) then(verified)
        else if (times < maxVerified) verify(token, then, refuse, times + 1)
        else refuse(new TokenRefused('revoked-meanwhile', 'Access was revoked again and again while it was verified.'))
      },
      (cause: unknown) => {
        wasRevoked()
        refuse(cause)
      },
    )
  }

  function identify(token: string | undefined, { ip }: { ip?: string | undefined } = {}): Promise<Identity> {
    return new Promise((resolve, reject) =>
      verify(token, resolve, (cause) => {
        watch.refused({ code: 'UNAUTHORIZED', limit: refusalReason(cause), ...(ip !== undefined && { ip }) })
        reject(cause)
      }),
    )
  }

  const { authorizePublish: authorize, rateLimiter, pressure } = options
  const onLimited = () => watch.refused({ code: 'RATE_LIMIT', limit: 'publish' })
  const publishing = createPublishing({
    authorize,
    append,
    check,
    rateLimiter,
    limit: limits.publish,
    pressure,
    onLimited,
    revocations,
    now: clock.now,
    retentionMs,
    onError,
  })

  async function defaultOf(subject: string): Promise<SubscribeFrame | null> {
    try {
      const wanted = await defaults.defaultOf(subject)
      // Read as if a client said it: whatever wrote it into the store may have been another version, or no hub at all.
      const read = wanted === null ? null : decodeClientFrame(JSON.stringify({ ...wanted, type: 'subscribe' }))
      return read?.kind === 'frame' ? (read.frame as SubscribeFrame) : null
    } catch {
      // Without the store nobody knows; the session then asks by itself, or is told nothing.
      return null
    }
  }

  const shared: SessionHub = {
    ...options,
    verify,
    limits,
    log,
    matchers: createMatchers(),
    heartbeats: createHeartbeats(clock, options.heartbeatMs),
    publishing,
    stats,
    defaultOf,
  }
  const events: SessionEvents = {
    reads: fanOut.place,
    changed: watch.session,
    resumed: watch.resumed,
    refused: watch.refused,
    threw: watch.threw,
    ended: fanOut.remove,
  }

  function connect(sink: SessionSink, request: SessionRequest): Session {
    const created = createSession(request, sink, shared, events)
    if (closed) created.end(closeCodes.serverRestart, 'the server is going away')
    else if (!isReady) created.end(closeCodes.tryLater, 'the server is starting')
    else if (created.info().state !== 'disconnected') fanOut.add(created)
    return created
  }

  return {
    get epoch() {
      return log.epoch
    },
    get sessions() {
      return fanOut.size
    },
    get isReady() {
      return isReady
    },
    ready,
    stats,
    get unacked() {
      let unacked = 0
      for (const session of fanOut.all) unacked += session.unacked()
      return unacked
    },
    publish(event) {
      if (engine === undefined) {
        const { event: travelling, bytes } = checked(event)
        const { frame } = appendHere(travelling)
        warnIfLarge(frame, bytes)
        return frame
      }
      throw new RealtimeError(
        'invalid-option',
        'publish() answers at once, and a hub with an engine has to wait for its store. Use append(), or the publish() of the gateway.',
      )
    },
    async append(event, once) {
      const { event: travelling, bytes } = checked(event)
      const appended = await append(travelling, once)
      warnIfLarge(appended.frame, bytes)
      return appended
    },
    asOf: (streams) => encodeAsOf(Object.fromEntries(streams.map((stream) => [stream, log.head(named(stream))]))),
    connect,
    identify,
    session: fanOut.find,
    revoke: ({ subject, streams }) => tell({ kind: 'revoke', subject, ...(streams && { streams }) }),
    resync: ({ streams, reason } = {}) =>
      tell({ kind: 'resync', ...(streams && { streams }), ...(reason !== undefined && { reason }) }),
    askToReconnect(hint, count = Infinity) {
      let askedFor = 0
      for (const session of [...fanOut.all]) {
        if (askedFor >= count) break
        if (asked.has(session) || !session.askToReconnect(hint)) continue
        asked.add(session)
        askedFor++
      }
      return askedFor
    },
    defaultOf: (subject) => defaults.defaultOf(subject),
    setDefault: (subject, wanted) => defaults.setDefault(subject, wanted),
    close(code = closeCodes.serverRestart, reason = 'the server is going away') {
      closed = true
      verifications.dispose()
      fanOut.endAll(code, reason)
    },
  }
}

type Numbers = { [Name in keyof HubOptions]?: HubOptions[Name] | undefined }

function checkOptions(options: Numbers, limits: Required<SessionLimits>) {
  const { heartbeatMs, idleMs, maxLifeMs, ackTimeoutMs, authTimeoutMs, retentionMs, reconnectSpreadMs, maxPerStream } =
    options
  checkNumbers(kinds.time, { heartbeatMs, idleMs, maxLifeMs, ackTimeoutMs, authTimeoutMs })
  checkNumbers(kinds.wholeTime, { retentionMs })
  checkNumbers(kinds.pause, { reconnectSpreadMs })
  checkNumbers(kinds.count, { maxPerStream })
  // Those of a gateway may come along in the same object.
  for (const name of Object.keys(defaultSessionLimits) as (keyof SessionLimits)[]) {
    if (name === 'frames' || name === 'publish') checkRate(`limits.${name}`, limits[name])
    else checkNumbers(kinds.count, { [`limits.${name}`]: limits[name] })
  }
}

const unlimited: RateLimiter = { take: () => null }

function named(stream: string): string {
  if (typeof stream === 'string' && stream !== '' && !isPattern(stream)) return stream
  throw new RealtimeError(
    'invalid-option',
    `asOf needs the names of streams, and ${JSON.stringify(stream)} is none, so nobody could tell how new the answer is. Name each stream that feeds it, such as "tenant:3".`,
  )
}
