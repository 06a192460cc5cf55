// One client's stay at the server: what it says, what it subscribed to, what it is sent. Who it is, is sign-in.ts.
import { throwLater } from '../base/emitter.ts'
import { createScope } from '../base/scope.ts'
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
import { createHeartbeat } from './heartbeat.ts'
import type { SessionInfo, SessionState } from './observer.ts'
import { createOutgoing } from './outgoing.ts'
import { createTokenBucket } from './rate-limit.ts'
import { createReach } from './reach.ts'
import { createReading } from './reading.ts'
import type { Session, SessionEvents, SessionOptions, SessionRequest, SessionSink } from './session-port.ts'
import { createSignIn, type SessionRefusal } from './sign-in.ts'
import { sortNames } from './stream-names.ts'
import { createWishes } from './wishes.ts'

/** The only frame read before sign-in; a token is no longer than this. */
const maxAuthLength = 8_192
/** Frames kept while a token is being verified, for a stranger and for somebody known. */
const maxEarly = { stranger: 100, known: 10_000 }
/** Of one session: more than a client keeps waiting for its answers. */
const maxWaitingPublishes = 2_000
/** Keeps a frame that names streams well below the limit of its size. */
const maxStreamsPerFrame = 250
const barePing = encodeFrame({ type: 'ping' })
const pongText = encodeFrame({ type: 'pong' })
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
  const ackTimeoutMs = request.awaitsAcks === false ? Infinity : options.ackTimeoutMs
  const frames = createTokenBucket(limits.frames, clock.now)
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
    onGranted: (stream) => beginAll((spec) => (reading.reads(spec, stream) ? [stream] : [])),
  })
  const reading = createReading(log, reach)
  const outgoing = createOutgoing({
    clock,
    scope,
    log,
    stats,
    sink,
    livecache: request.livecache,
    ackTimeoutMs,
    limits,
    wants,
    mayRead: reach.may,
    end: endAtLimit,
  })
  const { places, unacked } = outgoing
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
  /** Those that came together must not leave together. Looked at with each ping, since timers are dear where sessions are many. */
  let oldAt = since + options.maxLifeMs * (0.9 + clock.random() * 0.1)
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
  }

  function outlived() {
    oldAt = Infinity
    askToReconnect({ afterMs: 0, spreadMs: options.reconnectSpreadMs })
    const graceMs = request.livecache ? options.reconnectSpreadMs + reconnectGraceMs : 0
    scope.timeout(() => end(closeCodes.serverRestart, 'it has been open for long enough'), graceMs)
  }

  /** A renewed token may allow less than the one before it, or more. */
  function renewed(before: Identity, reader: Identity) {
    const couldRead = reach.reset(before)
    tell.reads(reader.streams)
    whenDecided(reach.decide([...namedStreams(reader), ...places.streams()]), () => {
      withdraw([...places.streams()].filter((stream) => !reach.may(stream)))
      send({ type: 'authenticated', ...signIn.expiresIn() })
      beginAll((spec) => reading.streamsOf(reader, spec).filter((stream) => !couldRead(stream)))
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
      ...signIn.expiresIn(),
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
      if (wanted !== null && !scope.disposed && wishes.count() === 0) subscribe(wanted, reader)
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
    // Said by every client all the time.
    if (text === pongText && signIn.identity !== null) return answered()
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
    if (wishes.get(name) === undefined && wishes.count() >= limits.maxSubscriptions) {
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
    begin(ref ?? '', spec, reading.streamsOf(reader, spec))
    if (!request.livecache && lastEventId) outgoing.replayAfter(lastEventId, reading.knownTo(reader))
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
    for (const [name, spec] of wishes.all()) {
      const gained = gainedBy(spec)
      if (gained.length > 0) begin(name, spec, gained)
    }
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
    // On others it was told of them when it subscribed, or has not heard of them.
    const others = reading.knownTo(reader).filter((stream) => !Object.hasOwn(asked, stream))
    const { streams, incomplete, replayed } = outgoing.resume(named, others, lastEventId)
    flowing = true
    send({ type: 'resumed', streams })
    tell.resumed(info(), { complete: named.length - incomplete, incomplete, replayed })
  }

  // ── what the client is sent ───────────────────────────────────────────────────────────────────────────────────

  function wants({ frame }: LoggedEvent): boolean {
    return wishes.wants(frame) && reach.may(frame.stream) && isAllowed(frame)
  }

  function isAllowed(frame: LoggedEvent['frame']): boolean {
    const { identity } = signIn
    if (options.authorizeEvent === undefined || identity === null) return true
    try {
      // A promise, of a function that is async by mistake, is not a yes.
      const answer: unknown = options.authorizeEvent(identity, frame)
      return answer === true
    } catch (cause) {
      tell.threw('authorizeEvent', cause)
      return false
    }
  }

  /** Names every stream that moved, what was sent included: else the last event could be lost and nobody would know. */
  function beat() {
    if (clock.now() >= oldAt) outlived()
    const streams = request.livecache && flowing ? places.tellMoved(seqOf, maxStreamsPerFrame) : null
    unansweredPings++
    if (streams === null || Object.keys(streams).length === 0) {
      if (!scope.disposed) sink.send(barePing)
    } else send({ type: 'ping', streams })
    // Ours are answered by clients of ours; whether another one is there, its socket knows.
    if (!request.livecache) sink.ping?.()
  }

  const seqOf = (stream: string) => log.head(stream).seq

  /** Whether this one may hear of the name, or of the pattern: those of others say who else there is. */
  function concerns(stream: string): boolean {
    if (!isPattern(stream)) return reach.may(stream)
    return signIn.identity?.streams.some((readable) => streamsOverlap(readable, stream)) ?? false
  }

  function send(frame: ServerFrame) {
    if (!scope.disposed) sink.send(encodeFrame(frame))
  }

  function endAtLimit(limit: string | null, code: number, reason: string) {
    if (limit !== null)
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
    identity: () => signIn.identity,
    unacked: unacked.count,
    info,
    subscriptions: wishes.all,
    askedAbout: 0,
    receive,
    heard: heartbeat.heard,
    offer: (event) => flowing && outgoing.offer(event),
    askToReconnect,
    revoke(streams) {
      const known = new Set([...places.streams(), ...sortNames(streams).names])
      const readable = [...known].filter((stream) => matchesAnyStream(streams, stream) && reach.may(stream))
      reach.revoke(streams)
      withdraw(readable)
    },
    resync(streams, reason) {
      const own = streams?.filter(concerns)
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
