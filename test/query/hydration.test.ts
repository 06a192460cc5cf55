// Data that was fetched elsewhere, at some time: hydrated, restored, or older than the link.
import { dehydrate, hydrate, QueryClient, type QueryKey } from '@tanstack/react-query'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { encodeAsOf, type RealtimeEvent } from '../../src/protocol/index.ts'
import { type Gate, invalidate, patch, upsert } from '../../src/query/index.ts'
import { begin, end, type Goal, own, pass, setUp, type SetUpOptions, show } from './fixture.ts'

beforeEach(begin)
afterEach(end)

const key = ['goals']
const rules = {
  added: ({ payload }: RealtimeEvent<Goal>) => upsert(key, payload, { where: () => true, confirm: false }),
  renamed: ({ payload: { id, name } }: RealtimeEvent<Goal>) => patch<Goal>(key, { name }, { id, confirm: false }),
  changed: () => invalidate(key),
}
const toEverybody = { verify: () => ({ subject: 'ada', streams: [own] }) }
const setUpAll = (options: SetUpOptions = {}) => setUp({ rules, serverOptions: toEverybody, ...options })

/** A gate that is shut until `open()`. */
function shutGate(): Gate & { open(): void } {
  const listeners = new Set<() => void>()
  let isOpen = false
  return {
    isOpen: () => isOpen,
    onOpen(listener) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
    open() {
      isOpen = true
      for (const listener of listeners) listener()
    },
  }
}

/** What another QueryClient holds, as a server or a disk hands it over. */
function dehydrated(queryKey: QueryKey, data: unknown) {
  const elsewhere = new QueryClient()
  elsewhere.setQueryData(queryKey, data, { updatedAt: Date.now() - 1_000 })
  const state = dehydrate(elsewhere)
  elsewhere.clear()
  return JSON.parse(JSON.stringify(state)) as object
}

describe('while the gate is shut', () => {
  it('nothing is done; afterwards what came in between is, in order', async () => {
    const gate = shutGate()
    const { queryClient, publish } = await setUpAll({ gate })
    await pass(3_000)
    publish('added', { id: 1, name: 'a' })
    await pass(50)
    publish('renamed', { id: 1, name: 'b' })
    publish('renamed', { id: 1, name: 'c' })
    await pass(1_000)
    // What is restored comes last.
    hydrate(queryClient, dehydrated(key, []))
    expect(queryClient.getQueryData(key)).toEqual([])
    gate.open()
    expect(queryClient.getQueryData(key)).toEqual([{ id: 1, name: 'c' }])
    publish('renamed', { id: 1, name: 'd' })
    await pass(50)
    expect(queryClient.getQueryData(key)).toEqual([{ id: 1, name: 'd' }])
  })

  it('what has to be fetched waits too', async () => {
    const gate = shutGate()
    const { queryClient, publish, say } = await setUpAll({ gate })
    hydrate(queryClient, dehydrated(key, []))
    const goals = show(queryClient, key, () => ['fetched'])
    publish('changed')
    say({ type: 'resync', streams: [own], reason: 'test' })
    await pass(10_000)
    expect(goals.begun).toHaveLength(0)
    gate.open()
    await pass(5_000)
    expect(goals.data).toEqual(['fetched'])
    expect(goals.begun.length).toBeLessThanOrEqual(2)
  })

  it('what was withdrawn waits its turn: what had come before it does not come back', async () => {
    const gate = shutGate()
    const told: unknown[] = []
    const { queryClient, publish, say } = await setUpAll({
      gate,
      streams: { [own]: [key] },
      onRevoked: (keys) => told.push(...keys),
    })
    publish('added', { id: 1, name: 'a' })
    await pass(50)
    say({ type: 'revoked', streams: [own] })
    hydrate(queryClient, dehydrated(key, []))
    expect(queryClient.getQueryData(key)).toEqual([])
    gate.open()
    expect(queryClient.getQueryData(key)).toBeUndefined()
    expect(told).toEqual([key])
  })

  /** One that does not mind that so much is unconfirmed for a second. */
  const patientServer = { ...toEverybody, limits: { maxUnacked: 100_000 }, maxPerStream: 100_000 }

  it('more than ten thousand events give way to one fetch of what they may concern', async () => {
    const gate = shutGate()
    const { queryClient, publish } = await setUpAll({ gate, serverOptions: patientServer })
    const goals = show(queryClient, key, () => ['fetched'], { initialData: [] })
    await pass(3_000)
    for (let id = 0; id <= 10_000; id++) {
      publish('added', { id, name: 'x' })
      if (id % 500 === 0) await pass(20)
    }
    await pass(100)
    gate.open()
    await pass(5_000)
    expect(goals.data).toEqual(['fetched'])
    expect(goals.seen).toEqual([[], ['fetched']])
    expect(goals.begun).toHaveLength(1)
  })

  it('an event before the withdrawal of its stream does not bring what is on screen back', async () => {
    const gate = shutGate()
    const { queryClient, publish, say } = await setUpAll({ gate, streams: { [own]: [key] } })
    const answers: unknown[] = [[{ id: 1, name: 'secret' }], new Error('403')]
    const goals = show(queryClient, key, () => answers.shift())
    await pass(3_000)
    publish('renamed', { id: 1, name: 'newest secret' })
    await pass(100)
    say({ type: 'revoked', streams: [own] })
    await pass(100)
    expect(goals.data).toEqual([{ id: 1, name: 'secret' }])
    gate.open()
    expect(goals.state.data).toBeUndefined()
    await pass(5_000)
    expect(goals.state.data).toBeUndefined()
  })

  it('more than ten thousand events do not push out what was withdrawn, nor that listening has begun', async () => {
    const gate = shutGate()
    const told: unknown[] = []
    const { queryClient, publish, say } = await setUpAll({
      gate,
      serverOptions: patientServer,
      streams: { [own]: [key], 'tenant:1': [['secret']] },
      onRevoked: (keys) => told.push(...keys),
    })
    await pass(3_000)
    say({ type: 'revoked', streams: ['tenant:1'] })
    for (let id = 0; id <= 10_000; id++) {
      publish('added', { id, name: 'x' })
      if (id % 500 === 0) await pass(20)
    }
    await pass(100)
    hydrate(queryClient, dehydrated(['secret'], 'secret'))
    gate.open()
    await pass(3_000)
    expect(queryClient.getQueryData(['secret'])).toBeUndefined()
    expect(told).toEqual([['secret']])
    hydrate(queryClient, dehydrated(key, ['old']))
    const goals = show(queryClient, key, () => ['new'])
    await pass(5_000)
    expect(goals.data).toEqual(['new'])
  })

  it('up to ten thousand are all applied', async () => {
    const gate = shutGate()
    const { queryClient, publish } = await setUpAll({ gate, serverOptions: patientServer })
    queryClient.setQueryData(key, [])
    await pass(3_000)
    for (let id = 0; id < 10_000; id++) {
      publish('added', { id, name: 'x' })
      if (id % 500 === 0) await pass(20)
    }
    await pass(100)
    gate.open()
    expect(queryClient.getQueryData(key)).toHaveLength(10_000)
  })

  it('an end of the binding forgets what waits', async () => {
    const gate = shutGate()
    const { queryClient, publish, unbind } = await setUpAll({ gate })
    queryClient.setQueryData(key, [])
    publish('added', { id: 1, name: 'a' })
    await pass(100)
    unbind()
    gate.open()
    await pass(1_000)
    expect(queryClient.getQueryData(key)).toEqual([])
  })
})

describe('data that was fetched before the link was up', () => {
  it('is fetched again once, when listening begins', async () => {
    const { queryClient, join } = await setUpAll({ isJoined: false })
    hydrate(queryClient, dehydrated(key, ['old']))
    const goals = show(queryClient, key, () => ['new'])
    await pass(3_000)
    expect(goals.begun).toHaveLength(0)
    join()
    await pass(60_000)
    expect(goals.data).toEqual(['new'])
    expect(goals.begun).toHaveLength(1)
  })

  it('and says how new it is is not, where that is up to date', async () => {
    const { queryClient, realtime, connect, goals } = await loadedBeforeJoining(() => ({ missed: 0 }))
    connect()
    await pass(60_000)
    expect(goals.begun).toHaveLength(1)
    expect(realtime.liveStatus(queryClient, key).getSnapshot()).toBe('live')
  })

  it('and says how new it is is fetched, where that is behind', async () => {
    const how = { missed: 1 }
    const { connect, goals } = await loadedBeforeJoining(() => how)
    how.missed = 0
    connect()
    await pass(60_000)
    expect(goals.begun).toHaveLength(2)
  })

  /** The server has had an event, the binding holds, and a query has been fetched before anything is listened to. */
  async function loadedBeforeJoining(how: () => { missed: number }) {
    const all = await setUpAll({ isJoined: false })
    all.publish('changed')
    all.publish('changed')
    all.bind()
    const seq = () => 2 - how().missed
    const asOf = () => encodeAsOf({ [own]: { epoch: all.server.hub.epoch, seq: seq() } })
    const goals = show(all.queryClient, key, () => [seq()], { asOf })
    await pass(3_000)
    expect(goals.begun).toHaveLength(1)
    return { ...all, goals }
  }
})

describe('data that is hydrated while the link is up', () => {
  it('on screen is fetched again once', async () => {
    const { queryClient } = await setUpAll()
    await pass(3_000)
    hydrate(queryClient, dehydrated(key, ['old']))
    const goals = show(queryClient, key, () => ['new'])
    await pass(60_000)
    expect(goals.seen).toEqual([['old'], ['new']])
    expect(goals.begun).toHaveLength(1)
  })

  it('over a query that is on screen already is fetched again once', async () => {
    const { queryClient } = await setUpAll()
    const goals = show(queryClient, key, () => ['new'], { enabled: true })
    await pass(3_000)
    const newer = dehydrated(key, ['from elsewhere'])
    ;(newer as { queries: { state: { dataUpdatedAt: number } }[] }).queries[0]!.state.dataUpdatedAt = Date.now() + 1
    hydrate(queryClient, newer)
    await pass(0)
    expect(goals.data).toEqual(['from elsewhere'])
    await pass(60_000)
    expect(goals.data).toEqual(['new'])
    expect(goals.begun).toHaveLength(2)
  })

  it('and that nobody looks at is fetched when somebody does', async () => {
    const { queryClient } = await setUpAll()
    await pass(3_000)
    hydrate(queryClient, dehydrated(key, ['old']))
    await pass(10_000)
    expect(queryClient.getQueryState(key)).toMatchObject({ data: ['old'], isInvalidated: true })
    const goals = show(queryClient, key, () => ['new'])
    await pass(10_000)
    expect(goals.data).toEqual(['new'])
    expect(goals.begun).toHaveLength(1)
  })

  it('of a promise that a server began is fetched again once it is there', async () => {
    const { queryClient } = await setUpAll()
    await pass(3_000)
    const elsewhere = new QueryClient()
    void elsewhere.prefetchQuery({
      queryKey: key,
      queryFn: () => new Promise((give) => setTimeout(give, 200, ['old'])),
    })
    const state = dehydrate(elsewhere, { shouldDehydrateQuery: () => true })
    hydrate(queryClient, state)
    await pass(300)
    expect(queryClient.getQueryState(key)).toMatchObject({ data: ['old'], isInvalidated: true })
    const goals = show(queryClient, key, () => ['new'])
    await pass(10_000)
    expect(goals.data).toEqual(['new'])
    expect(goals.begun).toHaveLength(1)
    elsewhere.clear()
  })

  it('and that no stream feeds is left alone', async () => {
    const { queryClient } = await setUpAll({ streams: { [own]: [['others']] } })
    await pass(3_000)
    hydrate(queryClient, dehydrated(key, ['old']))
    const goals = show(queryClient, key, () => ['new'])
    await pass(60_000)
    expect(goals.begun).toHaveLength(0)
  })
})

describe('data that the app answers for', () => {
  it('such as `initialData` is not fetched on top', async () => {
    const { queryClient } = await setUpAll()
    await pass(3_000)
    const goals = show(queryClient, key, () => ['new'], { initialData: ['first'] })
    await pass(60_000)
    expect(goals.data).toEqual(['first'])
    expect(goals.begun).toHaveLength(0)
  })

  it('such as what it writes itself is not fetched on top', async () => {
    const { queryClient } = await setUpAll()
    await pass(3_000)
    queryClient.setQueryData(key, ['written'])
    const goals = show(queryClient, key, () => ['new'])
    await pass(60_000)
    expect(goals.data).toEqual(['written'])
    expect(goals.begun).toHaveLength(0)
  })

  it('such as what it has just fetched itself is not fetched on top', async () => {
    const { queryClient } = await setUpAll()
    await pass(3_000)
    void queryClient.prefetchQuery({ queryKey: key, queryFn: async () => ['fetched'] })
    await pass(100)
    const goals = show(queryClient, key, () => ['new'])
    await pass(60_000)
    expect(goals.begun).toHaveLength(0)
  })
})
