import { describe, expect, it } from 'vitest'
import {
  abilities,
  type ConnectionEvent,
  type ConnectionState,
  holdsLink,
  type LinkInfo,
  step,
} from '../../src/client/connection-machine.ts'

const link: LinkInfo = {
  transport: 't',
  server: 'livecache',
  connectionId: 'c',
  since: 1,
  resumed: false,
  latencyMs: 5,
}
const states: ConnectionState[] = [
  { name: 'idle' },
  { name: 'connecting', attempt: 2 },
  { name: 'authenticating', attempt: 2 },
  { name: 'connected', attempt: 2, ...link },
  { name: 'reconnecting', attempt: 2, retryAt: 9, reason: 'r' },
  { name: 'closed', reason: 'paused' },
  { name: 'unauthorized', reason: 'r' },
  { name: 'failed', reason: 'r' },
]
const events: ConnectionEvent[] = [
  { type: 'start' },
  { type: 'restart' },
  { type: 'opened' },
  { type: 'ready', link },
  { type: 'settled' },
  { type: 'dropped', retryAt: 10, reason: 'gone' },
  { type: 'due' },
  { type: 'stop', reason: 'paused' },
  { type: 'signedOut' },
  { type: 'rejected', reason: 'no' },
  { type: 'refused', reason: 'no' },
]

/** Which state follows, or `=` for the very same object. */
function outcome(state: ConnectionState, event: ConnectionEvent): string {
  const next = step(state, event)
  return next === state ? '=' : next.name
}

describe('the connection machine', () => {
  it('follows this table, whatever comes in whichever state', () => {
    const table = Object.fromEntries(
      states.map((state) => [
        state.name,
        Object.fromEntries(events.map((event) => [event.type, outcome(state, event)])),
      ]),
    )
    const ends = {
      stop: 'closed',
      signedOut: 'idle',
      rejected: 'unauthorized',
      refused: 'failed',
      restart: 'connecting',
    }
    const still = { opened: '=', ready: '=', settled: '=', dropped: '=', due: '=' }
    expect(table).toEqual({
      idle: { ...still, ...ends, start: 'connecting', signedOut: '=' },
      connecting: {
        ...still,
        ...ends,
        start: '=',
        opened: 'authenticating',
        ready: 'connected',
        dropped: 'reconnecting',
      },
      authenticating: { ...still, ...ends, start: '=', ready: 'connected', dropped: 'reconnecting' },
      connected: { ...still, ...ends, start: '=', settled: 'connected', dropped: 'reconnecting' },
      reconnecting: { ...still, ...ends, start: '=', due: 'connecting' },
      closed: { ...still, ...ends, start: 'connecting', stop: '=' },
      unauthorized: { ...still, ...ends, start: 'connecting' },
      failed: { ...still, ...ends, start: 'connecting' },
    })
  })

  it('counts an attempt more with each drop, through every state of the next try', () => {
    let state: ConnectionState = { name: 'connected', attempt: 0, ...link }
    for (const event of [events[5]!, events[6]!, events[2]!, events[3]!]) state = step(state, event)
    expect(state).toMatchObject({ name: 'connected', attempt: 1 })
    expect(step(state, { type: 'settled' })).toMatchObject({ name: 'connected', attempt: 0 })
  })

  it('begins to count anew when the app starts over, and goes on counting when it only hurries', () => {
    expect(step({ name: 'failed', reason: '' }, { type: 'restart' })).toEqual({ name: 'connecting', attempt: 0 })
    expect(step(states[4]!, { type: 'restart' })).toEqual({ name: 'connecting', attempt: 2 })
  })

  it('sends only while connected, and keeps nothing for later once it has stopped', () => {
    const can = (key: 'canSend' | 'canQueue') =>
      states.filter(({ name }) => abilities[name][key]).map(({ name }) => name)
    expect(can('canSend')).toEqual(['connected'])
    expect(can('canQueue')).toEqual(['idle', 'connecting', 'authenticating', 'connected', 'reconnecting'])
  })

  it('holds a link just while one opens or is open', () => {
    expect(states.filter(holdsLink).map(({ name }) => name)).toEqual(['connecting', 'authenticating', 'connected'])
  })
})
