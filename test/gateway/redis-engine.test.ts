// The engine against a real Redis: order, doing things once, loading, words between nodes, what is kept. Redis that goes away or forgets is
// redis-faults.test.ts.
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { redisEngine } from '../../src/gateway/redis-engine.ts'
import { keysOf, trimScript } from '../../src/gateway/redis-scripts.ts'
import { createEventLog } from '../../src/hub/event-log.ts'
import { afterTest, endAll } from '../after-test.ts'
import { freePort } from '../free-port.ts'
import { until } from '../smoke/until.ts'
import { counted, createNode, joinNode, startTraffic } from './redis-nodes.ts'
import { noRedis, type RedisProcess, startRedis } from './redis-process.ts'

const keys = keysOf('livecache')

let redis: RedisProcess
beforeEach(async () => {
  if (noRedis !== null) return
  redis = await startRedis()
  afterTest(redis.end)
})
afterEach(endAll)

describe.skipIf(noRedis !== null)(`the engine on Redis${noRedis === null ? '' : ` (skipped: ${noRedis})`}`, () => {
  it('hands every event to both nodes, in one order, by whichever it was published', async () => {
    const [one, other] = [await joinNode(redis), await joinNode(redis)]
    const published = Array.from({ length: 300 }, (_, n) =>
      (n % 2 ? one : other).engine.append(counted(n, `goal:${n % 3}`)),
    )
    const answers = await Promise.all(published)
    await until(() => one.events.length === 300 && other.events.length === 300)
    expect(one.frames()).toEqual(other.frames())
    const byPlace = ({ stream, seq }: { stream: string; seq: number }) => `${stream} ${seq}`
    expect(answers.map(({ frame }) => byPlace(frame)).toSorted()).toEqual(one.frames().map(byPlace).toSorted())
    expect(answers.every(({ isNew }) => isNew)).toBe(true)
    expect([...one.faults(), ...other.faults()]).toEqual([])
    expect([one.loads, other.loads]).toEqual([1, 1])
  })

  it('keeps the order in which one node publishes, and waits for no answer in between', async () => {
    const [one, other] = [await joinNode(redis), await joinNode(redis)]
    const both = [one, other].map(({ engine }, place) =>
      Array.from({ length: 200 }, (_, n) => engine.append(counted(n, `goal:${place}`))),
    )
    await Promise.all(both.flat())
    await until(() => one.events.length === 400)
    for (const stream of ['goal:0', 'goal:1']) {
      const counts = one.frames().flatMap((frame) => (frame.stream === stream ? [frame.payload] : []))
      expect(counts).toEqual(Array.from({ length: 200 }, (_, n) => n))
    }
  })

  it('makes the frames that a log in memory makes', async () => {
    const node = await joinNode(redis)
    const entity = { type: 'goal', id: '1', version: 4 }
    const origin = { clientId: 'c', mutationId: 'm' }
    const events = [
      { ...counted(1), id: 'plain' },
      { ...counted(2), id: 'two words: "ü" 🎯\nand a line', entity, origin, v: 2 },
      { type: 'goal.cleared', stream: 'goal:7', payload: null, id: 'null' },
    ]
    const log = createEventLog({ now: Date.now, retentionMs: 300_000, maxPerStream: 1_000 })
    const expected = events.map((event) => log.append(event).frame)
    const answers = []
    for (const event of events) answers.push(await node.engine.append(event))
    await until(() => node.events.length === 3)
    const comparable = (frames: readonly object[]) =>
      frames.map((frame) => JSON.stringify({ ...frame, timestamp: '', epoch: '' }))
    expect(comparable(node.frames())).toEqual(comparable(expected))
    expect(answers.map(({ frame }) => frame)).toEqual(node.frames())
    expect(Math.abs(Date.parse(node.frames()[0]!.timestamp) - Date.now())).toBeLessThan(5_000)
  })

  it('appends an event id once, whichever nodes ask, and answers with the first', async () => {
    const [one, other] = [await joinNode(redis), await joinNode(redis)]
    const asks = Array.from({ length: 10 }, (_, n) =>
      (n % 2 ? one : other).engine.append({ ...counted(n), id: 'same' }),
    )
    const answers = await Promise.all(asks)
    expect(answers.filter(({ isNew }) => isNew)).toHaveLength(1)
    const first = answers.find(({ isNew }) => isNew)!.frame
    for (const { frame } of answers) expect(frame).toEqual(first)
    await one.engine.append(counted(99))
    await until(() => one.events.length === 2 && other.events.length === 2)
    expect(one.frames()[0]).toEqual(first)
  })

  it('appends what a client asks for once, whichever nodes it asks, and what another client asks for under the same id too', async () => {
    const [one, other] = [await joinNode(redis), await joinNode(redis)]
    const ada = { subject: 'ada', id: 'm1' }
    const first = await one.engine.append(counted(1), ada)
    const again = await other.engine.append(counted(2), ada)
    const foreign = await other.engine.append(counted(3), { subject: 'bob', id: 'm1' })
    expect([first.isNew, again.isNew, foreign.isNew]).toEqual([true, false, true])
    expect(again.frame).toEqual(first.frame)
    await until(() => other.events.length === 2)
    expect(other.frames().map(({ payload }) => payload)).toEqual([1, 3])
  })

  it('answers with the place of the first also where its entry is gone', async () => {
    const node = await joinNode(redis)
    const first = await node.engine.append({ ...counted(1), id: 'first' }, { subject: 'ada', id: 'm1' })
    await node.engine.append(counted(2))
    await redis.ask('XTRIM', keys.log, 'MAXLEN', '1')
    const again = await node.engine.append(counted(1), { subject: 'ada', id: 'm1' })
    expect(again).toEqual({ frame: first.frame, isNew: false })
  })

  it('fills a node that comes later, under traffic, without a gap', async () => {
    const one = await joinNode(redis)
    for (let batch = 0; batch < 4; batch++) {
      await Promise.all(Array.from({ length: 400 }, (_, n) => one.engine.append(counted(n, `goal:${n % 5}`))))
    }
    const stopTraffic = startTraffic([one])
    const late = await joinNode(redis)
    expect(late.events.length).toBeGreaterThanOrEqual(1_600)
    expect(late.heads.get('goal:4')).toBe(320)
    await stopTraffic()
    await until(() => late.events.length === one.events.length)
    expect(late.frames()).toEqual(one.frames())
    expect(late.heads).toEqual(one.heads)
    expect(late.epoch).toBe(one.epoch)
    expect(late.faults()).toEqual([])
  })

  it('tells every node what one has to say, in its place among the events, and none that comes later', async () => {
    const [one, other] = [await joinNode(redis), await joinNode(redis)]
    await one.engine.append(counted(1))
    await one.engine.tell({ kind: 'revoke', subject: 'ada', streams: ['goal:1'] })
    await other.engine.tell({ kind: 'resync', reason: 'import' })
    await one.engine.append(counted(2))
    await until(() => one.events.length === 2 && other.events.length === 2)
    expect(one.messages).toEqual([
      { kind: 'revoke', subject: 'ada', streams: ['goal:1'] },
      { kind: 'resync', reason: 'import' },
    ])
    expect(other.messages).toEqual(one.messages)
    expect(one.story()).toEqual(['1', 'revoke', 'resync', '2'])
    expect(one.faults()).toEqual([])
    expect((await joinNode(redis)).messages).toEqual([])
  })

  it('keeps the defaults of users for all nodes', async () => {
    const [one, other] = [await joinNode(redis), await joinNode(redis)]
    expect(await one.engine.defaultOf('ada')).toBeNull()
    const wanted = { events: ['goal.*'], filters: { minAmount: 0 }, streams: ['goal:1'] }
    await one.engine.setDefault('ada', wanted)
    expect(await other.engine.defaultOf('ada')).toEqual(wanted)
    await other.engine.setDefault('ada', null)
    expect(await one.engine.defaultOf('ada')).toBeNull()
  })

  it('forgets what is older than it is kept, but never the newest, whatever is missing in between', async () => {
    const node = await joinNode(redis)
    const trim = (keepMs: number) => redis.ask('EVAL', trimScript, '1', keys.log, String(keepMs))
    const kept = async () => ((await redis.ask('XRANGE', keys.log, '-', '+')) as unknown[]).length
    for (let n = 1; n <= 20; n++) await node.engine.append(counted(n))
    await sleep(400)
    for (let n = 21; n <= 50; n++) await node.engine.append(counted(n))
    await until(() => node.events.length === 50)
    await redis.ask('XDEL', keys.log, ...[10, 30, 49].map((n) => `${node.events[n - 1]!.index}-1`))
    // 50 and the mark where the log begins, without the three.
    expect([await trim(60_000), await kept()]).toEqual([0, 48])
    const ageMs = Date.now() - node.events[20]!.at
    await trim(ageMs + 200)
    // As many as the numbers from 21 to 50 have room for: two of those are missing.
    expect(await kept()).toBe(30)
    await trim(-60_000)
    expect(await kept()).toBe(1)
    await node.engine.append(counted(51))
    await until(() => node.events.length === 51)
    expect(node.faults()).toEqual([])
  })

  it('keeps about as many events as it is told to', async () => {
    const node = await joinNode(redis, { maxEvents: 200 })
    await Promise.all(Array.from({ length: 1_000 }, (_, n) => node.engine.append(counted(n))))
    const length = Number(await redis.ask('XLEN', keys.log))
    expect(length).toBeGreaterThanOrEqual(200)
    expect(length).toBeLessThan(400)
    const late = await joinNode(redis)
    expect(late.heads.get('goal:1')).toBe(1_000)
    expect(late.frames().at(-1)!.seq).toBe(1_000)
  })

  it('shares nothing with gateways of another prefix', async () => {
    const [one, other] = [await joinNode(redis), await joinNode(redis, { prefix: 'staging' })]
    await one.engine.append(counted(1))
    await other.engine.append(counted(2))
    await until(() => one.events.length === 1 && other.events.length === 1)
    expect(one.epoch).not.toBe(other.epoch)
    expect(((await redis.ask('KEYS', '*')) as string[]).every((key) => /^\{(livecache|staging)\}:/.test(key))).toBe(
      true,
    )
  })

  it('is reached by an address with a password, which no error repeats', async () => {
    const port = await freePort()
    await redis.ask('CONFIG', 'SET', 'port', String(port))
    await redis.ask('CONFIG', 'SET', 'requirepass', 'open sesame')
    const at = (password: string) => ({ client: {}, url: `redis://:${password}@127.0.0.1:${port}`, giveUpMs: 500 })
    const node = await joinNode(redis, at('open%20sesame'))
    expect((await node.engine.append(counted(1))).isNew).toBe(true)
    const refused = await createNode(redis, at('hocuspocus'))
      .follow()
      .catch((error: Error) => error)
    expect(refused).toMatchObject({ code: 'engine-unavailable' })
    expect(String(refused)).toMatch(/WRONGPASS/)
    expect(String(refused)).not.toMatch(/hocuspocus/)
  })

  it('publishes what was asked for before it was there, and says how it is', async () => {
    const node = createNode(redis)
    expect(node.engine.status).toEqual({ isUp: false, since: expect.any(Number) as number, waiting: 0, skewMs: 0 })
    const early = node.engine.append(counted(1))
    expect(node.engine.status.waiting).toBe(1)
    await node.follow()
    expect((await early).frame.seq).toBe(1)
    expect(node.engine.status).toMatchObject({ isUp: true, waiting: 0 })
    expect(Math.abs(node.engine.status.skewMs)).toBeLessThan(500)
    expect(Math.abs(node.engine.status.since - Date.now())).toBeLessThan(5_000)
  })

  it('lets go of what waits when it is closed, and takes nothing more', async () => {
    const node = createNode(redis)
    const waiting = node.engine.append(counted(1))
    await Promise.all([expect(waiting).rejects.toMatchObject({ code: 'engine-unavailable' }), node.engine.close()])
    await expect(node.engine.append(counted(2))).rejects.toMatchObject({ code: 'engine-unavailable' })
    expect(node.engine.status).toMatchObject({ isUp: false, waiting: 0 })
    await until(() => process.getActiveResourcesInfo().every((name) => name !== 'Timeout'))
  })
})

it('refuses an address that is none, without repeating a password', () => {
  for (const url of ['localhost:6379', 'http://ada:secret@host', '']) {
    expect(() => redisEngine({ url })).toThrow(
      expect.objectContaining({
        code: 'invalid-option',
        message: expect.not.stringContaining('secret') as string,
      }) as Error,
    )
  }
})

it('refuses numbers that make no sense', () => {
  for (const wrong of [{ giveUpMs: Infinity }, { maxEvents: 0 }, { maxWaiting: 1.5 }, { answerWithinMs: NaN }]) {
    expect(() => redisEngine(wrong)).toThrow(expect.objectContaining({ code: 'invalid-option' }) as Error)
  }
})
