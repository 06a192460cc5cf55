// What can be too much, and what came of it. Who sends it is limits-flooder.ts.
import { opcodes, type RawFrame } from './raw-link.ts'

export interface Flood {
  port: number
  token: string
  kind: keyof typeof floods
  perSecond: number
  forMs: number
  /** How often it writes: what is written at once is read at once. @default 10 */
  tickMs?: number
  /** Whether it takes what it is sent. @default true */
  reads?: boolean
  /** Whether it comes again at once when it is cut. @default false */
  returns?: boolean
}

export interface Flooded {
  sent: number
  /** How often it got in. */
  came: number
  /** How often it did not. */
  refused: number
  closeCodes: (number | null)[]
  /** From the beginning of the flood to the first end, in ms; null where there was none. */
  firstEndMs: number | null
}

export const say = (frame: object): RawFrame => ({ payload: JSON.stringify(frame) })

export const floods = {
  messages: say({ type: 'subscribe', id: 'a', events: ['goal.*'] }),
  pings: say({ type: 'ping' }),
  'acks of nothing': say({ type: 'ack', eventId: 'EV-none' }),
  'acks far ahead': say({ type: 'ack', upTo: { 'goal:1': 1_000_000_000 } }),
  pongs: say({ type: 'pong' }),
  nonsense: { payload: '{' },
  'empty messages': { payload: '' },
  'pings of the protocol': { opcode: opcodes.ping, payload: 'x'.repeat(125) },
  'pongs of the protocol': { opcode: opcodes.pong, payload: 'x' },
} satisfies Record<string, RawFrame>
