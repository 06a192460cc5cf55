// Whether what a query shows is live: each word, and each reason for which it is not.
import { onlineManager, type QueryKey } from '@tanstack/react-query'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { invalidate, patch } from '../../src/query/index.ts'
import { fakePage } from '../client/fixture.ts'
import { begin, end, own, pass, setUp, type SetUpOptions, show } from './fixture.ts'

beforeEach(begin)
afterEach(end)

const key = ['goals']
const toEverybody = { verify: () => ({ subject: 'ada', streams: [own, 'tenant:1'] }) }

/** A query on screen, connected and loaded, and what its status was, each time it was said to change. */
async function setUpShown({ queryKey = key, ...options }: SetUpOptions & { queryKey?: QueryKey } = {}) {
  const all = await setUp({
    rules: { changed: () => invalidate(key), renamed: () => patch<number>(key, () => 2) },
    serverOptions: toEverybody,
    ...options,
  })
  const answer: { value: number | Error; ms: number } = { value: 1, ms: 60 }
  const goals = show(all.queryClient, queryKey, () => answer.value)
  const store = all.realtime.liveStatus(all.queryClient, queryKey)
  const said: string[] = [store.getSnapshot()]
  const stop = store.subscribe(() => {
    const status = store.getSnapshot()
    if (status !== said.at(-1)) said.push(status)
  })
  await pass(3_000)
  return { ...all, goals, answer, said, stop, status: store.getSnapshot }
}

describe('a query is live', () => {
  it('once it is loaded and the rules are subscribed', async () => {
    const { status, said } = await setUpShown()
    expect(status()).toBe('live')
    expect(said).toEqual(['stale', 'live'])
  })

  it('where a row of the table names it, and its streams are positioned', async () => {
    const { status } = await setUpShown({ streams: { 'tenant:1': [key], [own]: [key] } })
    expect(status()).toBe('live')
  })

  it('where it names its streams itself', async () => {
    const { realtime, queryClient } = await setUpShown({ streams: {} })
    const named = (stream: string) => {
      show(queryClient, [stream], () => 1, { meta: { realtime: { streams: [stream] } } })
      return realtime.liveStatus(queryClient, [stream])
    }
    const [tenant, foreign] = [named('tenant:1'), named('tenant:2')]
    await pass(100)
    expect([tenant.getSnapshot(), foreign.getSnapshot()]).toEqual(['live', 'stale'])
  })

  it('while it is fetched again for an event', async () => {
    const { goals, status, happens } = await setUpShown()
    await happens('changed')
    expect(goals.state.fetchStatus).toBe('fetching')
    expect(status()).toBe('live')
  })

  it('also where it hashes its key in its own way', async () => {
    const { realtime, queryClient } = await setUpShown()
    show(queryClient, ['mine'], () => 1, { queryKeyHashFn: (queryKey) => `mine ${JSON.stringify(queryKey)}` })
    await pass(100)
    expect(realtime.liveStatus(queryClient, ['mine']).getSnapshot()).toBe('live')
  })
})

describe('a query is stale', () => {
  it('while nothing is connected, and live once it is', async () => {
    const { status, join } = await setUpShown({ isJoined: false })
    expect(status()).toBe('stale')
    join()
    await pass(3_000)
    expect(status()).toBe('live')
  })

  it('while the link is down, until what may have been missed was fetched', async () => {
    const { server, status, said, goals, publish } = await setUpShown({
      serverOptions: { ...toEverybody, maxPerStream: 2 },
    })
    publish('renamed')
    await pass(3_000)
    server.goDown()
    expect(status()).toBe('stale')
    for (let turn = 0; turn < 5; turn++) publish('renamed')
    const before = goals.begun.length
    server.comeBack()
    while (goals.begun.length === before) {
      await pass(10)
      expect(status()).toBe('stale')
    }
    await pass(100)
    expect(status()).toBe('live')
    expect(said).toEqual(['stale', 'live', 'stale', 'live'])
  })

  it('while it waits for a resync the server asked for', async () => {
    const { status, said, say } = await setUpShown()
    say({ type: 'resync', streams: ['tenant:1'], reason: 'test' })
    expect(status()).toBe('stale')
    await pass(3_000)
    expect(status()).toBe('live')
    expect(said.slice(-2)).toEqual(['stale', 'live'])
  })

  it('as long as that resync fails', async () => {
    const { status, say, answer, goals } = await setUpShown()
    answer.value = new Error('down')
    say({ type: 'resync', streams: ['tenant:1'], reason: 'test' })
    await pass(60_000)
    expect(status()).toBe('stale')
    answer.value = 2
    void goals.observer.refetch()
    await pass(100)
    expect(status()).toBe('live')
  })

  it('once the server has fallen silent for so long that the link counts as dead', async () => {
    const { server, status } = await setUpShown()
    server.mute()
    await pass(45_000)
    expect(status()).toBe('stale')
  })

  it('where the subscription of its rules was refused', async () => {
    const { server, status, say } = await setUpShown()
    const subscribe = server.received.find((frame) => frame.type === 'subscribe')
    say({ type: 'error', code: 'UNKNOWN_TOPIC', message: 'no', retryable: false, ref: subscribe?.id })
    await pass(3_000)
    expect(status()).toBe('stale')
  })

  it('where no rule has asked for anything', async () => {
    const { status } = await setUpShown({ rules: {} })
    expect(status()).toBe('stale')
  })

  it('as long as nothing says how far one of its streams was read', async () => {
    const { status, said, happens } = await setUpShown({
      serverOptions: { verify: () => ({ subject: 'ada', streams: ['*'] }) },
      streams: { 'tenant:7': [key], [own]: [key] },
    })
    await happens('renamed')
    expect(status()).toBe('stale')
    await happens('renamed', {}, { stream: 'tenant:7' })
    await pass(3_000)
    expect(status()).toBe('live')
    expect(said).toEqual(['stale', 'live'])
  })

  it('where no row of the table names it', async () => {
    const { status } = await setUpShown({ streams: { 'tenant:1': [['others']] } })
    expect(status()).toBe('stale')
  })

  it('where its last fetch failed', async () => {
    const { status, said, answer, goals } = await setUpShown()
    answer.value = new Error('down')
    void goals.observer.refetch()
    await pass(100)
    expect(status()).toBe('stale')
    expect(said).toEqual(['stale', 'live', 'stale'])
  })

  it('where it was never loaded, or is not there', async () => {
    const { realtime, queryClient } = await setUpShown()
    show(queryClient, ['slow'], () => 1, { ms: 500 })
    await pass(20)
    const statusOf = (queryKey: QueryKey) => realtime.liveStatus(queryClient, queryKey).getSnapshot()
    expect([statusOf(['slow']), statusOf(['nobody'])]).toEqual(['stale', 'stale'])
  })

  it('once the binding has ended', async () => {
    const { status, unbind } = await setUpShown()
    unbind()
    await pass(3_000)
    expect(status()).toBe('stale')
  })
})

describe('a query is polled', () => {
  it('while it is fetched on a clock because the link is down', async () => {
    const { server, status, goals } = await setUpShown({ fallbackMs: 30_000 })
    server.goDown()
    expect(status()).toBe('polling')
    goals.stop()
    // Nobody looks, so nobody fetches.
    expect(status()).toBe('stale')
  })

  it('where its events come by a transport that asks', async () => {
    const { status } = await setUpShown({ transport: 'polling' })
    expect(status()).toBe('polling')
  })
})

describe('a query is offline', () => {
  afterEach(() => onlineManager.setOnline(true))

  it('while TanStack Query says so, whatever else is true', async () => {
    const { status, said } = await setUpShown()
    onlineManager.setOnline(false)
    expect(status()).toBe('offline')
    onlineManager.setOnline(true)
    expect(said).toEqual(['stale', 'live', 'offline', 'live'])
  })

  it('while the client says so', async () => {
    const page = fakePage()
    const { status, server } = await setUpShown({ page })
    page.offline = true
    page.emit('offline')
    server.cut()
    await pass(1_000)
    expect(status()).toBe('offline')
  })
})

describe('whoever follows the status', () => {
  it('is told whatever was first, the following or the binding', async () => {
    for (const isBoundFirst of [true, false]) {
      const { queryClient, realtime, join, status, said } = await setUpShown({ isJoined: false })
      const toldLate: string[] = []
      if (isBoundFirst) join()
      const store = realtime.liveStatus(queryClient, key)
      const stop = store.subscribe(() => toldLate.push(store.getSnapshot()))
      if (!isBoundFirst) join()
      await pass(3_000)
      stop()
      expect([status(), toldLate.at(-1), said.at(-1)]).toEqual(['live', 'live', 'live'])
    }
  })

  it('is told of nothing once the undo is called', async () => {
    const { server, said, stop } = await setUpShown()
    stop()
    server.goDown()
    await pass(3_000)
    expect(said).toEqual(['stale', 'live'])
  })
})
