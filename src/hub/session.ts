// One client's stay at the server: what it says, what it subscribed to, what it is sent. Who it is, is sign-in.ts.
import type { Clock } from '../base/clock.ts'
import { throwLater } from '../base/emitter.ts'
import { createScope } from '../base/scope.ts'
import { decodeClientFrame, encodeFrame } from '../protocol/codec.ts'
import { closeCodes } from '../protocol/codes.ts'
import { isPattern, matchesAnyStream, type SubscriptionSpec } from '../protocol/filter.ts'
import {
  type AckFrame,
  type ClientFrame,
  protocolName,
  type PublishFrame,
  type ResumedFrame,
  type ServerFrame,
  type SubscribeFrame,
} from '../protocol/frames.ts'
import { type Authorize, type AuthorizeEvent, type Identity, namedStreams, type Verify } from './access.ts'
import { flatFrame, livecacheFrame } from './encode-event.ts'
import type { EventLog, LoggedEvent } from './event-log.ts'
import { createHeartbeat } from './heartbeat.ts'
import type { SessionLimits } from './limits.ts'
import type { Matchers } from './matcher.ts'
import type { HubStats, SessionInfo, SessionState } from './observer.ts'
import { createPlaces } from './places.ts'
import type { Publishing } from './publishing.ts'
import { createTokenBucket } from './rate-limit.ts'
import { createReach } from './reach.ts'
import { inOrder, missedIn } from './replay.ts'
import { createSignIn, type SessionRefusal } from './sign-in.ts'
import { sortNames } from './stream-names.ts'
import { createUnacked } from './unacked.ts'
import { createWishes } from './wishes.ts'

/** The socket, as far as a session needs one. */
export interface SessionSink {
  send(text: string): void
  /** An event; may travel together with others that are sent at about the same time, before whatever `send` is given next. @default send */
  sendEvent?(text: string): void
  close(code: number, reason: string): void
  /** Bytes that the network has not taken yet. */
  readonly buffered?: number
  /** A ping that no app sees, where the socket knows such. Its answer is to be told by `heard`. */
  ping?(): void
}

export interface SessionRequest {
  /** True where the client announced `realtime.v1`; others get flat frames and no `welcome`. */
  livecache: boolean
  /** How long a livecache client may take to sign in, in ms. @default the hub's `authTimeoutMs` */
  signInWithinMs?: number
  /** What a plain client brought along in its address or header. */
  token?: string
  /**
   * True where what the client says comes in requests of its own (SSE, polling): it is pinged, and not expected to answer.
   * @default false
   */
  oneWay?: boolean
  /** False where the client has no way to confirm events: they count as confirmed when sent. @default true */
  awaitsAcks?: boolean
  /** What it asked for in its address: a subscription without a name, made as soon as somebody is signed in. */
  seed?: SubscribeFrame | null
  /** For metrics and logs. @default 'memory' */
  transport?: string
  /** Where it came from, where that is known. */
  ip?: string
  /** Asked once somebody is signed in: is there room for this one? @default yes */
  admit?: (identity: Identity) => SessionRefusal | null
  /** Called once it has ended, in whichever way. */
  ended?: () => void
}

/** What all sessions of a hub share. */
export interface SessionOptions {
  clock: Clock
  log: EventLog
  matchers: Matchers
  publishing: Publishing
  stats: HubStats
  verify: Verify
  authorize: Authorize | undefined
  authorizeEvent: AuthorizeEvent | undefined
  heartbeatMs: number
  idleMs: number
  maxLifeMs: number
  reconnectSpreadMs: number
  ackTimeoutMs: number
  authTimeoutMs: number
  retentionMs: number
  limits: Required<SessionLimits>
  /** How much dearer everything is just now than in quiet times; 1: not at all. */
  pressure: () => number
  /** What this user is sent where a plain session asks for nothing. */
  defaultOf: (subject: string) => Promise<SubscribeFrame | null>
}

/** What a session tells its hub. */
export interface SessionEvents {
  /** It reads these, names or patterns, from now on. */
  reads(streams: readonly string[]): void
  changed(info: SessionInfo, ended?: { code: number; reason: string }): void
  resumed(info: SessionInfo, about: { complete: number; incomplete: number; replayed: number }): void
  refused(about: { code: string; limit?: string; session?: SessionInfo }): void
  /** A function of the app threw. */
  threw(name: string, cause: unknown): void
  ended(): void
}

export interface Session {
  readonly id: string
  readonly identity: Identity | null
  readonly unacked: number
  readonly info: SessionInfo
  /** What it subscribed to; under `''` what has no name. */
  readonly subscriptions: readonly (readonly [name: string, spec: SubscriptionSpec])[]
  /** The fan-out's: the number of the event it was asked about last. */
  askedAbout: number
  /** To be called with each message of the client. */
  receive(text: string): void
  /** To be called when something of the client was heard that is no message. */
  heard(): void
  /** To be called with each published event. Returns whether it was sent. */
  offer(event: LoggedEvent): boolean
  /** Asks the client to leave and come back; false where it would not understand. */
  askToReconnect(hint: { afterMs: number; spreadMs: number }): boolean
  /** Takes streams away, names or patterns, until the token is renewed. */
  revoke(streams: readonly string[]): void
  /** Tells the client to fetch again what these streams feed; left out: everything. */
  resync(streams: readonly string[] | undefined, reason: string | undefined): void
  /** Ends the session from the server's side. */
  end(code: number, reason: string): void
  /** To be called when the socket is gone. */
  gone(): void
}

/** The only frame read before sign-in; a token is no longer than this. */
const maxAuthLength = 8_192
/** Frames kept while a token is being verified, for a stranger and for somebody known. */
const maxEarly = { stranger: 100, known: 10_000 }
/** Of one session: more than a client keeps waiting for its answers. */
const maxWaitingPublishes = 2_000
/** Keeps a frame that names streams well below the limit of its size. */
const maxStreamsPerFrame = 250
const barePing = encodeFrame({ type: 'ping' })
/** Time to follow a `reconnect`, behind its own spread, in ms. */
const reconnectGraceMs = 30_000

export function createSession(
  request: SessionRequest,
  sink: SessionSink,
  options: SessionOptions,
  tell: SessionEvents,
): Session {
  const { clock, log, publishing, stats, limits } = options
  const id = crypto.randomUUID()
  const scope = createScope(clock)
  const wishes = createWishes(options.matchers)
  const places = createPlaces()
  const ackTimeoutMs = request.awaitsAcks === false ? Infinity : options.ackTimeoutMs
  const sendEvent = sink.sendEvent ?? sink.send
  const frames = createTokenBucket(limits.frames, clock.now)
  const unacked = createUnacked({
    scope,
    now: clock.now,
    limitMs: ackTimeoutMs,
    max: limits.maxUnacked,
    maxBytes: limits.maxUnackedBytes,
    onLate: () => end(closeCodes.timeout, 'ACK_TIMEOUT: an event was not confirmed in time'),
    onFull: () => endAtLimit('unacked', closeCodes.resync, 'too many events are unconfirmed'),
  })
  const signIn = createSignIn({
    clock,
    scope,
    verify: options.verify,
    withinMs: request.signInWithinMs ?? options.authTimeoutMs,
    admit: request.admit,
    onRefused: (limit) => tell.refused({ code: 'UNAUTHORIZED', limit, session: info() }),
    refuse: endRefused,
    end,
  })
  const reach = createReach({
    authorize: options.authorize,
    identity: () => signIn.identity,
    onError: (cause) => tell.threw('authorize', cause),
    onGranted: (stream) => beginAll((spec) => (reads(spec, stream) ? [stream] : [])),
  })
  const heartbeat = createHeartbeat({
    scope,
    now: clock.now,
    everyMs: options.heartbeatMs,
    idleMs: request.oneWay ? Infinity : options.idleMs,
    beat,
    answersPings: () => answersPings,
    onMute: () => end(closeCodes.timeout, 'HEARTBEAT_TIMEOUT: no answer to a ping'),
    onIdle: () => end(closeCodes.goingAway, 'nothing was heard for a long time'),
  })
  const early: string[] = []
  const since = clock.now()
  let state: SessionState = 'connected'
  /** Events are held back until the client has said where to go on, so that none overtakes a replayed one. */
  let flowing = !request.livecache
  let answersPings = request.livecache && !request.oneWay
  let unansweredPings = 0
  /** The app is being asked whether streams may be read: what comes meanwhile waits. */
  let deciding = false
  let waitingPublishes = 0
  let published = Promise.resolve()

  stats.sessions.connected++
  tell.changed(info())
  if ((request.token?.length ?? 0) > maxAuthLength) end(closeCodes.tooLarge, 'the sign-in is too long')
  else if (!request.livecache) signIn.start(request.token, welcomePlain, readEarly)

  function info(): SessionInfo {
    return {
      id,
      transport: request.transport ?? 'memory',
      protocol: request.livecache ? protocolName : 'plain',
      ip: request.ip,
      subject: signIn.identity?.subject ?? null,
      state,
      since,
    }
  }

  function enter(next: SessionState, ended?: { code: number; reason: string }) {
    if (state === next) return
    if (state !== 'disconnected') stats.sessions[state]--
    state = next
    if (next !== 'disconnected') stats.sessions[next]++
    tell.changed(info(), ended)
  }

  // ── sign-in ───────────────────────────────────────────────────────────────────────────────────────────────────

  /** One of them may be an `auth` again, upon which the rest waits behind it. */
  function readEarly() {
    for (;;) {
      if (signIn.verifying || deciding || early.length === 0) return
      receive(early.shift()!)
    }
  }

  function signedIn(reader: Identity) {
    enter('authenticated')
    tell.reads(reader.streams)
    if (options.maxLifeMs !== Infinity) {
      // Those that came together must not leave together.
      scope.timeout(outlived, options.maxLifeMs * (0.9 + clock.random() * 0.1))
    }
  }

  function outlived() {
    askToReconnect({ afterMs: 0, spreadMs: options.reconnectSpreadMs })
    const graceMs = request.livecache ? options.reconnectSpreadMs + reconnectGraceMs : 0
    scope.timeout(() => end(closeCodes.serverRestart, 'it has been open for long enough'), graceMs)
  }

  /** A renewed token may allow less than the one before it, or more. */
  function renewed(before: Identity, reader: Identity) {
    const couldRead = reach.reset(before)
    tell.reads(reader.streams)
    whenDecided(reach.decide([...namedStreams(reader), ...places.streams]), () => {
      withdraw([...places.streams].filter((stream) => !reach.may(stream)))
      send({ type: 'authenticated', ...signIn.expiresIn })
      beginAll((spec) => streamsOf(reader, spec).filter((stream) => !couldRead(stream)))
    })
  }

  function withdraw(streams: readonly string[]) {
    for (const stream of streams) places.leave(stream)
    if (streams.length > 0) for (const part of inParts(streams)) send({ type: 'revoked', streams: part })
  }

  function welcome(reader: Identity) {
    signedIn(reader)
    send({
      type: 'welcome',
      connectionId: id,
      protocol: protocolName,
      heartbeatMs: options.heartbeatMs,
      ...(ackTimeoutMs !== Infinity && { ackTimeoutMs }),
      replayWindowMs: options.retentionMs,
      ...signIn.expiresIn,
      serverTime: new Date(clock.now()).toISOString(),
      capabilities: [
        'ack-ids',
        'ack-up-to',
        ...(sink.sendEvent ? ['batch'] : []),
        'patterns',
        ...(publishing.isOn ? ['publish'] : []),
      ],
    })
    heartbeat.start()
    if (request.seed) subscribe(request.seed, reader)
  }

  function welcomePlain(reader: Identity) {
    signedIn(reader)
    heartbeat.start()
    if (request.seed) return subscribe(request.seed, reader)
    // Whatever it says itself comes first, and counts instead.
    void options.defaultOf(reader.subject).then((wanted) => {
      if (wanted !== null && !scope.disposed && wishes.size === 0) subscribe(wanted, reader)
    })
  }

  // ── what the client says ──────────────────────────────────────────────────────────────────────────────────────

  function receive(text: string) {
    if (scope.disposed) return
    heartbeat.heard()
    if (signIn.identity === null && text.length > maxAuthLength)
      return end(closeCodes.tooLarge, 'the sign-in is too long')
    if (signIn.verifying || deciding) {
      if (early.length < (signIn.identity === null ? maxEarly.stranger : maxEarly.known)) early.push(text)
      else endAtLimit('early', closeCodes.rateLimit, 'too many frames before the sign-in was answered')
      return
    }
    const message = decodeClientFrame(text)
    if (message.kind === 'invalid') {
      if (signIn.identity === null) return end(closeCodes.unauthorized, 'sign in first')
      // It may have been the `resume`, without which nothing would ever flow.
      if (!flowing) return end(closeCodes.invalid, message.reason)
      if (!pay()) return
      return send({ type: 'error', code: 'INVALID', message: message.reason, retryable: false })
    }
    receiveFrame(message.frame)
  }

  function receiveFrame(frame: ClientFrame) {
    const { identity } = signIn
    if (frame.type === 'auth') {
      if (identity !== null && !pay()) return
      const answer = identity === null ? welcome : (reader: Identity) => renewed(identity, reader)
      return signIn.start(frame.token ?? undefined, answer, readEarly)
    }
    if (identity === null) return end(closeCodes.unauthorized, 'sign in first')
    if (frame.type === 'ack') return confirm(frame)
    if (frame.type === 'pong') return answered()
    if (!pay()) return
    switch (frame.type) {
      case 'subscribe':
        return subscribe(frame, identity)
      case 'unsubscribe':
        return unsubscribe(frame)
      case 'resume':
        return resume(frame, identity)
      case 'publish':
        return publish(frame)
      case 'ping':
        return send({ type: 'pong' })
      default:
        frame satisfies never
    }
  }

  /** A frame costs something, so that one client cannot keep the server from all others. */
  function pay(): boolean {
    if (frames.take(options.pressure()) === null) return true
    endAtLimit('frames', closeCodes.rateLimit, 'too many frames')
    return false
  }

  /** An answer is free, as often as was asked. */
  function answered() {
    answersPings = !request.oneWay
    if (unansweredPings > 0) unansweredPings--
    else pay()
  }

  function subscribe(frame: SubscribeFrame, reader: Identity) {
    const { id: ref, events = ['*'], streams = [] } = frame
    const name = ref ?? ''
    const about = ref === undefined ? {} : { ref }
    if (wishes.get(name) === undefined && wishes.size >= limits.maxSubscriptions) {
      tell.refused({ code: 'RATE_LIMIT', limit: 'subscriptions', session: info() })
      const message = `there may be ${limits.maxSubscriptions} subscriptions at a time; end one first`
      return send({ type: 'error', code: 'RATE_LIMIT', message, retryable: true, ...about })
    }
    if (events.length > limits.maxNames || streams.length > limits.maxNames) {
      tell.refused({ code: 'INVALID', limit: 'names', session: info() })
      const message = `a subscription may name ${limits.maxNames} events and ${limits.maxNames} streams; make several`
      return send({ type: 'error', code: 'INVALID', message, retryable: false, ...about })
    }
    whenDecided(reach.decide(namedStreams(reader, streams)), () => subscribeNow(frame, reader))
  }

  function subscribeNow(frame: SubscribeFrame, reader: Identity) {
    const { id: ref, events = ['*'], filters, streams, lastEventId } = frame
    if (sortNames(streams ?? []).names.some((stream) => !reach.may(stream))) {
      tell.refused({ code: 'UNKNOWN_TOPIC', session: info() })
      // The same answer as for a stream that does not exist: which ones do is nobody else's business.
      return send({
        type: 'error',
        code: 'UNKNOWN_TOPIC',
        message: 'no such stream',
        retryable: false,
        ...(ref !== undefined && { ref }),
      })
    }
    const spec: SubscriptionSpec = { events, ...(filters && { filters }), ...(streams && { streams }) }
    wishes.set(ref ?? '', spec)
    enter('subscribed')
    begin(ref ?? '', spec, streamsOf(reader, spec))
    if (!request.livecache && lastEventId) replayAfter(lastEventId, reader)
  }

  /** What the client says next waits until `answer` is there. */
  function whenDecided(answer: Promise<void> | null, then: () => void) {
    deciding = answer !== null
    if (answer === null) return then()
    void answer.then(() => {
      deciding = false
      if (scope.disposed) return
      then()
      readEarly()
    })
  }

  /** The client hears these streams from here on, and is told where that is. */
  function begin(ref: string, { events, filters }: SubscriptionSpec, streams: readonly string[]) {
    const heads = streams.map((stream) => [stream, log.head(stream)] as const)
    for (const [stream, { seq }] of heads) if (!places.has(stream)) places.begin(stream, seq)
    if (!request.livecache) return
    const about = { ...(ref !== '' && { ref }), events, ...(filters && { filters }) }
    for (const part of inParts(heads)) send({ type: 'subscribed', ...about, streams: Object.fromEntries(part) })
  }

  /** The same for what each subscription gains. */
  function beginAll(gainedBy: (spec: SubscriptionSpec) => readonly string[]) {
    for (const [name, spec] of wishes.all) {
      const gained = gainedBy(spec)
      if (gained.length > 0) begin(name, spec, gained)
    }
  }

  /** Those named outright count before their first event too, so that a client has a position to go on from. */
  function streamsOf(reader: Identity, spec: SubscriptionSpec): string[] {
    const known = new Set([...knownTo(reader), ...namedStreams(reader, spec.streams)])
    return [...known].filter((stream) => reads(spec, stream))
  }

  /** The streams of the log that this one may read, without a look at all the others. */
  function knownTo(reader: Identity): string[] {
    const { names, heads } = sortNames(reader.streams)
    const found = new Set(names.filter((stream) => log.has(stream)))
    for (const head of heads) for (const stream of log.streamsUnder(head)) found.add(stream)
    return [...found].filter((stream) => reach.may(stream))
  }

  function reads(spec: SubscriptionSpec, stream: string): boolean {
    return (spec.streams === undefined || matchesAnyStream(spec.streams, stream)) && reach.may(stream)
  }

  function unsubscribe({ id: ref, events }: { id?: string; events?: readonly string[] }) {
    const key = ref ?? ''
    const spec = wishes.get(key)
    const left = events === undefined ? [] : (spec?.events.filter((type) => !events.includes(type)) ?? [])
    if (spec !== undefined && left.length > 0) wishes.set(key, { ...spec, events: left })
    else wishes.delete(key)
    if (request.livecache) send({ type: 'unsubscribed', ...(ref !== undefined && { ref }) })
  }

  function confirm({ eventId, eventIds = [], upTo = {}, rejected }: AckFrame) {
    let confirmed = unacked.confirm(eventId === undefined ? eventIds : [eventId, ...eventIds])
    for (const [stream, seq] of Object.entries(upTo)) confirmed += unacked.confirmUpTo(stream, seq)
    stats.acks += confirmed
    if (rejected) stats.rejected += confirmed
    // What confirms something was paid for by what it confirms.
    if (confirmed === 0) pay()
  }

  /** One after the other, however long a decision takes; what else the client says does not wait. */
  function publish(frame: PublishFrame) {
    if (waitingPublishes === maxWaitingPublishes) return end(closeCodes.rateLimit, 'too much waits to be published')
    waitingPublishes++
    published = published.then(() => publishNow(frame)).catch(throwLater)
  }

  async function publishNow(frame: PublishFrame) {
    waitingPublishes--
    // Who is gone sends again what was not answered, in the next session.
    if (scope.disposed || signIn.identity === null) return
    send(await publishing.answer(frame, signIn.identity, id))
  }

  // ── going on where it left off ────────────────────────────────────────────────────────────────────────────────

  function resume(frame: Extract<ClientFrame, { type: 'resume' }>, reader: Identity) {
    whenDecided(reach.decide(Object.keys(frame.streams ?? {})), () => resumeNow(frame, reader))
  }

  function resumeNow({ lastEventId, streams: asked = {} }: Extract<ClientFrame, { type: 'resume' }>, reader: Identity) {
    const named = Object.entries(asked).filter(([stream]) => reach.may(stream))
    const whole = new Set<string>()
    const missed: LoggedEvent[] = []
    for (const [stream, position] of named) {
      places.begin(stream, position.seq)
      const events = missedIn(log, stream, { position, toldSeq: 0, lastIndex: undefined })
      if (events !== null) missed.push(...events)
      if (events !== null) whole.add(stream)
    }
    const replayed = replay([...missed, ...missedElsewhere(lastEventId, asked, reader)])
    flowing = true
    const answer = named.map(([stream]) => [stream, resumedAt(stream, whole.has(stream))] as const)
    send({ type: 'resumed', streams: Object.fromEntries(answer) })
    const about = { complete: whole.size, incomplete: named.length - whole.size, replayed }
    stats.resumes.complete += about.complete
    stats.resumes.incomplete += about.incomplete
    tell.resumed(info(), about)
  }

  /** On streams the client has no position in: it was told of them when it subscribed, or has not heard of them. */
  function missedElsewhere(lastEventId: string | undefined, asked: object, reader: Identity): LoggedEvent[] {
    const lastIndex = lastEventId === undefined ? undefined : log.find(lastEventId)?.index
    const others = knownTo(reader).filter((stream) => !Object.hasOwn(asked, stream))
    return others.flatMap(
      (stream) => missedIn(log, stream, { position: undefined, toldSeq: places.at(stream), lastIndex }) ?? [],
    )
  }

  function resumedAt(stream: string, complete: boolean): ResumedFrame['streams'][string] {
    const head = log.head(stream)
    if (complete) return { ...head, complete, prev: places.tell(stream, head.seq).prev }
    places.begin(stream, head.seq)
    return { ...head, complete }
  }

  /** A plain client names no streams: its last event says how far it had come. */
  function replayAfter(lastEventId: string, reader: Identity) {
    const lastIndex = log.find(lastEventId)?.index
    if (lastIndex === undefined) return
    const known = knownTo(reader)
    replay(known.flatMap((stream) => missedIn(log, stream, { position: undefined, toldSeq: 0, lastIndex }) ?? []))
  }

  function replay(missed: readonly LoggedEvent[]): number {
    let replayed = 0
    for (const event of inOrder(missed)) {
      if (!wants(event)) continue
      deliver(event, true)
      replayed++
    }
    stats.replayed += replayed
    return replayed
  }

  // ── what the client is sent ───────────────────────────────────────────────────────────────────────────────────

  function wants({ frame }: LoggedEvent): boolean {
    return wishes.wants(frame) && reach.may(frame.stream) && isAllowed(frame)
  }

  function isAllowed(frame: LoggedEvent['frame']): boolean {
    const { identity } = signIn
    if (options.authorizeEvent === undefined || identity === null) return true
    try {
      return options.authorizeEvent(identity, frame)
    } catch (cause) {
      tell.threw('authorizeEvent', cause)
      return false
    }
  }

  function deliver(event: LoggedEvent, replayed: boolean) {
    if (scope.disposed) return
    const { stream, seq } = event.frame
    const prev = places.send(stream, seq)
    const text = request.livecache ? livecacheFrame(event, prev, replayed) : flatFrame(event)
    if (!unacked.add(event.frame, text.length)) return
    stats.deliveries++
    sendEvent(text)
    if ((sink.buffered ?? 0) > limits.maxBuffered) endAtLimit('buffered', closeCodes.resync, 'it reads too slowly')
  }

  /** Names every stream that moved, what was sent included: else the last event could be lost and nobody would know. */
  function beat() {
    const streams = request.livecache && flowing ? places.tellMoved(seqOf, maxStreamsPerFrame) : null
    unansweredPings++
    if (streams === null || Object.keys(streams).length === 0) {
      if (!scope.disposed) sink.send(barePing)
    } else send({ type: 'ping', streams })
    sink.ping?.()
  }

  const seqOf = (stream: string) => log.head(stream).seq

  function send(frame: ServerFrame) {
    if (!scope.disposed) sink.send(encodeFrame(frame))
  }

  function endAtLimit(limit: string, code: number, reason: string) {
    tell.refused({ code: code === closeCodes.rateLimit ? 'RATE_LIMIT' : 'RESYNC', limit, session: info() })
    end(code, reason)
  }

  function endRefused({ code, message, retryAfterMs }: SessionRefusal) {
    // Over HTTP the answer to the request says so.
    if (request.livecache && !request.oneWay) {
      send({ type: 'error', code, message, retryable: true, ...(retryAfterMs !== undefined && { retryAfterMs }) })
    }
    tell.refused({ code, session: info() })
    end(closeCodes.rateLimit, message)
  }

  function askToReconnect({ afterMs, spreadMs }: { afterMs: number; spreadMs: number }): boolean {
    if (!request.livecache || scope.disposed) return false
    send({ type: 'reconnect', afterMs, spreadMs })
    return true
  }

  function end(code: number, reason: string) {
    if (scope.disposed) return
    leave({ code, reason })
    sink.close(code, reason)
  }

  function gone() {
    leave({ code: closeCodes.lost, reason: 'the link is gone' })
  }

  function leave(ended: { code: number; reason: string }) {
    if (scope.disposed) return
    scope.dispose()
    wishes.clear()
    enter('disconnected', ended)
    tell.ended()
  }

  return {
    id,
    get identity() {
      return signIn.identity
    },
    get unacked() {
      return unacked.size
    },
    get info() {
      return info()
    },
    get subscriptions() {
      return wishes.all
    },
    askedAbout: 0,
    receive,
    heard: heartbeat.heard,
    offer(event) {
      if (scope.disposed || !flowing || !wants(event)) return false
      deliver(event, false)
      return true
    },
    askToReconnect,
    revoke(streams) {
      const known = new Set([...places.streams, ...sortNames(streams).names])
      const revoked = [...known].filter((stream) => matchesAnyStream(streams, stream) && reach.may(stream))
      for (const stream of revoked) reach.revoke(stream)
      withdraw(revoked)
    },
    resync(streams, reason) {
      const own = streams?.filter((stream) => isPattern(stream) || reach.may(stream))
      if (!request.livecache || own?.length === 0) return
      send({ type: 'resync', ...(own && { streams: own }), ...(reason !== undefined && { reason }) })
    },
    end,
    gone,
  }
}

/** What is said of each stream, for as many frames as it takes; one, where there are none. */
function inParts<Item>(items: readonly Item[]): Item[][] {
  const parts: Item[][] = []
  for (let start = 0; start === 0 || start < items.length; start += maxStreamsPerFrame) {
    parts.push(items.slice(start, start + maxStreamsPerFrame))
  }
  return parts
}
