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
})
