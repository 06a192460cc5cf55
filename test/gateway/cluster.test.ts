// Two gateways on one Redis, of which one is killed in mid-traffic, counted by the clients.
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, describe, expect, it } from 'vitest'
import { until } from '../smoke/until.ts'
import { type Books, type Counted, createBalancer, joinCluster, type Member, startNode } from './cluster.ts'
import { endAll, own } from './redis-nodes.ts'
import { noRedis, startRedis } from './redis-process.ts'

/** `CLUSTER_RUNS=100` for the deep run. */
const runs = Number(process.env['CLUSTER_RUNS'] ?? 10)

afterEach(endAll)

async function startCluster(clients: number) {
  const redis = await startRedis()
  own(redis.end)
  const books: Books = { accepted: [], refused: [] }
  const nodes = await Promise.all([startNode(redis, books), startNode(redis, books)])
  const balancer = await createBalancer(nodes)
  const members = Array.from({ length: clients }, () => joinCluster(balancer.url))
  await until(() => members.every((member) => member.isSubscribed()))
  return { redis, nodes, balancer, members, ...books }
}

const nameOf = ({ stream, by, n }: Counted) => `${stream} ${by} ${n}`

/** By the stream: what was heard of it, in order. */
function byStream(heard: readonly Counted[]): Record<string, string[]> {
  const lists: Record<string, string[]> = {}
  for (const one of heard) (lists[one.stream] ??= []).push(nameOf(one))
  return lists
}

/** Nothing accepted is missing, nothing came twice, every client heard the same, and of each node in the order in which it published. */
function expectWhole(members: readonly Member[], accepted: readonly Counted[]) {
  const [first] = members
  for (const { heard, resyncs } of members) {
    const names = heard.map(nameOf)
    const all = new Set(names)
    expect(accepted.map(nameOf).filter((name) => !all.has(name))).toEqual([])
    expect(names).toHaveLength(all.size)
    expect(byStream(heard)).toEqual(byStream(first!.heard))
    expect(resyncs.filter((cause) => cause !== 'joined')).toEqual([])
    const newest = new Map<string, number>()
    for (const { stream, by, n } of heard) {
      expect(n, nameOf({ stream, by, n })).toBeGreaterThan(newest.get(`${stream} ${by}`) ?? 0)
      newest.set(`${stream} ${by}`, n)
    }
  }
}

describe.skipIf(noRedis !== null)(
  `two gateways on one Redis${noRedis === null ? '' : ` (skipped: ${noRedis})`}`,
  () => {
    it(
      'F88 a node is killed in mid-traffic: its clients go on at the other, nothing accepted is lost, nothing comes twice',
      { timeout: 20_000 + runs * 5_000 },
      async () => {
        const { nodes, balancer, members, accepted, refused } = await startCluster(6)
        for (let run = 1; run <= runs; run++) {
          const [dying, staying] = run % 2 ? nodes : nodes.toReversed()
          dying!.publish(`dying ${run}`)
          staying!.publish(`staying ${run}`)
          await until(() => members.every(({ heard }) => heard.some(({ by }) => by === `dying ${run}`)))
          await until(() => balancer.linksTo(dying!) > 0)
          await sleep(50 + Math.random() * 100)
          await dying!.kill()
          // It goes on meanwhile.
          await until(
            () => balancer.linksTo(staying!) === members.length && members.every((member) => member.isSubscribed()),
          )
          staying!.stop()
          const last = accepted.findLast(({ by }) => by === `staying ${run}`)!
          await until(() => members.every(({ heard }) => heard.some((one) => nameOf(one) === nameOf(last))))
          await dying!.start()
          balancer.shuffle()
          await until(() => balancer.linksTo(dying!) > 0 && members.every((member) => member.isSubscribed()))
        }
        await sleep(100)
        expect(refused).toEqual([])
        expect(accepted.length).toBeGreaterThan(runs * 50)
        expectWhole(members, accepted)
      },
    )
  },
)
