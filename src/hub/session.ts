// One client's stay at the server: what it says, what it subscribed to, what it is sent. Who it is, is sign-in.ts.
import type { Clock } from '../base/clock.ts'
import { createScope } from '../base/scope.ts'
import { decodeClientFrame, encodeFrame } from '../protocol/codec.ts'
import { closeCodes } from '../protocol/codes.ts'
import { matchesAnyStream, matchesSubscription, type SubscriptionSpec } from '../protocol/filter.ts'
import {
  type ClientFrame,
  protocolName,
  type ResumedFrame,
  type ServerFrame,
  type SubscribeFrame,
} from '../protocol/frames.ts'
import { findForeignStream, type Identity, mayRead, namedStreams, type Verify } from './access.ts'
import { flatFrame, livecacheFrame } from './encode-event.ts'
import type { EventLog, LoggedEvent } from './event-log.ts'
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

export function createSession(
  request: SessionRequest,
  sink: SessionSink,
  options: SessionOptions,
  onEnd: () => void,
): Session {
  const { clock, log } = options
  const id = crypto.randomUUID()
  const scope = createScope(clock)
  const subscriptions = new Map<string, SubscriptionSpec>()
  /** Per stream, the last `seq` this session was sent, or knows it was not meant to see. */
  const cursors = new Map<string, number>()
  const unacked = createUnacked({
    scope,
    now: clock.now,
    limitMs: options.ackTimeoutMs,
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
  let answersPings = request.livecache
  let heardAt = clock.now()

  if (!request.livecache) signIn.start(request.token, startBeating, readEarly)

  // ── sign-in ───────────────────────────────────────────────────────────────────────────────────────────────────

  /** One of them may be an `auth` again, upon which the rest waits behind it. */
  function readEarly() {
    const text = signIn.verifying ? undefined : early.shift()
    if (text === undefined) return
    receive(text)
    readEarly()
  }

  /** A renewed token may allow less than the one before it. */
  function renewed(reader: Identity) {
    const streams = [...cursors.keys()].filter((stream) => !mayRead(reader, stream))
    for (const stream of streams) cursors.delete(stream)
    if (streams.length > 0) send({ type: 'revoked', streams })
    send({ type: 'authenticated', ...signIn.expiresIn })
  }

  function welcome() {
    send({
      type: 'welcome',
      connectionId: id,
      protocol: protocolName,
      heartbeatMs: options.heartbeatMs,
      ackTimeoutMs: options.ackTimeoutMs,
      replayWindowMs: options.retentionMs,
      ...signIn.expiresIn,
      serverTime: new Date(clock.now()).toISOString(),
      capabilities: ['ack-ids', 'patterns'],
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
      if (early.length < 100) early.push(text)
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
      const answer = identity === null ? welcome : renewed
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
        return unacked.confirm(frame.eventIds ?? [frame.eventId ?? ''])
      case 'ping':
        return send({ type: 'pong' })
      case 'pong':
        answersPings = true
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
    const heads: Record<string, { epoch: string; seq: number }> = {}
    // Those named outright count before their first event too, so that a client has a position to go on from.
    for (const stream of new Set([...log.streams, ...namedStreams(reader, streams)])) {
      if (!reads(reader, spec, stream)) continue
      heads[stream] = log.head(stream)
      if (!cursors.has(stream)) cursors.set(stream, heads[stream].seq)
    }
    if (!request.livecache) return lastEventId ? replayAfter(lastEventId, reader) : undefined
    const about = { ...(ref !== undefined && { ref }), events, ...(filters && { filters }) }
    for (const part of inParts(heads)) send({ type: 'subscribed', ...about, streams: part })
  }

  function unsubscribe({ id: ref, events }: { id?: string; events?: readonly string[] }) {
    const key = ref ?? ''
    const spec = subscriptions.get(key)
    const left = events === undefined ? [] : (spec?.events.filter((type) => !events.includes(type)) ?? [])
    if (spec !== undefined && left.length > 0) subscriptions.set(key, { ...spec, events: left })
    else subscriptions.delete(key)
    if (request.livecache) send({ type: 'unsubscribed', ...(ref !== undefined && { ref }) })
  }

  // ── going on where it left off ────────────────────────────────────────────────────────────────────────────────

  function resume({ lastEventId, streams: asked = {} }: Extract<ClientFrame, { type: 'resume' }>, reader: Identity) {
    const answer: Record<string, ResumedFrame['streams'][string]> = {}
    const missed: LoggedEvent[] = []
    const lastIndex = lastEventId === undefined ? undefined : log.find(lastEventId)?.index
    for (const stream of new Set([...Object.keys(asked), ...cursors.keys(), ...log.streams])) {
      if (!mayRead(reader, stream)) continue
      const position = Object.hasOwn(asked, stream) ? asked[stream] : undefined
      const events = missedIn(log, stream, { position, toldSeq: cursors.get(stream) ?? 0, lastIndex })
      if (events !== null) missed.push(...events)
      if (position !== undefined) {
        cursors.set(stream, position.seq)
        answer[stream] = { ...log.head(stream), complete: events !== null }
      }
    }
    replay(missed)
    for (const stream of cursors.keys()) cursors.set(stream, log.head(stream).seq)
    flowing = true
    send({ type: 'resumed', streams: answer })
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
    const { stream, seq, eventId } = event.frame
    const previous = cursors.get(stream) ?? 0
    cursors.set(stream, seq)
    if (!unacked.add(eventId)) return
    const own = { replayed, ...(previous !== seq - 1 && { prev: previous }) }
    sink.send(request.livecache ? livecacheFrame(event, own) : flatFrame(event))
  }

  function startBeating() {
    scope.timeout(() => {
      const streams = headsPassedOver()
      send(request.livecache && Object.keys(streams).length > 0 ? { type: 'ping', streams } : { type: 'ping' })
      const pingedAt = clock.now()
      scope.timeout(() => {
        if (answersPings && heardAt < pingedAt) end(closeCodes.timeout, 'HEARTBEAT_TIMEOUT: no answer to a ping')
      }, pongLimitMs)
      startBeating()
    }, options.heartbeatMs)
  }

  /** Streams that moved on by events this session did not want: it need not ask for those after a reconnect. */
  function headsPassedOver(): Record<string, number> {
    const passed: Record<string, number> = {}
    if (!flowing) return passed
    for (const [stream, cursor] of cursors) {
      const { seq } = log.head(stream)
      if (seq === cursor) continue
      cursors.set(stream, seq)
      passed[stream] = seq
    }
    return passed
  }

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

/** Heads in as many frames as it takes for each to stay well below the limit of a frame; one, where there are none. */
function inParts<Head>(heads: Readonly<Record<string, Head>>): Record<string, Head>[] {
  const entries = Object.entries(heads)
  const parts: Record<string, Head>[] = []
  for (let start = 0; start === 0 || start < entries.length; start += headsPerFrame) {
    parts.push(Object.fromEntries(entries.slice(start, start + headsPerFrame)))
  }
  return parts
}

const headsPerFrame = 250
