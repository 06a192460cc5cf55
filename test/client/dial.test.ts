import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { systemClock } from '../../src/base/clock.ts'
import { createScope } from '../../src/base/scope.ts'
import { dial, type DialRequest } from '../../src/client/dial.ts'
import type { TransportClosure } from '../../src/transports/index.ts'
import { scriptedTransport } from './scripted-transport.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => {
  expect(vi.getTimerCount()).toBe(0)
  vi.useRealTimers()
})

function setUp(request: Partial<DialRequest> = {}, { oneWay = false } = {}) {
  const scripted = scriptedTransport()
  const transport = { name: scripted.name, open: scripted.open, oneWay }
  const scope = createScope(systemClock)
  const heard: string[] = []
  const endings: TransportClosure[] = []
  const link = dial(
    {
      transport,
      kind: 'unknown',
      offers: true,
      token: 't',
      auth: 'none',
      plainParams: () => ({ events: 'a' }),
      lastEventId: () => 'E9',
      openTimeoutMs: 10_000,
      clock: systemClock,
      isHidden: () => true,
      ...request,
    },
    scope,
    {
      opened: (protocol) => heard.push(`opened ${protocol}`),
      message: (text, sse) => heard.push(sse ? `${sse.event} ${text}` : text),
      alive: () => heard.push('alive'),
      ended(closure) {
        endings.push(closure)
        heard.push(`ended ${closure.code}`)
      },
      refused: ({ code }) => heard.push(`refused ${code}`),
    },
  )
  const { dials } = scripted
  return { dials, last: () => dials.at(-1)!, scope, heard, endings, link }
}

describe('dialling', () => {
  it('a server not known yet offers realtime.v1, then asks as a plain client, then has failed', () => {
    const { dials, last, heard } = setUp()
    last().close()
    expect(heard).toEqual([])
    last().close()
    expect(heard).toEqual(['ended 1006'])
    expect(dials.map(({ request }) => request.protocol)).toEqual(['realtime.v1', null])
  })

  it('a known server asks in its own way alone', () => {
    for (const [kind, protocol] of [
      ['livecache', 'realtime.v1'],
      ['plain', null],
    ] as const) {
      const { dials, last, heard } = setUp({ kind })
      last().close()
      expect(heard).toEqual(['ended 1006'])
      expect(dials.map(({ request }) => request.protocol)).toEqual([protocol])
    }
  })

  it('asks again as a plain client where the offer was let in and not taken up, since its wishes travel in the address', () => {
    const { dials, last, heard } = setUp()
    last().open(null)
    expect(heard).toEqual([])
    expect(dials.map(({ closedByClient }) => closedByClient)).toEqual([true, false])
    last().open(null)
    expect(heard).toEqual(['opened null'])
    vi.advanceTimersByTime(60_000)
    expect(heard).toEqual(['opened null'])
  })

  it('tells a server not known yet, dialled as a plain one, that a livecache client is asking', () => {
    const { dials, last, scope } = setUp()
    last().close()
    expect(dials.map(({ request }) => request.params)).toEqual([{}, { events: 'a', protocol: 'realtime.v1' }])
    scope.dispose()
    const plain = setUp({ kind: 'plain' })
    expect(plain.last().request.params).toEqual({ events: 'a' })
    plain.scope.dispose()
  })

  it('gives the token to a plain server only, and only where it belongs', () => {
    const credentialOf = (request: Partial<DialRequest>) => {
      const { last, scope } = setUp(request)
      scope.dispose()
      return last().request.credential
    }
    expect(credentialOf({ kind: 'livecache', auth: 'query' })).toBeNull()
    expect(credentialOf({ kind: 'plain', auth: 'none' })).toBeNull()
    expect(credentialOf({ kind: 'plain', auth: 'query' })).toEqual({ token: 't', place: 'query' })
    expect(credentialOf({ kind: 'plain', auth: 'subprotocol' })).toEqual({ token: 't', place: 'subprotocol' })
    expect(credentialOf({ kind: 'plain', auth: 'query', token: null })).toBeNull()
  })

  it('hands the transport what it may need to wait or to go on', () => {
    const { last, scope } = setUp()
    const { clock, isHidden, lastEventId } = last().request
    expect([clock, isHidden(), lastEventId]).toEqual([systemClock, true, 'E9'])
    scope.dispose()
  })

  it('passes on what is said, and sends to the link that is open', () => {
    const { dials, last, heard, link } = setUp()
    last().close()
    last().open(null)
    last().say({ a: 1 })
    link.send({ type: 'pong' })
    last().close(1011)
    expect(heard).toEqual(['opened null', '{"a":1}', 'ended 1011'])
    expect(dials.map(({ sent }) => sent.length)).toEqual([0, 1])
  })

  it('passes on how the other side ended it, whole', () => {
    const { last, endings } = setUp({ kind: 'livecache' })
    last().open()
    last().close(4429, 'slowly')
    expect(endings).toEqual([{ code: 4429, reason: 'slowly' }])
  })

  it('does not dial a second time once a link that was open ends', () => {
    const { dials, last, heard } = setUp()
    last().open('realtime.v1')
    last().close(1006)
    expect(heard).toEqual(['opened realtime.v1', 'ended 1006'])
    expect(dials).toHaveLength(1)
  })

  it('hears nothing once its scope has ended, and closes the link', () => {
    const { last, heard, scope } = setUp()
    last().open()
    scope.dispose()
    last().say({ late: true })
    last().close()
    last().open()
    expect(heard).toEqual(['opened realtime.v1'])
    expect(last().closedByClient).toBe(true)
  })

  it('hears nothing of the first open once the second has begun', () => {
    const { dials, heard, scope } = setUp()
    dials[0]!.close()
    dials[0]!.open()
    dials[0]!.say({ late: true })
    dials[0]!.close(4401)
    expect(heard).toEqual([])
    expect(dials).toHaveLength(2)
    scope.dispose()
  })

  it('gives each open its own time, and closes what did not answer', () => {
    const { dials, heard, endings } = setUp()
    vi.advanceTimersByTime(10_000)
    expect(dials).toHaveLength(2)
    vi.advanceTimersByTime(10_000)
    expect(heard).toEqual(['ended 1006'])
    expect(endings[0]?.reason).toBe('the server did not answer in time')
    expect(dials.every(({ closedByClient }) => closedByClient)).toBe(true)
  })

  it('says what the browser would not do', () => {
    const open = () => {
      throw new SyntaxError('bad subprotocol')
    }
    expect(setUp({ transport: { name: 'broken', open } }).heard).toEqual(['refused refused'])
  })
})

describe('dialling over HTTP', () => {
  it('asks once for whatever kind of server it is, since the answer tells', () => {
    const { dials, last, heard } = setUp({}, { oneWay: true })
    expect(last().request).toMatchObject({
      protocol: 'realtime.v1',
      params: { events: 'a' },
      credential: { token: 't', place: 'header' },
    })
    last().close()
    expect(heard).toEqual(['ended 1006'])
    expect(dials).toHaveLength(1)
  })

  it('takes an answer without the protocol for that of a plain server', () => {
    const { dials, last, heard, scope } = setUp({}, { oneWay: true })
    last().open(null)
    expect(heard).toEqual(['opened null'])
    expect(dials).toHaveLength(1)
    scope.dispose()
  })

  it('gives the token as each kind of server wants it', () => {
    const askedOf = (request: Partial<DialRequest>) => {
      const { last, scope } = setUp(request, { oneWay: true })
      scope.dispose()
      const { credential, protocol, params } = last().request
      return { place: credential?.place, protocol, params }
    }
    const [offered, events] = ['realtime.v1', { events: 'a' }]
    expect(askedOf({ kind: 'livecache' })).toEqual({ place: 'header', protocol: offered, params: {} })
    expect(askedOf({ kind: 'livecache', auth: 'query' })).toEqual({ place: 'query', protocol: offered, params: {} })
    expect(askedOf({ kind: 'plain' })).toEqual({ place: undefined, protocol: null, params: events })
    expect(askedOf({ kind: 'plain', auth: 'query' })).toEqual({ place: 'query', protocol: null, params: events })
    expect(askedOf({ kind: 'plain', auth: 'subprotocol' })).toEqual({ place: 'header', protocol: null, params: events })
    expect(askedOf({ kind: 'unknown', token: null })).toEqual({ place: undefined, protocol: offered, params: events })
  })
})
