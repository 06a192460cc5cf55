import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { type ConnectionState, createShownStatus, type LinkInfo } from '../../src/client/index.ts'

beforeEach(() => void vi.useFakeTimers({ now: 1_000_000 }))
afterEach(() => void vi.useRealTimers())

const link: LinkInfo = {
  transport: 't',
  server: 'livecache',
  connectionId: 'c',
  since: 1,
  resumed: false,
  latencyMs: 5,
  degraded: false,
}
const connecting: ConnectionState = { name: 'connecting', attempt: 0, downSince: 0 }
const connected: ConnectionState = { name: 'connected', attempt: 0, ...link }
const reconnecting: ConnectionState = { name: 'reconnecting', attempt: 1, downSince: 0, retryAt: 0, reason: '' }

function watch(first: ConnectionState = { name: 'idle' }) {
  let state = first
  const listeners = new Set<() => void>()
  const store = createShownStatus({
    getState: () => state,
    onState: (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  })
  const shown: string[] = [store.getSnapshot()]
  const stop = store.subscribe(() => shown.push(store.getSnapshot()))
  const become = (next: ConnectionState) => {
    state = next
    for (const listener of listeners) listener()
  }
  return { become, shown, store, stop, listeners }
}

describe('the shown status', () => {
  it('says at once that it connects, and leaves each word a second', () => {
    const { become, shown } = watch()
    become(connecting)
    vi.advanceTimersByTime(20)
    become({ name: 'authenticating', attempt: 0, downSince: 0 })
    become(connected)
    expect(shown).toEqual(['idle', 'connecting'])
    vi.advanceTimersByTime(979)
    expect(shown).toEqual(['idle', 'connecting'])
    vi.advanceTimersByTime(1)
    expect(shown).toEqual(['idle', 'connecting', 'connected'])
  })

  it('tells signing in from connecting only where it takes long', () => {
    const { become, shown } = watch()
    become(connecting)
    become({ name: 'authenticating', attempt: 0, downSince: 0 })
    vi.advanceTimersByTime(2_499)
    expect(shown).toEqual(['idle', 'connecting'])
    vi.advanceTimersByTime(1)
    expect(shown).toEqual(['idle', 'connecting', 'authenticating'])
  })

  it('keeps a blip to itself', () => {
    const { become, shown } = watch(connected)
    become(reconnecting)
    vi.advanceTimersByTime(2_400)
    become(connecting)
    become(connected)
    vi.advanceTimersByTime(60_000)
    expect(shown).toEqual(['connected'])
  })

  it('says after 2.5 s that it reconnects, through all the states of its attempts', () => {
    const { become, shown } = watch(connected)
    become(reconnecting)
    vi.advanceTimersByTime(1_000)
    become({ name: 'connecting', attempt: 1, downSince: 0 })
    vi.advanceTimersByTime(1_499)
    expect(shown).toEqual(['connected'])
    vi.advanceTimersByTime(1)
    become(reconnecting)
    become({ name: 'authenticating', attempt: 1, downSince: 0 })
    vi.advanceTimersByTime(5_000)
    expect(shown).toEqual(['connected', 'reconnecting'])
    become(connected)
    expect(shown).toEqual(['connected', 'reconnecting', 'connected'])
  })

  it('says offline after the same grace, since the device may be back in a moment', () => {
    const { become, shown } = watch(connected)
    become({ name: 'offline', attempt: 1, downSince: 0, reason: '' })
    vi.advanceTimersByTime(2_499)
    expect(shown).toEqual(['connected'])
    vi.advanceTimersByTime(1)
    expect(shown).toEqual(['connected', 'offline'])
  })

  it('does not flap with each attempt of a long outage', () => {
    const { become, shown } = watch(connected)
    const long = { attempt: 7, downSince: 0 }
    become({ name: 'suspended', ...long, retryAt: 0, reason: '' })
    for (let attempt = 0; attempt < 3; attempt++) {
      vi.advanceTimersByTime(30_000)
      become({ name: 'connecting', ...long })
      vi.advanceTimersByTime(5_000)
      become({ name: 'suspended', ...long, retryAt: 0, reason: '' })
    }
    expect(shown).toEqual(['connected', 'suspended'])
    become(connected)
    expect(shown).toEqual(['connected', 'suspended', 'connected'])
  })

  it('does not wait with what a person has to know or did', () => {
    for (const [state, word] of [
      [{ name: 'unauthorized', reason: '' }, 'unauthorized'],
      [{ name: 'failed', reason: '' }, 'failed'],
      [{ name: 'closed', reason: 'paused' }, 'paused'],
      [{ name: 'closed', reason: 'nobody uses it' }, 'closed'],
      [{ name: 'idle' }, 'idle'],
    ] as const) {
      const { become, shown } = watch(connected)
      become(state)
      expect(shown).toEqual(['connected', word])
    }
  })

  it('runs nothing while nobody listens', () => {
    const { become, stop, listeners, store } = watch(connected)
    become(reconnecting)
    stop()
    expect(vi.getTimerCount()).toBe(0)
    expect(listeners.size).toBe(0)
    store.subscribe(() => {})
    expect(store.getSnapshot()).toBe('reconnecting')
  })
})
