import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createRealtime } from '../../src/query/index.ts'
import { createTestServer, type TestServer } from '../../src/testing/index.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())
const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms)

async function join(server: TestServer, server_: { server?: 'plain' } = {}) {
  const realtime = createRealtime({ transports: [server.transport], ...server_ })
  const heard: unknown[] = []
  realtime.on('*', ({ payload }) => heard.push(payload))
  realtime.hold()
  await pass(0)
  return { realtime, heard }
}

describe('the test server', () => {
  it('publishes to whoever joined, without a port', async () => {
    const server = createTestServer()
    const { heard } = await join(server)
    server.publish({ type: 'goal.created', payload: 'first' })
    await pass(20)
    expect(heard).toEqual(['first'])
    expect(server.open).toBe(1)
    expect(server.received.map(({ type }) => type)).toEqual(['auth', 'subscribe', 'resume', 'ack'])
  })

  it('serves a client that takes it for a plain server', async () => {
    const server = createTestServer()
    const { heard } = await join(server, { server: 'plain' })
    server.publish({ type: 'goal.created', payload: { id: 1 } })
    await pass(20)
    expect(heard).toEqual([{ id: 1 }])
    expect(server.received.map(({ type }) => type)).toEqual(['subscribe', 'ack'])
  })

  it('goes down, refuses, and comes back with its memory or without', async () => {
    const server = createTestServer()
    const { realtime, heard } = await join(server)
    server.publish({ type: 'a', payload: 1 })
    await pass(20)
    server.goDown()
    server.publish({ type: 'a', payload: 2 })
    await pass(5_000)
    expect([server.open, realtime.getState().name]).toEqual([0, 'reconnecting'])
    server.comeBack()
    await pass(10_000)
    expect(heard).toEqual([1, 2])
    const { epoch } = server.hub
    server.comeBack({ forgetting: true })
    // The link had not held for long, so the ladder goes on: up to 32 s.
    await pass(32_000)
    expect(server.hub.epoch).not.toBe(epoch)
    expect(realtime.inspect().counters.lost).toBe(1)
  })

  it('cuts links with the code it is told', async () => {
    const server = createTestServer()
    const { realtime } = await join(server)
    server.cut(4403, 'not for you')
    expect(realtime.getState()).toEqual({ name: 'failed', reason: 'not for you' })
  })

  it('falls silent while links stay open, and speaks again', async () => {
    const server = createTestServer()
    const { realtime, heard } = await join(server)
    server.publish({ type: 'a', payload: 1 })
    await pass(20)
    server.mute()
    server.publish({ type: 'a', payload: 2 })
    await pass(20)
    expect([heard, server.open, realtime.getState().name]).toEqual([[1], 1, 'connected'])
    server.unmute()
    server.publish({ type: 'a', payload: 3 })
    // What was lost is missed, waited for, found missing, and fetched again by whoever shows it.
    await pass(15_000)
    expect(heard).toEqual([1, 3])
    expect(realtime.inspect().counters.lost).toBe(1)
  })

  it('answers nobody who dials it while it is silent', async () => {
    const server = createTestServer()
    server.mute()
    const { realtime } = await join(server)
    await pass(5_000)
    expect([server.opened, realtime.getState().name]).toEqual([0, 'connecting'])
    server.unmute()
    await pass(20_000)
    expect([server.opened, realtime.getState().name]).toEqual([1, 'connected'])
  })

  it('hears nothing while it is silent, and says nothing of links that end', async () => {
    const server = createTestServer()
    const { realtime } = await join(server)
    const said = server.received.length
    server.mute()
    realtime.on('b', () => {})
    await pass(20)
    expect(server.received).toHaveLength(said)
    server.hub.close()
    await pass(1_000)
    expect([server.open, realtime.getState().name]).toEqual([1, 'connected'])
    server.cut()
    expect([server.open, realtime.getState().name]).toEqual([0, 'reconnecting'])
  })

  it('takes what clients publish, where the test allows it', async () => {
    const server = createTestServer({
      authorizePublish: (_identity, { event }) => event === 'goal.renamed' && { stream: 'test' },
    })
    const { realtime, heard } = await join(server)
    const renamed = realtime.publish('goal.renamed', { name: 'Ship' })
    const forbidden = realtime.publish('goal.removed', {})
    await expect(forbidden).rejects.toMatchObject({ code: 'publish-refused' })
    await expect(renamed).resolves.toMatchObject({ eventId: expect.any(String) })
    await pass(20)
    expect(heard).toEqual([{ name: 'Ship' }])
    expect(server.received.filter(({ type }) => type === 'publish')).toHaveLength(2)
  })
})
