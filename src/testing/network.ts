// The way between a client and a server of the test: in order, as late as was said, and never before the clock is moved, so that
// nothing happens between two lines of a test. What is lost on it is for the server's faults to say.
import type { Clock } from '../base/clock.ts'
import { createScope } from '../base/scope.ts'
import type { Transport, TransportLink, TransportListener, TransportRequest } from '../transports/transport.ts'

export interface Network {
  wrap(inner: Transport): Transport
  /** How long what is sent from now on is on its way, in ms. */
  delay(ms: number): void
}

export function createNetwork(clock: Clock): Network {
  let delayMs = 0

  function open(inner: Transport, request: TransportRequest, listener: TransportListener): TransportLink {
    const scope = createScope(clock)
    /** One direction: what is sent later comes later, also where the way has become shorter. */
    function createLane() {
      let lastAt = 0
      return (run: () => void) => {
        lastAt = Math.max(lastAt, clock.now() + delayMs)
        scope.timeout(run, lastAt - clock.now())
      }
    }
    const up = createLane()
    const down = createLane()
    const link = inner.open(request, {
      opened: (protocol) => down(() => listener.opened(protocol)),
      message: (text, sse) => down(() => listener.message(text, sse)),
      alive: () => down(listener.alive),
      closed: (closure) =>
        down(() => {
          scope.dispose()
          listener.closed(closure)
        }),
    })
    return {
      send: (frame) => up(() => link.send(frame)),
      close(code, reason) {
        scope.dispose()
        link.close(code, reason)
      },
    }
  }

  return {
    wrap: (inner) => ({ ...inner, open: (request, listener) => open(inner, request, listener) }),
    // Behind what was sent just now, which reaches this end in a microtask.
    delay: (ms) => queueMicrotask(() => (delayMs = ms)),
  }
}
