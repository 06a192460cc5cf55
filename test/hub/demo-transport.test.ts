import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { type DemoOptions, demoTransport } from '../../src/hub/index.ts'
import { createRealtime } from '../../src/query/index.ts'
import { fakePage } from '../client/fixture.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())
const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms)

/** A page on a demo, connected. */
async function open(options: DemoOptions, transport = demoTransport(options)) {
  const page = fakePage()
  const realtime = createRealtime({ transports: [transport], page })
  const heard: unknown[] = []
  realtime.on('*', ({ type, payload, stream }) => heard.push([type, payload, stream]))
  const release = realtime.hold()
  await pass(0)
  return { transport, realtime, heard, page, release }
}

const counted = (tick: number) => ({ type: 'goal.counted', payload: tick })

describe('a server in the page', () => {
  it('needs no address and no token, and has something happen at each tick', async () => {
    const { realtime, heard } = await open({ every: 1_000, events: counted })
    expect(realtime.getState()).toMatchObject({ name: 'connected', transport: 'demo' })
    await pass(3_020)
    expect(heard).toEqual([
      ['goal.counted', 0, 'demo'],
      ['goal.counted', 1, 'demo'],
      ['goal.counted', 2, 'demo'],
    ])
  })

  it('takes several events for a tick, or none', async () => {
    const two = [counted(1), { type: 'goal.noted', payload: 'x', stream: 'tenant:3' }]
    const { heard } = await open({ every: 100, events: (tick) => [null, two, undefined][tick] })
    await pass(400)
    expect(heard).toEqual([
      ['goal.counted', 1, 'demo'],
      ['goal.noted', 'x', 'tenant:3'],
    ])
  })

  it('starts nothing by itself, and leaves nothing running when the last page has left', async () => {
    let ticks = 0
    const transport = demoTransport({ every: 100, events: () => void ticks++ })
    await pass(1_000)
    expect([ticks, vi.getTimerCount()]).toEqual([0, 0])
    const first = await open({}, transport)
    const second = await open({}, transport)
    await pass(250)
    first.realtime.dispose()
    await pass(200)
    expect(ticks).toBe(4)
    second.release()
    second.realtime.dispose()
    await pass(60_000)
    expect([ticks, vi.getTimerCount()]).toEqual([4, 0])
  })

  it('goes on where it was when a page comes back', async () => {
    const { heard, realtime } = await open({ every: 1_000, events: counted })
    await pass(1_020)
    realtime.pause()
    await pass(10_000)
    realtime.resume()
    await pass(1_020)
    expect(heard.map((event) => (event as unknown[])[1])).toEqual([0, 1])
  })

  it('pauses while nobody sees the page', async () => {
    const { heard, page } = await open({ every: 1_000, events: counted })
    page.hidden = true
    await pass(10_000)
    expect(heard).toEqual([])
    page.hidden = false
    await pass(1_020)
    expect(heard).toHaveLength(1)
  })

  it('publishes at the press of a button, and when nobody is there to hear it does nothing', async () => {
    const silent = demoTransport()
    silent.publish({ type: 'a', payload: 1 })
    const { transport, heard } = await open({})
    transport.publish({ type: 'goal.created', payload: 'now' })
    await pass(20)
    expect(heard).toEqual([['goal.created', 'now', 'demo']])
  })

  it('takes what the page publishes where it was told to, and says to others that it does not', async () => {
    const chat = await open({ publish: true })
    const other = await open({}, chat.transport)
    const said = chat.realtime.publish('line.written', 'hello')
    await pass(50)
    await said
    expect([chat.heard, other.heard]).toEqual([
      [['line.written', 'hello', 'demo']],
      [['line.written', 'hello', 'demo']],
    ])

    const judged = await open({ publish: ({ event }) => event === 'line.written' && { stream: 'room:1' } })
    const refused = judged.realtime.publish('line.removed', 1).catch((error: unknown) => error)
    void judged.realtime.publish('line.written', 'ok')
    await pass(50)
    expect([await refused, judged.heard]).toMatchObject([
      { code: 'publish-refused' },
      [['line.written', 'ok', 'room:1']],
    ])

    const closed = await open({})
    const unsupported = closed.realtime.publish('line.written', 1).catch((error: unknown) => error)
    await pass(50)
    expect(await unsupported).toMatchObject({ code: 'publish-unsupported' })
  })

  it('reports what its events throw, and goes on', async () => {
    const thrown: unknown[] = []
    const caught = (error: unknown) => thrown.push(error)
    process.on('uncaughtException', caught)
    const { heard } = await open({
      every: 1_000,
      events: (tick) => {
        if (tick === 0) throw new Error('of the demo')
        return counted(tick)
      },
    })
    await pass(1_000).catch(caught)
    await pass(1_020)
    process.off('uncaughtException', caught)
    expect([thrown.map(String), heard]).toEqual([['Error: of the demo'], [['goal.counted', 1, 'demo']]])
  })

  it('is told a pace that it can keep', () => {
    expect(() => demoTransport({ every: 0 })).toThrow(expect.objectContaining({ code: 'invalid-option' }))
  })
})
