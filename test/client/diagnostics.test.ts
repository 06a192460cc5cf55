import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { type Clock, systemClock } from '../../src/base/clock.ts'
import { createClient, type RealtimeError } from '../../src/client/index.ts'
import {
  createTell,
  type Diagnostic,
  type DiagnosticFields,
  type DiagnosticType,
} from '../../src/client/diagnostics.ts'
import { scriptedTransport } from './scripted-transport.ts'

const startedAt = 1_700_000_000_000

beforeEach(() => void vi.useFakeTimers({ now: startedAt }))
afterEach(() => {
  expect(vi.getTimerCount()).toBe(0)
  vi.useRealTimers()
  vi.restoreAllMocks()
})

function setUp({ debug = false } = {}) {
  const told: Diagnostic[] = []
  const tell = createTell({
    clock: systemClock,
    onDiagnostic: (diagnostic) => told.push(diagnostic),
    debug,
    onError: (error) => {
      throw error
    },
  })
  return { tell, told }
}

/** One of each, with the level and the sentence it must have. */
const examples: { [Type in DiagnosticType]: [DiagnosticFields[Type], level: string, message: string][] } = {
  state: [
    [{ from: 'connecting', to: 'connected' }, 'info', 'connecting → connected'],
    [{ from: 'connected', to: 'offline', reason: 'gone' }, 'info', 'connected → offline: gone'],
  ],
  attempt: [
    [{ transport: 'websocket', attempt: 0 }, 'debug', 'trying websocket'],
    [{ transport: 'sse', attempt: 1 }, 'debug', 'trying sse, after 1 failed'],
  ],
  transport: [[{ from: 'sse', to: 'websocket' }, 'info', 'websocket takes over from sse']],
  refresh: [
    [{ reason: 'expiring', outcome: 'renewed' }, 'debug', 'token renewed (expiring)'],
    [{ reason: 'rejected', outcome: 'failed' }, 'warning', 'token failed (rejected)'],
  ],
  gap: [
    [{ stream: 's', cause: 'timeout', from: 2, to: 3 }, 'warning', 'gap in s, 2 to 3 (timeout)'],
    [{ stream: 's', cause: 'epoch' }, 'warning', 'gap in s (epoch)'],
  ],
  resync: [
    [{ streams: 'all', cause: 'joined' }, 'info', 'resync of all streams (joined)'],
    [{ streams: ['s', 't'], cause: 'lost' }, 'info', 'resync of s, t (lost)'],
  ],
  revoked: [
    [{ streams: 'all' }, 'info', 'may no longer read all streams'],
    [{ streams: ['s', 't'] }, 'info', 'may no longer read s, t'],
  ],
  quarantine: [
    [{ reason: 'no JSON', path: null, eventType: null }, 'warning', 'quarantined no JSON'],
    [{ reason: 'a: wrong', path: 'payload.x', eventType: 'a' }, 'warning', 'quarantined a: wrong'],
  ],
  'slow-flush': [[{ durationMs: 30, events: 200 }, 'warning', 'a flush of 200 took 30 ms']],
  overflow: [[{ dropped: 10_001 }, 'warning', '10001 events dropped, since the app could not keep up']],
  publish: [
    [{ id: 'm1', outcome: 'published' }, 'debug', 'publish m1 published'],
    [{ id: 'm1', outcome: 'failed', code: 'publish-expired' }, 'warning', 'publish m1 failed: publish-expired'],
  ],
  error: [[{ code: 'token-failed', message: 'getToken failed' }, 'error', 'token-failed: getToken failed']],
}

describe('a diagnostic', () => {
  it('of each kind has a level, a sentence, a time and its own fields', () => {
    const { tell, told } = setUp()
    for (const [type, cases] of Object.entries(examples)) {
      for (const [fields, level, message] of cases) {
        vi.advanceTimersByTime(5)
        tell(type as 'error', fields as DiagnosticFields['error'])
        expect(told.at(-1)).toEqual({ type, at: Date.now(), level, message, ...fields })
      }
    }
  })

  it('is plain data, ready for whoever sends it on', () => {
    const { tell, told } = setUp()
    for (const [type, cases] of Object.entries(examples))
      for (const [fields] of cases) tell(type as 'error', fields as DiagnosticFields['error'])
    expect(JSON.parse(JSON.stringify(told))).toEqual(told)
  })

  it('costs nothing where nobody watches', () => {
    const clock: Clock = { ...systemClock, now: vi.fn(systemClock.now) }
    const tell = createTell({ clock, onDiagnostic: undefined, debug: false, onError: () => {} })
    tell('overflow', { dropped: 1 })
    expect(clock.now).not.toHaveBeenCalled()
  })

  it('told to somebody who throws is told to the others, and what was thrown is not lost', () => {
    const printed = vi.spyOn(console, 'debug').mockImplementation(() => {})
    const thrown: unknown[] = []
    const tell = createTell({
      clock: systemClock,
      onDiagnostic() {
        throw new Error('boom')
      },
      debug: true,
      onError: (error) => thrown.push(error),
    })
    tell('overflow', { dropped: 1 })
    tell('overflow', { dropped: 2 })
    expect(thrown).toEqual([new Error('boom'), new Error('boom')])
    expect(printed).toHaveBeenCalledTimes(2)
  })
})

describe('the debug option', () => {
  it('prints each as a line, with the seconds since the client was created', () => {
    const printed = vi.spyOn(console, 'debug').mockImplementation(() => {})
    const { tell } = setUp({ debug: true })
    tell('attempt', { transport: 'sse', attempt: 0 })
    vi.advanceTimersByTime(61_234)
    tell('state', { from: 'connecting', to: 'connected' })
    expect(printed.mock.calls).toEqual([
      ['[livecache] +0.000s trying sse'],
      ['[livecache] +61.234s connecting → connected'],
    ])
  })

  it('prints without anybody watching, and watching prints nothing', () => {
    const printed = vi.spyOn(console, 'debug').mockImplementation(() => {})
    setUp().tell('overflow', { dropped: 1 })
    expect(printed).not.toHaveBeenCalled()
    createTell({ clock: systemClock, onDiagnostic: undefined, debug: true, onError: () => {} })('overflow', {
      dropped: 1,
    })
    expect(printed).toHaveBeenCalledOnce()
  })
})

describe('a token', () => {
  const secrets = ['secret-one', 'secret-two', 'secret-three']

  /** A client that goes through everything a token can meet: sign-in, renewal, refusal, a failing app, a foreign session. */
  async function everythingSaid(): Promise<{ said: string; types: Set<string> }> {
    const said: unknown[] = []
    const types = new Set<string>()
    for (const method of ['debug', 'log', 'info', 'warn', 'error'] as const)
      vi.spyOn(console, method).mockImplementation((...given: unknown[]) => void said.push(given))
    const transport = scriptedTransport()
    const tokens = [...secrets]
    const client = createClient({
      transports: [transport],
      server: 'livecache',
      debug: true,
      getToken: () => tokens.shift() ?? Promise.reject(new Error('no more')),
      onDiagnostic(diagnostic) {
        types.add(diagnostic.type)
        said.push(diagnostic)
      },
      onError: (error: RealtimeError) => said.push(error.message, String(error.cause), error.stack),
    })
    client.on('*', () => {})
    const release = client.hold()
    await vi.advanceTimersByTimeAsync(0)
    transport.last.welcome({ authExpiresInMs: 60_000 })
    transport.last.settle()
    await vi.advanceTimersByTimeAsync(48_000)
    transport.last.say({ type: 'authenticated' })
    said.push(client.inspect())
    transport.last.close(4401, 'expired')
    await vi.advanceTimersByTimeAsync(2_000)
    transport.last.welcome()
    transport.last.sayText('{')
    transport.last.close(4401, 'refused')
    await vi.advanceTimersByTimeAsync(2_000)
    client.reconnect()
    await vi.advanceTimersByTimeAsync(2_000)
    said.push(client.inspect())
    const sent = JSON.stringify(transport.dials.map((dial) => dial.sent))
    expect(secrets.filter((secret) => sent.includes(secret))).toEqual(secrets)
    release()
    client.dispose()
    return { said: JSON.stringify(said), types }
  }

  it('is in no diagnostic, no line, no error and no snapshot', async () => {
    const { said, types } = await everythingSaid()
    expect([...types]).toEqual(expect.arrayContaining(['state', 'attempt', 'refresh', 'quarantine', 'error']))
    expect(said).toContain('[livecache]')
    expect(said).not.toMatch(/secret/)
  })
})
