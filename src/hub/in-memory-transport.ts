// A transport to a hub in the same process: no port, no socket, the same frames.
import type { SessionSink } from './session-port.ts'
import { encodeFrame } from '../protocol/codec.ts'
import { protocolName } from '../protocol/frames.ts'
import type { Transport, TransportListener } from '../transports/transport.ts'
import type { Hub } from './create-hub.ts'

/** @param hub asked at each open, so that a test can put another one in its place. */
export function inMemoryTransport(hub: Hub | (() => Hub)): Transport {
  return {
    name: 'memory',
    open(request, listener) {
      const livecache = request.protocol === protocolName
      const wire = createWire(listener)
      const token = request.credential?.token
      // Before `opened`, as a server that speaks first would; the wire keeps the order.
      wire.toClient(() => listener.opened(livecache ? protocolName : null))
      const session = (typeof hub === 'function' ? hub() : hub).connect(wire.sink, {
        livecache,
        ...(token !== undefined && { token }),
      })
      wire.onCut = () => session.gone()
      return {
        send(frame) {
          const text = encodeFrame(frame)
          queueMicrotask(() => session.receive(text))
        },
        close() {
          wire.cut()
        },
      }
    },
  }
}

interface Wire {
  sink: SessionSink
  toClient(run: () => void): void
  /** The client's end was closed: nothing travels any more. */
  cut(): void
  onCut: () => void
}

/** Everything travels in a microtask of its own, so that no side ever runs inside a call of the other. */
function createWire(listener: TransportListener): Wire {
  let isCut = false
  const toClient = (run: () => void) => queueMicrotask(() => isCut || run())
  return {
    toClient,
    sink: {
      send: (text) => toClient(() => listener.message(text)),
      close: (code, reason) => toClient(() => listener.closed({ code, reason })),
    },
    cut() {
      isCut = true
      this.onCut()
    },
    onCut: () => {},
  }
}
