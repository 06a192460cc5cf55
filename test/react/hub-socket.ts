// A stand-in for the browser's WebSocket class whose server is a hub in this process, so that sockets can be counted where
// an app says no more than a url.
import type { ClientFrame } from '../../src/protocol/index.ts'
import { createHub, type Hub } from '../../src/hub/index.ts'

export interface OpenedSocket {
  readonly url: string
  readonly sent: readonly ClientFrame[]
  readonly closed: boolean
}

export interface HubSockets {
  /** For `vi.stubGlobal('WebSocket', …)`. */
  readonly WebSocket: unknown
  readonly opened: readonly OpenedSocket[]
  /** The hub behind a url; each has its own. */
  hub(url: string): Hub
}

export function hubSockets(): HubSockets {
  const hubs = new Map<string, Hub>()
  const opened: OpenedSocket[] = []

  function hub(url: string): Hub {
    const found = hubs.get(url) ?? createHub({ verify: () => ({ subject: 'ada', streams: ['*'] }) })
    hubs.set(url, found)
    return found
  }

  class HubSocket extends EventTarget {
    binaryType = 'blob'
    readyState = 0
    protocol = ''
    closed = false
    readonly sent: ClientFrame[] = []
    readonly url: string
    readonly #session: ReturnType<Hub['connect']>

    constructor(url: string, protocols: readonly string[] = []) {
      super()
      this.url = url
      opened.push(this)
      const livecache = protocols.includes('realtime.v1')
      const sink = {
        send: (data: string) => this.#later('message', { data }),
        close: (code: number, reason: string) => this.#later('close', { code, reason }),
      }
      this.#session = hub(url).connect(sink, { livecache })
      queueMicrotask(() => {
        this.readyState = 1
        this.protocol = livecache ? 'realtime.v1' : ''
        this.dispatchEvent(new Event('open'))
      })
    }

    send(text: string) {
      this.sent.push(JSON.parse(text) as ClientFrame)
      queueMicrotask(() => this.#session.receive(text))
    }

    close() {
      this.closed = true
      this.readyState = 3
      this.#session.gone()
    }

    #later(type: string, fields: object) {
      queueMicrotask(() => this.closed || this.dispatchEvent(Object.assign(new Event(type), fields)))
    }
  }
  return { WebSocket: HubSocket, opened, hub }
}
