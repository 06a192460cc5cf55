// The server's half, free of Node: sessions, the log, and telling one about the other.
import { type Clock, systemClock } from '../base/clock.ts'
import { definedOf } from '../base/defined.ts'
import { RealtimeError } from '../base/errors.ts'
import { encodeAsOf } from '../protocol/as-of.ts'
import { closeCodes } from '../protocol/codes.ts'
import { isPattern } from '../protocol/filter.ts'
import type { Verify } from './access.ts'
import { createEventLog, type EventFrame, type NewEvent } from './event-log.ts'
import { createFanOut } from './fan-out.ts'
import { asItTravels } from './publishable.ts'
import { type AuthorizePublish, createPublishing } from './publishing.ts'
import { createSession, type Session, type SessionRequest, type SessionSink } from './session.ts'

export interface HubOptions {
  /** Says who a token belongs to and which streams that one may read. */
  verify: Verify
  /** Time between two pings, in ms. @default 30_000 */
  heartbeatMs?: number
  /** How long an event may stay unconfirmed before its session is ended, in ms. `Infinity` asks for no acks. @default 30_000 */
  ackTimeoutMs?: number
  /** How long a client may take to sign in, in ms. @default 10_000 */
  authTimeoutMs?: number
  /** How long an event can be replayed, in ms; more than `ackTimeoutMs` + 42 s, the longest way back of a client. @default 300_000 */
  retentionMs?: number
  /** How many events of one stream are kept. @default 1_000 */
  maxPerStream?: number
  /** How many events a session may leave unconfirmed before it has to begin anew. @default 10_000 */
  maxUnacked?: number
  /**
   * Whether a client may publish something, and as what. What it allowed is not asked again, however often the client has to send it.
   * @default nobody may publish, and clients are told so
   */
  authorizePublish?: AuthorizePublish
  /** Told of faults of the app's own functions that were survived. @default prints them with console.error */
  onError?: (error: RealtimeError) => void
  clock?: Clock
}

export interface Hub {
  /** Sends an event to everybody who subscribed to it and may read its stream. Returns it with its id and place. */
  publish(event: NewEvent): EventFrame
  /**
   * How new an answer of the app's API is, for its header `Livecache-As-Of`: where these streams are now, 0 where they had no event yet.
   * Ask before the data is read, and publish only what can be read already: then the answer holds all of that, and maybe more.
   * Throws `invalid-option` for a pattern, which has no place.
   * @param streams those that feed what is answered
   */
  asOf(streams: readonly string[]): string
  /** Begins a session for a socket that was opened. */
  connect(sink: SessionSink, request: SessionRequest): Session
  /** The identity of the event log. */
  readonly epoch: string
  readonly sessions: number
  /** Ends every session and takes no more. @param code @default 1012, so that clients come back later */
  close(code?: number, reason?: string): void
}

/** An ack may be this late, then the longest wait between attempts, then the time to open: the longest way back of a client. */
const wayBackMs = 32_000 + 10_000

export function createHub(given: HubOptions): Hub {
  const options = {
    heartbeatMs: 30_000,
    ackTimeoutMs: 30_000,
    authTimeoutMs: 10_000,
    retentionMs: 300_000,
    maxPerStream: 1_000,
    maxUnacked: 10_000,
    authorizePublish: undefined,
    onError: (error: RealtimeError) => console.error(error),
    clock: systemClock,
    ...definedOf(given),
  }
  const { clock, retentionMs, ackTimeoutMs } = options
  if (ackTimeoutMs !== Infinity && retentionMs <= ackTimeoutMs + wayBackMs) {
    throw new RealtimeError(
      'invalid-option',
      `retentionMs is ${retentionMs}, so events would be forgotten before a client that lost its link could come back for them. Make it more than ackTimeoutMs + ${wayBackMs} (${ackTimeoutMs + wayBackMs}).`,
    )
  }
  const log = createEventLog({ now: clock.now, retentionMs, maxPerStream: options.maxPerStream })
  const fanOut = createFanOut()
  let closed = false

  function append(event: NewEvent): EventFrame {
    const logged = log.append(event)
    fanOut.publish(logged)
    return logged.frame
  }

  const { authorizePublish: authorize, onError } = options
  const publishing = createPublishing({ authorize, publish: append, now: clock.now, retentionMs, onError })

  return {
    epoch: log.epoch,
    get sessions() {
      return fanOut.size
    },
    publish: (event) => append(asItTravels(event)),
    asOf: (streams) => encodeAsOf(Object.fromEntries(streams.map((stream) => [stream, log.head(named(stream))]))),
    connect(sink, request) {
      const session = createSession(request, sink, { ...options, log, publishing }, () => fanOut.remove(session))
      if (closed) session.end(closeCodes.serverRestart, 'the server is going away')
      else fanOut.add(session)
      return session
    },
    close(code = closeCodes.serverRestart, reason = 'the server is going away') {
      closed = true
      fanOut.endAll(code, reason)
    },
  }
}

function named(stream: string): string {
  if (typeof stream === 'string' && stream !== '' && !isPattern(stream)) return stream
  throw new RealtimeError(
    'invalid-option',
    `asOf needs the names of streams, and ${JSON.stringify(stream)} is none, so nobody could tell how new the answer is. Name each stream that feeds it, such as "tenant:3".`,
  )
}
