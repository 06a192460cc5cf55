// Whether what happens on streams is heard now: the question behind a Live badge. What is listened to is subscriptions.ts, how far
// it was read positions.ts, whether the link lives liveness.ts.
import { streamsOverlap } from '../protocol/filter.ts'
import type { ServerFrame } from '../protocol/frames.ts'
import type { Connection } from './connection.ts'
import type { Positions } from './positions.ts'
import type { Session } from './session.ts'
import type { Subscription, Subscriptions } from './subscriptions.ts'

export interface HearingParts {
  connection: Pick<Connection, 'state' | 'isHeard'>
  session: Pick<Session, 'isCaughtUp' | 'statusOf'>
  subscriptions: Pick<Subscriptions, 'inPhase'>
  positions: Pick<Positions, 'knows' | 'count'>
  /** Whether the server waits to be told of subscriptions by another address. */
  isOutdated: () => boolean
  /** An answer may be another one than before. */
  onChange: () => void
}

export interface Hearing {
  /** See `RealtimeClient.hears`. */
  hears(streams: readonly string[]): boolean
  /** A frame came that may change an answer. */
  received(frame: ServerFrame): void
  /** The end of a message: tells of what it changed, once. */
  settle(): void
  /** Tells now. */
  tell(): void
}

export function createHearing(parts: HearingParts): Hearing {
  const { connection, session, subscriptions, positions, isOutdated, onChange } = parts
  let isChanged = false
  /** Streams that were positioned when it was last told. */
  let toldCount = 0

  const areInEffect = (wanted: readonly Subscription[]) =>
    wanted.length > 0 && wanted.every((subscription) => session.statusOf(subscription).status === 'subscribed')

  function tell() {
    isChanged = false
    toldCount = positions.count
    onChange()
  }

  return {
    hears(streams) {
      const { state } = connection
      if (state.name !== 'connected' || !connection.isHeard || !session.isCaughtUp || isOutdated()) return false
      const cached = subscriptions.inPhase('cache')
      // A plain server knows no positions.
      const isPositioned = (stream: string) => state.server === 'plain' || positions.knows(stream)
      const isHeard = (stream: string) => isPositioned(stream) && areInEffect(concerning(cached, stream))
      return streams.length === 0 ? areInEffect(cached) : streams.every(isHeard)
    },
    received: ({ type }) => void (isChanged ||= changing.has(type)),
    settle() {
      // The first event of a stream positions it too.
      if (isChanged || positions.count !== toldCount) tell()
    },
    tell,
  }
}

/** Frames that say what may be heard, and what is heard from now on. */
const changing: ReadonlySet<ServerFrame['type']> = new Set(['subscribed', 'resumed', 'revoked', 'error'])

const concerning = (subscriptions: readonly Subscription[], stream: string): readonly Subscription[] =>
  subscriptions.filter(({ spec }) => spec.streams?.some((name) => streamsOverlap(name, stream)) ?? true)
