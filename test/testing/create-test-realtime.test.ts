// The kit as a team without React uses it. With React: react/render-with-realtime.test.tsx.
import { QueryClient, QueryObserver } from '@tanstack/react-query'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createShownStatus, systemClock } from '../../src/client/index.ts'
import { invalidate, patch, type RealtimeOptions } from '../../src/query/index.ts'
import {
  createTestClock,
  createTestRealtime,
  createTestRealtimeServer,
  type TestRealtime,
  type TestRealtimeOptions,
} from '../../src/testing/index.ts'

const undos: (() => void)[] = []
afterEach(() => {
  for (const undo of undos.splice(0).toReversed()) undo()
})

/** A client that is connected and heard. */
async function join(options: TestRealtimeOptions = {}) {
  const kit = createTestRealtime(options)
  const heard: unknown[] = []
  undos.push(kit.dispose)
  kit.realtime.on('*', ({ payload }) => heard.push(payload))
  kit.realtime.hold()
  await kit.settle()
  return { ...kit, heard }
}

/** A query on screen, bound to the client. */
function show(kit: Pick<TestRealtime, 'realtime'>, read: () => unknown, key = 'goals') {
  const queryClient = new QueryClient({ defaultOptions: { queries: { staleTime: Infinity, retry: false } } })
  const observer = new QueryObserver(queryClient, { queryKey: [key], queryFn: async () => read() })
  undos.push(
    kit.realtime.bindQueryClient(queryClient),
    observer.subscribe(() => {}),
  )
  return { queryClient, observer, data: () => observer.getCurrentResult().data }
}

const state = ({ realtime }: Pick<TestRealtime, 'realtime'>) => realtime.getState().name

describe('a test client', () => {
  it('is connected once the test has settled, and not before', async () => {
    const kit = createTestRealtime()
    undos.push(kit.dispose, kit.realtime.hold())
    await new Promise((resolve) => setTimeout(resolve, 20))
    expect(state(kit)).toBe('connecting')
    await kit.settle()
    expect([state(kit), kit.server.open]).toEqual(['connected', 1])
  })

  it('hears what is published once the test has settled, and not before', async () => {
    const { server, settle, heard } = await join()
    server.publish({ type: 'goal.created', payload: 1 })
    await new Promise((resolve) => setTimeout(resolve, 40))
    expect(heard).toEqual([])
    await settle()
    expect(heard).toEqual([1])
  })

  it('needs no time to speak of: neither of the process, nor of its own', async () => {
    const { server, settle, clock, heard } = await join()
    const [began, at] = [performance.now(), clock.now()]
    for (let n = 1; n <= 20; n++) {
      server.publish({ type: 'goal.counted', payload: n })
      await settle()
    }
    expect(heard).toHaveLength(20)
    expect(clock.now() - at).toBeLessThan(1_000)
    expect(performance.now() - began).toBeLessThan(500)
  })

  it('is settled when what an event had fetched is here', async () => {
    const kit = await join({ rules: { 'goal.created': () => invalidate(['goals']) } })
    const goals = ['Launch']
    const { data } = show(kit, () => [...goals])
    await kit.settle()
    expect(data()).toEqual(['Launch'])
    goals.push('Grow')
    kit.server.publish({ type: 'goal.created', payload: {} })
    await kit.settle()
    expect(data()).toEqual(['Launch', 'Grow'])
  })

  it('is settled by its own time, whoever made a client after it', async () => {
    const kit = await join({ rules: { 'goal.created': () => invalidate(['goals']) } })
    await join()
    const goals = ['Launch']
    const { data } = show(kit, () => [...goals])
    await kit.settle()
    goals.push('Grow')
    kit.server.publish({ type: 'goal.created', payload: {} })
    await kit.settle()
    expect(data()).toEqual(['Launch', 'Grow'])
  })

  it('is settled without the fetch that only confirms a change', async () => {
    const kit = await join({
      rules: { 'goal.counted': ({ payload }) => patch<number>(['goals'], () => payload as number) },
    })
    const { data } = show(kit, () => 0)
    await kit.settle()
    kit.server.publish({ type: 'goal.counted', payload: 1 })
    await kit.settle()
    expect(data()).toBe(1)
    await kit.clock.advance(2_000)
    expect(data()).toBe(0)
  })

  it('waits for an API that takes real time, and for one that goes by the clock of the test', async () => {
    const kit = await join()
    const late = new Promise((resolve) => setTimeout(() => resolve('real'), 60))
    const real = show(kit, () => late, 'real')
    const byHand = show(kit, () => new Promise((resolve) => kit.clock.timeout(() => resolve('by hand'), 30_000)))
    await kit.settle()
    expect([real.data(), byHand.data()]).toEqual(['real', 'by hand'])
  })

  it('says what is still going on where that does not end', async () => {
    const kit = await join()
    show(kit, () => new Promise(() => {}), 'never')
    const error = await kit.settle().catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({ code: 'not-settled' })
    expect(String(error)).toContain('the query ["never"] is being fetched')
  })

  it('gives up on a timer that is set anew for ever', async () => {
    const { clock, settle } = await join()
    const again = () => void clock.timeout(again, 5_000)
    again()
    await expect(settle()).rejects.toMatchObject({ code: 'not-settled' })
  })

  it('gives the system its time back when it ends', async () => {
    const { clock, dispose } = await join()
    clock.jump(86_400_000)
    expect(systemClock.now()).toBe(clock.now())
    const other = await join()
    dispose()
    expect(systemClock.now()).toBe(other.clock.now())
    other.dispose()
    expect(Math.abs(systemClock.now() - Date.now())).toBeLessThan(1_000)
  })

  it('takes no clock that it cannot move', () => {
    expect(() =>
      createTestRealtimeServer({ clock: { ...systemClock, advance: async () => {}, jump() {}, timers: 0 } }),
    ).toThrow(expect.objectContaining({ code: 'invalid-option' }))
  })
})

describe('the server of a test', () => {
  it('drops links, and clients come back and get what they missed', async () => {
    const { realtime, server, settle, heard } = await join()
    server.publish({ type: 'a', payload: 'heard' })
    await settle()
    server.drop()
    server.publish({ type: 'a', payload: 'missed' })
    await settle()
    expect([state({ realtime }), heard, server.opened]).toEqual(['connected', ['heard', 'missed'], 2])
  })

  it('stays away for as long as the test wants', async () => {
    const { realtime, server, clock, settle } = await join()
    server.goDown()
    await clock.advance(60_000)
    expect(state({ realtime })).toBe('reconnecting')
    // Nobody is at the top of the ladder, so the test is settled.
    await settle()
    expect(state({ realtime })).toBe('reconnecting')
    server.comeBack()
    await settle()
    expect(state({ realtime })).toBe('connected')
  })

  it('falls silent for a while, and links stay open', async () => {
    const { server, clock, heard } = await join()
    server.publish({ type: 'a', payload: 1 })
    await clock.advance(100)
    server.mute(5_000)
    server.publish({ type: 'a', payload: 'lost' })
    await clock.advance(5_000)
    server.publish({ type: 'a', payload: 2 })
    // What does not come is waited for 10 s, and then counts as lost.
    await clock.advance(10_100)
    expect(heard).toEqual([1, 2])
    expect(server.open).toBe(1)
  })

  it('loses an event, of which the client learns', async () => {
    const { realtime, server, clock, settle, heard } = await join()
    const resyncs: unknown[] = []
    realtime.onResync(({ cause }) => resyncs.push(cause))
    server.publish({ type: 'a', payload: 1 })
    await settle()
    server.lose()
    server.publish({ type: 'a', payload: 2 })
    server.publish({ type: 'a', payload: 3 })
    await clock.advance(10_100)
    expect([heard, resyncs]).toEqual([[1, 3], ['lost']])
  })

  it('sends events twice and in another order, and the app hears each once and in order', async () => {
    const { realtime, server, settle, heard } = await join()
    server.duplicate(3)
    server.reorder(3)
    for (const payload of [1, 2, 3]) server.publish({ type: 'a', payload })
    await settle()
    expect(heard).toEqual([1, 2, 3])
    const { duplicates, heldBack } = realtime.inspect().counters
    expect([duplicates > 0, heldBack > 0]).toEqual([true, true])
  })

  it('is far away, and what is sent keeps its order', async () => {
    const { realtime, server, clock, settle, heard } = await join()
    server.delay(3_000)
    server.publish({ type: 'a', payload: 1 })
    server.delay(0)
    server.publish({ type: 'a', payload: 2 })
    await clock.advance(2_900)
    expect(heard).toEqual([])
    await settle()
    expect([heard, realtime.inspect().counters.heldBack]).toEqual([[1, 2], 0])
  })

  it('lets a token expire, and a fresh one in', async () => {
    let n = 0
    const asked: string[] = []
    const { realtime, server, settle } = await join({
      getToken: ({ reason }) => {
        asked.push(reason)
        return `token ${++n}`
      },
    })
    server.expireToken()
    await settle()
    expect([state({ realtime }), n]).toEqual(['connected', 2])
    expect(asked).toEqual(['connect', 'rejected'])
  })

  it('sends away whoever has no other token', async () => {
    const errors: string[] = []
    const { realtime, server, settle } = await join({
      getToken: () => 'the only one',
      onError: ({ code }) => errors.push(code),
    })
    server.expireToken()
    await settle()
    expect(state({ realtime })).toBe('unauthorized')
  })

  it('restarts with its memory, or without', async () => {
    const { realtime, server, settle, heard } = await join()
    server.publish({ type: 'a', payload: 1 })
    await settle()
    server.restart()
    server.publish({ type: 'a', payload: 2 })
    await settle()
    expect([heard, realtime.inspect().counters.lost]).toEqual([[1, 2], 0])
    server.restart({ forgetting: true })
    await settle()
    expect([state({ realtime }), realtime.inspect().counters.lost]).toEqual(['connected', 1])
  })

  it('is shared by two clients, who hear each other', async () => {
    const server = createTestRealtimeServer({ authorizePublish: () => ({ stream: 'test' }) })
    const ada = await join({ server })
    const bob = await join({ server })
    const published = ada.realtime.publish('goal.renamed', 'Launch')
    await ada.settle()
    await published
    await bob.settle()
    expect([ada.heard, bob.heard, server.open]).toEqual([['Launch'], ['Launch'], 2])
  })
})

describe('the clock of a test', () => {
  it('runs timers in their order, and what they set in its turn', async () => {
    const clock = createTestClock({ now: 0 })
    const ran: [string, number][] = []
    const run = (name: string) => () => ran.push([name, clock.now()])
    clock.timeout(run('late'), 300)
    clock.timeout(() => {
      run('early')()
      clock.timeout(run('then'), 50)
      void Promise.resolve().then(run('its promise'))
      clock.timeout(run('now'), 0)
    }, 100)
    clock.timeout(run('second'), 100)
    const cancel = clock.timeout(run('never'), 100)
    cancel()
    clock.timeout(run('not yet'), 301)
    clock.timeout(run('in no time'), Infinity)
    await clock.advance(300)
    expect(ran).toEqual([
      ['early', 100],
      ['second', 100],
      ['its promise', 100],
      ['now', 100],
      ['then', 150],
      ['late', 300],
    ])
    expect([clock.now(), clock.timers]).toEqual([300, 1])
  })

  it('jumps without running anything, and catches up when it moves on', async () => {
    const clock = createTestClock({ now: 0 })
    let ran = 0
    clock.timeout(() => ran++, 100)
    clock.jump(5_000)
    expect(ran).toBe(0)
    await clock.advance(0)
    expect([ran, clock.now()]).toEqual([1, 5_000])
  })

  it('is the time of what components show', async () => {
    const kit = await join()
    const status = createShownStatus(kit.realtime)
    undos.push(status.subscribe(() => {}))
    kit.server.goDown()
    await kit.clock.advance(2_400)
    expect(status.getSnapshot()).toBe('connected')
    await kit.clock.advance(200)
    expect(status.getSnapshot()).toBe('reconnecting')
  })
})

describe('under fake timers of the test', () => {
  beforeEach(() => void vi.useFakeTimers())
  afterEach(() => void vi.useRealTimers())

  const rules: RealtimeOptions['rules'] = { 'goal.created': () => invalidate(['goals']) }

  it('all is the same, and an API that waits for them is waited for', async () => {
    const kit = await join({ rules })
    const { data } = show(kit, () => new Promise((resolve) => setTimeout(() => resolve(Date.now()), 400)))
    await kit.settle()
    const first = data() as number
    kit.server.publish({ type: 'goal.created', payload: {} })
    await kit.settle()
    expect([kit.heard, first < (data() as number)]).toEqual([[{}], true])
  })

  it('both times move together', async () => {
    const { clock } = await join()
    const ran: string[] = []
    setTimeout(() => ran.push('theirs'), 1_000)
    clock.timeout(() => ran.push('ours'), 1_500)
    setTimeout(() => ran.push('theirs again'), 2_000)
    await clock.advance(2_000)
    expect(ran).toEqual(['theirs', 'ours', 'theirs again'])
    expect(clock.now()).toBe(Date.now())
  })
})
