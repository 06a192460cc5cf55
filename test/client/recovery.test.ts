import { describe, expect, it } from 'vitest'
import { defaultBackoff } from '../../src/client/backoff.ts'
import type { ConnectionState } from '../../src/client/connection-machine.ts'
import { createRecovery } from '../../src/client/recovery.ts'
import type { CloseFate } from '../../src/protocol/index.ts'

const connected = (attempt = 0): ConnectionState => ({
  name: 'connected',
  attempt,
  transport: 't',
  server: 'livecache',
  connectionId: null,
  since: 0,
  resumed: false,
  latencyMs: null,
})

function setUp({ hasToken = true } = {}) {
  const time = { now: 1_000_000 }
  const clock = { now: () => time.now, random: () => 0.5, timeout: () => () => {} }
  const recovery = createRecovery({ clock, backoff: defaultBackoff, hasToken })
  const after = (
    fate: CloseFate,
    state = connected(),
    kind: 'livecache' | 'plain' | 'unknown' = 'livecache',
    hintMs = 0,
  ) => recovery.after(fate, 'why', state, kind, hintMs)
  const dropped = (inMs: number) => ({ type: 'dropped', retryAt: time.now + inMs, reason: 'why' })
  return { recovery, after, dropped, time }
}

const refresh: CloseFate = { kind: 'refresh', thenState: 'unauthorized' }

describe('after a link that ended', () => {
  it('dials within a second where it held, by the ladder where it did not', () => {
    const { after, dropped } = setUp()
    expect(after({ kind: 'retry' })).toEqual(dropped(500))
    expect(after({ kind: 'retry' }, connected(2))).toEqual(dropped(3_000))
    expect(after({ kind: 'retry' }, { name: 'connecting', attempt: 0 })).toEqual(dropped(750))
  })

  it('the longest of ladder, code and hint is waited for', () => {
    const { after, dropped } = setUp()
    expect(after({ kind: 'retry', minDelayMs: 2_000, spreadMs: 6_000 })).toEqual(dropped(5_000))
    expect(after({ kind: 'retry' }, connected(), 'livecache', 9_000)).toEqual(dropped(9_000))
    expect(after({ kind: 'retry', minDelayMs: 8_000 }, connected(4))).toEqual(dropped(12_000))
  })

  it('that only wants a fresh link is dialled at once, but not twice in a row', () => {
    const { after, dropped } = setUp()
    expect(after({ kind: 'now' })).toEqual(dropped(0))
    expect(after({ kind: 'now' }, connected(1))).toEqual(dropped(1_500))
  })

  it('for good, nothing is tried', () => {
    expect(setUp().after({ kind: 'stop' })).toEqual({ type: 'refused', reason: 'why' })
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
})
