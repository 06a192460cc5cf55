// A cluster for a test: nodes in processes of their own, one address that leads to whichever of them is there, and clients that note what
// they hear.
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { createClient, type RealtimeClient } from '../../src/client/index.ts'
import { afterTest } from '../after-test.ts'
import { fastClock } from '../fast-clock.ts'
import type { RedisProcess } from './redis-process.ts'

export interface Counted {
  by: string
  n: number
  stream: string
}

/** What a node says. */
export type Told = 'loaded' | { port: number } | { accepted: Counted } | { refused: string }

export interface ClusterNode {
  readonly port: number
  /** Null while it is dead. */
  readonly child: ChildProcess | null
  kill(): Promise<void>
  /** Anew, at another port. */
  start(): Promise<void>
  /** Publishes without a pause, as somebody. */
  publish(by: string): void
  stop(): void
}

export interface Books {
  readonly accepted: Counted[]
  readonly refused: string[]
}

export async function startNode(redis: RedisProcess, { accepted, refused }: Books): Promise<ClusterNode> {
  let port = 0
  let child: ChildProcess | null = null
  // It has loaded everything before it is needed.
  let next = load()

  function load() {
    const loading = fork(new URL('./cluster-child.ts', import.meta.url), {
      execArgv: ['--disable-warning=ExperimentalWarning'],
    })
    afterTest(() => loading.kill('SIGKILL'))
    return { loading, loaded: once(loading, 'message') }
  }

  async function start() {
    const { loading, loaded } = next
    await loaded
    loading.send(redis.client.socket)
    const [told] = (await once(loading, 'message')) as [{ port: number }]
    loading.on('message', (message: Told) => {
      if (typeof message === 'string') return
      if ('accepted' in message) accepted.push(message.accepted)
      if ('refused' in message) refused.push(message.refused)
    })
    port = told.port
    child = loading
    next = load()
  }

  await start()
  return {
    get port() {
      return port
    },
    get child() {
      return child
    },
    start,
    async kill() {
      const killed = child
      child = null
      if (killed === null) return
      killed.kill('SIGKILL')
      // What it said before is heard first.
      await once(killed, 'close')
    },
    publish: (by) => void child?.send({ publish: by }),
    stop: () => void child?.send('stop'),
  }
}

export interface Balancer {
  readonly url: string
  /** Links so far. */
  readonly taken: number
  /** How many links lead to a node now. */
  linksTo(node: ClusterNode): number
  /** Resets every second link, so that those clients come back wherever it is their turn. */
  shuffle(): void
}

/** One address for all nodes that live, one after the other; a link dies with its node. */
export async function createBalancer(nodes: readonly ClusterNode[]): Promise<Balancer> {
  const links = new Map<Socket, ClusterNode>()
  let turn = 0
  const server = createServer({ noDelay: true }, (client) => {
    client.on('error', () => {})
    const living = nodes.filter(({ child }) => child !== null)
    const node = living[turn++ % living.length]
    if (node === undefined) return void client.resetAndDestroy()
    const upstream = connect({ port: node.port, host: '127.0.0.1', noDelay: true })
    upstream.on('error', () => {})
    links.set(client, node)
    client.pipe(upstream).pipe(client)
    client.on('close', () => {
      links.delete(client)
      upstream.destroy()
    })
    upstream.on('close', () => client.resetAndDestroy())
    return undefined
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  afterTest(() => {
    for (const client of links.keys()) client.destroy()
    server.close()
  })
  return {
    url: `ws://127.0.0.1:${(server.address() as AddressInfo).port}/realtime`,
    get taken() {
      return turn
    },
    linksTo: (node) => [...links.values()].filter((at) => at === node).length,
    shuffle: () => [...links.keys()].forEach((client, place) => place % 2 === 0 && client.resetAndDestroy()),
  }
}

export interface Member {
  readonly client: RealtimeClient
  readonly heard: Counted[]
  /** Why it had to fetch again. */
  losses(): string[]
  isSubscribed(): boolean
}

export function joinCluster(url: string): Member {
  const heard: Counted[] = []
  const resyncs: string[] = []
  // They come back sooner; the heartbeat of 1 s is often enough for that. By such a clock a node that starts is slow, and would be taken
  // for another kind of server.
  const client = createClient({ url, server: 'livecache', clock: fastClock(10), backoff: { ceilingsMs: [1_000] } })
  afterTest(client.dispose)
  client.onResync(({ cause }) => resyncs.push(cause))
  client.on('goal.*', ({ payload, stream }) => heard.push({ ...(payload as Counted), stream: stream! }))
  client.hold()
  const isSubscribed = () =>
    client.getState().name === 'connected' && client.inspect().subscriptions[0]?.status === 'subscribed'
  return { client, heard, losses: () => resyncs.filter((cause) => cause !== 'joined'), isSubscribed }
}
