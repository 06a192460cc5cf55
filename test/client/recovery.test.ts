import { describe, expect, it } from 'vitest'
import { defaultBackoff } from '../../src/client/backoff.ts'
import type { ConnectionEvent, ConnectionState } from '../../src/client/connection-machine.ts'
import { createRecovery, type Ending } from '../../src/client/recovery.ts'
import { type CloseFate, fateOfClose } from '../../src/protocol/codes.ts'

const connected = (attempt = 0): ConnectionState => ({
  name: 'connected',
  attempt,
  transport: 't',
  server: 'livecache',
  connectionId: null,
  since: 0,
  resumed: false,
  latencyMs: null,
  degraded: false,
})
const startedAt = 1_000_000

function setUp({ hasToken = true } = {}) {
  const time = { now: startedAt }
  const device = { offline: false }
  const clock = { now: () => time.now, random: () => 0.5, timeout: () => () => {} }
  const recovery = createRecovery({
    clock,
    backoff: defaultBackoff,
    suspendAfterMs: 120_000,
    hasToken,
    isOffline: () => device.offline,
  })
  const after = (
    fate: CloseFate,
    state = connected(),
    kind: 'livecache' | 'plain' | 'unknown' = 'livecache',
    ending: Partial<Ending> = {},
  ) => recovery.after({ fate, reason: 'why', ...ending }, state, kind)
  const dropped = (inMs: number, to = 'reconnecting') => ({
    type: 'dropped',
    at: time.now,
    retryAt: time.now + inMs,
    reason: 'why',
    to,
  })
  return { recovery, after, dropped, time, device }
}

const connecting = (attempt: number, downSince = startedAt): ConnectionState => ({
  name: 'connecting',
  attempt,
  downSince,
})
const waitMs = (event: ConnectionEvent, now: number) => ('retryAt' in event ? event.retryAt - now : null)
const refresh: CloseFate = { kind: 'refresh', thenState: 'unauthorized' }

describe('after a link that ended', () => {
  it('dials within a second where it held, by the ladder where it did not', () => {
    const { after, dropped } = setUp()
    expect(after({ kind: 'retry' })).toEqual(dropped(500))
    expect(after({ kind: 'retry' }, connected(2))).toEqual(dropped(3_000))
    expect(after({ kind: 'retry' }, connecting(0))).toEqual(dropped(750))
  })

  it('the longest of ladder and code is waited for', () => {
    const { after, dropped } = setUp()
    expect(after({ kind: 'retry', minDelayMs: 2_000, spreadMs: 6_000 })).toEqual(dropped(5_000))
    expect(after({ kind: 'retry', minDelayMs: 8_000 }, connected(4))).toEqual(dropped(12_000))
  })

  it('what the server asks for counts, not what stands for it, and the ladder only where earlier links did not hold', () => {
    const { after, dropped } = setUp()
    const asked = (retryAfterMs: number, state = connected()) =>
      after(fateOfClose(4429), state, 'livecache', { retryAfterMs })
    expect(after(fateOfClose(4429))).toEqual(dropped(30_000))
    // Half of the second by which they are spread.
    expect(asked(9_000)).toEqual(dropped(9_500))
    expect(asked(0)).toEqual(dropped(0))
    expect(asked(0, connected(2))).toEqual(dropped(3_000))
    expect(asked(9_000, connected(2))).toEqual(dropped(9_500))
  })

  it('is dialled when the server asked for it, with everybody at another moment', () => {
    const { after, dropped } = setUp()
    const asked: CloseFate = { kind: 'asked', afterMs: 0, spreadMs: 10_000 }
    expect(after(asked)).toEqual(dropped(5_000))
    expect(after({ ...asked, spreadMs: 0 })).toEqual(dropped(0))
    // A server that asks without end would have a loop of it.
    expect(after({ ...asked, spreadMs: 0 }, connected(3))).toEqual(dropped(6_000))
  })

  it('that only wants a fresh link is dialled at once, but not twice in a row', () => {
    const { after, dropped } = setUp()
    expect(after({ kind: 'now' })).toEqual(dropped(0))
    expect(after({ kind: 'now' }, connected(1))).toEqual(dropped(1_500))
  })

  it('that cannot be completed is dialled by the ladder', () => {
    const { after, dropped } = setUp()
    expect(after({ kind: 'resync' })).toEqual(dropped(500))
    expect(after({ kind: 'resync' }, connected(2))).toEqual(dropped(3_000))
  })

  it('for good, nothing is tried', () => {
    expect(setUp().after({ kind: 'stop' })).toEqual({ type: 'refused', reason: 'why' })
  })

  it('nothing shortens what the server asked for, until a link was open again', () => {
    const { recovery, after, time } = setUp()
    expect(recovery.notBefore).toBe(-Infinity)
    after({ kind: 'retry' })
    expect(recovery.notBefore).toBe(-Infinity)
    after({ kind: 'retry', minDelayMs: 2_000, spreadMs: 6_000 })
    expect(recovery.notBefore).toBe(time.now + 5_000)
    after({ kind: 'retry' }, connected(), 'livecache', { retryAfterMs: 60_000 })
    expect(recovery.notBefore).toBe(time.now + 60_500)
    recovery.noteOpened()
    expect(recovery.notBefore).toBe(-Infinity)
  })
})

describe('an outage', () => {
  it('is a suspension once it has lasted two minutes', () => {
    const { recovery, time } = setUp()
    time.now = startedAt + 119_999
    expect(recovery.retry('why', connecting(6))).toMatchObject({ to: 'reconnecting' })
    time.now = startedAt + 120_000
    expect(recovery.retry('why', connecting(6))).toMatchObject({ to: 'suspended' })
    // A link that was up in between began a new one.
    expect(recovery.retry('why', connected(6))).toMatchObject({ to: 'reconnecting' })
  })

  it('waits for a sign where the device has no network, as an attempt has just shown', () => {
    const { after, device, dropped } = setUp()
    device.offline = true
    expect(after({ kind: 'retry' })).toEqual(dropped(500, 'offline'))
    expect(after({ kind: 'now' }, connecting(0, 0))).toMatchObject({ to: 'offline' })
  })
})

describe('a link that keeps failing', () => {
  it('climbs the ladder to its end and stays there', () => {
    const { after, time } = setUp()
    const waits = Array.from({ length: 8 }, (_, attempt) =>
      waitMs(after({ kind: 'retry' }, connecting(attempt)), time.now),
    )
    expect(waits).toEqual([750, 1_500, 3_000, 6_000, 12_000, 24_000, 24_000, 24_000])
  })

  it('climbs it also where each attempt opened and was closed again', () => {
    const { after, time } = setUp()
    const waits = Array.from({ length: 4 }, (_, attempt) =>
      waitMs(after({ kind: 'retry' }, connected(attempt)), time.now),
    )
    expect(waits).toEqual([500, 1_500, 3_000, 6_000])
  })
})

describe('a refused token', () => {
  it('is asked for afresh once in 30 s', () => {
    const { recovery, after, dropped, time } = setUp()
    expect(after(refresh)).toEqual(dropped(0))
    expect(recovery.tokenReason).toBe('rejected')
    recovery.noteToken()
    expect(recovery.tokenReason).toBe('connect')
    time.now += 29_999
    expect(after(refresh)).toEqual({ type: 'rejected', reason: 'why' })
    expect(recovery.tokenReason).toBe('rejected')
    time.now += 1
    expect(after(refresh)).toEqual(dropped(0))
  })

  it('is asked for afresh at most twice without a link that held in between', () => {
    const { recovery, after, dropped, time } = setUp()
    for (let round = 0; round < 2; round++) {
      expect(after(refresh)).toEqual(dropped(0))
      time.now += 60_000
    }
    expect(after(refresh)).toEqual({ type: 'rejected', reason: 'why' })
    recovery.noteSettled()
    time.now += 60_000
    expect(after(refresh)).toEqual(dropped(0))
  })

  it('that was given up is asked for again when somebody tries by hand', () => {
    const { recovery, after, dropped, time } = setUp()
    after(refresh)
    expect(after(refresh)).toMatchObject({ type: 'rejected' })
    expect(recovery.tokenReason).toBe('rejected')
    recovery.noteToken()
    time.now += 30_000
    expect(after(refresh)).toEqual(dropped(0))
  })

  it('ends it at once where nobody can be asked, or as a failure where the code says so', () => {
    expect(setUp({ hasToken: false }).after(refresh)).toEqual({ type: 'rejected', reason: 'why' })
    expect(setUp({ hasToken: false }).after({ kind: 'refresh', thenState: 'failed' })).toEqual({
      type: 'refused',
      reason: 'why',
    })
  })

  it('by a server not known yet is believed the third time', () => {
    const { recovery, after, dropped } = setUp()
    for (let round = 0; round < 2; round++) expect(after(refresh, connected(), 'unknown')).toEqual(dropped(500))
    expect(recovery.tokenReason).toBe('connect')
    expect(after(refresh, connected(), 'unknown')).toEqual(dropped(0))
    expect(recovery.tokenReason).toBe('rejected')
  })

  it('by a server not known yet is doubted anew once there was a welcome', () => {
    const { recovery, after, dropped } = setUp()
    for (let round = 0; round < 2; round++) after(refresh, connected(), 'unknown')
    recovery.noteWelcome()
    expect(after(refresh, connected(), 'unknown')).toEqual(dropped(500))
    expect(recovery.tokenReason).toBe('connect')
  })

  it('of one user says nothing about the next', () => {
    const { recovery, after, dropped } = setUp()
    after(refresh)
    recovery.forgetUser()
    expect(recovery.tokenReason).toBe('connect')
    expect(after(refresh)).toEqual(dropped(0))
  })

  it('may be why two opens failed without a word: it is asked for afresh once', () => {
    const { recovery } = setUp()
    const reasons: string[] = []
    for (let round = 0; round < 4; round++) {
      recovery.noteBlindFailure()
      reasons.push(recovery.tokenReason)
      recovery.noteToken()
    }
    expect(reasons).toEqual(['connect', 'rejected', 'connect', 'connect'])
    recovery.noteOpened()
    recovery.noteBlindFailure()
    recovery.noteBlindFailure()
    expect(recovery.tokenReason).toBe('rejected')
  })

  it('is not suspected where nobody can be asked for another, or it was refreshed twice already', () => {
    const without = setUp({ hasToken: false }).recovery
    for (let round = 0; round < 2; round++) without.noteBlindFailure()
    expect(without.tokenReason).toBe('connect')
    const { recovery } = setUp()
    for (let outage = 0; outage < 3; outage++) {
      for (let round = 0; round < 2; round++) recovery.noteBlindFailure()
      if (outage < 2) recovery.noteToken()
      recovery.noteOpened()
    }
    expect(recovery.tokenReason).toBe('connect')
  })
})
