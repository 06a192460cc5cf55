// What Redis does to the engine: it hangs, dies, comes back empty or with an old log, loses a link or an entry. No node is started again.
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest'
import { keysOf } from '../../src/gateway/redis-scripts.ts'
import { afterTest, endAll } from '../after-test.ts'
import { until } from '../smoke/until.ts'
import { type Accepted, counted, createNode, joinNode, type Node, startTraffic } from './redis-nodes.ts'
import { noRedis, type RedisProcess, startRedis } from './redis-process.ts'

const keys = keysOf('livecache')

const skipped = noRedis === null ? '' : ` (skipped: ${noRedis})`

/** It ends with the test's other things. */
async function ownRedis(): Promise<RedisProcess> {
  const redis = await startRedis()
  afterTest(redis.end)
  return redis
}

const isUp = ({ engine }: Node) => engine.status.isUp

/** Resolves once both have read the same, up to the end. */
async function equal(one: Node, other: Node) {
  await until(() => JSON.stringify(one.frames()) === JSON.stringify(other.frames()))
  expect(one.epoch).toBe(other.epoch)
  expect(one.heads).toEqual(other.heads)
  expect([...one.faults(), ...other.faults()]).toEqual([])
}

/** Both have what was accepted, once, in the order in which each of them asked, and nothing else. */
async function expectExactly(nodes: readonly [Node, Node], accepted: readonly Accepted[]) {
  const [one, other] = nodes
  await until(() => one.events.length === accepted.length)
  await equal(one, other)
  const ordersOf = (all: readonly { by: number; n: number }[]) =>
    nodes.map((_, place) => all.flatMap(({ by, n }) => (by === place ? [n] : [])))
  expect(ordersOf(one.frames().map(({ payload }) => payload as Accepted))).toEqual(ordersOf(accepted))
  expect(accepted.every(({ isNew }) => isNew)).toBe(true)
}

/** An entry that was counted and is not there. */
async function loseEntry(redis: RedisProcess) {
  await redis.ask('HINCRBY', keys.state, 's:goal:1', '1')
  await redis.ask('HINCRBY', keys.state, 'index', '1')
}

describe.skipIf(noRedis !== null)(`faults of Redis${skipped}`, () => {
  let redis: RedisProcess
  beforeEach(async () => void (redis = await ownRedis()))
  afterEach(endAll)

  it(
    'F85 Redis hangs for longer than anybody waits: what is refused is refused for good',
    { timeout: 15_000 },
    async () => {
      const [one, other] = [await joinNode(redis, { giveUpMs: 2_000 }), await joinNode(redis)]
      redis.stop()
      const refused = one.engine.append(counted(1))
      await expect(refused).rejects.toMatchObject({ code: 'engine-unavailable', cause: expect.any(Error) as Error })
      redis.resume()
      await one.engine.append(counted(2))
      await until(() => other.events.length > 0 && isUp(other))
      expect(other.frames().map(({ payload }) => payload)).toEqual([2])
    },
  )

  it('F85 Redis dies and comes back empty: one new epoch for both, and what waited is published in it', async () => {
    const [one, other] = [await joinNode(redis), await joinNode(redis)]
    for (let n = 0; n < 10; n++) await one.engine.append(counted(n))
    const { epoch } = one
    await redis.kill()
    await until(() => !isUp(one) && !isUp(other))
    const waiting = Array.from({ length: 10 }, (_, n) =>
      [one, other][n % 2]!.engine.append(counted(100 + n, `goal:${n % 2}`)),
    )
    await sleep(300)
    expect(one.engine.status.waiting).toBe(5)
    await redis.start('empty')
    const accepted = await Promise.all(waiting)
    expect(accepted.map(({ frame: { seq } }) => seq)).toEqual([1, 1, 2, 2, 3, 3, 4, 4, 5, 5])
    await until(() => one.events.length === 10)
    await equal(one, other)
    expect(one.epoch).not.toBe(epoch)
    expect(accepted.every(({ frame }) => frame.epoch === one.epoch)).toBe(true)
    expect([one.loads, other.loads]).toEqual([2, 2])
  })

  it('F85 Redis stays away: what is published is refused in time, and at once where too much waits', async () => {
    const node = await joinNode(redis, { maxWaiting: 3, giveUpMs: 500 })
    await redis.kill()
    await until(() => !isUp(node))
    const began = performance.now()
    const waiting = Promise.allSettled([1, 2, 3].map((n) => node.engine.append(counted(n))))
    const refusedWith = (message: RegExp) => ({
      code: 'engine-unavailable',
      message: expect.stringMatching(message) as string,
    })
    await expect(node.engine.append(counted(4))).rejects.toMatchObject(
      refusedWith(/3 calls wait for it already, so this was not done/),
    )
    expect(performance.now() - began).toBeLessThan(300)
    for (const refusal of await waiting) expect(refusal).toMatchObject({ reason: refusedWith(/so this was not done/) })
    expect(node.engine.status).toMatchObject({ isUp: false, waiting: 0 })
    await redis.start('empty')
    await until(() => isUp(node))
    expect((await node.engine.append(counted(5))).frame.seq).toBe(1)
  })

  it('F85 a node that starts without Redis says so, and may be told to try again', async () => {
    await redis.kill()
    const node = createNode(redis, { giveUpMs: 300 })
    await expect(node.follow()).rejects.toMatchObject({ code: 'engine-unavailable' })
    await redis.start('empty')
    await node.follow()
    expect((await node.engine.append(counted(1))).isNew).toBe(true)
  })

  it('F85 an engine is closed at once, also while Redis hangs', async () => {
    const node = await joinNode(redis)
    redis.stop()
    const asked = Promise.allSettled([node.engine.append(counted(1))])
    const began = performance.now()
    await node.engine.close()
    expect(await asked).toMatchObject([{ reason: { code: 'engine-unavailable' } }])
    expect(performance.now() - began).toBeLessThan(200)
    redis.resume()
  })

  it('F86 links are killed under traffic: every event comes once, in order, and nothing is loaded again', async () => {
    const [one, other] = [await joinNode(redis), await joinNode(redis)]
    const stopTraffic = startTraffic([one, other])
    for (let kill = 0; kill < 10; kill++) {
      const before = one.events.length
      await until(() => one.events.length > before + 30)
      const clients = String(await redis.ask('CLIENT', 'LIST'))
        .split('\n')
        .filter((line) => /cmd=(xread|evalsha)/.test(line))
      if (clients.length === 0) continue
      await redis.ask('CLIENT', 'KILL', 'ID', /\bid=(\d+)/.exec(clients[kill % clients.length]!)![1]!)
    }
    await expectExactly([one, other], await stopTraffic())
    expect([one.loads, other.loads]).toEqual([1, 1])
  })

  it('F86 an entry is lost: the next one shows it, and the log is loaded from behind the hole', async () => {
    const [node, other] = [await joinNode(redis), await joinNode(redis)]
    for (let n = 1; n <= 5; n++) await node.engine.append(counted(n))
    await loseEntry(redis)
    await other.engine.append(counted(7))
    await until(() => node.loads === 2 && node.events.length > 0)
    expect(node.frames().map(({ seq, payload }) => [seq, payload])).toEqual([[7, 7]])
    await node.engine.append(counted(8))
    await until(() => node.events.length === 2)
    expect([node.loads, node.heads.get('goal:1')]).toEqual([2, 8])
  })

  it('F86 what one node has to say is heard also where an entry before it is lost', async () => {
    const [node, other] = [await joinNode(redis), await joinNode(redis)]
    await other.engine.tell({ kind: 'resync', reason: 'heard before' })
    await until(() => node.messages.length === 1)
    await loseEntry(redis)
    await other.engine.tell({ kind: 'revoke', subject: 'ada' })
    await until(() => node.messages.length === 2)
    await node.engine.append(counted(1))
    await until(() => node.events.length === 1)
    expect(node.messages).toEqual([
      { kind: 'resync', reason: 'heard before' },
      { kind: 'revoke', subject: 'ada' },
    ])
  })

  it('F87 everything is flushed under traffic, again and again: each time one new epoch for both nodes, and what it has', async () => {
    const [one, other] = [await joinNode(redis), await joinNode(redis)]
    const stopTraffic = startTraffic([one, other])
    const epochs = new Set([one.epoch])
    for (let flush = 1; flush <= 5; flush++) {
      const before = one.epoch
      await redis.ask('FLUSHALL')
      await until(() => one.epoch !== before && one.epoch === other.epoch && one.events.length > 20)
      epochs.add(one.epoch)
    }
    const accepted = await stopTraffic()
    expect(epochs.size).toBe(6)
    await expectExactly(
      [one, other],
      accepted.filter(({ frame }) => frame.epoch === one.epoch),
    )
    expect([one.loads, other.loads]).toEqual([6, 6])
  })

  it('F87 another server takes over that lacks the last writes: the log begins anew, so that no number is given twice', async () => {
    const [one, other] = [await joinNode(redis), await joinNode(redis)]
    for (let n = 1; n <= 5; n++) await one.engine.append(counted(n))
    await redis.save()
    const before = await one.engine.append(counted(6))
    await until(() => other.events.length === 6)
    await redis.kill()
    await redis.start('saved')
    const after = await other.engine.append(counted(7))
    expect(after.frame.epoch).not.toBe(before.frame.epoch)
    await until(() => one.events.length === 1)
    await equal(one, other)
  })

  it('F87 nobody is left who knows of the lost writes: the log begins anew all the same', async () => {
    const one = await joinNode(redis)
    for (let n = 1; n <= 5; n++) await one.engine.append(counted(n))
    await redis.save()
    const before = await one.engine.append(counted(6))
    await Promise.all([redis.kill(), one.engine.close()])
    await redis.start('saved')
    const other = await joinNode(redis)
    const after = await other.engine.append(counted(7))
    expect([before.frame.seq, after.frame.seq]).toEqual([6, 1])
    expect(after.frame.epoch).not.toBe(before.frame.epoch)
  })

  it('F87 the log goes back behind the back of its nodes: whoever publishes next begins it anew', async () => {
    const [one, other] = [await joinNode(redis), await joinNode(redis)]
    for (let n = 1; n <= 5; n++) await one.engine.append(counted(n))
    const copies = [keys.state, keys.log].map((key) => [key, `${key}:copy`] as const)
    for (const [key, copy] of copies) await redis.ask('COPY', key, copy)
    const before = await one.engine.append(counted(6))
    await until(() => other.events.length === 6)
    for (const [key, copy] of copies) await redis.ask('RENAME', copy, key)
    const after = await other.engine.append(counted(7))
    expect(after.frame.epoch).not.toBe(before.frame.epoch)
    await until(() => one.events.length === 1)
    await equal(one, other)
  })

  it('F87 the log goes back and on again while a node is away: it is known by its entries', async () => {
    const node = await joinNode(redis)
    for (let n = 1; n <= 6; n++) await node.engine.append(counted(n))
    await until(() => node.events.length === 6)
    const { epoch } = node
    // What another node would have made of it: the sixth is another one, and a seventh has come.
    const forge = `
      local newest = redis.call('XREVRANGE', KEYS[1], '+', '-', 'COUNT', 1)[1][1]
      redis.call('DEL', KEYS[1])
      for step = 0, 1 do
        local key = string.format('%.0f-1', newest:match('^%d+') + step)
        redis.call('XADD', KEYS[1], key, 'id', 'forged ' .. step, 'stream', 'goal:1', 'seq', 6 + step, 'at', ARGV[1], 'body', '{"type":"forged"}')
      end
      redis.call('HINCRBY', KEYS[2], 'index', 1)
      redis.call('HINCRBY', KEYS[2], 's:goal:1', 1)`
    await redis.askAll(
      ['CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes'],
      ['EVAL', forge, '2', keys.log, keys.state, String(Date.now())],
    )
    await until(() => node.epoch !== epoch)
    expect(node.frames()).toEqual([])
    expect(node.history.filter(({ type }) => type === 'forged')).toEqual([])
  })

  it('F87 a log that was given up comes back: nobody takes it for the one that is, and it is not gone on with', async () => {
    const [one, other] = [await joinNode(redis), await joinNode(redis)]
    await one.engine.append(counted(1))
    const copies = [keys.state, keys.log].map((key) => [key, `${key}:copy`] as const)
    for (const [key, copy] of copies) await redis.ask('COPY', key, copy)
    const before = await one.engine.append(counted(2))
    await redis.ask('DEL', keys.state, keys.log)
    await one.engine.append(counted(3))
    await until(() => other.events.length === 1 && other.epoch === one.epoch)
    for (const [key, copy] of copies) await redis.ask('RENAME', copy, key)
    const after = await other.engine.append(counted(4))
    expect([before.frame.seq, after.frame.seq]).toEqual([2, 1])
    expect(after.frame.epoch).not.toBe(before.frame.epoch)
    await until(() => one.events.length === 1 && one.epoch === other.epoch)
    await equal(one, other)
    expect([one.loads, other.loads]).toEqual([3, 3])
  })

  it('F87 what went into a log that is gone is appended anew under its id, while a client gets the answer it would have got', async () => {
    const node = await joinNode(redis)
    const event = { ...counted(1), id: 'first' }
    const ada = { subject: 'ada', id: 'm1' }
    const before = await node.engine.append(event, ada)
    await redis.ask('DEL', keys.state, keys.log)
    const again = await node.engine.append(counted(1), ada)
    expect(again).toEqual({ frame: before.frame, isNew: false })
    const after = await node.engine.append(event, ada)
    expect([after.isNew, after.frame.eventId]).toEqual([true, 'first'])
    expect(after.frame.epoch).not.toBe(before.frame.epoch)
    await until(() => node.events.length === 1)
  })
})

// They wait most of the time, so they wait together.
describe.skipIf(noRedis !== null)(`long faults of Redis${skipped}`, { concurrent: true }, () => {
  afterAll(endAll)

  it(
    'F85 Redis hangs for 8 s: the node says so, what is published waits, and comes once',
    { timeout: 30_000 },
    async () => {
      const redis = await ownRedis()
      const [one, other] = [await joinNode(redis, { answerWithinMs: 3_000 }), await joinNode(redis)]
      const stopTraffic = startTraffic([one, other])
      await until(() => one.events.length > 50)
      redis.stop()
      const stoppedAt = performance.now()
      await until(() => !isUp(one) && !isUp(other))
      expect(one.engine.status.waiting).toBeGreaterThan(0)
      await sleep(8_000 - (performance.now() - stoppedAt))
      redis.resume()
      await until(() => isUp(one) && isUp(other))
      const before = one.events.length
      await until(() => one.events.length > before + 50)
      await expectExactly([one, other], await stopTraffic())
      expect([one.loads, other.loads]).toEqual([1, 1])
    },
  )

  it(
    'F86 the newest entry is lost and none comes after it: a check finds that within 10 s',
    { timeout: 20_000 },
    async () => {
      const redis = await ownRedis()
      const node = await joinNode(redis)
      for (let n = 1; n <= 5; n++) await node.engine.append(counted(n))
      await loseEntry(redis)
      await until(() => node.loads === 2, 10_000)
      expect([node.frames(), node.heads.get('goal:1')]).toEqual([[], 6])
    },
  )

  it('F87 everything is flushed while nobody publishes: both nodes hear of it', { timeout: 15_000 }, async () => {
    const redis = await ownRedis()
    const [one, other] = [await joinNode(redis), await joinNode(redis)]
    const before = one.epoch
    await redis.ask('FLUSHALL')
    await until(() => one.epoch !== before && one.epoch === other.epoch, 10_000)
    await equal(one, other)
    expect([one.loads, other.loads]).toEqual([2, 2])
  })
})
