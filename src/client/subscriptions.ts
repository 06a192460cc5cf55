// Who listens to what: the first user of a subscription subscribes, the last one leaves (a little later, since a remount
// follows an unmount). How that is said to a server is wire-subscriptions.ts.
import type { Scope } from '../base/scope.ts'
import type { Undo } from '../base/emitter.ts'
import { RealtimeError } from '../base/errors.ts'
import type { RealtimeEvent } from '../protocol/event.ts'
import { matchesSubscription, type SubscriptionSpec } from '../protocol/filter.ts'

/** Called with the events of one flush that match, in order. */
export type EventsListener = (events: readonly RealtimeEvent[]) => void

/**
 * Who is served first: `cache` before `app`, so that who reads the cache reads what the rules have written. Both get the
 * events of a flush in one call. `handler` gets them one by one, each before any handler gets the next.
 */
export type Phase = 'cache' | 'app' | 'handler'

/** One subscription at the server, shared by everybody who asks for the same. */
export interface Subscription {
  /** Ours, unique in this client. */
  readonly id: string
  readonly spec: SubscriptionSpec
}

/** What the server says to a subscription. */
export type SubscriptionStatus = { status: 'pending' | 'subscribed' } | { status: 'refused'; reason: string }

export interface Subscriptions {
  add(spec: SubscriptionSpec, phase: Phase, listener: EventsListener): Undo
  /** @param goesOn false once the rest is nobody's any more: another user, or the end */
  deliver(events: readonly RealtimeEvent[], goesOn?: () => boolean): void
  /** Whether anybody listens for this one. */
  wants(event: RealtimeEvent): boolean
  /** The one that asks for the same, if there is one. */
  find(spec: SubscriptionSpec): Subscription | undefined
  /** Those that somebody listens to in this phase. */
  inPhase(phase: Phase): readonly Subscription[]
  readonly current: readonly Subscription[]
}

export interface SubscriptionsOptions {
  scope: Scope
  releaseMs: number
  onJoin: (subscription: Subscription) => void
  /** Somebody else asks for the same. */
  onJoinAgain: (subscription: Subscription) => void
  onLeave: (subscription: Subscription) => void
  /** A listener threw; the others were served. */
  onError: (error: unknown) => void
}

interface Entry extends Subscription {
  users: number
  cancelRelease: Undo | null
}

export function createSubscriptions(options: SubscriptionsOptions): Subscriptions {
  const { scope, releaseMs, onJoin, onJoinAgain, onLeave, onError } = options
  const entries = new Map<string, Entry>()
  const listeners = { cache: new Set<Listener>(), app: new Set<Listener>(), handler: new Set<Listener>() }
  let lastId = 0

  function join(spec: SubscriptionSpec): { subscription: Subscription; leaveEntry: Undo } {
    const key = keyOf(spec)
    let entry = entries.get(key)
    if (entry === undefined) {
      entry = { id: `s${++lastId}`, spec, users: 0, cancelRelease: null }
      entries.set(key, entry)
      onJoin(entry)
    } else onJoinAgain(entry)
    entry.users++
    entry.cancelRelease?.()
    entry.cancelRelease = null
    return { subscription: entry, leaveEntry: () => leave(key, entry) }
  }

  function leave(key: string, entry: Entry) {
    entry.users--
    if (entry.users > 0) return
    entry.cancelRelease = scope.timeout(() => {
      entries.delete(key)
      onLeave(entry)
    }, releaseMs)
  }

  function serve({ spec, run }: Listener, events: readonly RealtimeEvent[]) {
    const wanted = events.filter((event) => matchesSubscription(event, spec))
    if (wanted.length === 0) return
    try {
      run(wanted)
    } catch (error) {
      onError(error)
    }
  }

  function serveAll(phase: ReadonlySet<Listener>, events: readonly RealtimeEvent[], goesOn: () => boolean) {
    // A copy: who joins while others are served hears only what comes next, who leaves hears nothing more.
    for (const listener of [...phase]) if (phase.has(listener) && goesOn()) serve(listener, events)
  }

  return {
    add(spec, phase, run) {
      const { subscription, leaveEntry } = join(spec)
      const listener = { subscription, spec, run }
      listeners[phase].add(listener)
      return () => {
        if (listeners[phase].delete(listener)) leaveEntry()
      }
    },
    deliver(events, goesOn = () => true) {
      serveAll(listeners.cache, events, goesOn)
      serveAll(listeners.app, events, goesOn)
      if (listeners.handler.size > 0) for (const event of events) serveAll(listeners.handler, [event], goesOn)
    },
    wants: (event) =>
      Object.values(listeners).some((phase) => [...phase].some(({ spec }) => matchesSubscription(event, spec))),
    inPhase: (phase) => [...new Set([...listeners[phase]].map(({ subscription }) => subscription))],
    find: (spec) => entries.get(keyOf(spec)),
    get current() {
      return [...entries.values()]
    },
  }
}

interface Listener {
  subscription: Subscription
  spec: SubscriptionSpec
  run: EventsListener
}

/** The same for subscriptions that ask for the same, in whatever order they say it. */
export function keyOf({ events, filters, streams }: SubscriptionSpec): string {
  return JSON.stringify([[...new Set(events)].toSorted(), sorted(filters), streams && [...new Set(streams)].toSorted()])
}

function sorted(filters: SubscriptionSpec['filters']): unknown {
  const given = Object.entries(filters ?? {}).filter(([, value]) => value !== undefined && value !== null)
  return given.toSorted(([a], [b]) => (a < b ? -1 : 1))
}

/** Answers it as it is. Throws `invalid-option` where it names nothing to listen to. */
export function checkedSpec(spec: SubscriptionSpec): SubscriptionSpec {
  if (spec.events.length === 0 || spec.events.some((type) => typeof type !== 'string' || type === '')) {
    throw new RealtimeError(
      'invalid-option',
      'A subscription needs at least one event type, such as "goal.created" or "goal.*", and each must be a text that is not empty.',
    )
  }
  return spec
}
