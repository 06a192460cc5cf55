// What all steps share: what is asked for, what limits them, where they tell what they found.
import type { TransportClosure } from '../../transports/transport.ts'
import type { Report } from './report.ts'

/** Where the token goes. `first-frame`: as a livecache server wants it. */
export type Auth = 'first-frame' | 'query' | 'subprotocol' | 'none'

export interface Wanted {
  /** `wss://…`, `ws://…`, or the same as `https://…`. */
  readonly url: string
  readonly token: string | null
  readonly auth: Auth
  /** The page whose browser is played, such as `https://app.example.com`. */
  readonly origin: string | null
  /** Types and patterns; none: all. */
  readonly events: readonly string[]
  /** Null: where a livecache server beside `url` would have it. */
  readonly sse: string | null
  readonly poll: string | null
  /** Whether heartbeats are waited for. */
  readonly quick: boolean
  readonly limits: Limits
}

/** All in ms. */
export interface Limits {
  /** The whole. */
  readonly totalMs: number
  /** From the name to the answer to an upgrade. */
  readonly handshakeMs: number
  /** For the server to answer a frame. */
  readonly answerMs: number
  /** How long a plain server that says nothing is watched before it counts as one that let us in. */
  readonly settleMs: number
  /** For the first byte of a stream. */
  readonly firstByteMs: number
  /** How often a server should show a sign of life that does not say how often. */
  readonly heartbeatMs: number
  /** By how much a heartbeat may be late. */
  readonly slackMs: number
  /** How long events are waited for, at least. */
  readonly listenMs: number
}

export const defaultLimits: Limits = {
  totalMs: 45_000,
  handshakeMs: 8_000,
  answerMs: 5_000,
  settleMs: 1_500,
  firstByteMs: 5_000,
  heartbeatMs: 30_000,
  slackMs: 2_000,
  listenMs: 3_000,
}

export interface Closing extends TransportClosure {
  /** During which step: `the session`. */
  readonly where: string
}

export interface Examination {
  readonly wanted: Wanted
  readonly report: Report
  /** Ends all that is going on. */
  readonly signal: AbortSignal
  /** Links that the server ended. */
  readonly closings: Closing[]
  /** What is left of the whole, in ms. */
  leftMs(): number
}

/** A token that no server can know, for the question how it answers one. */
export const wrongToken = 'livecache-doctor-made-this-up'
/** A page that no server can know. */
export const foreignOrigin = 'https://livecache-doctor.invalid'
