// Our side of a session: what is said once a link is up (every subscription, then where to go on), and what the server
// answers. The link itself is connection.ts.
import { RealtimeError } from '../base/errors.ts'
import { matchesAnyStream, type SubscriptionSpec } from '../protocol/filter.ts'
import type { ErrorFrame, ServerFrame, WelcomeFrame } from '../protocol/frames.ts'
import type { Acks } from './acks.ts'
import type { Answers } from './answers.ts'
import type { Connection } from './connection.ts'
import type { Outbox } from './outbox.ts'
import type { Positions } from './positions.ts'
import type { Resync } from './resync.ts'
import type { Revoked } from './revoked.ts'
import type { Sequencer } from './sequencer.ts'
import type { Subscriber } from './subscriber.ts'
import type { Subscription, Subscriptions, SubscriptionStatus } from './subscriptions.ts'

export interface SessionParts {
  connection: Connection
  subscriptions: Subscriptions
  subscriber: Subscriber
  positions: Positions
  sequencer: Sequencer
  acks: Acks
  outbox: Outbox
  answers: Answers
  signal: (resync: Resync) => void
  revoke: (revoked: Revoked) => void
  onError: (error: RealtimeError) => void
}

export interface Session {
  begin(welcome: WelcomeFrame | null): void
  /** The link is gone. */
  end(): void
  receive(frame: ServerFrame): void
  /** The cache begins to listen to what it did not hear before. */
  cacheJoins(subscription: Subscription, isNew: boolean): void
  /** Something that was missed came: on a slow network the answer to the resume may take long. */
  replayed(): void
  left(subscription: Subscription): void
  statusOf(subscription: Subscription): SubscriptionStatus
  /** Why this server publishes nothing; null where it does, or where it is not known yet. */
  readonly publishRefusal: RealtimeError | null
  /** Another user: nothing was ever heard. */
  forget(): void
  /** Whether what was missed before this link has come, or is known to be lost. */
  readonly isCaughtUp: boolean
  /** Another number with each link. */
  readonly link: number
  /** Links that began with a position to go on from. */
  readonly resumes: number
}

const unsupported = () =>
  new RealtimeError(
    'publish-unsupported',
    'This server takes nothing that is published, so nobody would be told. Send it through your API, or set authorizePublish at a livecache server.',
  )

export function createSession(parts: SessionParts): Session {
  const {
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
  } = parts
  const statuses = new Map<string, SubscriptionStatus>()
  /** Subscriptions that were in effect for this user, on whichever link: forbidden by now, they were taken away. */
  const granted = new Set<string>()
  /** Subscriptions of the cache that the server has not answered yet. */
  const joining = new Set<string>()
  /** Subscriptions that were said before `resume`, and so are answered before it. */
  let saidBefore: readonly string[] = []
  /**
   * Those of them that were not answered before it all the same, because a frame went astray. What the server looked through
   * was not for them, and so is what happens until they are in effect.
   */
  let late = new Set<string>()
  let wasLate = false
  let isCaughtUp = false
  /** What is missed comes on streams that were never named, too. */
  let isReplaying = false
  /** Another one with each link, so that nothing is done on the next one on behalf of the last. */
  let link = 0
  let toldWithoutHeads = false
  let wasUpBefore = false
  let takesPublish = true
  let resumes = 0

  function beginPlain() {
    // It replays nothing: its next event is no gap, but where each stream begins anew.
    positions.forgetPlaces()
    subscriber.beginPlain()
    isCaughtUp = true
    signal({ streams: 'all', cause: wasUpBefore ? 'unconfirmed' : 'joined' })
    connection.synced()
  }

  function beginLivecache(capabilities: readonly string[]) {
    const isBlank = wasUpBefore && !positions.some
    const { question, dropped } = positions.ask()
    isReplaying = (question.lastEventId ?? question.cursor) !== undefined
    subscriber.begin(capabilities)
    saidBefore = subscriptions.current.map(({ id }) => id)
    // Sent even with nothing to resume: a livecache server holds events back until it knows where to go on.
    answers.expect('resume', 'the resume')
    connection.send({ type: 'resume', ...question })
    // Without a position nobody can say whether something happened meanwhile.
    if (isBlank) signal({ streams: 'all', cause: 'unconfirmed' })
    if (dropped.length > 0) signal({ streams: dropped, cause: 'lost' })
  }

  function subscribed({ ref, streams }: Extract<ServerFrame, { type: 'subscribed' }>) {
    // A server that does not tell the heads leaves it to the first event of a stream where that begins.
    if (streams === undefined) sequencer.knowsHeads = false
    const joined = sequencer.join(streams ?? {}, isReplaying)
    const [isLate, isJoining] = ref === undefined ? [false, false] : inEffect(ref)
    if (isLate) signalLate()
    else if (isJoining) signal({ streams: 'all', cause: 'joined', ...(joined.length === 0 && eventsOf(ref)) })
    else if (joined.length > 0) signal({ streams: joined, cause: 'joined' })
    // Where no heads are told, nobody knows what was missed before the first of all.
    else if (streams === undefined && !toldWithoutHeads) signal({ streams: 'all', cause: 'joined' })
    toldWithoutHeads ||= streams === undefined
  }

  /** Streams that are heard for the first time concern the other subscriptions too. */
  function eventsOf(ref: string | undefined): Pick<Resync, 'events'> {
    const subscription = subscriptions.current.find(({ id }) => id === ref)
    return subscription ? { events: subscription.spec.events } : {}
  }

  function signalLate() {
    signal({ streams: 'all', cause: 'unconfirmed' })
    syncedIfAnswered()
  }

  function inEffect(id: string): [isLate: boolean, isJoining: boolean] {
    answers.received(id)
    statuses.set(id, { status: 'subscribed' })
    granted.add(id)
    return [late.delete(id), joining.delete(id)]
  }

  function resumed({ streams, cursor }: Extract<ServerFrame, { type: 'resumed' }>) {
    answers.received('resume')
    isCaughtUp = true
    isReplaying = false
    if (cursor !== undefined) positions.noteCursor(cursor)
    const answered = link
    const lost = sequencer.resume(streams)
    late = new Set(saidBefore.filter((id) => answers.has(id)))
    if (wasLate) signal({ streams: 'all', cause: 'unconfirmed' })
    else if (lost.length > 0) signal({ streams: lost, cause: 'lost' })
    // Whoever heard of it may have had the link replaced.
    if (link !== answered) return
    wasLate = false
    outbox.open()
    syncedIfAnswered()
  }

  /** A server that leaves subscriptions unanswered is in step with nobody, and its links count as failures. */
  function syncedIfAnswered() {
    if (late.size === 0 && !answers.has('resume')) connection.synced()
  }

  function failed({ ref, code, message = code }: ErrorFrame) {
    if (ref !== undefined && outbox.refused(ref, code, message)) return
    const subscription = subscriptions.current.find(({ id }) => id === ref)
    if (subscription === undefined) {
      return onError(
        new RealtimeError(
          'refused',
          `The server reports a fault: ${message} (${code}). Something this client asked for was not done; the link goes on.`,
        ),
      )
    }
    answers.received(subscription.id)
    joining.delete(subscription.id)
    if (late.delete(subscription.id)) syncedIfAnswered()
    statuses.set(subscription.id, { status: 'refused', reason: message })
    onError(
      new RealtimeError(
        'refused',
        `The server refused the subscription to ${subscription.spec.events.join(', ')}: ${message} (${code}). Its events will not come; ask for what this user may read.`,
      ),
    )
    if (code === 'FORBIDDEN' && granted.delete(subscription.id)) withdraw(subscription)
  }

  function withdraw({ id, spec }: Subscription) {
    const others = subscriptions.current.filter((other) => other.id !== id && statusOf(other).status !== 'refused')
    for (const stream of sequencer.streams) {
      if (!reads(spec, stream)) continue
      if (others.some((other) => reads(other.spec, stream))) sequencer.forgetHeld(stream)
      else sequencer.leave(stream)
    }
    revoke({ streams: spec.streams ?? 'all' })
  }

  function statusOf({ id }: Subscription): SubscriptionStatus {
    const { state } = connection
    // A plain server answers nothing: what it was told holds.
    const isTold = state.name === 'connected' && state.server === 'plain'
    const known = statuses.get(id)
    if (known?.status === 'refused' || (known !== undefined && state.name === 'connected')) return known
    return { status: isTold ? 'subscribed' : 'pending' }
  }

  return {
    begin(welcome) {
      link++
      isCaughtUp = false
      statuses.clear()
      answers.clear()
      wasLate ||= late.size > 0
      late.clear()
      outbox.close()
      sequencer.forgetHeld()
      sequencer.knowsHeads = welcome !== null
      if (positions.some) resumes++
      acks.begin(welcome?.capabilities ?? [], welcome?.ackTimeoutMs)
      takesPublish = welcome?.capabilities?.includes('publish') ?? false
      if (!takesPublish) outbox.failAll(unsupported())
      if (welcome === null) beginPlain()
      else beginLivecache(welcome.capabilities ?? [])
      wasUpBefore = true
    },
    end() {
      link++
      isCaughtUp = isReplaying = false
      answers.clear()
      outbox.close()
      sequencer.forgetHeld()
    },
    receive(frame) {
      if (connection.control(frame)) return
      switch (frame.type) {
        case 'subscribed':
          return subscribed(frame)
        case 'resumed':
          return resumed(frame)
        case 'published':
          return outbox.answered(frame.ref, frame.eventId)
        case 'ping':
          return sequencer.move(frame.streams ?? {})
        case 'resync':
          return signal({ streams: frame.streams ?? 'all', cause: 'requested' })
        case 'revoked':
          for (const stream of frame.streams) sequencer.leave(stream)
          return frame.streams.length > 0 ? revoke({ streams: frame.streams }) : undefined
        case 'error':
          return failed(frame)
        default:
      }
    },
    replayed() {
      if (answers.has('resume')) answers.expect('resume', 'the resume')
    },
    cacheJoins({ id, spec }, isNew) {
      // Also on streams whose positions others have moved on. The answer of the server says from where on it hears.
      const { state } = connection
      const isUp = state.name === 'connected'
      if (isUp ? isNew && state.server === 'livecache' : positions.some) joining.add(id)
      else if (isUp) signal({ streams: 'all', cause: 'joined', events: spec.events })
    },
    left({ id }) {
      late.delete(id)
      statuses.delete(id)
      granted.delete(id)
      joining.delete(id)
      answers.received(id)
    },
    statusOf,
    get isCaughtUp() {
      return isCaughtUp
    },
    get link() {
      return link
    },
    get publishRefusal() {
      return connection.state.name === 'connected' && !takesPublish ? unsupported() : null
    },
    forget() {
      wasUpBefore = wasLate = toldWithoutHeads = false
      late.clear()
      granted.clear()
    },
    get resumes() {
      return resumes
    },
  }
}

const reads = ({ streams }: SubscriptionSpec, stream: string): boolean =>
  streams === undefined || matchesAnyStream(streams, stream)
