// A gateway process to be flooded, processes that flood it, and somebody who does nothing special beside them.
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import type { GatewayOptions } from '../../src/gateway/index.ts'
import { afterTest } from '../after-test.ts'
import { until } from '../smoke/until.ts'
import type { ChildFigures, ChildOrder } from './limits-child.ts'
import type { Flood, Flooded } from './limits-floods.ts'
import { rawFrame, rawSocket, type RawSocket } from './raw-link.ts'

function start(file: string, order: object): ChildProcess {
  const child = fork(new URL(file, import.meta.url), {
    serialization: 'advanced',
    execArgv: ['--disable-warning=ExperimentalWarning', '--expose-gc'],
  })
  afterTest(() => child.kill('SIGKILL'))
  child.send(order)
  return child
}

export interface GatewayProcess {
  readonly port: number
  figures(): Promise<ChildFigures>
  publish(order: Extract<ChildOrder, { publish: number }>): void
}

export async function startGateway(options: Partial<GatewayOptions> = {}): Promise<GatewayProcess> {
  // Whatever else runs on this machine must not tighten the limits that are being met.
  const child = start('limits-child.ts', { overloadLimitMs: 10_000, ...options })
  const [{ port }] = (await once(child, 'message')) as [{ port: number }]
  return {
    port,
    async figures() {
      child.send({ figures: true } satisfies ChildOrder)
      const [figures] = (await once(child, 'message')) as [ChildFigures]
      return figures
    },
    publish: (order) => void child.send(order),
  }
}

/** Resolves when the flood is over. */
export async function flood(order: Flood): Promise<Flooded> {
  const child = start('limits-flooder.ts', order)
  const [flooded] = (await once(child, 'message')) as [Flooded]
  child.kill('SIGKILL')
  return flooded
}

export async function openSocket(...asked: Parameters<typeof rawSocket>): Promise<RawSocket> {
  const opened = await rawSocket(...asked)
  afterTest(() => opened.socket.destroy())
  return opened
}

export const say = ({ socket }: RawSocket, frame: object) =>
  void socket.write(rawFrame({ payload: JSON.stringify(frame) }))

export interface Waits {
  /** How often it asked. */
  count: number
  /** Half of the answers, and nineteen of twenty, came sooner; in ms. */
  p50: number
  p95: number
}

/** Asks for a `pong` again and again. Returns how to end that, which tells how long the answers took. */
export async function watchBystander(port: number): Promise<() => Promise<Waits>> {
  const opened = await openSocket(port, 'bystander', { 'X-Forwarded-For': '10.0.0.1' })
  const stopping = new AbortController()
  afterTest(() => stopping.abort())
  const tookMs: number[] = []
  let pongs = 0
  opened.socket.on('data', () => (pongs = opened.texts().filter((text) => text === '{"type":"pong"}').length))
  async function ask() {
    while (!stopping.signal.aborted) {
      const sentAt = performance.now()
      say(opened, { type: 'ping' })
      const before = pongs
      await until(() => pongs > before || stopping.signal.aborted, 60_000)
      tookMs.push(performance.now() - sentAt)
      await sleep(10)
    }
  }
  const done = ask()
  return async () => {
    stopping.abort()
    await done
    const sorted = tookMs.toSorted((one, other) => one - other)
    const at = (part: number) => sorted[Math.floor(sorted.length * part)]!
    return { count: sorted.length, p50: at(0.5), p95: at(0.95) }
  }
}
