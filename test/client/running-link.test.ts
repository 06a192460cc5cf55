import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { systemClock } from '../../src/base/clock.ts'
import { createScope } from '../../src/base/scope.ts'
import { createCredentials } from '../../src/client/credentials.ts'
import type { Winner } from '../../src/client/race.ts'
import { runLink, type RunningLinkParts } from '../../src/client/running-link.ts'
import type { ClientFrame, WelcomeFrame } from '../../src/protocol/index.ts'
import { scriptedTransport } from './scripted-transport.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

const greeting: WelcomeFrame = { type: 'welcome', connectionId: 'c1', protocol: 'realtime.v1' }

function setUp(
  welcome: WelcomeFrame | null,
  { transport = {}, token = 't' }: { transport?: { oneWay?: boolean; quietMs?: number }; token?: string | null } = {},
) {
  const sent: ClientFrame[] = []
  const done: string[] = []
  const scope = createScope(systemClock)
  const winner: Winner = { index: 0, link: { send: (frame) => void sent.push(frame) }, scope, welcome, latencyMs: null }
  const parts: RunningLinkParts = {
    clock: systemClock,
    silenceTimeoutMs: 40_000,
    pingTimeoutMs: 2_000,
    authTimeoutMs: 10_000,
    credentials: createCredentials(() => 'next', 10_000, systemClock),
    transport: Object.assign(scriptedTransport(), transport),
    token,
    relink: (next) => void done.push(`relink with ${next}`),
    signedOut: () => void done.push('signed out'),
    onDead: (reason) => void done.push(reason),
    onUnanswered: () => void done.push('unanswered'),
    onAnswer: () => {},
    onHearing: () => {},
    onError: ({ code }) => void done.push(code),
    tell: () => {},
  }
  return { link: runLink(winner, parts), scope, sent, done }
}

describe('a link that is up', () => {
  it.each([
    { heartbeatMs: 30_000, quietMs: 0, limitMs: 40_000 },
    { heartbeatMs: 60_000, quietMs: 0, limitMs: 70_000 },
    { heartbeatMs: 1_000, quietMs: 60_000, limitMs: 70_000 },
  ])('may be silent for $limitMs ms where it beats each $heartbeatMs and pauses $quietMs', async (given) => {
    const { done } = setUp({ ...greeting, heartbeatMs: given.heartbeatMs }, { transport: { quietMs: given.quietMs } })
    await vi.advanceTimersByTimeAsync(given.limitMs - 1)
    expect(done).toEqual([])
    await vi.advanceTimersByTimeAsync(1)
    expect(done).toEqual([`nothing was heard for ${given.limitMs / 1000} s`])
  })

  it('answers a ping, and is missed from then on', async () => {
    const { link, sent, done } = setUp(greeting)
    await vi.advanceTimersByTimeAsync(600_000)
    expect(done).toEqual([])
    link.liveness.heard()
    link.pinged()
    expect(sent).toEqual([{ type: 'pong' }])
    await vi.advanceTimersByTimeAsync(80_000)
    expect(done).toEqual(['nothing was heard for 40 s'])
  })

  it('answers none where each word is a request', () => {
    const { link, sent } = setUp(greeting, { transport: { oneWay: true } })
    link.pinged()
    expect({ sent, isOneWay: link.isOneWay }).toEqual({ sent: [], isOneWay: true })
  })

  it('asks a livecache server whether it lives, and no other', () => {
    const livecache = setUp(greeting)
    const plain = setUp(null)
    expect([livecache.link.liveness.verify(), plain.link.liveness.verify()]).toEqual([true, false])
    expect([livecache.sent, plain.sent]).toEqual([[{ type: 'ping' }], []])
  })

  it('renews its token in band, and by another link where that cannot be', async () => {
    const expiring = { ...greeting, authExpiresInMs: 100_000 }
    const inBand = setUp(expiring)
    const byLink = setUp(expiring, { transport: { oneWay: true } })
    await vi.advanceTimersByTimeAsync(80_000)
    expect([inBand.sent, inBand.done]).toEqual([[{ type: 'auth', token: 'next' }], []])
    expect([byLink.sent, byLink.done]).toEqual([[], ['relink with next']])
    await vi.advanceTimersByTimeAsync(10_000)
    expect(inBand.done).toEqual(['unanswered'])
  })

  it('has no token to keep where there is none, or on a plain server', () => {
    expect(setUp(greeting, { token: null }).link.tokenKeeper).toBeNull()
    expect(setUp(null).link.tokenKeeper).toBeNull()
  })

  it('leaves no timer behind its scope', () => {
    const { scope } = setUp({ ...greeting, heartbeatMs: 30_000, authExpiresInMs: 100_000 })
    expect(vi.getTimerCount()).toBe(2)
    scope.dispose()
    expect(vi.getTimerCount()).toBe(0)
  })
})
