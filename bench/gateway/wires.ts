// What a client of each server says: to open a connection, to be told of events, to be left alone. How bytes move is links.ts.
import { protocolName } from '../../src/protocol/frames.ts'
import { stream, subscription } from './event.ts'

/** What a client can do. It keeps its token: another one would be another's. */
export interface Link {
  /** Sends a message; over SSE, a request on a connection of its own. */
  say(text: string): void
  /** It will be told of events from now on. @param seq where the stream is, where the server says so */
  ready(seq?: number): void
}

export interface Talk {
  /** To be called with `null` once the connection is open, then with each message (over SSE, each line) that holds no event. */
  heard(text: string | null): void
  /** Confirms everything up to `seq`: to be called once a second, where the server waits for that. */
  confirm?(seq: number): void
}

export interface Wire {
  readonly transport: 'websocket' | 'sse'
  /** What is asked for, and the headers that this server needs. */
  request(token: string): { path: string; headers?: Readonly<Record<string, string>> }
  talk(token: string, link: Link): Talk
}

export const wires = {
  plain: {
    transport: 'websocket',
    request: () => ({ path: '/' }),
    talk: (_token, { say, ready }) => ({
      heard: (text) => (text === null ? ready() : say('{"type":"pong"}')),
    }),
  },
  'socket.io': {
    transport: 'websocket',
    request: () => ({ path: '/socket.io/?EIO=4&transport=websocket' }),
    talk: (_token, { say, ready }) => ({
      heard(text) {
        if (text?.startsWith('0')) say('40')
        else if (text?.startsWith('40')) ready()
        else if (text === '2') say('3')
      },
    }),
  },
  livecache: {
    transport: 'websocket',
    request: () => ({ path: '/realtime', headers: { 'sec-websocket-protocol': protocolName } }),
    talk(token, { say, ready }) {
      let seq = 0
      return {
        heard(text) {
          if (text === null) return say(JSON.stringify({ type: 'auth', token }))
          const told = JSON.parse(text) as Told
          if (told.type === 'welcome') beginning.forEach((frame) => say(JSON.stringify(frame)))
          else if (told.type === 'subscribed') seq = headIn(told)
          else if (told.type === 'resumed') ready(seq)
          else if (told.type === 'ping') say('{"type":"pong"}')
          else failOn(told)
        },
        confirm: (upTo) => say(ackOf(upTo)),
      }
    },
  },
  sse: {
    transport: 'sse',
    request: () => ({ path: '/events' }),
    talk: (_token, { ready }) => ({ heard: (text) => text === null || ready() }),
  },
  'livecache-event-source': {
    transport: 'sse',
    request: (token) => ({
      path: `/api/v1/events/stream?${inAddress}`,
      headers: { authorization: `Bearer ${token}` },
    }),
    talk: (_token, { ready }) => ({ heard: (text) => text === null || ready() }),
  },
  'livecache-sse': {
    transport: 'sse',
    request: (token) => ({
      path: `/api/v1/events/stream?protocol=${protocolName}`,
      headers: { authorization: `Bearer ${token}` },
    }),
    talk(token, { say, ready }) {
      let id = ''
      let seq = 0
      const ask = (what: string, body: string) =>
        say(
          `${what}?connectionId=${id} HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer ${token}\r\n` +
            `content-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`,
        )
      return {
        heard(line) {
          if (!line?.startsWith('data: ')) return
          const told = JSON.parse(line.slice('data: '.length)) as Told
          id = told.connectionId ?? id
          if (told.type === 'welcome') ask('PATCH /api/v1/events/subscriptions', JSON.stringify(beginning))
          else if (told.type === 'subscribed') seq = headIn(told)
          else if (told.type === 'resumed') ready(seq)
          else if (told.type !== 'ping') failOn(told)
        },
        confirm: (upTo) => ask('POST /api/v1/events/ack', `[${ackOf(upTo)}]`),
      }
    },
  },
} as const satisfies Record<string, Wire>

export type WireName = keyof typeof wires

interface Told {
  type: string
  connectionId?: string
  streams?: Record<string, { seq: number }>
}

const beginning = [
  { type: 'subscribe', id: 's1', ...subscription },
  { type: 'resume', streams: {} },
]

const inAddress = new URLSearchParams([
  ['events', subscription.events.join()],
  ...Object.entries(subscription.filters).map(([name, value]) => [name, String(value)]),
])

const headIn = ({ streams }: Told): number => streams?.[stream]?.seq ?? 0

const ackOf = (seq: number): string => `{"type":"ack","upTo":{"${stream}":${seq}}}`

/** An `error`, a `revoked`: it would not be told of all events. */
function failOn(told: Told): never {
  throw new Error(`A client was told ${JSON.stringify(told)}.`)
}
