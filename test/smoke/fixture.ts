// A real gateway behind a TCP proxy, and clients that reach it through it. Both sides live by a clock that runs faster than
// the wall's, so that the defaults (40 s of silence, 30 s of heartbeat) are what is tested.
import { expect } from 'vitest'
import { type ClientOptions, createClient, type Diagnostic, type RealtimeClient } from '../../src/client/index.ts'
import type { Clock } from '../../src/client/index.ts'
import { createGateway, type Gateway, type GatewayOptions } from '../../src/gateway/index.ts'
import { afterTest } from '../after-test.ts'
import { fastClock } from '../fast-clock.ts'
import { createProxy, type TcpProxy } from '../proxy.ts'

/** How many ms of the clock pass in one of the wall. */
export const speed = 20

export interface Server {
  readonly gateway: Gateway
  readonly proxy: TcpProxy
  readonly url: string
  readonly http: string
  readonly clock: Clock
  /** Publishes `count` events; their payloads go on counting from the last one. */
  publish(count?: number): void
  /** The payloads published so far. */
  readonly published: readonly number[]
}

export interface Joined {
  readonly client: RealtimeClient
  readonly heard: number[]
  readonly resyncs: string[]
  readonly diagnostics: Diagnostic[]
  /** The names of the states so far. */
  readonly states: string[]
}

export async function startServer(options: Partial<GatewayOptions> = {}): Promise<Server> {
  const clock = fastClock(speed)
  const gateway = createGateway({ verify: () => ({ subject: 'ada', streams: ['*'] }), clock, ...options })
  const { port } = await gateway.listen(0)
  afterTest(gateway.close)
  const proxy = await createProxy(port)
  afterTest(() => proxy.close())
  const published: number[] = []
  return {
    gateway,
    proxy,
    clock,
    url: `ws://127.0.0.1:${proxy.port}/realtime`,
    http: `http://127.0.0.1:${proxy.port}/api/v1/events`,
    published,
    publish(count = 1) {
      for (let n = 0; n < count; n++) {
        published.push(published.length + 1)
        void gateway.publish({ type: 'goal.counted', stream: 'goal:1', payload: published.length })
      }
    },
  }
}

/** A client that listens to what `publish` publishes; nothing goes wrong on its side unless the test says so. */
export function join({ url, clock }: Server, options: ClientOptions = {}): Joined {
  const heard: number[] = []
  const resyncs: string[] = []
  const diagnostics: Diagnostic[] = []
  const states: string[] = []
  const client = createClient({
    ...(options.transports === undefined && { url }),
    clock,
    onDiagnostic: (diagnostic) => diagnostics.push(diagnostic),
    ...options,
  })
  afterTest(client.dispose)
  client.onState(() => {
    const { name } = client.getState()
    if (states.at(-1) !== name) states.push(name)
  })
  client.onResync(({ cause }) => resyncs.push(cause))
  client.on('goal.*', ({ payload }) => heard.push(payload as number))
  client.hold()
  return { client, heard, resyncs, diagnostics, states }
}

/** Every event once, in order, and no word of a loss. */
export function expectWhole({ heard, resyncs }: Joined, { published }: Server): void {
  expect(heard).toEqual(published)
  expect(resyncs.filter((cause) => cause !== 'joined')).toEqual([])
}
