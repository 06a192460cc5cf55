import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { systemClock } from '../../src/base/clock.ts'
import { createScope } from '../../src/base/scope.ts'
import { attempt, type AttemptFailure, type AttemptRequest } from '../../src/client/attempt.ts'
import { scriptedTransport } from './scripted-transport.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => {
  expect(vi.getTimerCount()).toBe(0)
  vi.useRealTimers()
})

function setUp(request: Partial<AttemptRequest> = {}, { oneWay = false } = {}) {
  const scripted = scriptedTransport()
  const scope = createScope(systemClock)
  const heard: string[] = []
  const failures: AttemptFailure[] = []
  const link = attempt(
    {
      transport: { name: 'scripted', open: scripted.open, oneWay },
      kind: 'livecache',
      offers: true,
      token: 'secret',
      auth: 'none',
      plainParams: () => ({}),
      lastEventId: () => null,
      openTimeoutMs: 10_000,
      authTimeoutMs: 10_000,
      clock: systemClock,
      isHidden: () => false,
      mustBeLivecache: false,
      ...request,
    },
    scope,
    {
      opened: () => heard.push('opened'),
      ready: (welcome, latencyMs) => heard.push(`ready ${welcome?.connectionId ?? 'plain'} ${latencyMs}`),
      message: (text, sse) => heard.push(sse?.event === undefined ? text : `${sse.event} ${text}`),
      alive: () => heard.push('alive'),
      closed: ({ code }) => heard.push(`closed ${code}`),
      failed(failure) {
        failures.push(failure)
        heard.push(`failed ${failure.code}`)
      },
      refused: ({ code }) => heard.push(`refused ${code}`),
    },
  )
  return { scripted, scope, heard, failures, link, last: () => scripted.dials.at(-1)! }
}

const welcome = { type: 'welcome', connectionId: 'c1', protocol: 'realtime.v1' }

describe('an attempt at a livecache server', () => {
  it('signs in by the first frame, and is ready with the welcome', () => {
    const { heard, last, link } = setUp()
    expect(heard).toEqual([])
    last().open()
    expect(last().sent).toEqual([{ type: 'auth', token: 'secret' }])
    expect(heard).toEqual(['opened'])
    vi.advanceTimersByTime(70)
    last().say(welcome)
    expect(heard).toEqual(['opened', 'ready c1 70'])
    link.send({ type: 'resume', streams: {} })
    expect(last().sent).toHaveLength(2)
  })

  it('signs in without a token where the app has none', () => {
    const { last, scope } = setUp({ token: null })
    last().open()
    expect(last().sent).toEqual([{ type: 'auth' }])
    scope.dispose()
  })

  it('over HTTP has signed in by the request, and waits for the welcome', () => {
    const { heard, last } = setUp({}, { oneWay: true })
    last().open()
    expect(last().sent).toEqual([])
    last().say(welcome)
    expect(heard).toEqual(['opened', 'ready c1 0'])
  })

  it('hands over what comes afterwards, and how it ends', () => {
    const { heard, last } = setUp()
    last().welcome()
    last().sayText('{"type":"a"}')
    last().close(1001)
    expect(heard.slice(2)).toEqual(['{"type":"a"}', 'closed 1001'])
  })

  it('hands over what came in one message with the welcome', () => {
    const { heard, last } = setUp()
    last().open()
    last().say([welcome, { type: 'goal.created', eventId: 'E1' }])
    expect(heard).toEqual(['opened', 'ready c1 0', JSON.stringify([welcome, { type: 'goal.created', eventId: 'E1' }])])
  })

  it('takes nothing for the welcome that is none', () => {
    const { heard, last } = setUp()
    last().open()
    for (const text of ['{', 'null', '{"type":"pong"}', '{"type":"error","code":"SLOW"}']) last().sayText(text)
    expect(heard).toEqual(['opened'])
    last().say(welcome)
    expect(heard).toEqual(['opened', 'ready c1 0'])
  })

  it('ends where an event comes before the welcome: whoever speaks realtime.v1 holds events back', () => {
    const { failures, last } = setUp()
    last().open()
    last().say({ type: 'ping' })
    last().sayText('{"type":"goal.created","id":"7"}')
    expect(failures).toMatchObject([{ code: 1006, wasOpen: true, blind: false, mute: false, isEcho: true }])
  })

  it('answers a ping that comes early', () => {
    const { last, scope } = setUp()
    last().open()
    last().say({ type: 'ping' })
    expect(last().sent.at(-1)).toEqual({ type: 'pong' })
    scope.dispose()
  })
})

describe('an attempt that fails', () => {
  it('before it opens is blind, since nobody says why', () => {
    const { failures, last } = setUp()
    last().close(1006, 'gone')
    expect(failures).toEqual([{ code: 1006, reason: 'gone', wasOpen: false, blind: true, mute: false, isEcho: false }])
  })

  it('once open is not', () => {
    const { failures, last } = setUp()
    last().open()
    last().close(1011, 'broken')
    expect(failures).toEqual([
      { code: 1011, reason: 'broken', wasOpen: true, blind: false, mute: false, isEcho: false },
    ])
  })

  it('because nothing came after the open says so, and holds no link', () => {
    const { heard, failures, last } = setUp()
    last().open()
    vi.advanceTimersByTime(9_999)
    expect(failures).toEqual([])
    vi.advanceTimersByTime(1)
    expect(failures).toEqual([
      {
        code: 1006,
        reason: 'the server did not answer the sign-in in time',
        wasOpen: true,
        blind: false,
        mute: true,
        isEcho: true,
      },
    ])
    expect(last().closedByClient).toBe(true)
    last().say(welcome)
    last().close()
    expect(heard).toEqual(['opened', 'failed 1006'])
  })

  it('because it did not open in time is blind, and not mute', () => {
    const { failures } = setUp()
    vi.advanceTimersByTime(10_000)
    expect(failures).toMatchObject([{ code: 1006, blind: true, mute: false }])
  })

  it('by an error frame is told as if it had been closed with that code', () => {
    const cases = [
      [
        { code: 'UNAUTHORIZED', message: 'expired' },
        { code: 4401, reason: 'expired' },
      ],
      [
        { code: 'RATE_LIMIT', retryAfterMs: 5_000 },
        { code: 4429, reason: 'RATE_LIMIT', retryAfterMs: 5_000 },
      ],
    ] as const
    for (const [said, failure] of cases) {
      const { failures, last } = setUp()
      last().open()
      last().say({ type: 'error', ...said })
      expect(failures).toEqual([{ ...failure, wasOpen: true, blind: false, mute: false, isEcho: false }])
      expect(last().closedByClient).toBe(true)
    }
  })

  it('because the server asks to come back later says when', () => {
    const { failures, last } = setUp()
    last().open()
    last().say({ type: 'reconnect', afterMs: 3_000 })
    expect(failures).toMatchObject([{ code: 1012, retryAfterMs: 3_000 }])
    const soon = setUp()
    soon.last().open()
    soon.last().say({ type: 'reconnect' })
    expect(soon.failures).toMatchObject([{ code: 1012, retryAfterMs: 0 }])
  })

  it('fails once, whatever the rest of the message says', () => {
    const { heard, last } = setUp()
    last().open()
    last().say([{ type: 'error', code: 'UNAUTHORIZED' }, welcome, { type: 'reconnect' }])
    expect(heard).toEqual(['opened', 'failed 4401'])
  })

  it('because the browser refuses is told as that', () => {
    const open = () => {
      throw new SyntaxError('no')
    }
    expect(setUp({ transport: { name: 'broken', open } }).heard).toEqual(['refused refused'])
  })

  it('is not heard of once its scope has ended', () => {
    const { heard, last, scope } = setUp()
    last().open()
    scope.dispose()
    last().say(welcome)
    last().close(4401)
    vi.advanceTimersByTime(60_000)
    expect(heard).toEqual(['opened'])
    expect(last().closedByClient).toBe(true)
  })
})

describe('an attempt at a plain server', () => {
  it('is ready as soon as it is open, and says nothing', () => {
    const { heard, last } = setUp({ kind: 'plain' })
    last().open(null)
    expect(heard).toEqual(['ready plain null'])
    expect(last().sent).toEqual([])
  })

  it('is one also where that server echoes a subprotocol, which carried the token', () => {
    const { heard, last } = setUp({ kind: 'plain', auth: 'subprotocol' })
    last().open('realtime.v1')
    expect(heard).toEqual(['ready plain null'])
  })

  it('is not what the app asked for where it said that the server is a livecache one', () => {
    const { failures, last } = setUp({ mustBeLivecache: true })
    last().open(null)
    expect(failures).toMatchObject([{ code: 1006, blind: false, mute: false }])
    expect(failures[0]?.reason).toContain('does not speak realtime.v1')
    expect(last().closedByClient).toBe(true)
  })
})
