// A hub whose events are kept elsewhere: what its copy of the log makes of that. The engine here is a toy in memory; those that ship
// are tested against their real stores (test/gateway).
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Appended, DefaultSubscription, Engine, Hub, KeptLog, LogCopy, NodeMessage } from '../../src/hub/index.ts'
import { created, newHub, openTo, pass, signedIn, subscribed } from './wire.ts'

beforeEach(() => void vi.useFakeTimers({ now: 1_700_000_000_000 }))
afterEach(() => void vi.useRealTimers())

/** One store for several hubs. */
function toyStore() {
  let epoch = 'e1'
  let heads = new Map<string, number>()
  let events: KeptLog['events'][number][] = []
  const copies: LogCopy[] = []
  const once = new Map<string, Appended>()
  const defaults = new Map<string, DefaultSubscription | null>()

  function engine(): Engine {
    return {
      name: 'toy',
      status: { isUp: true, since: 0, waiting: 0, skewMs: 0 },
      async follow(copy) {
        copy.load({ epoch, heads, events: [...events] })
        copies.push(copy)
      },
      async append(event, key) {
        const known = key && once.get(JSON.stringify(key))
        if (known) return { ...known, isNew: false }
        const seq = (heads.get(event.stream) ?? 0) + 1
        heads.set(event.stream, seq)
        const { id: eventId = 'none', ...rest } = event
        const frame = { ...rest, eventId, seq, epoch, timestamp: new Date().toISOString() }
        const logged = { frame, index: (events.at(-1)?.index ?? 0) + 1, at: Date.now() }
        events.push(logged)
        if (key) once.set(JSON.stringify(key), { frame, isNew: true })
        for (const copy of copies) copy.take(logged)
        return { frame, isNew: true }
      },
      async tell(message: NodeMessage) {
        for (const copy of copies) copy.hear(message)
      },
      defaultOf: async (subject) => defaults.get(subject) ?? null,
      setDefault: async (subject, wanted) => void defaults.set(subject, wanted),
      close: async () => {},
    }
  }
  return {
    engine,
    /** As a flush would. */
    begin(newEpoch: string) {
      epoch = newEpoch
      heads = new Map()
      events = []
      for (const copy of copies) copy.load({ epoch, heads, events })
    },
    reload: (from = 0) => {
      for (const copy of copies) copy.load({ epoch, heads, events: events.slice(from) })
    },
    /** An event that no copy hears of. */
    slip(stream: string) {
      const seq = (heads.get(stream) ?? 0) + 1
      heads.set(stream, seq)
      const frame = { ...created(stream), eventId: `slipped-${seq}`, seq, epoch, timestamp: new Date().toISOString() }
      events.push({ frame, index: (events.at(-1)?.index ?? 0) + 1, at: Date.now() })
    },
  }
}

/** Somebody who comes back and has heard so much of `tenant:1`. */
async function resumedAt(hub: Hub, seq: number) {
  const end = await signedIn(hub)
  end.say({ type: 'subscribe' })
  end.say({ type: 'resume', streams: { 'tenant:1': { epoch: 'e1', seq } } })
  return end
}

describe('two hubs on one store', () => {
  it('show each other’s events, in one order, with the same ids and places', async () => {
    const store = toyStore()
    const [one, two] = [newHub({ engine: store.engine() }), newHub({ engine: store.engine() })]
    await pass(0)
    const ends = [await subscribed(one), await subscribed(two)]
    await Promise.all([one.append(created()), two.append(created()), one.append(created('goal:1'))])
    const shown = ends.map(({ events }) => events().map(({ eventId, seq }) => [eventId as string, seq as number]))
    expect(shown[0]!.map(([, seq]) => seq)).toEqual([1, 2, 1])
    expect(new Set(shown[0]!.map(([id]) => id)).size).toBe(3)
    expect(shown[1]).toEqual(shown[0])
  })

  it('let a client go on at the other one', async () => {
    const store = toyStore()
    const [one, two] = [newHub({ engine: store.engine() }), newHub({ engine: store.engine() })]
    await pass(0)
    const { frame } = await one.append(created())
    const { events, ofType } = await resumedAt(two, 0)
    expect(events()).toMatchObject([{ eventId: frame.eventId, replayed: true }])
    expect(ofType('resumed')).toMatchObject([{ streams: { 'tenant:1': { complete: true } } }])
    expect([one.epoch, two.epoch]).toEqual(['e1', 'e1'])
  })

  it('publish what a client sends once, whichever of them it asks', async () => {
    const store = toyStore()
    const authorizePublish = () => true
    const hubs = [1, 2].map(() => newHub({ engine: store.engine(), authorizePublish }))
    await pass(0)
    const answers = []
    for (const hub of hubs) {
      const { say, ofType } = await signedIn(hub)
      say({ type: 'publish', id: 'm-1', event: 'goal.renamed', stream: 'tenant:1' })
      await pass(0)
      answers.push(ofType('published')[0]!['eventId'])
    }
    expect(answers[0]).toEqual(expect.any(String))
    expect(answers[1]).toBe(answers[0])
    expect(hubs.map(({ stats }) => stats.published)).toEqual([1, 0])
  })

  it('revoke, ask for another fetch and keep defaults for one another', async () => {
    const store = toyStore()
    const [one, two] = [newHub({ engine: store.engine() }), newHub({ engine: store.engine() })]
    await pass(0)
    const { closed, ofType } = await subscribed(two)
    await one.resync({ streams: ['tenant:1'] })
    await one.revoke({ subject: 'ada' })
    expect(ofType('resync')).toHaveLength(1)
    expect(closed).toEqual([[4401, 'access was revoked']])
    await one.setDefault('ada', { events: ['goal.*'] })
    expect(await two.defaultOf('ada')).toEqual({ events: ['goal.*'] })
  })
})

describe('a hub whose store', () => {
  it('is not there yet sends clients away to come back, and takes them once it is', async () => {
    let load = () => {}
    const store = toyStore()
    const engine = store.engine()
    const late: Engine = {
      ...engine,
      follow: (copy, keep) => new Promise((resolve) => (load = () => void engine.follow(copy, keep).then(resolve))),
    }
    const hub = newHub({ engine: late })
    expect(hub.isReady).toBe(false)
    expect(openTo(hub).closed).toEqual([[1013, 'the server is starting']])
    load()
    await hub.ready
    expect((await signedIn(hub)).closed).toEqual([])
  })

  it('is not there at the start is tried again, for a server that takes requests already', async () => {
    const engine = toyStore().engine()
    let attempts = 0
    const late: Engine = {
      ...engine,
      follow: (copy, keep) => (++attempts < 3 ? Promise.reject(new Error('away')) : engine.follow(copy, keep)),
    }
    const hub = newHub({ engine: late })
    await expect(hub.ready).rejects.toThrow('away')
    await pass(2_000)
    expect([attempts, hub.isReady]).toEqual([3, true])
    const closed = newHub({ engine: { ...engine, follow: () => Promise.reject(new Error('away')) } })
    await pass(0)
    closed.close()
    await pass(5_000)
    expect(vi.getTimerCount()).toBe(0)
  })

  it('began anew sends its clients away once, upon which each is told that it has missed something', async () => {
    const store = toyStore()
    const began = vi.fn()
    const hub = newHub({ engine: store.engine(), observers: [{ logBegan: began }] })
    await pass(0)
    const before = await subscribed(hub)
    await hub.append(created())
    store.begin('e2')
    expect(before.closed).toEqual([[1012, 'the event log was loaded again']])
    const after = await resumedAt(hub, 1)
    expect(after.ofType('resumed')).toEqual([
      {
        type: 'resumed',
        streams: { 'tenant:1': { epoch: 'e2', seq: 0, complete: false } },
        cursor: 'e2:1699999995000',
      },
    ])
    expect(began.mock.calls).toEqual([['e1'], ['e2']])
  })

  it('had to be read again sends its clients away, and what came meanwhile is sent to them as they come back', async () => {
    const store = toyStore()
    const hub = newHub({ engine: store.engine() })
    await pass(0)
    const { events, closed } = await subscribed(hub)
    await hub.append(created())
    store.slip('tenant:1')
    store.slip('tenant:1')
    store.reload()
    expect(closed).toEqual([[1012, 'the event log was loaded again']])
    expect(events()).toHaveLength(1)
    const after = await resumedAt(hub, 1)
    expect(after.events().map(({ seq }) => seq as number)).toEqual([2, 3])
    expect(after.ofType('resumed')).toMatchObject([{ streams: { 'tenant:1': { complete: true } } }])
  })

  it('no longer has all of that sends its clients away, so that they learn of the hole', async () => {
    const store = toyStore()
    const hub = newHub({ engine: store.engine() })
    await pass(0)
    const { events, closed } = await subscribed(hub)
    await hub.append(created())
    store.slip('tenant:1')
    store.slip('tenant:1')
    store.reload(2)
    expect(closed).toEqual([[1012, 'the event log was loaded again']])
    expect(events()).toHaveLength(1)
    const after = await resumedAt(hub, 1)
    expect(after.ofType('resumed')).toMatchObject([{ streams: { 'tenant:1': { seq: 3, complete: false } } }])
  })

  it('cannot be published to at once: publish() says what to call', async () => {
    const hub = newHub({ engine: toyStore().engine() })
    expect(() => hub.publish(created())).toThrow('append()')
    await expect(hub.append({ ...created(), type: '' })).rejects.toMatchObject({ code: 'invalid-option' })
  })
})
