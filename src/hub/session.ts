// One client's stay at the server: what it says, what it subscribed to, what it is sent. Who it is, is sign-in.ts.
import { randomId } from '../base/random-id.ts'
import type { Undo } from '../base/emitter.ts'
import { decodeClientFrame, encodeFrame } from '../protocol/codec.ts'
import { closeCodes } from '../protocol/codes.ts'
import { isPattern, matchesAnyStream, streamsOverlap, type SubscriptionSpec } from '../protocol/filter.ts'
import {
  type AckFrame,
  type ClientFrame,
  protocolName,
  type PublishFrame,
  type ServerFrame,
  type SubscribeFrame,
} from '../protocol/frames.ts'
import { type Identity, namedStreams } from './access.ts'
import type { LoggedEvent } from './event-log.ts'
import { namesInParts, subscribedFrames } from './heads.ts'
import type { Pinged, Round } from './heartbeat.ts'
import type { SessionInfo, SessionState } from './observer.ts'
import { Outgoing, type Recipient } from './outgoing.ts'
import { createTokenBucket, type TokenBucket } from './rate-limit.ts'
import { Reach, type Reader } from './reach.ts'
import { knownTo, reads, streamsOf } from './reading.ts'
import type { Session, SessionEvents, SessionHub, SessionRequest, SessionSink } from './session-port.ts'
import { type SessionRefusal, SignIn, type SigningIn } from './sign-in.ts'
import { sortNames } from './stream-names.ts'
import { Wishes } from './wishes.ts'

/** The only frame read before sign-in; a token is no longer than this. */
const maxAuthLength = 8_192
/** Frames kept while a token is being verified, for a stranger and for somebody known. */
const maxEarly = { stranger: 100, known: 10_000 }
/** Of one session: more than a client keeps waiting for its answers. */
const maxWaitingPublishes = 2_000
/** Comparisons that cost as much as another frame. To tell of a stream is worth ten, to send an event again fifty. */
const workPerFrame = 10_000
/** Streams a session may name that never had an event. */
const maxSilentPlaces = 10_000
/** In frames, a tenth of the burst at most: the app may have to ask a database about the token. */
const renewalCost = 50
/** Of a ping: within the limit of a frame, however long their names. */
const maxStreamsPerPing = 250
const barePing = encodeFrame({ type: 'ping' })
const pongText = encodeFrame({ type: 'pong' })
const nothingPublished = Promise.resolve()
/** What a client does by itself upon 4429, in ms. */
const stayAwayMs = 30_000
/** Time to follow a `reconnect`, behind its own spread, in ms. */
const reconnectGraceMs = 30_000

/** Begins the stay of a client at this socket. */
export function createSession(
  request: SessionRequest,
  sink: SessionSink,
  hub: SessionHub,
  tell: SessionEvents,
): Session {
  const session = new LiveSession(request, sink, hub, tell)
  session.open()
  return session
}

/** A class, as are its parts: a server has thousands of them, and functions made for each would be most of its memory. */
class LiveSession implements Session, Pinged, Reader, Recipient, SigningIn {
  readonly id = randomId()
  readonly sink: SessionSink
  readonly isLivecache: boolean
  readonly awaitsAcks: boolean
  readonly idleMs: number
  isOver = false
  answersPings: boolean
  heardAt: number
  askedAbout = 0
  placed: readonly string[] = []
  readonly #request: SessionRequest
  readonly #hub: SessionHub
  readonly #tell: SessionEvents
  readonly #signIn: SignIn
  readonly #reach: Reach
  readonly #wishes: Wishes
  readonly #outgoing: Outgoing
  readonly #frames: TokenBucket
  readonly #since: number
  #state: SessionState = 'connected'
  /** Events are held back until the client has said where to go on, so that none overtakes a replayed one. */
  #isFlowing: boolean
  #early: string[] = []
  /** The app is being asked whether streams may be read: what comes meanwhile waits. */
  #isDeciding = false
  #unansweredPings = 0
  #waitingPublishes = 0
  /** The client has said what it wants. */
  #asksItself = false
  #published = nothingPublished
  /** Those that came together must not leave together. Looked at with each ping, since timers are dear where sessions are many. */
  #oldAt: number
  #round: Round | null = null
  #cancelGrace: Undo | null = null

  constructor(request: SessionRequest, sink: SessionSink, hub: SessionHub, tell: SessionEvents) {
    const { clock, maxLifeMs } = hub
    this.#request = request
    this.sink = sink
    this.#hub = hub
    this.#tell = tell
    this.isLivecache = request.livecache
    this.awaitsAcks = request.awaitsAcks !== false && hub.ackTimeoutMs !== Infinity
    this.idleMs = request.oneWay ? Infinity : hub.idleMs
    this.answersPings = request.livecache && !request.oneWay
    this.#isFlowing = !request.livecache
    this.#since = this.heardAt = clock.now()
    this.#oldAt = this.#since + maxLifeMs * (0.9 + clock.random() * 0.1)
    this.#signIn = new SignIn(hub, this, request.signInWithinMs ?? hub.authTimeoutMs)
    this.#reach = new Reach(hub.authorize, this)
    this.#wishes = new Wishes(hub.matchers)
    this.#outgoing = new Outgoing(hub, this)
    this.#frames = createTokenBucket(hub.limits.frames, clock.now)
  }

  open() {
    const { token } = this.#request
    this.#hub.stats.sessions.connected++
    this.#tell.changed(this.info())
    if ((token?.length ?? 0) > maxAuthLength) this.end(closeCodes.tooLarge, 'the sign-in is too long')
    else if (!this.isLivecache) {
      this.#signIn.start(
        token,
        (reader) => this.#welcomePlain(reader),
        () => this.#readEarly(),
      )
    }
  }

  // ── what others ask ───────────────────────────────────────────────────────────────────────────────────────────

  identity(): Identity | null {
    return this.#signIn.identity
  }

  unacked(): number {
    return this.#outgoing.unacked?.count ?? 0
  }

  subscriptions() {
    return this.#wishes.all()
  }

  info(): SessionInfo {
    return {
      id: this.id,
      transport: this.#request.transport ?? 'memory',
      protocol: this.isLivecache ? protocolName : 'plain',
      ip: this.#request.ip,
      subject: this.#signIn.identity?.subject ?? null,
      state: this.#state,
      since: this.#since,
    }
  }

  #enter(next: SessionState, ended?: { code: number; reason: string }) {
    if (this.#state === next) return
    if (this.#state !== 'disconnected') this.#hub.stats.sessions[this.#state]--
    this.#state = next
    if (next !== 'disconnected') this.#hub.stats.sessions[next]++
    this.#tell.changed(this.info(), ended)
  }

  // ── sign-in ───────────────────────────────────────────────────────────────────────────────────────────────────

  /** One of them may be an `auth` again, upon which the rest waits behind it. */
  #readEarly() {
    for (;;) {
      if (this.#signIn.isVerifying || this.#isDeciding || this.#early.length === 0) return
      this.receive(this.#early.shift()!)
    }
  }

  #signedIn(reader: Identity) {
    this.#enter('authenticated')
    this.#tell.reads(this, reader.streams)
  }

  #outlived() {
    this.#oldAt = Infinity
    this.askToReconnect({ afterMs: 0, spreadMs: this.#hub.reconnectSpreadMs })
    const graceMs = this.isLivecache ? this.#hub.reconnectSpreadMs + reconnectGraceMs : 0
    const end = () => this.end(closeCodes.serverRestart, 'it has been open for long enough')
    if (!this.isOver) this.#cancelGrace = this.#hub.clock.timeout(end, graceMs)
  }

  /** A renewed token may allow less than the one before it, or more. */
  #renewed(before: Identity, reader: Identity) {
    const couldRead = this.#reach.reset(before)
    this.#tell.reads(this, reader.streams)
    this.#whenDecided(this.#reach.decide([...namedStreams(reader), ...this.#outgoing.places.streams()]), () => {
      this.#withdraw([...this.#outgoing.places.streams()].filter((stream) => !this.#reach.may(stream)))
      this.#send({ type: 'authenticated', ...this.#signIn.expiresIn() })
      this.#beginAll((spec) =>
        streamsOf(this.#hub.log, this.#reach, reader, spec).found.filter((stream) => !couldRead(stream)),
      )
    })
  }

  #withdraw(streams: readonly string[]) {
    for (const stream of streams) this.#outgoing.places.leave(stream)
    if (streams.length > 0) for (const part of namesInParts(streams)) this.#send({ type: 'revoked', streams: part })
  }

  #welcome(reader: Identity) {
    this.#signedIn(reader)
    this.#send({
      type: 'welcome',
      connectionId: this.id,
      protocol: protocolName,
      heartbeatMs: this.#hub.heartbeatMs,
      ...(this.awaitsAcks && { ackTimeoutMs: this.#hub.ackTimeoutMs }),
      replayWindowMs: this.#hub.retentionMs,
      ...this.#signIn.expiresIn(),
      serverTime: new Date(this.#hub.clock.now()).toISOString(),
      capabilities: [
        'ack-ids',
        'ack-up-to',
        ...(this.sink.sendEvent ? ['batch'] : []),
        'patterns',
        ...(this.#hub.publishing.isOn ? ['publish'] : []),
      ],
    })
    this.#startBeating()
    if (this.#request.seed) this.#subscribe(this.#request.seed, reader)
  }

  #welcomePlain(reader: Identity) {
    this.#signedIn(reader)
    this.#startBeating()
    if (this.#request.seed) return this.#subscribe(this.#request.seed, reader)
    // Whatever it says itself comes first, and counts instead.
    void this.#hub.defaultOf(reader.subject).then((wanted) => {
      if (wanted !== null && !this.isOver && !this.#asksItself) this.#subscribe(wanted, reader)
    })
  }

  #startBeating() {
    if (this.isOver) return
    this.heardAt = this.#hub.clock.now()
    this.#round = this.#hub.heartbeats.join(this)
  }

  admit(identity: Identity): SessionRefusal | null {
    return this.#request.admit?.(identity) ?? null
  }

  onTokenRefused(reason: string) {
    this.#tell.refused({ code: 'UNAUTHORIZED', limit: reason, session: this.info() })
  }

  onAuthorizeThrew(cause: unknown) {
    this.#tell.threw('authorize', cause)
  }

  onGranted(stream: string) {
    this.#beginAll((spec) => (reads(this.#reach, spec, stream) ? [stream] : []))
  }

  // ── what the client says ──────────────────────────────────────────────────────────────────────────────────────

  heard() {
    this.heardAt = this.#hub.clock.now()
  }

  receive(text: string) {
    if (this.isOver) return
    this.heard()
    if (this.#signIn.identity === null && text.length > maxAuthLength)
      return this.end(closeCodes.tooLarge, 'the sign-in is too long')
    if (this.#signIn.isVerifying || this.#isDeciding) {
      if (this.#early.length < (this.#signIn.identity === null ? maxEarly.stranger : maxEarly.known))
        this.#early.push(text)
      else this.endAtLimit('early', closeCodes.rateLimit, 'too many frames before the sign-in was answered')
      return
    }
    // Said by every client all the time.
    if (text === pongText && this.#signIn.identity !== null) return this.#answered()
    const message = decodeClientFrame(text)
    if (message.kind === 'invalid') {
      if (this.#signIn.identity === null) return this.end(closeCodes.unauthorized, 'sign in first')
      // It may have been the `resume`, without which nothing would ever flow.
      if (!this.#isFlowing) return this.end(closeCodes.invalid, message.reason)
      if (!this.#pay()) return
      return this.#send({ type: 'error', code: 'INVALID', message: message.reason, retryable: false })
    }
    this.#receiveFrame(message.frame)
  }

  #receiveFrame(frame: ClientFrame) {
    const { identity } = this.#signIn
    if (frame.type === 'auth') {
      if (identity !== null && !this.#pay(Math.min(renewalCost, this.#hub.limits.frames.burst / 10))) return
      const answer = (reader: Identity) => (identity === null ? this.#welcome(reader) : this.#renewed(identity, reader))
      return this.#signIn.start(frame.token ?? undefined, answer, () => this.#readEarly())
    }
    if (identity === null) return this.end(closeCodes.unauthorized, 'sign in first')
    if (frame.type === 'ack') return this.#confirm(frame)
    if (frame.type === 'pong') return this.#answered()
    if (!this.#pay()) return
    switch (frame.type) {
      case 'subscribe':
        this.#asksItself = true
        return this.#subscribe(frame, identity)
      case 'unsubscribe':
        return this.#unsubscribe(frame)
      case 'resume':
        return this.#resume(frame, identity)
      case 'publish':
        return this.#publish(frame)
      case 'ping':
        return this.#send({ type: 'pong' })
      default:
        frame satisfies never
    }
  }

  /** A frame costs something, so that one client cannot keep the server from all others. */
  #pay(cost = 1): boolean {
    const { limits, pressure } = this.#hub
    if (this.#frames.take(Math.min(cost * pressure(), limits.frames.burst)) === null) return true
    this.endAtLimit('frames', closeCodes.rateLimit, 'too many frames')
    return false
  }

  /** An answer is free, as often as was asked. */
  #answered() {
    this.answersPings = !this.#request.oneWay
    if (this.#unansweredPings > 0) this.#unansweredPings--
    else this.#pay()
  }

  #subscribe(frame: SubscribeFrame, reader: Identity) {
    const { id: ref, events = ['*'], streams = [] } = frame
    const name = ref ?? ''
    const about = ref === undefined ? {} : { ref }
    if (this.#wishes.get(name) === undefined && this.#wishes.count >= this.#hub.limits.maxSubscriptions) {
      this.#tell.refused({ code: 'RATE_LIMIT', limit: 'subscriptions', session: this.info() })
      const message = `there may be ${this.#hub.limits.maxSubscriptions} subscriptions at a time; end one first`
      return this.#send({ type: 'error', code: 'RATE_LIMIT', message, retryable: true, ...about })
    }
    if (events.length > this.#hub.limits.maxNames || streams.length > this.#hub.limits.maxNames) {
      this.#tell.refused({ code: 'INVALID', limit: 'names', session: this.info() })
      const message = `a subscription may name ${this.#hub.limits.maxNames} events and ${this.#hub.limits.maxNames} streams; make several`
      return this.#send({ type: 'error', code: 'INVALID', message, retryable: false, ...about })
    }
    this.#whenDecided(this.#reach.decide(namedStreams(reader, streams)), () => this.#subscribeNow(frame, reader))
  }

  #subscribeNow(frame: SubscribeFrame, reader: Identity) {
    const { id: ref, events = ['*'], filters, streams, lastEventId } = frame
    if (sortNames(streams ?? []).names.some((stream) => !this.#reach.may(stream))) {
      this.#tell.refused({ code: 'UNKNOWN_TOPIC', session: this.info() })
      // The same answer as for a stream that does not exist: which ones do is nobody else's business.
      return this.#send({
        type: 'error',
        code: 'UNKNOWN_TOPIC',
        message: 'no such stream',
        retryable: false,
        ...(ref !== undefined && { ref }),
      })
    }
    const spec: SubscriptionSpec = { events, ...(filters && { filters }), ...(streams && { streams }) }
    this.#wishes.set(ref ?? '', spec)
    this.#enter('subscribed')
    const { found, compared } = streamsOf(this.#hub.log, this.#reach, reader, spec)
    this.#begin(ref ?? '', spec, found)
    if (!this.isLivecache && lastEventId)
      this.#outgoing.replayAfter(lastEventId, knownTo(this.#hub.log, this.#reach, reader))
    this.#payForWork(compared + found.length * 10)
  }

  /** However much of it comes at once, others are served in between. */
  #payForWork(work: number) {
    // Names that nobody ever said anything on are remembered as well, for as long as the session is there.
    if (this.#outgoing.places.count > this.#hub.log.count + maxSilentPlaces) {
      return this.endAtLimit('places', closeCodes.rateLimit, 'too many streams were named')
    }
    const cost = Math.floor(work / workPerFrame)
    if (cost > 0 && this.#pay(cost)) {
      this.#whenDecided(new Promise((resolve) => this.#hub.clock.timeout(resolve, 0)), () => {})
    }
  }

  /** What the client says next waits until `answer` is there. */
  #whenDecided(answer: Promise<void> | null, then: () => void) {
    this.#isDeciding = answer !== null
    if (answer === null) return then()
    void answer.then(() => {
      this.#isDeciding = false
      if (this.isOver) return
      then()
      this.#readEarly()
    })
  }

  /** The client hears these streams from here on, and is told where that is. */
  #begin(ref: string, { events, filters }: SubscriptionSpec, streams: readonly string[]) {
    const { places } = this.#outgoing
    for (const stream of streams) if (!places.has(stream)) places.begin(stream, this.#hub.log.head(stream).seq)
    if (!this.isLivecache) return
    const about = ref === '' ? {} : { ref }
    const spec = { events, ...(filters && { filters }) }
    for (const text of subscribedFrames(this.#hub.log, about, spec, streams)) this.#sendText(text)
  }

  /** The same for what each subscription gains. */
  #beginAll(gainedBy: (spec: SubscriptionSpec) => readonly string[]) {
    for (const [name, spec] of this.#wishes.all()) {
      const gained = gainedBy(spec)
      if (gained.length > 0) this.#begin(name, spec, gained)
    }
  }

  #unsubscribe({ id: ref, events }: { id?: string; events?: readonly string[] }) {
    const key = ref ?? ''
    const spec = this.#wishes.get(key)
    const left = events === undefined ? [] : (spec?.events.filter((type) => !events.includes(type)) ?? [])
    if (spec !== undefined && left.length > 0) this.#wishes.set(key, { ...spec, events: left })
    else this.#wishes.delete(key)
    if (this.isLivecache) this.#send({ type: 'unsubscribed', ...(ref !== undefined && { ref }) })
  }

  #confirm({ eventId, eventIds = [], upTo = {}, rejected }: AckFrame) {
    const { unacked } = this.#outgoing
    let confirmed = 0
    if (unacked !== null) {
      confirmed += unacked.confirm(eventId === undefined ? eventIds : [eventId, ...eventIds])
      for (const [stream, seq] of Object.entries(upTo)) confirmed += unacked.confirmUpTo(stream, seq)
    }
    this.#hub.stats.acks += confirmed
    if (rejected) this.#hub.stats.rejected += confirmed
    // What confirms something was paid for by what it confirms.
    if (confirmed === 0) this.#pay()
  }

  /** One after the other, however long a decision takes; what else the client says does not wait. */
  #publish(frame: PublishFrame) {
    if (this.#waitingPublishes === maxWaitingPublishes)
      return this.endAtLimit('publishes', closeCodes.rateLimit, 'too much waits to be published')
    this.#waitingPublishes++
    this.#published = this.#published.then(() => this.#publishNow(frame)).catch((cause) => this.onThrew(cause))
  }

  async #publishNow(frame: PublishFrame) {
    this.#waitingPublishes--
    // Who is gone sends again what was not answered, in the next session.
    if (this.isOver || this.#signIn.identity === null) return
    this.#send(await this.#hub.publishing.answer(frame, this.#signIn.identity, this.id))
  }

  // ── going on where it left off ────────────────────────────────────────────────────────────────────────────────

  #resume(frame: Extract<ClientFrame, { type: 'resume' }>, reader: Identity) {
    this.#whenDecided(this.#reach.decide(Object.keys(frame.streams ?? {})), () => this.#resumeNow(frame, reader))
  }

  #resumeNow({ lastEventId, cursor, streams: asked = {} }: Extract<ClientFrame, { type: 'resume' }>, reader: Identity) {
    const named = Object.entries(asked).filter(([stream]) => this.#reach.may(stream))
    // On others it was told of them when it subscribed, or has not heard of them.
    const others = knownTo(this.#hub.log, this.#reach, reader).filter((stream) => !Object.hasOwn(asked, stream))
    const { streams, incomplete, replayed } = this.#outgoing.resume(named, others, {
      eventId: lastEventId,
      cursor,
    })
    this.#isFlowing = true
    this.#send({ type: 'resumed', streams, cursor: this.#hub.log.cursor })
    this.#tell.resumed(this.info(), { complete: named.length - incomplete, incomplete, replayed })
    this.#payForWork(others.length + named.length * 10 + replayed * 50)
  }

  // ── what the client is sent ───────────────────────────────────────────────────────────────────────────────────

  offer(event: LoggedEvent): boolean {
    try {
      return this.#isFlowing && this.#outgoing.offer(event)
    } catch (cause) {
      // The others are still to be asked.
      this.onThrew(cause)
      return false
    }
  }

  mayRead(stream: string): boolean {
    return this.#reach.may(stream)
  }

  wants({ frame }: LoggedEvent): boolean {
    return this.#wishes.wants(frame) && this.#reach.may(frame.stream) && this.#isAllowed(frame)
  }

  #isAllowed(frame: LoggedEvent['frame']): boolean {
    const { identity } = this.#signIn
    if (this.#hub.authorizeEvent === undefined || identity === null) return true
    try {
      // A promise, of a function that is async by mistake, is not a yes.
      const answer: unknown = this.#hub.authorizeEvent(identity, frame)
      return answer === true
    } catch (cause) {
      this.#tell.threw('authorizeEvent', cause)
      return false
    }
  }

  /** Names every stream that moved, what was sent included: else the last event could be lost and nobody would know. */
  beat() {
    if (this.#hub.clock.now() >= this.#oldAt) this.#outlived()
    const streams = this.isLivecache && this.#isFlowing ? this.#tellMoved() : null
    this.#unansweredPings++
    if (streams !== null) this.#send({ type: 'ping', streams })
    else if (!this.isOver) this.sink.send(barePing)
    // Ours are answered by clients of ours; whether another one is there, its socket knows.
    if (!this.isLivecache) this.sink.ping?.()
  }

  #tellMoved() {
    const { log } = this.#hub
    return this.#outgoing.places.tellMoved((stream) => log.head(stream).seq, maxStreamsPerPing)
  }

  /** Its socket threw. What was sent may be lost, and the client would not see it: it has to come back. */
  onThrew(cause: unknown) {
    this.#tell.threw('What sends to a session', cause)
    try {
      this.end(closeCodes.internal, 'the server failed to send')
    } catch (again) {
      this.#tell.threw('What closes a session', again)
    }
  }

  onMute() {
    this.end(closeCodes.timeout, 'HEARTBEAT_TIMEOUT: no answer to a ping')
  }

  onIdle() {
    this.end(closeCodes.goingAway, 'nothing was heard for a long time')
  }

  revoke(streams: readonly string[]) {
    const known = new Set([...this.#outgoing.places.streams(), ...sortNames(streams).names])
    const readable = [...known].filter((stream) => matchesAnyStream(streams, stream) && this.#reach.may(stream))
    this.#reach.revoke(streams)
    this.#withdraw(readable)
  }

  resync(streams: readonly string[] | undefined, reason: string | undefined) {
    const own = streams?.filter((stream) => this.#concerns(stream))
    if (!this.isLivecache || own?.length === 0) return
    this.#send({ type: 'resync', ...(own && { streams: own }), ...(reason !== undefined && { reason }) })
  }

  /** Whether this one may hear of the name, or of the pattern: those of others say who else there is. */
  #concerns(stream: string): boolean {
    if (!isPattern(stream)) return this.#reach.may(stream)
    return this.#signIn.identity?.streams.some((readable) => streamsOverlap(readable, stream)) ?? false
  }

  #send(frame: ServerFrame) {
    this.#sendText(encodeFrame(frame))
  }

  #sendText(text: string) {
    if (this.isOver) return
    this.sink.send(text)
    this.#outgoing.endIfSlow()
  }

  endAtLimit(limit: string | null, code: number, reason: string) {
    if (limit !== null)
      this.#tell.refused({ code: code === closeCodes.rateLimit ? 'RATE_LIMIT' : 'RESYNC', limit, session: this.info() })
    // A close code has no room for it. Whoever is not signed in is told nothing more.
    if (code === closeCodes.rateLimit && this.isLivecache && this.identity() !== null) {
      this.#send({ type: 'error', code: 'RATE_LIMIT', message: reason, retryable: true, retryAfterMs: stayAwayMs })
    }
    this.end(code, reason)
  }

  endRefused({ code, message, retryAfterMs }: SessionRefusal) {
    // Over HTTP the answer to the request says so.
    if (this.isLivecache && !this.#request.oneWay) {
      this.#send({ type: 'error', code, message, retryable: true, ...(retryAfterMs !== undefined && { retryAfterMs }) })
    }
    this.#tell.refused({ code, session: this.info() })
    this.end(closeCodes.rateLimit, message)
  }

  askToReconnect({ afterMs, spreadMs }: { afterMs: number; spreadMs: number }): boolean {
    if (!this.isLivecache || this.isOver) return false
    this.#send({ type: 'reconnect', afterMs, spreadMs })
    return true
  }

  end(code: number, reason: string) {
    if (this.isOver) return
    this.#leave({ code, reason })
    this.sink.close(code, reason)
  }

  gone() {
    this.#leave({ code: closeCodes.lost, reason: 'the link is gone' })
  }

  #leave(ended: { code: number; reason: string }) {
    if (this.isOver) return
    this.isOver = true
    this.#stop()
    this.#wishes.clear()
    this.#enter('disconnected', ended)
    this.#tell.ended(this)
    this.#request.ended?.()
  }

  #stop() {
    this.#signIn.stop()
    this.#outgoing.unacked?.stop()
    this.#round?.leave(this)
    this.#cancelGrace?.()
  }
}
