// What a server says before it sends events: as much of each wire as signing in and subscribing take.
import { epoch, stream } from './event.ts'

export interface Wire {
  /** Said to whoever connects. */
  readonly greeting: readonly string[]
  answersTo(text: string): readonly string[]
}

const livecache: Wire = {
  greeting: [],
  answersTo(text) {
    // A server that reads acks is not what is measured.
    if (text.startsWith('{"type":"ack"')) return []
    const { type, id } = JSON.parse(text) as { type: string; id?: string }
    const answer = livecacheAnswer(type, id)
    return answer === null ? [] : [JSON.stringify(answer)]
  },
}

function livecacheAnswer(type: string, id: string | undefined): object | null {
  if (type === 'auth') {
    const capabilities = ['batch', 'ack-ids', 'ack-up-to', 'patterns']
    return { type: 'welcome', connectionId: 'c-1', protocol: 'realtime.v1', heartbeatMs: 30_000, capabilities }
  }
  if (type === 'subscribe') return { type: 'subscribed', ref: id, streams: { [stream]: { epoch, seq: 0 } } }
  return type === 'resume' ? { type: 'resumed', streams: {} } : null
}

const plain: Wire = { greeting: [], answersTo: () => [] }

/** Engine.IO 4 over WebSocket alone, and the one namespace of Socket.IO. Its pings come later than any measurement ends. */
const socketIo: Wire = {
  greeting: ['0{"sid":"e-1","upgrades":[],"pingInterval":600000,"pingTimeout":600000,"maxPayload":1000000}'],
  answersTo: (text) => (text.startsWith('40') ? ['40{"sid":"s-1"}'] : []),
}

/** Centrifugo's JSON protocol: commands and replies are lines. */
const centrifuge: Wire = {
  greeting: [],
  answersTo: (text) =>
    text.split('\n').flatMap((line) => {
      const { id, connect, subscribe } = JSON.parse(line) as { id?: number; connect?: object; subscribe?: object }
      if (connect !== undefined) return [JSON.stringify({ id, connect: { client: 'c-1', version: '0.0.0' } })]
      return subscribe === undefined ? [] : [JSON.stringify({ id, subscribe: {} })]
    }),
}

/** @param protocol the subprotocol that was agreed on, '' for none */
export function wireOf(path: string, protocol: string): Wire {
  if (path.startsWith('/socket.io/')) return socketIo
  if (path.startsWith('/centrifuge')) return centrifuge
  return protocol === '' ? plain : livecache
}
