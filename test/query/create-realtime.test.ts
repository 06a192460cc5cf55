import { QueryClient } from '@tanstack/react-query'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { defineEvents, payload } from '../../src/protocol/index.ts'
import { createRealtime, patch } from '../../src/query/index.ts'
import { createTestServer } from '../../src/testing/index.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())
const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms)

describe('createRealtime', () => {
  it('connects to nothing by itself', async () => {
    const server = createTestServer()
    createRealtime({ transports: [server.transport] })
    await pass(1_000)
    expect(server.opened).toBe(0)
  })

  it('asks the server for what its rules need while it is bound', async () => {
    const server = createTestServer()
    const events = defineEvents({ 'goal.renamed': payload<{ id: number; name: string }>() })
    const realtime = createRealtime({
      transports: [server.transport],
      events,
      rules: {
        'goal.renamed': (event) => patch<{ name: string }>(['goal', event.payload.id], { name: event.payload.name }),
      },
    })
    const queryClient = new QueryClient()
    queryClient.setQueryData(['goal', 1], { name: 'Ship' })
    const unbind = realtime.bindQueryClient(queryClient)
    realtime.hold()
    await pass(0)
    expect(realtime.inspect().subscriptions).toMatchObject([{ spec: { events: ['goal.renamed'] } }])
    server.publish({ type: 'goal.renamed', payload: { id: 1, name: 'Sail' } })
    await pass(20)
    expect(queryClient.getQueryData(['goal', 1])).toEqual({ name: 'Sail' })
    unbind()
    await pass(1_000)
    expect(realtime.inspect().subscriptions).toEqual([])
  })

  it('serves two query clients, and goes on for one when the other leaves', async () => {
    const server = createTestServer()
    const realtime = createRealtime({
      transports: [server.transport],
      rules: { a: () => patch<string>(['n'], () => 'new') },
    })
    const [first, second] = [new QueryClient(), new QueryClient()]
    for (const queryClient of [first, second]) queryClient.setQueryData(['n'], 'old')
    realtime.bindQueryClient(first)()
    realtime.bindQueryClient(second)
    realtime.hold()
    await pass(0)
    server.publish({ type: 'a', payload: {} })
    await pass(20)
    expect([first.getQueryData(['n']), second.getQueryData(['n'])]).toEqual(['old', 'new'])
  })

  it('refuses a url it cannot use', () => {
    expect(() => createRealtime({ url: '' })).toThrow(
      'The url is an empty string, so there is no server to connect to.',
    )
    const untyped = createRealtime as () => unknown
    expect(() => untyped()).toThrow('The url is undefined, so there is no server to connect to.')
  })
})
