// What signs of the page mean, alone: the states are given, what follows is recorded. Through a client it is in liveness.test.ts.
import { describe, expect, it } from 'vitest'
import type { ConnectionEvent, ConnectionState } from '../../src/client/connection-machine.ts'
import { createPageWatch } from '../../src/client/page-watch.ts'
import { fakePage } from './fixture.ts'

const startedAt = 1_000_000
const connected: ConnectionState = {
  name: 'connected',
  attempt: 0,
  transport: 't',
  server: 'plain',
  connectionId: null,
  since: 0,
  resumed: false,
  latencyMs: null,
  degraded: false,
}
const connecting: ConnectionState = { name: 'connecting', attempt: 0, downSince: startedAt }
const reconnecting: ConnectionState = {
  name: 'reconnecting',
  attempt: 1,
  downSince: startedAt,
  retryAt: startedAt + 30_000,
  reason: 'gone',
}

function setUp(begun: ConnectionState, { canAsk = false, beats = false } = {}) {
  const page = fakePage()
  const at = { now: startedAt, state: begun, isAsking: false, notBefore: -Infinity }
  const done: (ConnectionEvent | string)[] = []
  const watch = createPageWatch({
    clock: { now: () => at.now, random: () => 0.5, timeout: () => () => {} },
    page,
    silenceTimeoutMs: 40_000,
    state: () => at.state,
    liveness: () => ({ verify: () => canAsk, beats }),
    isAsking: () => at.isAsking,
    notBefore: () => at.notBefore,
    waitUntil: (retryAt) => void done.push(`wait ${retryAt - at.now}`),
    redial: (reason) => void done.push(`redial: ${reason}`),
    dispatch: (event) => void done.push(event),
  })
  watch.follow()
  return { page, at, done, watch }
}

describe('a page', () => {
  it('is listened to while there is a link or one is waited for, and while it is put aside', () => {
    const { page, at, watch } = setUp(connected)
    const listenersIn = (state: ConnectionState) => {
      at.state = state
      watch.follow()
      return page.listeners
    }
    expect(page.listeners).toBe(1)
    expect([reconnecting, connecting, { name: 'idle' } as const, connected].map(listenersIn)).toEqual([1, 1, 0, 1])
    page.emit('cached')
    expect(listenersIn({ name: 'closed', reason: 'the page was put aside' })).toBe(1)
    watch.overrule()
    watch.follow()
    expect(page.listeners).toBe(0)
  })

  it('that goes into the back/forward cache holds no link, and takes it up again', () => {
    const { page, at, done } = setUp(connected)
    page.emit('cached')
    at.state = { name: 'closed', reason: 'the page was put aside' }
    page.emit('cached')
    page.emit('restored')
    page.emit('restored')
    expect(done).toEqual([
      { type: 'stop', reason: 'the page was put aside' },
      { type: 'start', at: startedAt },
    ])
  })

  it('that comes back does not undo what somebody wished meanwhile', () => {
    const { page, at, done, watch } = setUp(connected)
    page.emit('cached')
    at.state = { name: 'closed', reason: 'paused' }
    watch.overrule()
    page.emit('restored')
    expect(done).toHaveLength(1)
  })
})

describe('a link that is up', () => {
  it('is asked whether it lives, which is enough', () => {
    const { page, done } = setUp(connected, { canAsk: true })
    for (const signal of ['visible', 'focus', 'online', 'offline', 'network', 'resumed'] as const) page.emit(signal)
    expect(done).toEqual([])
  })

  it('that cannot be asked is replaced where the network is another one', () => {
    const { page, done } = setUp(connected)
    page.emit('focus')
    page.emit('offline')
    expect(done).toEqual([])
    page.emit('online')
    page.emit('network')
    expect(done).toEqual(['redial: the network changed', 'redial: the network changed'])
  })

  it.each([
    { awayMs: 40_001, beats: false, redials: 1 },
    { awayMs: 40_000, beats: false, redials: 0 },
    { awayMs: 3_600_000, beats: true, redials: 0 },
  ])('that cannot be asked, after $awayMs ms in the background, beats: $beats', ({ awayMs, beats, redials }) => {
    const { page, at, done } = setUp(connected, { beats })
    page.emit('hidden')
    at.now += awayMs
    page.emit('visible')
    // What counts begins anew each time.
    page.emit('focus')
    expect(done).toEqual(Array(redials).fill('redial: the page was away for long'))
  })
})

describe('an attempt', () => {
  it('that waits is brought forward, spread within a second, and never sooner than the server asked', () => {
    const { page, at, done } = setUp(reconnecting)
    page.emit('focus')
    expect(done.splice(0)).toEqual(['wait 500', { type: 'hurried', retryAt: startedAt + 500 }])
    at.notBefore = startedAt + 9_000
    page.emit('online')
    expect(done.splice(0)).toEqual(['wait 9000', { type: 'hurried', retryAt: startedAt + 9_000 }])
    page.emit('offline')
    expect(done).toEqual([])
  })

  it('that waits is not put off by a sign, unless its own timer slept', () => {
    const { page, at, done } = setUp({ ...reconnecting, retryAt: startedAt + 100 })
    page.emit('focus')
    expect(done).toEqual([])
    at.now += 60_000
    page.emit('resumed')
    expect(done).toHaveLength(2)
  })

  it('is made two seconds after the last one at the soonest, also where the clock was set back since', () => {
    const { page, at, done, watch } = setUp(reconnecting)
    watch.dialled()
    page.emit('focus')
    expect(done[0]).toBe('wait 2000')
    at.now -= 3_600_000
    page.emit('focus')
    expect(done[2]).toBe('wait 2000')
  })

  it('that is under way begins anew on another network, once until it has come to something', () => {
    const { page, at, done, watch } = setUp(connecting)
    watch.dialled()
    page.emit('network')
    expect(done).toEqual([])
    at.now += 2_000
    page.emit('focus')
    page.emit('network')
    page.emit('online')
    expect(done).toEqual([{ type: 'restart', at: at.now }])
    watch.settled()
    page.emit('online')
    expect(done).toHaveLength(2)
  })

  it('that waits for its token does not begin anew', () => {
    const { page, at, done } = setUp(connecting)
    at.isAsking = true
    page.emit('online')
    expect(done).toEqual([])
  })
})
