// A server in the test's own process: the real hub and the real frames, no port and no waiting.
import { type Clock, systemClock } from '../base/clock.ts'
import type { Undo } from '../base/emitter.ts'
import type { Identity, Verify } from '../hub/access.ts'
import { createHub, type Hub, type HubOptions } from '../hub/create-hub.ts'
import type { EventFrame, NewEvent } from '../hub/event-log.ts'
import { inMemoryTransport } from '../hub/in-memory-transport.ts'
import { createServerFaults, type ServerFaults } from '../hub/server-faults.ts'
import type { SessionSink } from '../hub/session-port.ts'
import type { ClientFrame } from '../protocol/frames.ts'
import type { Transport, TransportLink, TransportListener } from '../transports/transport.ts'

export interface TestServerOptions extends Partial<Omit<HubOptions, 'verify'>> {
  /** @default everybody may read every stream, with any token or none */
  verify?: Verify
}

export interface TestServer {
  /** For `createRealtime({ transports: [server.transport] })`. */
  readonly transport: Transport
  /** Publishes an event. @param event `stream` is `test` unless it says otherwise */
  publish(event: Omit<NewEvent, 'stream'> & { stream?: string }): EventFrame
  /** Every frame clients sent, in order. */
  readonly received: readonly ClientFrame[]
  /** How many links were opened so far, and how many are open. */
  readonly opened: number
  readonly open: number
  /** Cuts every link without a close frame. New ones are refused until `comeBack()`. */
  goDown(): void
  /** Takes links again. `forgetting`: as a new process whose event log is empty. */
  comeBack(options?: { forgetting?: boolean }): void
  /** Cuts every link once; clients may come back at once. @param code @default 1006, no close frame */
  cut(code?: number, reason?: string): void
  /** Links stay open, and nothing travels either way, not even their end: what is said is lost. Nobody answers a new one. */
  mute(): void
  /** Ends that. Links that the server has given up meanwhile stay silent. */
  unmute(): void
  /** Frames that are lost, come twice or in another order, counted. */
  readonly faults: Pick<ServerFaults, 'lose' | 'duplicate' | 'reorder' | 'clear' | 'pending'>
  /** For adapters that bring links of another kind: the sink under the rule of this server's faults, cuts and silence. */
  wrapSink(sink: SessionSink): SessionSink
  /** Whether it takes links: between `goDown()` and `comeBack()` it does not. */
  readonly isUp: boolean
  /** Whether it is silent. */
  readonly isMuted: boolean
  readonly hub: Hub
}

const anybody: Identity = { subject: 'tester', streams: ['*'] }

/** Creates the server; its timers run on `options.clock`, or on the (fake or real) timers of the process. */
export function createTestServer(options: TestServerOptions = {}): TestServer {
  const clock: Clock = options.clock ?? systemClock
  const newHub = () => createHub({ verify: () => anybody, ...options, clock })
  let hub = newHub()
  let isUp = true
  let isMuted = false
  let opened = 0
  const links = new Set<{ listener: TransportListener; end: Undo }>()
  const received: ClientFrame[] = []
  const faults = createServerFaults({ clock })
  const toHub = inMemoryTransport(() => ({
    ...hub,
    connect: (sink, request) => hub.connect(faults.wrap(sink), request),
  }))

  const transport: Transport = {
    name: 'memory',
    open(request, listener) {
      if (isMuted) return silence
      if (!isUp) return refuse(listener)
      opened++
      const watching: TransportListener = {
        opened: (protocol) => isMuted || listener.opened(protocol),
        message: (text, sse) => isMuted || listener.message(text, sse),
        alive: () => isMuted || listener.alive(),
        closed(closure) {
          if (isMuted) return
          links.delete(entry)
          listener.closed(closure)
        },
      }
      const link = toHub.open(request, watching)
      const entry = { listener, end: () => link.close() }
      links.add(entry)
      return {
        send(frame) {
          if (isMuted) return
          received.push(frame)
          link.send(frame)
        },
        close() {
          links.delete(entry)
          link.close()
        },
      }
    },
  }

  function cut(code = 1006, reason = '') {
    for (const { listener, end } of links) {
      end()
      listener.closed({ code, reason })
    }
    links.clear()
    faults.end(code, reason)
  }

  function wrapSink(given: SessionSink): SessionSink {
    const sink = faults.wrap(given)
    return {
      send: (text) => isMuted || sink.send(text),
      close: (code, reason) => isMuted || sink.close(code, reason),
      buffered: () => sink.buffered?.() ?? 0,
    }
  }

  return {
    transport,
    received,
    faults,
    wrapSink,
    get isUp() {
      return isUp
    },
    get isMuted() {
      return isMuted
    },
    publish: (event) => hub.publish({ stream: 'test', ...event }),
    get opened() {
      return opened
    },
    get open() {
      return links.size
    },
    get hub() {
      return hub
    },
    cut,
    mute: () => void (isMuted = true),
    unmute: () => void (isMuted = false),
    goDown() {
      isUp = false
      cut()
    },
    comeBack({ forgetting = false } = {}) {
      isUp = true
      if (!forgetting) return
      cut()
      hub = newHub()
    },
  }
}

/** A link that nobody answers. */
const silence: TransportLink = { send: () => {}, close: () => {} }

function refuse(listener: TransportListener): TransportLink {
  let wanted = true
  queueMicrotask(() => wanted && listener.closed({ code: 1006, reason: '' }))
  return {
    send: () => {},
    close() {
      wanted = false
    },
  }
}
