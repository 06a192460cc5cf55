// One gateway with its log in memory, killed under traffic and started again with none, while apps are served over sockets, event streams and
// polling, and fetch from an API that goes on: each is told of one loss, and shows what the API has.
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { QueryClient, QueryObserver } from '@tanstack/react-query'
import { afterEach, expect, it } from 'vitest'
import type { RealtimeEvent } from '../../src/protocol/index.ts'
import { createRealtime, patch } from '../../src/query/index.ts'
import { polling, sse, type Transport, webSocket } from '../../src/transports/index.ts'
import { afterTest, endAll } from '../after-test.ts'
import { fastClock } from '../fast-clock.ts'
import { until } from '../smoke/until.ts'

/** `RESTART_RUNS=100` for the deep run. */
const runs = Number(process.env['RESTART_RUNS'] ?? 10)
/** The last one changes only while no gateway is there: what is missed of it no later event mends. */
const goals = ['goal:1', 'goal:2', 'goal:quiet'] as const

afterEach(endAll)

/** A gateway process, always on the same port. */
async function startGateway() {
  let port = 0
  let current: ChildProcess | null = null
  let next = load()

  /** It has loaded everything before it is needed. */
  function load() {
    const child = fork(new URL('../smoke/gateway-child.ts', import.meta.url), {
      execArgv: ['--disable-warning=ExperimentalWarning'],
    })
    afterTest(() => child.kill('SIGKILL'))
    return { child, loaded: once(child, 'message') }
  }

  async function start() {
    const { child, loaded } = next
    await loaded
    child.send(port)
    const [told] = (await once(child, 'message')) as [number]
    port = told
    current = child
    next = load()
  }

  async function kill() {
    const killed = current!
    current = null
    killed.kill('SIGKILL')
    await once(killed, 'exit')
  }

  await start()
  return { start, kill, address: `127.0.0.1:${port}`, tell: (event: object) => void current?.send(event) }
}

/** Counts, over HTTP. It outlives the gateway, and tells it of every change while it is there. */
async function startApi(tell: (event: object) => void) {
  const counts: Record<string, number> = Object.fromEntries(goals.map((goal) => [goal, 0]))
  const server = createServer((request, response) => {
    // As it is when it is asked, and late.
    const body = JSON.stringify(counts[request.url!.slice(1)])
    setTimeout(() => response.writeHead(200, { 'content-type': 'application/json' }).end(body), 3)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  afterTest(() => server.close())
  afterTest(() => server.closeAllConnections())
  const change = (goal: string) => {
    const count = ++counts[goal]!
    tell({ type: 'goal.counted', stream: goal, payload: { goal, count } })
  }
  return {
    counts,
    change,
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    /** Returns how to stop it. */
    startTraffic() {
      const timer = setInterval(() => ['goal:1', 'goal:2'].forEach(change), 4)
      afterTest(() => clearInterval(timer))
      return () => clearInterval(timer)
    },
  }
}

type Counted = RealtimeEvent<{ goal: string; count: number }>

/** An app that shows all of the counts. */
function startApp(transport: Transport, api: string) {
  const realtime = createRealtime({
    transports: [transport],
    // By such a clock a process that starts is slow, and would be taken for another kind of server.
    clock: fastClock(10),
    server: 'livecache',
    backoff: { ceilingsMs: [1_000] },
    streams: Object.fromEntries(goals.map((goal) => [goal, [[goal]]])),
    rules: { 'goal.counted': ({ payload }: Counted) => patch<number>([payload.goal], () => payload.count) },
  })
  const heard: number[] = []
  const resyncs: string[] = []
  realtime.on('goal.counted', ({ stream, payload }) => {
    if (stream === 'goal:1') heard.push((payload as Counted['payload']).count)
  })
  realtime.onResync(({ cause }) => resyncs.push(cause))
  const queryClient = new QueryClient()
  afterTest(realtime.dispose)
  afterTest(realtime.bindQueryClient(queryClient))
  for (const goal of goals) {
    const queryFn = async () => (await fetch(`${api}/${goal}`)).json() as Promise<number>
    afterTest(new QueryObserver(queryClient, { queryKey: [goal], queryFn, staleTime: Infinity }).subscribe(() => {}))
  }
  realtime.hold()
  return {
    heard,
    isLive: () => realtime.getState().name === 'connected',
    shown: () => Object.fromEntries(goals.map((goal) => [goal, queryClient.getQueryData([goal])])),
    losses: () => resyncs.filter((cause) => cause !== 'joined'),
    duplicates: () => realtime.inspect().counters.duplicates,
  }
}

it(
  'F17 a gateway is killed under traffic and comes back without its log: whichever way they are served, each app hears of one loss and shows what is true',
  { timeout: 20_000 + runs * 4_000 },
  async () => {
    const gateway = await startGateway()
    const { counts, change, startTraffic, url } = await startApi(gateway.tell)
    const transports = [
      webSocket(`ws://${gateway.address}/realtime`),
      webSocket(`ws://${gateway.address}/realtime`),
      sse(`http://${gateway.address}/api/v1/events/stream`),
      polling(`http://${gateway.address}/api/v1/events`),
    ]
    const apps = transports.map((transport) => startApp(transport, url))
    /** All of them are served, and hear what is published now. */
    const flows = async () => {
      const from = counts['goal:1']!
      await until(() => apps.every(({ isLive, heard }) => isLive() && heard.some((count) => count > from)))
    }
    change('goal:quiet')
    for (let run = 1; run <= runs; run++) {
      const stopTraffic = startTraffic()
      await flows()
      await gateway.kill()
      change('goal:quiet')
      await until(() => apps.every(({ isLive }) => !isLive()))
      await gateway.start()
      await flows()
      stopTraffic()
      await until(() => apps.every(({ shown }) => JSON.stringify(shown()) === JSON.stringify(counts)))
      expect(apps.map(({ losses }) => losses().length)).toEqual(apps.map(() => run))
    }
    await sleep(50)
    for (const { shown, losses, heard, duplicates } of apps) {
      expect(shown()).toEqual(counts)
      expect(losses()).toEqual(Array(runs).fill('lost'))
      expect(heard).toEqual([...new Set(heard)].toSorted((a, b) => a - b))
      expect(duplicates()).toBe(0)
    }
  },
)
