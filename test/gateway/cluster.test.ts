// Two gateways on one Redis, counted by their clients: one of them is killed in mid-traffic, Redis dies under both, Redis forgets everything.
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, describe, expect, it } from 'vitest'
import { afterTest, endAll } from '../after-test.ts'
import { until } from '../smoke/until.ts'
import {
  type Books,
  type ClusterNode,
  type Counted,
  createBalancer,
  joinCluster,
  type Member,
  startNode,
} from './cluster.ts'
import { noRedis, startRedis } from './redis-process.ts'

/** `CLUSTER_RUNS=100` for the deep run. */
const runs = Number(process.env['CLUSTER_RUNS'] ?? 10)

afterEach(endAll)

async function startCluster(clients: number) {
  const redis = await startRedis()
  afterTest(redis.end)
  const books: Books = { accepted: [], refused: [] }
  const nodes = await Promise.all([startNode(redis, books), startNode(redis, books)])
  const balancer = await createBalancer(nodes)
  const members = Array.from({ length: clients }, () => joinCluster(balancer.url))
  await until(() => members.every((member) => member.isSubscribed()))
  return { redis, nodes, balancer, members, ...books }
}

const nameOf = ({ stream, by, n }: Counted) => `${stream} ${by} ${n}`

/** What was heard of each stream, in order. */
function byStream(heard: readonly Counted[]): Record<string, string[]> {
  const lists: Record<string, string[]> = {}
  for (const one of heard) (lists[one.stream] ??= []).push(nameOf(one))
  return lists
}

function missing({ heard }: Member, accepted: readonly Counted[]): string[] {
  const all = new Set(heard.map(nameOf))
  return accepted.map(nameOf).filter((name) => !all.has(name))
}

/** Events that came after later ones of the same node and stream. */
function misplaced({ heard }: Member): string[] {
  const newest = new Map<string, number>()
  return heard.map(nameOf).filter((name, place) => {
    const { stream, by, n } = heard[place]!
    const isLate = n <= (newest.get(`${stream} ${by}`) ?? 0)
    newest.set(`${stream} ${by}`, n)
    return isLate
  })
}

/** Nothing accepted is missing, nothing came twice, nobody was told of a loss, and all heard the same. */
function expectWhole(members: readonly Member[], accepted: readonly Counted[]) {
  for (const member of members) {
    expect(missing(member, accepted)).toEqual([])
    expect(new Set(member.heard.map(nameOf)).size).toBe(member.heard.length)
    expect(byStream(member.heard)).toEqual(byStream(members[0]!.heard))
    expect(member.losses()).toEqual([])
    expect(misplaced(member)).toEqual([])
  }
}

/** Each was told of one loss, and nothing is missing of what was accepted after it. */
function expectOneLoss(members: readonly Member[], acceptedAfter: readonly Counted[]) {
  for (const member of members) {
    expect(member.losses()).toEqual(['lost'])
    expect(missing(member, acceptedAfter)).toEqual([])
    expect(misplaced(member)).toEqual([])
  }
}

async function hearMore(members: readonly Member[]) {
  const before = members.map(({ heard }) => heard.length)
  await until(() => members.every(({ heard }, place) => heard.length > before[place]! + 30), 10_000)
}

/** Resolves once every node says so; a test has its own time limit. */
async function readiness(nodes: readonly ClusterNode[], status: 200 | 503) {
  for (const { port } of nodes) {
    while ((await fetch(`http://127.0.0.1:${port}/readyz`)).status !== status) await sleep(20)
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
        const isServed = (member: Member) => member.isSubscribed()
        for (let run = 1; run <= runs; run++) {
          const [dying, staying] = (run % 2 ? nodes : nodes.toReversed()) as [ClusterNode, ClusterNode]
          expect(balancer.linksTo(dying)).toBeGreaterThan(0)
          dying.publish(`dying ${run}`)
          staying.publish(`staying ${run}`)
          await until(() => members.every(({ heard }) => heard.some(({ by }) => by === `dying ${run}`)))
          await sleep(50 + Math.random() * 100)
          await dying.kill()
          // The other one publishes meanwhile, and for as long as it takes.
          await until(() => balancer.linksTo(staying) === members.length && members.every(isServed))
          staying.stop()
          const newest = accepted.findLast(({ by }) => by === `staying ${run}`)!
          await until(() => members.every((member) => missing(member, [newest]).length === 0))
          await dying.start()
          balancer.shuffle()
          await until(() => balancer.linksTo(dying) > 0 && members.every(isServed))
        }
        await sleep(100)
        expect(refused).toEqual([])
        expect(accepted.length).toBeGreaterThan(runs * 50)
        expectWhole(members, accepted)
      },
    )

    it(
      'F88 both nodes are killed in mid-traffic: their clients go on at new ones, as Redis has kept what was accepted',
      { timeout: 30_000 },
      async () => {
        const { nodes, members, accepted } = await startCluster(4)
        for (let run = 1; run <= 2; run++) {
          for (const [place, node] of nodes.entries()) node.publish(`node ${place} in ${run}`)
          await hearMore(members)
          await Promise.all(nodes.map((node) => node.kill()))
          await Promise.all(nodes.map((node) => node.start()))
          await until(() => members.every((member) => member.isSubscribed()))
        }
        for (const [place, node] of nodes.entries()) node.publish(`node ${place} at last`)
        await hearMore(members)
        for (const node of nodes) node.stop()
        await sleep(300)
        expect(accepted.length).toBeGreaterThan(100)
        expectWhole(members, accepted)
      },
    )

    it(
      'F85 Redis dies under both and comes back empty: sockets stay, readiness is red, each client hears of one loss',
      { timeout: 30_000 },
      async () => {
        const { redis, nodes, balancer, members, accepted, refused } = await startCluster(4)
        for (const [place, node] of nodes.entries()) node.publish(`node ${place}`)
        await hearMore(members)
        const { taken } = balancer
        await redis.kill()
        await readiness(nodes, 503)
        await sleep(500)
        expect(balancer.taken).toBe(taken)
        expect(members.every((member) => member.isSubscribed())).toBe(true)
        const before = accepted.length
        await redis.start('empty')
        await readiness(nodes, 200)
        await until(() => members.every((member) => member.losses().length > 0 && member.isSubscribed()))
        // What waited is among it.
        const from = accepted.length
        expect(from).toBeGreaterThan(before + 50)
        await hearMore(members)
        for (const node of nodes) node.stop()
        await sleep(300)
        expect(refused).toEqual([])
        expectOneLoss(members, accepted.slice(from))
      },
    )

    it(
      'F87 Redis is flushed under traffic: each client of each node hears of one loss, and of everything thereafter',
      { timeout: 30_000 },
      async () => {
        const { redis, nodes, members, accepted, refused } = await startCluster(4)
        for (const [place, node] of nodes.entries()) node.publish(`node ${place}`)
        await hearMore(members)
        await redis.ask('FLUSHALL')
        await until(() => members.every((member) => member.losses().length > 0 && member.isSubscribed()))
        const from = accepted.length
        await hearMore(members)
        for (const node of nodes) node.stop()
        await sleep(300)
        expect(refused).toEqual([])
        expectOneLoss(members, accepted.slice(from))
      },
    )
  },
)
