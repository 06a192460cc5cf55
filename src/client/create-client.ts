// The framework-free client: wires the parts, and is the only file that knows them all.
import { systemClock } from '../base/clock.ts'
import { createEmitter, type Undo } from '../base/emitter.ts'
import { RealtimeError } from '../base/errors.ts'
import { createScope } from '../base/scope.ts'
import { decodeServerMessage } from '../protocol/codec.ts'
import { checkPayload } from '../protocol/define-events.ts'
import type { RealtimeEvent } from '../protocol/event.ts'
import type { SubscriptionSpec } from '../protocol/filter.ts'
import type { Filters, ServerFrame, WelcomeFrame } from '../protocol/frames.ts'
import type { SseFields } from '../protocol/normalize.ts'
import { webSocket } from '../transports/websocket.ts'
import { createAcks } from './acks.ts'
import { defaultBackoff } from './backoff.ts'
import { createConnection } from './connection.ts'
import type { ConnectionState } from './connection-machine.ts'
import { createCredentials } from './credentials.ts'
import { createDelivery } from './delivery.ts'
import { type ClientOptions, defaultOptions, type ResolvedOptions } from './options.ts'
import { createPositions } from './positions.ts'
import { createQuarantine, type Quarantined } from './quarantine.ts'
import { createSeenIds } from './seen-ids.ts'
import { createSubscriptions, type EventsListener, type Phase, type Subscription } from './subscriptions.ts'
import { subscribeFrame, type Union, unionFrames, unionOf, unionParams } from './wire-subscriptions.ts'

/** What may have been missed, so that the queries concerned are fetched again. */
export interface Resync {
  /** Names of streams; `all` where it cannot be told which. */
  streams: readonly string[] | 'all'
  /**
   * `joined`: listening begins now, so what was fetched before may already be old. `lost`: the server no longer has what
   * came in between. `unconfirmed`: a plain server cannot say whether anything did. `requested`: the server asked for it.
   */
  cause: 'joined' | 'lost' | 'unconfirmed' | 'requested'
}

export interface ListenOptions {
  /** What the payload must look like (protocol/filter.ts). */
  filters?: Filters
  /** Names or patterns of streams. @default every stream the session may read */
  streams?: readonly string[]
}

export interface ClientCounters {
  /** Events read from the wire, duplicates included. */
  received: number
  /** Events handed to the app. */
  delivered: number
  duplicates: number
  /** Events without an id, which can be neither deduplicated nor acknowledged. */
  withoutId: number
  quarantined: number
  acked: number
  /** Links opened with a position to go on from. */
  resumes: number
  /** Signals that something may have been missed. */
  lost: number
  /** Attempts to connect. */
  dials: number
}

/** A snapshot for support and tests. It holds no token. */
export interface ClientInspection {
  state: ConnectionState
  counters: ClientCounters
  lastEventId: string | null
  positions: Readonly<Record<string, { epoch: string; seq: number }>>
  subscriptions: readonly SubscriptionSpec[]
  refused: readonly { spec: SubscriptionSpec; reason: string }[]
  quarantine: readonly Quarantined[]
}

export interface RealtimeClient {
  /** The state of the link; the same object until it changes. */
  getState(): ConnectionState
  onState(listener: () => void): Undo
  /** Hands over the matching events of each flush, in order. The server is subscribed while somebody listens. */
  subscribe(spec: SubscriptionSpec, listener: EventsListener, phase?: Phase): Undo
  /** Calls `handler` for each event of a type, of several, or of a pattern (`goal.*`). */
  on(events: string | readonly string[], handler: (event: RealtimeEvent) => void, options?: ListenOptions): Undo
  onResync(listener: (resync: Resync) => void): Undo
  /** Connects, and stays connected until each holder has let go. */
  hold(): Undo
  /** Says who is signed in, and whether realtime is wanted at all. A new identity closes the link and forgets all positions. */
  configure(settings: { identity?: unknown; enabled?: boolean }): void
  /** Dials now: after `unauthorized`, `failed`, or instead of waiting. */
  reconnect(): void
  /** Closes the link until `resume()`; subscriptions stay. */
  pause(): void
  resume(): void
  inspect(): ClientInspection
  /** Ends everything for good. */
  dispose(): void
}

export function createClient(given: ClientOptions): RealtimeClient {
  const options = resolveOptions(given)
  const { clock, events: table } = options
  const knownTypes = Object.keys(table ?? {})
  const exempt = new Set(options.exempt)
  const scope = createScope(clock)
  const counters = { received: 0, delivered: 0, duplicates: 0, withoutId: 0, resumes: 0, lost: 0 }
  const reportThrown = (what: string) => (cause: unknown) =>
    options.onError(
      cause instanceof RealtimeError
        ? cause
        : new RealtimeError('handler-threw', `${what} threw. The others were served; mend it, or catch inside it.`, {
            cause,
          }),
    )
  const states = createEmitter<void>(reportThrown('A listener to the state of the link'))
  const resyncs = createEmitter<Resync>(reportThrown('A listener to resyncs'))
  const quarantine = createQuarantine()
  const seenIds = createSeenIds()
  const positions = createPositions()
  const refused = new Map<Subscription, string>()
  const subscriptions = createSubscriptions({
    scope,
    releaseMs: options.releaseMs,
    onJoin: (subscription) => sayJoined(subscription),
    onLeave: (subscription) => sayLeft(subscription),
    onError: reportThrown('A listener to events'),
  })
  const delivery = createDelivery({
    scope,
    now: clock.now,
    isHidden: options.isHidden,
    gapMs: options.flushGapMs,
    hiddenGapMs: options.hiddenFlushGapMs,
    flush(batch) {
      counters.delivered += batch.length
      subscriptions.deliver(batch)
    },
  })
  const connection = createConnection(options, createCredentials(options.getToken, options.tokenTimeoutMs), {
    state: () => states.emit(),
    ready: linkIsUp,
    message: receive,
    plainParams: () => ({
      ...unionParams(currentUnion()),
      ...(positions.lastEventId !== null && { lastEventId: positions.lastEventId }),
    }),
    resumes: hasPosition,
    resync: () => signal({ streams: 'all', cause: 'requested' }),
    error: options.onError,
  })
  const acks = createAcks(connection.send)

  let holders = 0
  let enabled = true
  let paused = false
  let identity: unknown
  let takesPatterns = true
  let toldPlain: Union | null = null
  let wasUpBefore = false

  // ── whether to be connected ───────────────────────────────────────────────────────────────────────────────────

  function follow() {
    if (scope.disposed) return
    if (!enabled) connection.rest()
    else if (paused) connection.stop('paused')
    else if (holders === 0) connection.stop('nobody uses it')
    else connection.start()
  }

  function hold(): Undo {
    if (scope.disposed) {
      throw new RealtimeError('disposed', 'This client was disposed, so it cannot connect again. Create a new one.')
    }
    holders++
    follow()
    let held = true
    return () => {
      if (!held) return
      held = false
      holders--
      // A task later: StrictMode and a moved provider let go and take hold again within this one.
      if (holders === 0) scope.timeout(() => holders === 0 && follow(), 0)
    }
  }

  function configure(settings: { identity?: unknown; enabled?: boolean }) {
    const nextEnabled = settings.enabled ?? true
    const sameUser = Object.is(settings.identity, identity)
    identity = settings.identity
    if (!sameUser) {
      forget()
      connection.forgetUser()
    }
    const sameSwitch = nextEnabled === enabled
    enabled = nextEnabled
    if (holders === 0) return
    if (!sameSwitch) follow()
    else if (!sameUser && enabled && !paused) connection.restart()
  }

  /** What one user received is nothing to another. */
  function forget() {
    positions.clear()
    seenIds.clear()
    delivery.clear()
    quarantine.clear()
    wasUpBefore = false
  }

  // ── what is said when the link is up ──────────────────────────────────────────────────────────────────────────

  function hasPosition(): boolean {
    return positions.lastEventId !== null || Object.keys(positions.streams).length > 0
  }

  function linkIsUp(welcome: WelcomeFrame | null) {
    refused.clear()
    if (hasPosition()) counters.resumes++
    if (welcome === null) linkToPlainServerIsUp()
    else linkToLivecacheIsUp(welcome)
    wasUpBefore = true
  }

  function linkToLivecacheIsUp({ capabilities = [] }: WelcomeFrame) {
    acks.canGroup = capabilities.includes('ack-ids')
    takesPatterns = capabilities.includes('patterns')
    for (const subscription of subscriptions.current) sayJoined(subscription)
    // Sent even with nothing to resume: a livecache server holds events back until it knows where to go on.
    connection.send({ type: 'resume', ...positions.ask() })
  }

  function linkToPlainServerIsUp() {
    acks.canGroup = false
    toldPlain = null
    tellPlainServer()
    signal({ streams: 'all', cause: wasUpBefore ? 'unconfirmed' : 'joined' })
    connection.synced()
  }

  function sayJoined(subscription: Subscription) {
    const { state } = connection
    if (state.name !== 'connected') return
    if (state.server === 'livecache') connection.send(subscribeFrame(subscription, takesPatterns ? null : knownTypes))
    else tellPlainServer()
  }

  function sayLeft(subscription: Subscription) {
    const { state } = connection
    refused.delete(subscription)
    if (state.name !== 'connected') return
    if (state.server === 'livecache') connection.send({ type: 'unsubscribe', id: subscription.id })
    else tellPlainServer()
  }

  function currentUnion(): Union {
    return unionOf(
      subscriptions.current.map(({ spec }) => spec),
      knownTypes,
    )
  }

  function tellPlainServer() {
    const union = currentUnion()
    if (toldPlain !== null && JSON.stringify(toldPlain) === JSON.stringify(union)) return
    for (const frame of unionFrames(toldPlain, union, positions.lastEventId)) connection.send(frame)
    toldPlain = union
  }

  // ── what arrives ──────────────────────────────────────────────────────────────────────────────────────────────

  function receive(text: string, sse?: SseFields) {
    const { state } = connection
    const transport = state.name === 'connected' ? state.transport : ''
    const receivedAt = clock.now()
    for (const message of decodeServerMessage(text, { transport, receivedAt, exempt, ...(sse && { sse }) })) {
      if (message.kind === 'event') receiveEvent(message.event)
      else if (message.kind === 'frame') receiveFrame(message.frame)
      else quarantine.add(message.reason, message.text, receivedAt)
    }
    acks.flush()
    delivery.settle()
  }

  function receiveEvent(event: RealtimeEvent) {
    counters.received++
    if (event.id === null) counters.withoutId++
    else if (!seenIds.add(event.id, event.receivedAt)) {
      counters.duplicates++
      // The server sends again what it has no ack of.
      if (options.acks) acks.add(event.id)
      return
    }
    const schema = table !== undefined && Object.hasOwn(table, event.type) ? table[event.type] : undefined
    const checked = checkSafely(schema, event.payload)
    positions.advance(event)
    if (!checked.ok) {
      quarantine.add(`${event.type}: ${checked.reason}`, JSON.stringify(event.raw).slice(0, 500), event.receivedAt)
      const { state } = connection
      if (options.acks && event.id !== null)
        acks.add(event.id, state.name === 'connected' && state.server === 'livecache')
      return
    }
    if (options.acks && event.id !== null) acks.add(event.id)
    delivery.push(checked.payload === event.payload ? event : { ...event, payload: checked.payload })
  }

  function receiveFrame(frame: ServerFrame) {
    if (connection.control(frame)) return
    switch (frame.type) {
      case 'subscribed': {
        const joined = positions.join(frame.streams ?? {})
        if (joined.length > 0) signal({ streams: joined, cause: 'joined' })
        return
      }
      case 'resumed': {
        const lost = positions.resume(frame.streams)
        if (lost.length > 0) signal({ streams: lost, cause: 'lost' })
        return connection.synced()
      }
      case 'ping':
        return positions.moveHeads(frame.streams ?? {})
      case 'resync':
        return signal({ streams: frame.streams ?? 'all', cause: 'requested' })
      case 'revoked':
        for (const stream of frame.streams) positions.leave(stream)
        return
      case 'error':
        return receiveError(frame)
      default:
    }
  }

  function receiveError({ ref, code, message = code }: Extract<ServerFrame, { type: 'error' }>) {
    const subscription = subscriptions.current.find(({ id }) => id === ref)
    if (subscription !== undefined) refused.set(subscription, message)
    const what = subscription === undefined ? 'a request' : `the subscription to ${subscription.spec.events.join(', ')}`
    options.onError(
      new RealtimeError(
        'refused',
        `The server refused ${what}: ${message} (${code}). Its events will not come; ask for what this user may read.`,
      ),
    )
  }

  function signal(resync: Resync) {
    if (resync.cause !== 'joined') counters.lost++
    // What came before the signal is in the cache first: the signal fetches what is newer.
    delivery.flush()
    resyncs.emit(resync)
  }

  return {
    getState: () => connection.state,
    onState: states.on,
    onResync: resyncs.on,
    subscribe: (spec, listener, phase = 'app') => subscriptions.add(checkedSpec(spec), phase, listener),
    on(types, handler, listenOptions = {}) {
      const names = typeof types === 'string' ? [types] : types
      const listener: EventsListener = (batch) => {
        for (const event of batch) {
          try {
            handler(event)
          } catch (error) {
            reportThrown(`A handler of ${names.join(', ')}, on event ${event.id ?? event.type},`)(error)
          }
        }
      }
      return subscriptions.add(checkedSpec({ events: names, ...listenOptions }), 'app', listener)
    },
    hold,
    configure,
    reconnect() {
      paused = false
      if (holders > 0 && enabled && !scope.disposed) connection.restart()
    },
    pause() {
      paused = true
      follow()
    },
    resume() {
      paused = false
      follow()
    },
    inspect: () => ({
      state: connection.state,
      counters: { ...counters, quarantined: quarantine.count, acked: acks.sent, dials: connection.dials },
      lastEventId: positions.lastEventId,
      positions: positions.streams,
      subscriptions: subscriptions.current.map(({ spec }) => spec),
      refused: [...refused].map(([{ spec }, reason]) => ({ spec, reason })),
      quarantine: quarantine.entries,
    }),
    dispose() {
      connection.dispose()
      scope.dispose()
    },
  }
}

function checkSafely(schema: Parameters<typeof checkPayload>[0], payload: unknown): ReturnType<typeof checkPayload> {
  try {
    return checkPayload(schema, payload)
  } catch (error) {
    return { ok: false, reason: `its schema threw ${String(error)}` }
  }
}

function checkedSpec(spec: SubscriptionSpec): SubscriptionSpec {
  if (spec.events.length === 0 || spec.events.some((type) => typeof type !== 'string' || type === '')) {
    throw new RealtimeError(
      'invalid-option',
      'A subscription needs at least one event type, such as "goal.created" or "goal.*", and each must be a text that is not empty.',
    )
  }
  return spec
}

/** Throws `invalid-url` where neither a usable `url` nor `transports` was given. */
function resolveOptions(given: ClientOptions): ResolvedOptions {
  const { url, ...rest } = given
  const defined = Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== undefined))
  return {
    onError: (error) => console.error(error),
    clock: systemClock,
    isHidden: () => globalThis.document?.visibilityState === 'hidden',
    ...defaultOptions,
    ...(defined as Omit<ClientOptions, 'url'>),
    transports: given.transports?.length ? given.transports : [webSocket(url as string)],
    backoff: { ...defaultBackoff, ...given.backoff },
  }
}
