// A transport whose server is the test: each dial is recorded and answered by hand.
import type { ClientFrame } from '../../src/protocol/index.ts'
import type { Transport, TransportClosure, TransportListener, TransportRequest } from '../../src/transports/index.ts'

export interface Dial {
  readonly request: TransportRequest
  readonly sent: ClientFrame[]
  readonly closedByClient: boolean
  /** The socket opens. @param protocol what the server chose */
  open(protocol?: string | null): void
  /** Opens, and answers the sign-in. */
  welcome(fields?: object): void
  /** Answers what the client asked for so far: each subscription, and the resume with nothing missed. */
  settle(): void
  say(frame: unknown): void
  sayText(text: string): void
  close(code?: number, reason?: string): void
  /** The same, with all that an end can say. */
  end(closure: TransportClosure): void
}

export interface ScriptedTransport extends Transport {
  readonly dials: Dial[]
  readonly last: Dial
}

export function scriptedTransport(name = 'scripted'): ScriptedTransport {
  const dials: Dial[] = []
  return {
    name,
    dials,
    get last() {
      const dial = dials.at(-1)
      if (dial === undefined) throw new Error('nothing was dialled')
      return dial
    },
    open(request, listener) {
      const state = { closedByClient: false }
      const dial = createDial(request, listener, state)
      dials.push(dial)
      return {
        send: (frame) => void dial.sent.push(frame),
        close() {
          state.closedByClient = true
        },
      }
    },
  }
}

function createDial(request: TransportRequest, listener: TransportListener, state: { closedByClient: boolean }): Dial {
  return {
    request,
    sent: [],
    get closedByClient() {
      return state.closedByClient
    },
    open: (protocol = 'realtime.v1') => listener.opened(protocol),
    welcome(fields = {}) {
      listener.opened('realtime.v1')
      this.say({ type: 'welcome', connectionId: 'c1', protocol: 'realtime.v1', ...fields })
    },
    settle() {
      for (const frame of [...this.sent]) {
        if (frame.type === 'subscribe') this.say({ type: 'subscribed', ref: frame.id, streams: {} })
        if (frame.type === 'resume') {
          const streams = Object.entries(frame.streams ?? {}).map(([name, at]) => [name, { ...at, complete: true }])
          this.say({ type: 'resumed', streams: Object.fromEntries(streams) })
        }
      }
    },
    say: (frame) => listener.message(JSON.stringify(frame)),
    sayText: (text) => listener.message(text),
    close: (code = 1006, reason = '') => listener.closed({ code, reason }),
    end: listener.closed,
  }
}
