import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createClient } from '../../src/client/index.ts'
import { createTestServer } from '../../src/testing/index.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())
const settle = () => vi.advanceTimersByTimeAsync(0)

describe('a client and a livecache server', () => {
  it('hands an event to who asked for it and confirms it', async () => {
    const server = createTestServer()
    const client = createClient({ transports: [server.transport] })
    const seen: unknown[] = []
    client.on('goal.*', (event) => seen.push(event.payload))
    client.hold()
    await settle()
    expect(client.getState()).toMatchObject({ name: 'connected', server: 'livecache', attempt: 0 })
    server.publish({ type: 'goal.created', payload: { id: 1 } })
    await settle()
    expect(seen).toEqual([{ id: 1 }])
    expect(server.received.map((frame) => frame.type)).toEqual(['auth', 'subscribe', 'resume', 'ack'])
    server.goDown()
    await vi.advanceTimersByTimeAsync(5_000)
    expect(client.getState().name).toBe('reconnecting')
    server.comeBack()
    server.publish({ type: 'goal.created', payload: { id: 2 } })
    await vi.advanceTimersByTimeAsync(10_000)
    expect(seen).toEqual([{ id: 1 }, { id: 2 }])
    expect(client.inspect()).toMatchObject({ counters: { duplicates: 0, lost: 0 } })
  })
})
