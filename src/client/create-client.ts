// The framework-free client: wires the parts, and is the only file that knows them all.
import { createEmitter, type Emitter, throwLater, type Undo } from '../base/emitter.ts'
import { RealtimeError } from '../base/errors.ts'
import { createScope } from '../base/scope.ts'
import type { RealtimeEvent } from '../protocol/event.ts'
import { createAcks } from './acks.ts'
import { createAnswers } from './answers.ts'
import { handlerAsListener, reportThrownTo } from './app-code.ts'
import { createConnection } from './connection.ts'
import { abilities, type ConnectionState } from './connection-machine.ts'
import { createCredentials } from './credentials.ts'
import { createDelivery } from './delivery.ts'
import { createDemand } from './demand.ts'
import { createTell } from './diagnostics.ts'
import { createFrames } from './frames.ts'
import { createHearing } from './hearing.ts'
import { createInbox } from './inbox.ts'
import { noteWanted } from './notices.ts'
import { type ClientOptions, type ResolvedOptions, resolveOptions } from './options.ts'
import { createOutbox } from './outbox.ts'
import { createPositions } from './positions.ts'
import { createQuarantine } from './quarantine.ts'
import type { ClientInspection, RealtimeClient } from './realtime-client.ts'
import { type Resync, streamsOf } from './resync.ts'
import type { Revoked } from './revoked.ts'
import { createSeenIds } from './seen-ids.ts'
import { createSequencer } from './sequencer.ts'
import { createSession } from './session.ts'
import { createSubscriber } from './subscriber.ts'
import { checkedSpec, createSubscriptions } from './subscriptions.ts'

/** How long a plain server that hears only the address is left with the old one, in ms. */
const redialAfterMs = 250

/** Creates a client. Nothing connects until somebody holds it. Throws `invalid-url` where it has nowhere to connect to. */
export function createClient(given: ClientOptions): RealtimeClient {
  const resolved = resolveOptions(given)
  const { clock, page } = resolved
  let lastError: ClientInspection['lastError'] = null
  const tell = createTell({ ...resolved, onDiagnostic: resolved.onDiagnostic, onError: throwLater })
  const onError = (error: RealtimeError) => {
    lastError = { code: error.code, message: error.message, at: clock.now() }
    tell('error', { code: error.code, message: error.message })
    resolved.onError(error)
  }
  const options: ResolvedOptions = { ...resolved, onError }
  const scope = createScope(clock)
  const counters = { delivered: 0, lost: 0 }
  const report = reportThrownTo(onError)

  const states = createEmitter<void>(report('A listener to the state of the link'))
  const resyncs = createEmitter<Resync>(report('A listener to resyncs'))
  const flushes = createEmitter<Personal<readonly RealtimeEvent[]>>(report('A listener to flushes'))
  const revocations = createEmitter<Personal<Revoked>>(report('A listener to revocations'))
  const quarantine = createQuarantine(({ reason, path, eventType }) => tell('quarantine', { reason, path, eventType }))
  const seenIds = createSeenIds()
  const positions = createPositions()
  const subscriptions = createSubscriptions({
    scope,
    releaseMs: options.releaseMs,
    onJoin: (subscription) => subscriber.joined(subscription),
    onJoinAgain(subscription) {
      // Refused to somebody before: what a user may read can have changed.
      if (session.statusOf(subscription).status === 'refused') subscriber.joined(subscription)
    },
    onLeave(subscription) {
      session.left(subscription)
      subscriber.left(subscription)
    },
    onError: report('A listener to events'),
  })
  const delivery = createDelivery({
    scope,
    now: clock.now,
    isHidden: page.isHidden,
    gapMs: options.flushGapMs,
    hiddenGapMs: options.hiddenFlushGapMs,
    frames: createFrames({ scope, now: clock.now, requestFrame: page.requestFrame }),
    budgetMs: options.flushBudgetMs,
    maxQueued: options.maxQueuedEvents,
    flush(events) {
      // One that was being read when the client ended may still have been queued.
      if (scope.disposed) return
      counters.delivered += events.length
      const goesOn = whileSameUser()
      flushes.emit({ value: events, goesOn })
      subscriptions.deliver(events, goesOn)
    },
    overflow(dropped) {
      tell('overflow', { dropped: dropped.length })
      signal({ streams: streamsOf(dropped), cause: 'overflow' })
    },
    slow: (durationMs, events) => tell('slow-flush', { durationMs, events }),
  })
  const sequencer = createSequencer({
    scope,
    now: clock.now,
    positions,
    holdMs: options.holdBackMs,
    maxHeld: options.maxHeldBack,
    deliver: (event) => inbox.handOver(event),
    old: (event) => inbox.repeated(event),
    lost(gap) {
      tell('gap', gap)
      signal({ streams: [gap.stream], cause: 'lost' })
    },
    settle() {
      inbox.settle()
      hearing.settle()
    },
  })
  const connection = createConnection(options, createCredentials(options.getToken, options.tokenTimeoutMs, clock), {
    state: stateChanged,
    ready(welcome) {
      const { isCaughtUp } = session
      session.begin(welcome)
      if (session.isCaughtUp !== isCaughtUp) hearing.tell()
    },
    message(text, sse) {
      // Between the last holder's leaving and the end of the link nobody would apply it: unconfirmed, it comes again.
      if (isHeld()) inbox.receive(text, sse)
      else connectAsWanted()
      hearing.settle()
    },
    plainParams: () => subscriber.addressParams(),
    lastEventId: () => positions.lastEventId,
    resumes: () => positions.some,
    resync: () => signal({ streams: 'all', cause: 'requested' }),
    blamed: (which, reason) => outbox.blame(which, reason),
    hearing: () => hearing.tell(),
    signedOut: forget,
    error: onError,
    tell,
  })
  const acks = createAcks({
    mode: options.acks,
    scope,
    now: clock.now,
    isHidden: page.isHidden,
    gapMs: options.ackGapMs,
    send: connection.send,
  })
  const answers = createAnswers(scope, options.authTimeoutMs, (what) =>
    connection.giveUp(`the server did not answer ${what} in time`),
  )
  const outbox = createOutbox({
    scope,
    maxQueued: options.maxQueuedPublishes,
    ttlMs: options.publishTtlMs,
    answerLimitMs: options.authTimeoutMs,
    send: connection.send,
    refusal: whyNothingIsKept,
    onLate: connection.verify,
    onSettled: (id, code) =>
      tell('publish', { id, outcome: code === undefined ? 'published' : 'failed', ...(code && { code }) }),
  })
  const subscriber = createSubscriber({
    state: () => connection.state,
    send: connection.send,
    current: () => subscriptions.current,
    knownTypes: Object.keys(options.events ?? {}),
    lastEventId: () => positions.lastEventId,
    onAsked: ({ id }) => answers.expect(id, 'a subscription'),
    hearsOnlyAddress: () => connection.isOneWay,
    onOutdated() {
      // A page that mounts asks for many things at once.
      cancelRedial ??= scope.timeout(() => {
        cancelRedial = null
        connection.redial('other events are wanted')
      }, redialAfterMs)
    },
  })
  const session = createSession({
    connection,
    subscriptions,
    subscriber,
    positions,
    sequencer,
    acks,
    outbox,
    answers,
    signal,
    revoke,
    onError,
  })
  const inbox = createInbox({
    now: clock.now,
    state: () => connection.state,
    table: options.events,
    exempt: new Set(options.exempt),
    acks,
    delivery,
    positions,
    quarantine,
    seenIds,
    sequence: sequencer.receive,
    onReplayed: () => session.replayed(),
    era: () => era + session.link,
    isWanted: subscriptions.wants,
    onFrame(frame) {
      hearing.received(frame)
      session.receive(frame)
    },
  })
  const hearing = createHearing({
    connection,
    session,
    subscriptions,
    positions,
    isOutdated: () => cancelRedial !== null,
    onChange: () => scope.disposed || states.emit(),
  })

  const { isHeld, connectAsWanted, ...wishes } = createDemand({
    connection,
    transports: options.transports,
    scope,
    forget,
  })

  /** Another number once another user is there, or the client is disposed: what is under way then is nobody's any more. */
  let era = 0
  let cancelRedial: Undo | null = null
  let lastState = connection.state

  function whileSameUser(): () => boolean {
    const begun = era
    return () => era === begun
  }

  function stateChanged(state: ConnectionState) {
    if (lastState.name === 'connected' && state.name !== 'connected') session.end()
    if (state.name !== lastState.name) {
      tell('state', { from: lastState.name, to: state.name, ...('reason' in state && { reason: state.reason }) })
    }
    lastState = state
    if (!abilities[state.name].canQueue) outbox.failAll(notConnected(state))
    states.emit()
  }

  /** What one user received or wanted to say is nothing to another. */
  function forget() {
    era++
    sequencer.clear()
    seenIds.clear()
    delivery.clear()
    quarantine.clear()
    connection.forgetUser()
    session.forget()
    lastError = null
    outbox.failAll(
      new RealtimeError(
        'not-connected',
        'Somebody else is signed in now, or nobody, so this was not published. Publish it as whoever is.',
      ),
    )
  }

  // ── what comes and goes ───────────────────────────────────────────────────────────────────────────────────────

  function signal(resync: Resync) {
    if (resync.cause !== 'joined') counters.lost++
    tell('resync', resync)
    // What came before the signal is in the cache first: the signal fetches what is newer.
    delivery.flush()
    delivery.afterFlush(() => resyncs.emit(resync))
  }

  function revoke(revoked: Revoked) {
    const goesOn = whileSameUser()
    tell('revoked', revoked)
    // What came before is handed over first: behind the signal it would show again what may not be read.
    delivery.flush()
    delivery.afterFlush(() => revocations.emit({ value: revoked, goesOn }))
  }

  function whyNothingIsKept(): RealtimeError | null {
    if (scope.disposed)
      return new RealtimeError('disposed', 'This client was disposed, so it publishes nothing. Create a new one.')
    const { state } = connection
    return abilities[state.name].canQueue ? session.publishRefusal : notConnected(state)
  }

  return {
    getState: () => connection.state,
    onState: states.on,
    hears: hearing.hears,
    positionOf: positions.get,
    onResync: resyncs.on,
    onRevoked: ofSameUser(revocations),
    onFlush: ofSameUser(flushes),
    subscribe(spec, listener, phase = 'app') {
      const known = subscriptions.find(checkedSpec(spec))
      noteWanted(spec.events, options.events)
      const leave = subscriptions.add(spec, phase, listener)
      if (phase !== 'cache') return leave
      session.cacheJoins(subscriptions.find(spec)!, known === undefined)
      hearing.tell()
      return () => {
        // What waits for its flush was confirmed to the server: it will not come again for whoever listens next.
        delivery.flush()
        leave()
        hearing.tell()
      }
    },
    on(types, handler, listenOptions = {}) {
      const events = typeof types === 'string' ? [types] : types
      noteWanted(events, options.events)
      return subscriptions.add(
        checkedSpec({ events, ...listenOptions }),
        'handler',
        handlerAsListener(events, handler, report),
      )
    },
    publish: outbox.publish,
    ack({ id }) {
      if (id !== null) acks.confirm(id)
    },
    ...wishes,
    inspect: () => ({
      state: connection.state,
      lastError,
      latency: { p50Ms: connection.latency.percentile(0.5), p95Ms: connection.latency.percentile(0.95) },
      counters: {
        ...counters,
        ...inbox.counters,
        heldBack: sequencer.heldCount,
        quarantined: quarantine.count,
        acked: acks.sent,
        resumes: session.resumes,
        dials: connection.dials,
      },
      lastEventId: positions.lastEventId,
      positions: positions.streams,
      subscriptions: subscriptions.current.map((subscription) => ({
        spec: subscription.spec,
        ...session.statusOf(subscription),
      })),
      publishing: outbox.size,
      quarantine: quarantine.entries,
    }),
    dispose() {
      era++
      delivery.clear()
      outbox.failAll(new RealtimeError('disposed', 'The client was disposed before this was answered.'))
      connection.dispose()
      scope.dispose()
    },
  }
}

/** What one user is told. */
interface Personal<Value> {
  value: Value
  /** False once somebody else is signed in, or the client is disposed. */
  goesOn: () => boolean
}

/** Nothing comes behind a listener that signs another user in. */
function ofSameUser<Value>({ on }: Emitter<Personal<Value>>): (listener: (value: Value) => void) => Undo {
  return (listener) => on(({ value, goesOn }) => void (goesOn() && listener(value)))
}

function notConnected(state: ConnectionState): RealtimeError {
  return new RealtimeError(
    'not-connected',
    `The link is ${state.name}, so nothing is sent and nothing is kept for later. Publish again once it is connected.`,
  )
}
