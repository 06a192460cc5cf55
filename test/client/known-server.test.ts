import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { systemClock } from '../../src/base/clock.ts'
import { createScope } from '../../src/base/scope.ts'
import { createKnownServer } from '../../src/client/known-server.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

const welcome = { type: 'welcome', connectionId: 'c1', protocol: 'realtime.v1' } as const
const link = () => createScope(systemClock)

describe('a server', () => {
  it('is offered realtime.v1 and not known, until it takes that up', () => {
    const server = createKnownServer('auto')
    expect([server.kind, server.offers]).toEqual(['unknown', true])
    server.tookOffer()
    expect(server.kind).toBe('livecache')
  })

  it('is what the app says', () => {
    const server = createKnownServer('plain')
    server.ready(null, link())
    vi.advanceTimersByTime(60_000)
    expect(server.kind).toBe('plain')
    server.failed(true)
    expect([server.kind, server.offers]).toEqual(['plain', true])
  })

  it('is a plain one two seconds after a link without a welcome, if the link lasts that long', () => {
    const server = createKnownServer('auto')
    const short = link()
    server.ready(null, short)
    vi.advanceTimersByTime(1_999)
    short.dispose()
    vi.advanceTimersByTime(60_000)
    expect(server.kind).toBe('unknown')
    server.ready(null, link())
    vi.advanceTimersByTime(2_000)
    expect(server.kind).toBe('plain')
  })

  it('is none where a welcome comes that nobody asked for', () => {
    const server = createKnownServer('auto')
    server.ready(null, link())
    server.welcomed()
    vi.advanceTimersByTime(60_000)
    expect(server.kind).toBe('unknown')
  })

  it('that only echoed the offer is asked once without it, and is unknown again', () => {
    const server = createKnownServer('auto')
    server.tookOffer()
    server.failed(true)
    expect([server.kind, server.offers]).toEqual(['unknown', false])
    server.failed(false)
    expect(server.offers).toBe(true)
    server.failed(true)
    server.closed()
    expect(server.offers).toBe(true)
  })

  it('that has welcomed us before is only slow', () => {
    const server = createKnownServer('auto')
    server.tookOffer()
    server.ready(welcome, link())
    server.failed(true)
    expect([server.kind, server.offers]).toEqual(['livecache', true])
  })
})
