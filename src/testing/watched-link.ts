// A link that notes what it is told, and what no transport may do.
import { systemClock } from '../base/clock.ts'
import { type ClientFrame, protocolName } from '../protocol/frames.ts'
import type { Transport, TransportClosure } from '../transports/transport.ts'
import { until } from './check.ts'
import type { TransportBench } from './transport-bench.ts'

export interface WatchedLink {
  readonly opened: boolean
  readonly protocol: string | null
  readonly closures: readonly TransportClosure[]
  /** How often anything was called back. */
  readonly said: number
  /** What it did against the rules of the port. */
  readonly faults: readonly string[]
  /** A type of event that nobody else publishes. */
  readonly eventType: string
  /** Whether a frame of this type has arrived. */
  has(type: string): boolean
  /** Payloads of the events of its own type. */
  payloads(): unknown[]
  send(frame: ClientFrame): void
  signIn(): void
  close(): void
}

export function watchLink(transport: Transport, { token }: TransportBench): WatchedLink {
  const frames: { type: string; payload?: unknown }[] = []
  const closures: TransportClosure[] = []
  const faults: string[] = []
  const eventType = `conformance.${crypto.randomUUID()}`
  let protocol: string | null = null
  let opened = false
  let closed = false
  let said = 0
  let opening = true

  function hear(what: string, fitsIf: boolean) {
    said++
    if (opening) faults.push(`${what} was called before open() returned`)
    if (closed) faults.push(`${what} was called after close()`)
    if (closures.length > 0) faults.push(`${what} was called after closed`)
    if (!fitsIf) faults.push(`${what} was called out of turn`)
  }

  const link = transport.open(
    {
      protocol: protocolName,
      params: {},
      credential: transport.oneWay === true && token !== undefined ? { token, place: 'header' } : null,
      lastEventId: null,
      clock: systemClock,
      isHidden: () => false,
    },
    {
      opened(chosen) {
        hear('opened', !opened)
        opened = true
        protocol = chosen
      },
      message(text) {
        hear('message', opened)
        // A server may pack several into one message.
        frames.push(...[JSON.parse(text) as { type: string } | { type: string }[]].flat())
      },
      alive: () => hear('alive', opened),
      closed(closure) {
        hear('closed', true)
        closures.push(closure)
      },
    },
  )
  opening = false
  return {
    get opened() {
      return opened
    },
    get protocol() {
      return protocol
    },
    get said() {
      return said
    },
    closures,
    faults,
    eventType,
    has: (type) => frames.some((frame) => frame.type === type),
    payloads: () => frames.filter(({ type }) => type === eventType).map(({ payload }) => payload),
    send: (frame) => link.send(frame),
    signIn() {
      // One way, the token went with the request.
      if (transport.oneWay !== true) link.send({ type: 'auth', ...(token !== undefined && { token }) })
    },
    close() {
      closed = true
      link.close()
    },
  }
}

/** Until events flow. */
export async function joinServer(link: WatchedLink, bench: TransportBench): Promise<void> {
  await until(() => link.opened, 'the link opens', bench)
  link.signIn()
  await until(() => link.has('welcome'), 'the welcome arrives', bench)
  link.send({ type: 'subscribe', id: 'conformance', events: [link.eventType] })
  link.send({ type: 'resume', streams: {} })
  await until(() => link.has('resumed'), 'the server answers resume', bench)
}
