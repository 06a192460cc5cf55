// A machine whose clock is off, as those who run it see it. What becomes of tokens: access-tokens.test.ts.
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { afterEach, expect, it } from 'vitest'
import { afterTest, endAll } from '../after-test.ts'
import { until } from '../smoke/until.ts'
import { noRedis, startRedis } from './redis-process.ts'

afterEach(endAll)

/** Runs before anything else of the process, so that all of it lives by this clock. */
const clockOffBy = (ms: number) =>
  `data:text/javascript,const { now } = Date; Date.now = () => now() + ${ms}`.replaceAll(' ', '%20')

/** A gateway whose clock is off by so much, and what its log says. */
async function startNode(socketPath: string, offMs: number) {
  const child = fork(new URL('./drain-child.ts', import.meta.url), {
    execArgv: ['--disable-warning=ExperimentalWarning', '--import', clockOffBy(offMs)],
    env: { ...process.env, REDIS_SOCKET: socketPath },
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
  })
  afterTest(() => child.kill('SIGKILL'))
  let log = ''
  child.stdout?.on('data', (chunk: Buffer) => (log += chunk.toString()))
  const [{ port }] = (await once(child, 'message')) as [{ port: number }]
  const kept: number[] = []
  child.on('message', (told: { kept: number }) => kept.push(told.kept))
  const health = async () => (await fetch(`http://127.0.0.1:${port}/healthz`)).json() as Promise<{ skewMs: number }>
  return { health, kept, publish: (count: number) => child.send(count), log: () => log }
}

it.skipIf(noRedis !== null)(
  `F101: a clock that is off by a minute shows in the health of its node and in a line of its log, and events are kept all the same${noRedis === null ? '' : `: skipped, ${noRedis}`}`,
  async () => {
    const redis = await startRedis()
    afterTest(redis.end)
    const { path } = redis.client.socket
    const [right, wrong] = [await startNode(path, 0), await startNode(path, -61_000)]
    expect(Math.abs((await right.health()).skewMs)).toBeLessThan(1_000)
    const { skewMs } = await wrong.health()
    expect(skewMs).toBeGreaterThan(-62_000)
    expect(skewMs).toBeLessThan(-60_000)
    await until(() => wrong.log().includes("this machine's clock is off"))
    expect(right.log()).not.toContain('clock')
    wrong.publish(1)
    right.publish(2)
    await until(() => wrong.kept.length + right.kept.length === 2)
  },
  20_000,
)
