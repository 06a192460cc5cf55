// The engine against a real Redis: order, doing things once, loading, words between nodes, what is kept. Redis that goes away or forgets is
// redis-faults.test.ts.
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { until } from '../smoke/until.ts'
import { endAll, joinNode, own } from './redis-nodes.ts'
import { noRedis, type RedisProcess, startRedis } from './redis-process.ts'

let redis: RedisProcess
beforeEach(async () => {
  if (noRedis !== null) return
  redis = await startRedis()
  own(redis.end)
})
afterEach(endAll)

const counted = (n: number, stream = 'goal:1') => ({ type: 'goal.counted', stream, payload: { n } })

describe.skipIf(noRedis !== null)(`the engine on Redis${noRedis === null ? '' : ` (skipped: ${noRedis})`}`, () => {
  it('hands every event to both nodes, in one order, by whichever it was published', async () => {
    const [one, other] = [await joinNode(redis), await joinNode(redis)]
    await Promise.all(
      Array.from({ length: 200 }, (_, n) => (n % 2 ? one : other).engine.append(counted(n, `goal:${n % 3}`))),
    )
    await until(() => one.events.length === 200 && other.events.length === 200)
    expect(one.frames()).toEqual(other.frames())
    expect(one.faults()).toEqual([])
  })
})
