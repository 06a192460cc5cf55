// What the conformance checks need of whoever wants a transport judged.
import type { ClientFrame } from '../protocol/frames.ts'
import type { Transport } from '../transports/transport.ts'

/** A server of realtime.v1, and transports to it. Whatever it does may take its time: a promise is waited for. */
export interface TransportBench {
  /** A transport of the kind that is judged, to the server. */
  createTransport(): Transport
  /** One of the same kind, to an address where nobody answers. */
  createRefusedTransport(): Transport
  /** One of another kind to the same server, to change to in mid-stream. @default a second one of the same kind */
  createOtherTransport?(): Transport
  /** Publishes an event on a stream that every session may read. */
  publish(event: { type: string; payload: unknown }): unknown
  /** Ends every link at once and without a word, as a broken network does. New ones may be opened. */
  cut(): unknown
  /** Every frame that clients have said, in the order in which the server heard them. */
  received(): readonly ClientFrame[] | Promise<readonly ClientFrame[]>
  /** Ends the server and starts another one in its place, which remembers nothing. Left out: not judged. */
  restart?(): unknown
  /** To sign in with. @default none */
  token?: string
  /** How long anything may take, in ms. @default 10_000 */
  limitMs?: number
}
