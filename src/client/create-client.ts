// The framework-free client: wires the parts, and is the only file that knows them all.
import { systemClock } from '../base/clock.ts'
import { definedOf } from '../base/defined.ts'
import { createEmitter, throwLater, type Undo } from '../base/emitter.ts'
import { RealtimeError } from '../base/errors.ts'
import { createScope } from '../base/scope.ts'
import type { SubscriptionSpec } from '../protocol/filter.ts'
import type { ErrorFrame, ServerFrame, WelcomeFrame } from '../protocol/frames.ts'
import { webSocket } from '../transports/websocket.ts'
import { createAcks } from './acks.ts'
import { resolveBackoff } from './backoff.ts'
import { createConnection } from './connection.ts'
import { createCredentials } from './credentials.ts'
import { createDelivery } from './delivery.ts'
import { createInbox } from './inbox.ts'
import { type ClientOptions, defaultOptions, type ResolvedOptions } from './options.ts'
import { createPositions } from './positions.ts'
import { createQuarantine } from './quarantine.ts'
import type { RealtimeClient, Resync } from './realtime-client.ts'
import { createSeenIds } from './seen-ids.ts'
import { createSubscriber } from './subscriber.ts'
import { createSubscriptions, type EventsListener, type Subscription } from './subscriptions.ts'

/** Creates a client. Nothing connects until somebody holds it. Throws `invalid-url` where it has nowhere to connect to. */
export function createClient(given: ClientOptions): RealtimeClient {
  const options = resolveOptions(given)
  const { clock } = options
  const scope = createScope(clock)
  const counters = { delivered: 0, resumes: 0, lost: 0 }
  const report = (what: string) => (cause: unknown) => options.onError(thrownBy(what, cause))

  const states = createEmitter<void>(report('A listener to the state of the link'))
  const resyncs = createEmitter<Resync>(report('A listener to resyncs'))
  const quarantine = createQuarantine()
  const seenIds = createSeenIds()
  const positions = createPositions()
  const refused = new Map<Subscription, string>()
  /** Subscriptions of the cache that the server has not answered yet. */
  const joining = new Set<string>()
  const subscriptions = createSubscriptions({
    scope,
    releaseMs: options.releaseMs,
    onJoin: (subscription) => subscriber.joined(subscription),
    onLeave(subscription) {
      refused.delete(subscription)
      joining.delete(subscription.id)
      subscriber.left(subscription)
    },
    onError: report('A listener to events'),
  })
  const delivery = createDelivery({
    scope,
    now: clock.now,
    isHidden: options.isHidden,
    gapMs: options.flushGapMs,
    hiddenGapMs: options.hiddenFlushGapMs,
    flush(events) {
      counters.delivered += events.length
      subscriptions.deliver(events)
    },
  })
  const connection = createConnection(options, createCredentials(options.getToken, options.tokenTimeoutMs), {
    state: () => states.emit(),
    ready: linkIsUp,
    message(text, sse) {
      // Between the last holder's leaving and the end of the link nobody would apply it: unconfirmed, it comes again.
      if (holders > 0) inbox.receive(text, sse)
      else connectAsWanted()
    },
    plainParams: () => subscriber.addressParams(),
    resumes: () => positions.some,
    resync: () => signal({ streams: 'all', cause: 'requested' }),
    error: options.onError,
  })
  const state = () => connection.state
  const acks = createAcks(connection.send)
  const subscriber = createSubscriber({
    state,
    send: connection.send,
    current: () => subscriptions.current,
    knownTypes: Object.keys(options.events ?? {}),
    lastEventId: () => positions.lastEventId,
  })
  const inbox = createInbox({
    now: clock.now,
    state,
    table: options.events,
    exempt: new Set(options.exempt),
    acks: options.acks ? acks : null,
    delivery,
    positions,
    quarantine,
    seenIds,
    onFrame: receiveFrame,
    onLost: (stream) => signal({ streams: [stream], cause: 'lost' }),
  })

  let holders = 0
  let enabled = true
  let paused = false
  let identity: unknown
  let wasUpBefore = false

  // ── whether to be connected ───────────────────────────────────────────────────────────────────────────────────

  function connectAsWanted() {
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
    if (holders++ === 0) connectAsWanted()
    let held = true
    return () => {
      if (!held) return
      held = false
      holders--
      // A task later: StrictMode and a moved provider let go and take hold again within this one.
      if (holders === 0) scope.timeout(() => holders === 0 && connectAsWanted(), 0)
    }
  }

  function configure(settings: { identity?: unknown; enabled?: boolean }) {
    if (scope.disposed) return
    const sameUser = Object.is(settings.identity, identity)
    identity = settings.identity
    if (!sameUser) forget()
    const wasEnabled = enabled
    enabled = settings.enabled ?? true
    if (holders === 0) {
      // The link of the old user may still be up, if whoever held it has left in this very task.
      if (!sameUser && connection.state.name !== 'idle') connection.stop('another user')
      return
    }
    if (enabled !== wasEnabled) connectAsWanted()
    else if (!sameUser && enabled && !paused) connection.restart()
  }

  /** What one user received is nothing to another. */
  function forget() {
    positions.clear()
    seenIds.clear()
    delivery.clear()
    quarantine.clear()
    connection.forgetUser()
    wasUpBefore = false
  }

  // ── the link ──────────────────────────────────────────────────────────────────────────────────────────────────

  function linkIsUp(welcome: WelcomeFrame | null) {
    refused.clear()
    if (positions.some) counters.resumes++
    acks.canGroup = welcome?.capabilities?.includes('ack-ids') ?? false
    if (welcome === null) {
      subscriber.beginPlain()
      signal({ streams: 'all', cause: wasUpBefore ? 'unconfirmed' : 'joined' })
      connection.synced()
    } else {
      const isBlank = wasUpBefore && !positions.some
      const { question, dropped } = positions.ask()
      subscriber.begin(welcome.capabilities ?? [])
      // Sent even with nothing to resume: a livecache server holds events back until it knows where to go on.
      connection.send({ type: 'resume', ...question })
      // Without a position nobody can say whether something happened meanwhile.
      if (isBlank) signal({ streams: 'all', cause: 'unconfirmed' })
      if (dropped.length > 0) signal({ streams: dropped, cause: 'lost' })
    }
    wasUpBefore = true
  }

  function receiveFrame(frame: ServerFrame) {
    if (connection.control(frame)) return
    switch (frame.type) {
      case 'subscribed': {
        const joined = positions.join(frame.streams ?? {})
        if (frame.ref !== undefined && joining.delete(frame.ref)) signal({ streams: 'all', cause: 'joined' })
        else if (joined.length > 0) signal({ streams: joined, cause: 'joined' })
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

  function receiveError({ ref, code, message = code }: ErrorFrame) {
    const subscription = subscriptions.current.find(({ id }) => id === ref)
    if (subscription !== undefined) refused.set(subscription, message)
    const sentence =
      subscription === undefined
        ? `The server reports a fault: ${message} (${code}). Something this client asked for was not done; the link goes on.`
        : `The server refused the subscription to ${subscription.spec.events.join(', ')}: ${message} (${code}). Its events will not come; ask for what this user may read.`
    options.onError(new RealtimeError('refused', sentence))
  }

  /** What the cache begins to hear only now, it did not hear before, also on streams whose positions others have moved on. */
  function cacheJoins(isNew: boolean, { id }: Subscription) {
    const { state: now } = connection
    const isUp = now.name === 'connected'
    // The answer of the server says from where on it hears.
    if (isUp ? isNew && now.server === 'livecache' : positions.some) joining.add(id)
    else if (isUp) signal({ streams: 'all', cause: 'joined' })
  }

  function signal(resync: Resync) {
    if (resync.cause !== 'joined') counters.lost++
    // What came before the signal is in the cache first: the signal fetches what is newer.
    delivery.flush()
    resyncs.emit(resync)
  }

  return {
    getState: state,
    onState: states.on,
    onResync: resyncs.on,
    subscribe(spec, listener, phase = 'app') {
      const known = subscriptions.find(checkedSpec(spec))
      const leave = subscriptions.add(spec, phase, listener)
      if (phase === 'cache') cacheJoins(known === undefined, subscriptions.find(spec)!)
      return () => {
        // What waits for its flush was confirmed to the server: it will not come again for whoever listens next.
        if (phase === 'cache') delivery.flush()
        leave()
      }
    },
    on(types, handler, listenOptions = {}) {
      const events = typeof types === 'string' ? [types] : types
      const listener: EventsListener = (batch) => {
        for (const event of batch) {
          const failed = report(`A handler of ${events.join(', ')}, on event ${event.id ?? event.type},`)
          try {
            // It may be an async function, though its type does not say so.
            const result: unknown = handler(event)
            if (result instanceof Promise) result.catch(failed)
          } catch (error) {
            failed(error)
          }
        }
      }
      return subscriptions.add(checkedSpec({ events, ...listenOptions }), 'app', listener)
    },
    hold,
    configure,
    reconnect() {
      paused = false
      if (holders > 0 && enabled && !scope.disposed) connection.restart()
    },
    pause() {
      paused = true
      connectAsWanted()
    },
    resume() {
      paused = false
      connectAsWanted()
    },
    inspect: () => ({
      state: connection.state,
      counters: {
        ...counters,
        ...inbox.counters,
        quarantined: quarantine.count,
        acked: acks.sent,
        dials: connection.dials,
      },
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

function thrownBy(what: string, cause: unknown): RealtimeError {
  if (cause instanceof RealtimeError) return cause
  return new RealtimeError('handler-threw', `${what} threw. The others were served; mend it, or catch inside it.`, {
    cause,
  })
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

function resolveOptions({ url, transports, backoff, ...rest }: ClientOptions): ResolvedOptions {
  const { onError = (error) => console.error(error) } = rest
  return {
    clock: systemClock,
    isHidden: () => globalThis.document?.visibilityState === 'hidden',
    ...defaultOptions,
    ...definedOf(rest),
    transports: transports?.length ? transports : [webSocket(url as string)],
    backoff: resolveBackoff(backoff),
    onError(error) {
      // What reports a failure must not become one in the middle of it.
      try {
        onError(error)
      } catch (thrown) {
        throwLater(thrown)
      }
    },
  }
}
