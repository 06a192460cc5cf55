// A deploy, with real processes and under load: one gateway is told to go, and its clients are served by another.
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { type AddressInfo, connect, createServer } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, describe, expect, it } from 'vitest'
import { WebSocket as NodeSocket } from 'ws'
import { createClient } from '../../src/client/index.ts'
import { afterTest, endAll } from '../after-test.ts'
import { until } from '../smoke/until.ts'
import { noRedis, startRedis } from './redis-process.ts'

afterEach(endAll)

interface Node {
  readonly port: number
  readonly lines: readonly string[]
  readonly isReady: boolean
  publish(count: number): void
  /** Resolves with how it ended. */
  terminate(): Promise<{ code: number | null; tookMs: number }>
}

/** Events that some node has said are kept. */
const kept = new Set<number>()

async function startNode(redisSocket?: string): Promise<Node> {
  const child: ChildProcess = fork(new URL('./drain-child.ts', import.meta.url), {
    execArgv: ['--disable-warning=ExperimentalWarning'],
    env: { ...process.env, ...(redisSocket !== undefined && { REDIS_SOCKET: redisSocket }) },
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
  })
  afterTest(() => child.kill('SIGKILL'))
  const lines: string[] = []
  child.stdout?.on('data', (chunk: Buffer) => lines.push(...chunk.toString().split('\n').filter(Boolean)))
  const [{ port }] = (await once(child, 'message')) as [{ port: number }]
  child.on('message', (told: { kept: number }) => kept.add(told.kept))
  let isReady = false
  const probe = setInterval(async () => {
    isReady = await fetch(`http://127.0.0.1:${port}/readyz`).then(
      ({ ok }) => ok,
      () => false,
    )
  }, 50)
  afterTest(() => clearInterval(probe))
  await until(() => isReady)
  return {
    port,
    lines,
    get isReady() {
      return isReady
    },
    // It may be gone before this arrives.
    publish: (count) => void (child.connected && child.send(count, () => {})),
    async terminate() {
      const begunAt = performance.now()
      child.kill('SIGTERM')
      const [code] = (await once(child, 'exit')) as [number | null]
      return { code, tookMs: performance.now() - begunAt }
    },
  }
}

/** What stands before gateways: links go to the first that is ready. */
async function startBalancer(nodes: readonly Node[]) {
  const server = createServer((client) => {
    const node = nodes.find(({ isReady }) => isReady)
    client.on('error', () => {})
    if (node === undefined) return client.destroy()
    const upstream = connect(node.port, '127.0.0.1')
    upstream.on('error', () => client.destroy())
    client.on('close', () => upstream.destroy())
    upstream.on('close', () => client.end())
    return client.pipe(upstream).pipe(client)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  afterTest(() => server.close())
  return `ws://127.0.0.1:${(server.address() as AddressInfo).port}/realtime`
}

function startClients(url: string, count: number) {
  return Array.from({ length: count }, () => {
    const client = createClient({ url, backoff: { ceilingsMs: [1_000] } })
    afterTest(client.dispose)
    const heard: number[] = []
    client.on('goal.counted', ({ payload }) => heard.push((payload as { count: number }).count), {
      streams: ['goal:1'],
    })
    const outages: string[] = []
    client.onState(() => {
      const state = client.getState()
      if (state.name === 'reconnecting') outages.push(state.reason)
    })
    client.hold()
    const isLive = () =>
      client.getState().name === 'connected' && client.inspect().subscriptions[0]?.status === 'subscribed'
    return { client, heard, isLive, outages }
  })
}

/** A client that knows no `reconnect`. */
function startPlain(url: string) {
  const socket = new NodeSocket(`${url}?events=*`)
  const closes: number[] = []
  socket.on('close', (code) => closes.push(code))
  afterTest(() => socket.terminate())
  return closes
}

/** Publishes on each of the nodes in turn, without a pause, until the undo is called. */
function startTraffic(nodes: readonly Node[]) {
  let count = 0
  const timer = setInterval(() => {
    count++
    nodes[count % nodes.length]!.publish(count)
  }, 5)
  const stop = () => clearInterval(timer)
  afterTest(stop)
  return stop
}

/** How a node answers upgrades while it goes: statuses, each once, and the hint of the last. */
async function knock(port: number, isGone: () => boolean) {
  const statuses: (number | undefined)[] = []
  let retryAfter: string | undefined
  const note = (status: number | undefined) => statuses.at(-1) !== status && statuses.push(status)
  while (!isGone()) {
    const socket = new NodeSocket(`ws://127.0.0.1:${port}/realtime`, 'realtime.v1')
    socket.on('error', () => {})
    socket.on('open', () => (note(101), socket.terminate()))
    socket.on('unexpected-response', (_request, response) => {
      note(response.statusCode)
      retryAfter = response.headers['retry-after']
      socket.terminate()
    })
    await sleep(50)
  }
  return { statuses, retryAfter }
}

const phasesIn = (lines: readonly string[]) =>
  lines.map((line) => JSON.parse(line) as { phase?: string }).flatMap(({ phase }) => phase ?? [])

describe('F89: a gateway that is told to go by SIGTERM', () => {
  it.skipIf(noRedis !== null)(
    `F89: loses nothing and doubles nothing where another node shares the log${noRedis === null ? '' : `: skipped, ${noRedis}`}`,
    async () => {
      kept.clear()
      const redis = await startRedis()
      afterTest(redis.end)
      const { path } = redis.client.socket
      const nodes = [await startNode(path), await startNode(path)] as const
      const url = await startBalancer(nodes)
      const clients = startClients(url, 40)
      await until(() => clients.every(({ isLive }) => isLive()))
      const plain = Array.from({ length: 3 }, () => startPlain(url))
      const stopTraffic = startTraffic(nodes)
      await until(() => clients.every(({ heard }) => heard.length > 50))

      let isGone = false
      const [{ code, tookMs }, door] = await Promise.all([
        nodes[0].terminate().finally(() => (isGone = true)),
        knock(nodes[0].port, () => isGone),
      ])
      expect(code).toBe(0)
      expect(tookMs).toBeLessThan(30_000)
      // First it is only not recommended any more, then it is closed.
      expect(door).toEqual({ statuses: [101, 503], retryAfter: '2' })
      await until(() => clients.every(({ isLive }) => isLive()))
      await sleep(300)
      stopTraffic()
      await sleep(300)
      const expected = [...kept].toSorted((a, b) => a - b)
      await until(() => clients.every(({ heard }) => heard.length >= expected.length))
      for (const { heard, client, outages } of clients) {
        expect(outages).toEqual(['the server asked to reconnect'])
        expect(heard.toSorted((a, b) => a - b)).toEqual(expected)
        expect(client.inspect().counters).toMatchObject({ lost: 0, resumes: 1 })
      }
      expect(plain).toEqual([[1012], [1012], [1012]])
      expect(phasesIn(nodes[0].lines)).toEqual(['unready', 'asking', 'closing', 'done'])
      expect(nodes[1].isReady).toBe(true)
    },
    40_000,
  )

  it('F89: gives each client one word of a loss where the log went with it', async () => {
    kept.clear()
    const nodes: Node[] = [await startNode()]
    const url = await startBalancer(nodes)
    const clients = startClients(url, 40)
    await until(() => clients.every(({ isLive }) => isLive()))
    const stopTraffic = startTraffic(nodes.slice(0, 1))
    await until(() => clients.every(({ heard }) => heard.length > 50))

    const next = startNode()
    const { code, tookMs } = await nodes[0]!.terminate()
    stopTraffic()
    expect([code, tookMs < 30_000]).toEqual([0, true])
    const before = [...kept].toSorted((a, b) => a - b)
    nodes.push(await next)
    startTraffic(nodes.slice(1))
    await until(() => clients.every(({ isLive }) => isLive()), 10_000)
    const heardBefore = clients.map(({ heard }) => heard.length)
    await until(() => clients.every(({ heard }, index) => heard.length > heardBefore[index]! + 20))
    for (const { client, heard, outages } of clients) {
      expect(outages[0]).toBe('the server asked to reconnect')
      expect(client.inspect().counters).toMatchObject({ lost: 1, duplicates: 0 })
      // What it was sent before it left is the beginning of what there was, without a hole.
      const own = heard.slice(
        0,
        heard.findIndex((count, index) => index > 0 && count < heard[index - 1]!),
      )
      expect(own).toEqual(before.slice(before.indexOf(own[0]!), before.indexOf(own[0]!) + own.length))
    }
  }, 40_000)
})
