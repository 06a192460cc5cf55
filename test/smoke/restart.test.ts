// A server process that is killed under traffic, and comes back with an empty log: the cache ends up true all the same.
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { QueryClient, QueryObserver } from '@tanstack/react-query'
import { afterEach, expect, it } from 'vitest'
import type { RealtimeEvent } from '../../src/protocol/index.ts'
import { createRealtime, patch } from '../../src/query/index.ts'
import { afterTest, endAll } from '../after-test.ts'
import { fastClock } from '../fast-clock.ts'
import { until } from './until.ts'

/** `F17_RUNS=100` for the deep run. */
const runs = Number(process.env['F17_RUNS'] ?? 10)
/** The last one changes only while no gateway is there, but once a run: what it missed no later event mends. */
const goals = ['goal:1', 'goal:2', 'goal:quiet'] as const

afterEach(endAll)

/** A process that has loaded everything and waits for its port. */
function load(): { child: ChildProcess; loaded: Promise<unknown> } {
  const child = fork(new URL('./gateway-child.ts', import.meta.url), {
    execArgv: ['--disable-warning=ExperimentalWarning'],
  })
  afterTest(() => child.kill('SIGKILL'))
  return { child, loaded: once(child, 'message') }
}

/** A gateway process that is always on the same port. */
async function startGateway() {
  let port = 0
  let current: ChildProcess | null = null
  let next = load()

  async function start() {
    const { child, loaded } = next
    await loaded
    child.send(port)
    const [told] = await once(child, 'message')
    port = told as number
    current = child
    next = load()
  }

  async function kill() {
    const killed = current
    current = null
    killed?.kill('SIGKILL')
    if (killed !== null) await once(killed, 'exit')
  }

  await start()
  return { start, kill, url: `ws://127.0.0.1:${port}/realtime`, tell: (event: object) => void current?.send(event) }
}

/** What the API knows, which outlives the gateway: it changes, and the gateway is told where there is one. */
function createApi(tell: (event: object) => void) {
  const counts: Record<string, number> = Object.fromEntries(goals.map((goal) => [goal, 0]))
  const change = (goal: string) => {
    const count = ++counts[goal]!
    tell({ type: 'goal.counted', stream: goal, payload: { goal, count } })
  }
  return {
    counts,
    change,
    async read(goal: string) {
      // As it was when it was asked, and late.
      const count = counts[goal]!
      await sleep(3)
      return count
    },
    /** Changes without a pause, but for the quiet one, until the undo is called. */
    startTraffic() {
      const timer = setInterval(() => ['goal:1', 'goal:2'].forEach(change), 2)
      afterTest(() => clearInterval(timer))
      return () => clearInterval(timer)
    },
  }
}

type Counted = RealtimeEvent<{ goal: string; count: number }>

/** An app that shows the goals, and notes what it hears. */
function startApp(url: string, read: (goal: string) => Promise<number>) {
  const realtime = createRealtime({
    url,
    // It comes back sooner; the gateway's heartbeat of 1 s is often enough for it.
    clock: fastClock(10),
    // Links that are killed within seconds would climb the ladder.
    backoff: { ceilingsMs: [1_000] },
    streams: Object.fromEntries(goals.map((goal) => [goal, [[goal]]])),
    rules: { 'goal.counted': ({ payload }: Counted) => patch<number>([payload.goal], () => payload.count) },
  })
  const heard: Record<string, number[]> = Object.fromEntries(goals.map((goal) => [goal, []]))
  const resyncs: string[] = []
  realtime.on('goal.counted', ({ payload }) => {
    const { goal, count } = payload as Counted['payload']
    heard[goal]!.push(count)
  })
  realtime.onResync(({ cause }) => resyncs.push(cause))
  const queryClient = new QueryClient()
  afterTest(realtime.dispose, realtime.bindQueryClient(queryClient))
  for (const goal of goals) {
    const observer = new QueryObserver(queryClient, {
      queryKey: [goal],
      queryFn: () => read(goal),
      staleTime: Infinity,
    })
    afterTest(observer.subscribe(() => {}))
  }
  realtime.hold()
  const shown = () => Object.fromEntries(goals.map((goal) => [goal, queryClient.getQueryData([goal])]))
  return { realtime, heard, resyncs, shown, lost: () => resyncs.filter((cause) => cause === 'lost').length }
}

it(
  'F17 smoke: a gateway killed under traffic and restarted without its log: one word of a loss, and the cache is true at quiet',
  { timeout: 10_000 + runs * 3_000 },
  async () => {
    const gateway = await startGateway()
    const { counts, change, read, startTraffic } = createApi(gateway.tell)
    const { realtime, heard, resyncs, shown, lost } = startApp(gateway.url, read)
    const isLive = () => realtime.getState().name === 'connected'
    for (let run = 1; run <= runs; run++) {
      const stopTraffic = startTraffic()
      const heardBefore = heard['goal:1']!.length
      change('goal:quiet')
      await until(() => isLive() && heard['goal:1']!.length > heardBefore + 10)
      await gateway.kill()
      change('goal:quiet')
      await until(() => !isLive())
      await gateway.start()
      await until(() => isLive() && lost() === run)
      const heardAgain = heard['goal:1']!.length
      await until(() => heard['goal:1']!.length > heardAgain + 10)
      stopTraffic()
      await until(() => JSON.stringify(shown()) === JSON.stringify(counts))
      expect(lost()).toBe(run)
    }
    await sleep(50)
    expect(shown()).toEqual(counts)
    expect(resyncs.filter((cause) => cause !== 'joined')).toEqual(Array(runs).fill('lost'))
    for (const goal of goals) expect(heard[goal]).toEqual([...new Set(heard[goal])].toSorted((a, b) => a - b))
    expect(realtime.inspect().counters.duplicates).toBe(0)
  },
)
