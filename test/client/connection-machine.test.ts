import { describe, expect, it } from 'vitest'
import {
  abilities,
  type ConnectionEvent,
  type ConnectionState,
  holdsLink,
  isWaiting,
  type LinkInfo,
  type Outage,
  step,
  tryingOf,
} from '../../src/client/connection-machine.ts'

const link: LinkInfo = {
  transport: 't',
  server: 'livecache',
  connectionId: 'c',
  since: 1,
  resumed: false,
  latencyMs: 5,
  degraded: false,
}
const trying = { attempt: 2, downSince: 100 }
const states: ConnectionState[] = [
  { name: 'idle' },
  { name: 'connecting', ...trying },
  { name: 'authenticating', ...trying },
  { name: 'connected', attempt: 2, ...link },
  { name: 'reconnecting', ...trying, retryAt: 9, reason: 'r' },
  { name: 'suspended', ...trying, retryAt: 9, reason: 'r' },
  { name: 'offline', ...trying, reason: 'r' },
  { name: 'closed', reason: 'paused' },
  { name: 'unauthorized', reason: 'r' },
  { name: 'failed', reason: 'r' },
]
const named = (name: string) => states.find((state) => state.name === name)!
const dropped = (to: Outage): ConnectionEvent => ({ type: 'dropped', at: 500, retryAt: 900, reason: 'gone', to })
const events: Record<string, ConnectionEvent> = {
  start: { type: 'start', at: 500 },
  restart: { type: 'restart', at: 500 },
  opened: { type: 'opened' },
  ready: { type: 'ready', link: { ...link, transport: 'u' } },
  settled: { type: 'settled' },
  dropped: dropped('reconnecting'),
  'dropped for long': dropped('suspended'),
  'dropped offline': dropped('offline'),
  hurried: { type: 'hurried', retryAt: 7 },
  overdue: { type: 'overdue' },
  due: { type: 'due' },
  stop: { type: 'stop', reason: 'paused' },
  'stop for another reason': { type: 'stop', reason: 'nobody uses it' },
  signedOut: { type: 'signedOut' },
  rejected: { type: 'rejected', reason: 'no' },
  refused: { type: 'refused', reason: 'no' },
}

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
        Object.fromEntries(Object.entries(events).map(([name, event]) => [name, outcome(state, event)])),
      ]),
    )
    const nothing = Object.fromEntries(Object.keys(events).map((name) => [name, '=']))
    const always = {
      ...nothing,
      restart: 'connecting',
      stop: 'closed',
      'stop for another reason': 'closed',
      signedOut: 'idle',
      rejected: 'unauthorized',
      refused: 'failed',
    }
    const ended = { ...always, start: 'connecting' }
    const drops = { dropped: 'reconnecting', 'dropped for long': 'suspended', 'dropped offline': 'offline' }
    expect(table).toEqual({
      idle: { ...ended, signedOut: '=' },
      connecting: { ...always, ...drops, opened: 'authenticating', ready: 'connected' },
      authenticating: { ...always, ...drops, ready: 'connected' },
      connected: { ...always, ...drops, ready: 'connected', settled: 'connected' },
      reconnecting: { ...always, due: 'connecting', hurried: 'reconnecting', overdue: 'suspended' },
      suspended: { ...always, due: 'connecting', hurried: 'suspended' },
      offline: { ...always, due: 'connecting' },
      closed: { ...ended, stop: '=' },
      unauthorized: ended,
      failed: ended,
    })
  })

  it('counts an attempt more with each drop, through every state of the next try', () => {
    let state: ConnectionState = { name: 'connected', attempt: 0, ...link }
    for (const name of ['dropped', 'due', 'opened', 'ready']) state = step(state, events[name]!)
    expect(state).toMatchObject({ name: 'connected', attempt: 1 })
    expect(step(state, { type: 'settled' })).toMatchObject({ name: 'connected', attempt: 0 })
  })

  it('says nothing anew where a link settles that had no failures before it', () => {
    const state: ConnectionState = { name: 'connected', attempt: 0, ...link }
    expect(step(state, { type: 'settled' })).toBe(state)
  })

  it('begins to count anew when the app starts over, and goes on counting when it only hurries', () => {
    expect(step(named('failed'), events['restart']!)).toEqual({ name: 'connecting', attempt: 0, downSince: 500 })
    for (const name of ['reconnecting', 'suspended', 'offline'])
      expect(step(named(name), events['restart']!)).toEqual({ name: 'connecting', ...trying })
    // An attempt cut short by somebody has not failed, and those before it have.
    expect(step(named('authenticating'), events['restart']!)).toEqual({ name: 'connecting', ...trying })
  })

  it('remembers through all attempts when the link was lost, and for a new outage when that began', () => {
    let state = step(named('connected'), events['dropped']!)
    expect(state).toMatchObject({ downSince: 500 })
    for (const name of ['due', 'opened']) state = step(state, events[name]!)
    state = step(state, { type: 'dropped', at: 9_000, retryAt: 9_900, reason: 'again', to: 'suspended' })
    expect(state).toEqual({ name: 'suspended', attempt: 4, downSince: 500, retryAt: 9_900, reason: 'again' })
    expect(step(state, events['due']!)).toEqual({ name: 'connecting', attempt: 4, downSince: 500 })
    expect(step(named('idle'), events['start']!)).toEqual({ name: 'connecting', attempt: 0, downSince: 500 })
  })

  it('waits offline for a sign, not for a time', () => {
    expect(step(named('connected'), events['dropped offline']!)).toEqual({
      name: 'offline',
      attempt: 3,
      downSince: 500,
      reason: 'gone',
    })
  })

  it('brings the next attempt forward and keeps the rest', () => {
    expect(step(named('reconnecting'), events['hurried']!)).toEqual({ ...named('reconnecting'), retryAt: 7 })
    expect(step(named('reconnecting'), events['overdue']!)).toEqual({ ...named('reconnecting'), name: 'suspended' })
  })

  it('takes over another link where one is up already', () => {
    expect(step(named('connected'), events['ready']!)).toMatchObject({ name: 'connected', attempt: 2, transport: 'u' })
  })

  it('sends only while connected, and keeps nothing for later once it has stopped or was down for long', () => {
    const can = (key: 'canSend' | 'canQueue') =>
      states.filter(({ name }) => abilities[name][key]).map(({ name }) => name)
    expect(can('canSend')).toEqual(['connected'])
    expect(can('canQueue')).toEqual(['idle', 'connecting', 'authenticating', 'connected', 'reconnecting', 'offline'])
  })

  it('holds a link just while one opens or is open, and waits in just three states', () => {
    expect(states.filter(holdsLink).map(({ name }) => name)).toEqual(['connecting', 'authenticating', 'connected'])
    expect(states.filter(isWaiting).map(({ name }) => name)).toEqual(['reconnecting', 'suspended', 'offline'])
  })

  it('knows of each state what outage it is part of', () => {
    const told = Object.fromEntries(states.map((state) => [state.name, tryingOf(state, 500)]))
    const none = { attempt: 0, downSince: 500 }
    expect(told).toEqual({
      idle: none,
      connecting: trying,
      authenticating: trying,
      connected: none,
      reconnecting: trying,
      suspended: trying,
      offline: trying,
      closed: none,
      unauthorized: none,
      failed: none,
    })
  })
})
