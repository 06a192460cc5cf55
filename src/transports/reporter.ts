// Telling the listener of a link: in its order, never after the end, and so that a listener that throws breaks no link.
import { throwLater } from '../base/emitter.ts'
import type { TransportListener } from './transport.ts'

export interface Reporter extends TransportListener {
  readonly ended: boolean
  /** The link was closed from this side: nothing is told any more. */
  end(): void
}

/** @param onEnd stops whatever is running; called once, however the link ends */
export function createReporter(listener: TransportListener, onEnd: () => void): Reporter {
  let ended = false

  function tell(run: () => void) {
    if (ended) return
    try {
      run()
    } catch (error) {
      throwLater(error)
    }
  }

  function end() {
    if (ended) return
    ended = true
    onEnd()
  }

  return {
    get ended() {
      return ended
    },
    end,
    opened: (protocol) => tell(() => listener.opened(protocol)),
    message: (text, sse) => tell(() => listener.message(text, sse)),
    alive: () => tell(() => listener.alive()),
    closed(closure) {
      if (ended) return
      end()
      try {
        listener.closed(closure)
      } catch (error) {
        throwLater(error)
      }
    },
  }
}
