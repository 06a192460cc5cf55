import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { systemClock } from '../../src/base/clock.ts'
import { createScope } from '../../src/base/scope.ts'
import { dial, type DialRequest } from '../../src/client/dial.ts'
import { scriptedTransport } from './scripted-transport.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

function setUp(request: Partial<DialRequest> = {}) {
  const transport = scriptedTransport()
  const scope = createScope(systemClock)
  const heard: string[] = []
  const link = dial(
    {
      transport,
      kind: 'unknown',
      token: 't',
      auth: 'none',
      plainParams: () => ({ events: 'a' }),
      openTimeoutMs: 10_000,
      ...request,
    },
    scope,
    {
      opened: (protocol) => heard.push(`opened ${protocol}`),
      message: (text) => heard.push(text),
      closed: ({ code }) => heard.push(`closed ${code}`),
      failed: ({ code }) => heard.push(`failed ${code}`),
      refused: ({ code }) => heard.push(`refused ${code}`),
    },
  )
  return { transport, scope, heard, link }
}

describe('dialling', () => {
  it('a server not known yet offers realtime.v1, then asks as a plain client, then has failed', () => {
    const { transport, heard } = setUp()
    transport.last.close()
    expect(heard).toEqual([])
    transport.last.close()
    expect(heard).toEqual(['failed 1006'])
    expect(transport.dials.map(({ request }) => request.protocol)).toEqual(['realtime.v1', null])
  })

  it('a known server asks in its own way alone', () => {
    for (const [kind, protocol] of [
      ['livecache', 'realtime.v1'],
      ['plain', null],
    ] as const) {
      const { transport, heard } = setUp({ kind })
      transport.last.close()
      expect(heard).toEqual(['failed 1006'])
      expect(transport.dials.map(({ request }) => request.protocol)).toEqual([protocol])
    }
  })

  it('gives the token to a plain server only, and only where it belongs', () => {
    expect(setUp({ kind: 'livecache', auth: 'query' }).transport.last.request.credential).toBeNull()
    expect(setUp({ kind: 'plain', auth: 'none' }).transport.last.request.credential).toBeNull()
    expect(setUp({ kind: 'plain', auth: 'query' }).transport.last.request.credential).toEqual({
      token: 't',
      place: 'query',
    })
  })

  it('passes on what is said, and sends to the link that is open', () => {
    const { transport, heard, link } = setUp()
    transport.last.close()
    transport.last.open(null)
    transport.last.say({ a: 1 })
    link.send({ type: 'pong' })
    transport.last.close(1011)
    expect(heard).toEqual(['opened null', '{"a":1}', 'closed 1011'])
    expect(transport.dials.map(({ sent }) => sent.length)).toEqual([0, 1])
  })

  it('hears nothing once its scope has ended, and closes the link', () => {
    const { transport, heard, scope } = setUp()
    transport.last.open()
    scope.dispose()
    transport.last.say({ late: true })
    transport.last.close()
    expect(heard).toEqual(['opened realtime.v1'])
    expect(transport.last.closedByClient).toBe(true)
    expect(vi.getTimerCount()).toBe(0)
  })

  it('gives each open its own time', () => {
    const { transport, heard } = setUp()
    vi.advanceTimersByTime(10_000)
    expect(transport.dials).toHaveLength(2)
    vi.advanceTimersByTime(10_000)
    expect(heard).toEqual(['failed 1006'])
  })

  it('says what the browser would not do', () => {
    const open = () => {
      throw new SyntaxError('bad subprotocol')
    }
    expect(setUp({ transport: { name: 'broken', open } }).heard).toEqual(['refused refused'])
  })
})
