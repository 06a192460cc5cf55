// One client's stay at the server: what it says, what it subscribed to, what it is sent. Who it is, is sign-in.ts.
import type { Clock } from '../base/clock.ts'
import { throwLater } from '../base/emitter.ts'
import { createScope } from '../base/scope.ts'
import { decodeClientFrame, encodeFrame } from '../protocol/codec.ts'
import { closeCodes } from '../protocol/codes.ts'
import { matchesAnyStream, matchesSubscription, type SubscriptionSpec } from '../protocol/filter.ts'
import {
  type AckFrame,
  type ClientFrame,
  protocolName,
  type PublishFrame,
  type ResumedFrame,
  type ServerFrame,
  type SubscribeFrame,
} from '../protocol/frames.ts'
import { findForeignStream, type Identity, mayRead, namedStreams, type Verify } from './access.ts'
import { flatFrame, livecacheFrame } from './encode-event.ts'
import type { EventLog, LoggedEvent } from './event-log.ts'
import { createPlaces } from './places.ts'
import type { Publishing } from './publishing.ts'
import { inOrder, missedIn } from './replay.ts'
import { createSignIn } from './sign-in.ts'
import { createUnacked } from './unacked.ts'

/** The socket, as far as a session needs one. */
export interface SessionSink {
  send(text: string): void
  close(code: number, reason: string): void
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
}

export interface SessionOptions {
  clock: Clock
  log: EventLog
  verify: Verify
  heartbeatMs: number
  ackTimeoutMs: number
  authTimeoutMs: number
  retentionMs: number
  maxUnacked: number
  publishing: Publishing
}

export interface Session {
  readonly id: string
  readonly identity: Identity | null
  readonly unacked: number
  /** To be called with each message of the client. */
  receive(text: string): void
  /** To be called with each published event. */
  offer(event: LoggedEvent): void
  /** Ends the session from the server's side. */
  end(code: number, reason: string): void
  /** To be called when the socket is gone. */
  gone(): void
}

/** The only frame read before sign-in; a token is no longer than this. */
const maxAuthLength = 8_192
/** Time for an answer to a ping, in ms. */
const pongLimitMs = 10_000
/** Frames kept while a token is being verified, for a stranger and for somebody known. */
const maxEarly = { stranger: 100, known: 10_000 }
/** Of one session: more than a client keeps waiting for its answers. */
const maxWaitingPublishes = 2_000
/** Keeps a frame that names streams well below the limit of its size. */
const maxStreamsPerFrame = 250

export function createSession(
  request: SessionRequest,
  sink: SessionSink,
  options: SessionOptions,
  onEnd: () => void,
): Session {
  const { clock, log, publishing } = options
  const id = crypto.randomUUID()
  const scope = createScope(clock)
  const subscriptions = new Map<string, SubscriptionSpec>()
  const places = createPlaces()
  const ackTimeoutMs = request.awaitsAcks === false ? Infinity : options.ackTimeoutMs
  const unacked = createUnacked({
    scope,
    now: clock.now,
    limitMs: ackTimeoutMs,
    max: options.maxUnacked,
    onLate: () => end(closeCodes.timeout, 'ACK_TIMEOUT: an event was not confirmed in time'),
    onFull: () => end(closeCodes.resync, 'too many events are unconfirmed'),
  })
  const signIn = createSignIn({
    clock,
    scope,
    verify: options.verify,
    withinMs: request.signInWithinMs ?? options.authTimeoutMs,
    end,
  })
  const early: string[] = []
  /** Events are held back until the client has said where to go on, so that none overtakes a replayed one. */
  let flowing = !request.livecache
  let answersPings = request.livecache && !request.oneWay
  let waitingPublishes = 0
  let published = Promise.resolve()
  let heardAt = clock.now()

  if (!request.livecache) signIn.start(request.token, startBeating, readEarly)

  // ── sign-in ───────────────────────────────────────────────────────────────────────────────────────────────────

  /** One of them may be an `auth` again, upon which the rest waits behind it. */
  function readEarly() {
    while (!signIn.verifying && early.length > 0) receive(early.shift()!)
  }

  /** A renewed token may allow less than the one before it, or more. */
  function renewed(before: Identity, reader: Identity) {
    const withdrawn = [...places.streams].filter((stream) => !mayRead(reader, stream))
    for (const stream of withdrawn) places.leave(stream)
    if (withdrawn.length > 0) for (const streams of inParts(withdrawn)) send({ type: 'revoked', streams })
    send({ type: 'authenticated', ...signIn.expiresIn })
    for (const [ref, spec] of subscriptions) {
      const gained = streamsOf(reader, spec).filter((stream) => !mayRead(before, stream))
      if (gained.length > 0) begin(ref, spec, gained)
    }
  }

  function welcome() {
    send({
      type: 'welcome',
      connectionId: id,
      protocol: protocolName,
      heartbeatMs: options.heartbeatMs,
      ...(ackTimeoutMs !== Infinity && { ackTimeoutMs }),
      replayWindowMs: options.retentionMs,
      ...signIn.expiresIn,
      serverTime: new Date(clock.now()).toISOString(),
      capabilities: ['ack-ids', 'ack-up-to', 'patterns', ...(publishing.isOn ? ['publish'] : [])],
    })
    startBeating()
  }

  // ── what the client says ──────────────────────────────────────────────────────────────────────────────────────

  function receive(text: string) {
    if (scope.disposed) return
    heardAt = clock.now()
    if (signIn.identity === null && text.length > maxAuthLength)
      return end(closeCodes.tooLarge, 'the sign-in is too long')
    if (signIn.verifying) {
      if (early.length < (signIn.identity === null ? maxEarly.stranger : maxEarly.known)) early.push(text)
      else end(closeCodes.rateLimit, 'too many frames before the sign-in was answered')
      return
    }
    const message = decodeClientFrame(text)
    if (message.kind === 'invalid') {
      if (signIn.identity === null) return end(closeCodes.unauthorized, 'sign in first')
      // It may have been the `resume`, without which nothing would ever flow.
      if (!flowing) return end(closeCodes.invalid, message.reason)
      return send({ type: 'error', code: 'INVALID', message: message.reason, retryable: false })
    }
    receiveFrame(message.frame)
  }

  function receiveFrame(frame: ClientFrame) {
    const { identity } = signIn
    if (frame.type === 'auth') {
      const answer = identity === null ? welcome : (reader: Identity) => renewed(identity, reader)
      return signIn.start(frame.token ?? undefined, answer, readEarly)
    }
    if (identity === null) return end(closeCodes.unauthorized, 'sign in first')
    switch (frame.type) {
      case 'subscribe':
        return subscribe(frame, identity)
      case 'unsubscribe':
        return unsubscribe(frame)
      case 'resume':
        return resume(frame, identity)
      case 'ack':
        return confirm(frame)
      case 'publish':
        return publish(frame)
      case 'ping':
        return send({ type: 'pong' })
      case 'pong':
        answersPings = !request.oneWay
        return
      default:
        frame satisfies never
    }
  }

  function subscribe({ id: ref, events = ['*'], filters, streams, lastEventId }: SubscribeFrame, reader: Identity) {
    if (findForeignStream(reader, streams) !== undefined) {
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
    subscriptions.set(ref ?? '', spec)
    begin(ref ?? '', spec, streamsOf(reader, spec))
    if (!request.livecache && lastEventId) replayAfter(lastEventId, reader)
  }

  /** The client hears these streams from here on, and is told where that is. */
  function begin(ref: string, { events, filters }: SubscriptionSpec, streams: readonly string[]) {
    const heads = streams.map((stream) => [stream, log.head(stream)] as const)
    for (const [stream, { seq }] of heads) if (!places.has(stream)) places.begin(stream, seq)
    if (!request.livecache) return
    const about = { ...(ref !== '' && { ref }), events, ...(filters && { filters }) }
    for (const part of inParts(heads)) send({ type: 'subscribed', ...about, streams: Object.fromEntries(part) })
  }

  /** Those named outright count before their first event too, so that a client has a position to go on from. */
  function streamsOf(reader: Identity, spec: SubscriptionSpec): string[] {
    const known = new Set([...log.streams, ...namedStreams(reader, spec.streams)])
    return [...known].filter((stream) => reads(reader, spec, stream))
  }

  function unsubscribe({ id: ref, events }: { id?: string; events?: readonly string[] }) {
    const key = ref ?? ''
    const spec = subscriptions.get(key)
    const left = events === undefined ? [] : (spec?.events.filter((type) => !events.includes(type)) ?? [])
    if (spec !== undefined && left.length > 0) subscriptions.set(key, { ...spec, events: left })
    else subscriptions.delete(key)
    if (request.livecache) send({ type: 'unsubscribed', ...(ref !== undefined && { ref }) })
  }

  function confirm({ eventId, eventIds = [], upTo = {} }: AckFrame) {
    unacked.confirm(eventId === undefined ? eventIds : [eventId, ...eventIds])
    for (const [stream, seq] of Object.entries(upTo)) unacked.confirmUpTo(stream, seq)
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

  function resume({ lastEventId, streams: asked = {} }: Extract<ClientFrame, { type: 'resume' }>, reader: Identity) {
    const named = Object.entries(asked).filter(([stream]) => mayRead(reader, stream))
    const whole = new Set<string>()
    const missed: LoggedEvent[] = []
    for (const [stream, position] of named) {
      places.begin(stream, position.seq)
      const events = missedIn(log, stream, { position, toldSeq: 0, lastIndex: undefined })
      if (events !== null) missed.push(...events)
      if (events !== null) whole.add(stream)
    }
    replay([...missed, ...missedElsewhere(lastEventId, asked, reader)])
    flowing = true
    const answer = named.map(([stream]) => [stream, resumedAt(stream, whole.has(stream))] as const)
    send({ type: 'resumed', streams: Object.fromEntries(answer) })
  }

  /** On streams the client has no position in: it was told of them when it subscribed, or has not heard of them. */
  function missedElsewhere(lastEventId: string | undefined, asked: object, reader: Identity): LoggedEvent[] {
    const lastIndex = lastEventId === undefined ? undefined : log.find(lastEventId)?.index
    const others = [...log.streams].filter((stream) => !Object.hasOwn(asked, stream) && mayRead(reader, stream))
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
    const readable = [...log.streams].filter((stream) => mayRead(reader, stream))
    replay(readable.flatMap((stream) => missedIn(log, stream, { position: undefined, toldSeq: 0, lastIndex }) ?? []))
  }

  function replay(missed: readonly LoggedEvent[]) {
    for (const event of inOrder(missed)) if (wants(event)) deliver(event, true)
  }

  // ── what the client is sent ───────────────────────────────────────────────────────────────────────────────────

  function wants({ frame }: LoggedEvent): boolean {
    if (signIn.identity === null || !mayRead(signIn.identity, frame.stream)) return false
    return [...subscriptions.values()].some((spec) => matchesSubscription(frame, spec))
  }

  function deliver(event: LoggedEvent, replayed: boolean) {
    const { stream, seq } = event.frame
    if (scope.disposed || !unacked.add(event.frame)) return
    const prev = places.send(stream, seq)
    const own = { replayed, ...(prev !== seq - 1 && { prev }) }
    sink.send(request.livecache ? livecacheFrame(event, own) : flatFrame(event))
  }

  function startBeating() {
    scope.timeout(() => {
      beat()
      startBeating()
    }, options.heartbeatMs)
  }

  /** Names every stream that moved, what was sent included: else the last event could be lost and nobody would know. */
  function beat() {
    const streams = request.livecache && flowing ? places.tellMoved(seqOf, maxStreamsPerFrame) : {}
    send({ type: 'ping', ...(Object.keys(streams).length > 0 && { streams }) })
    const pingedAt = clock.now()
    scope.timeout(() => {
      if (answersPings && heardAt < pingedAt) end(closeCodes.timeout, 'HEARTBEAT_TIMEOUT: no answer to a ping')
    }, pongLimitMs)
  }

  const seqOf = (stream: string) => log.head(stream).seq

  function send(frame: ServerFrame) {
    if (!scope.disposed) sink.send(encodeFrame(frame))
  }

  function end(code: number, reason: string) {
    if (scope.disposed) return
    gone()
    sink.close(code, reason)
  }

  function gone() {
    if (scope.disposed) return
    scope.dispose()
    onEnd()
  }

  return {
    id,
    get identity() {
      return signIn.identity
    },
    get unacked() {
      return unacked.size
    },
    receive,
    offer(event) {
      if (!scope.disposed && flowing && wants(event)) deliver(event, false)
    },
    end,
    gone,
  }
}

function reads(reader: Identity, spec: SubscriptionSpec, stream: string): boolean {
  return mayRead(reader, stream) && (spec.streams === undefined || matchesAnyStream(spec.streams, stream))
}

/** What is said of each stream, for as many frames as it takes; one, where there are none. */
function inParts<Item>(items: readonly Item[]): Item[][] {
  const parts: Item[][] = []
  for (let start = 0; start === 0 || start < items.length; start += maxStreamsPerFrame) {
    parts.push(items.slice(start, start + maxStreamsPerFrame))
  }
  return parts
}
