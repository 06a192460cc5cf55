// One measurement: a fresh server and fresh clients, and what they say of the events between them.
import type { Column } from './columns.ts'
import { type Child, startAll, startChild } from './child.ts'
import type { Arrived, LoadTasks } from './load.ts'
import type { ServerTasks } from './server.ts'

export interface Pair {
  readonly server: Child<ServerTasks>
  readonly load: Child<LoadTasks>
  stop(): Promise<void>
}

export async function startPair({ server: name, wire }: Column, heartbeatMs: number): Promise<Pair> {
  const [server, load] = await startAll([
    startChild<ServerTasks>('server.ts', [name, String(heartbeatMs)], ['--expose-gc']),
    startChild<LoadTasks>('load.ts', [wire]),
  ])
  await load.ask('begin', await server.ask('port'))
  return {
    server,
    load,
    async stop() {
      await Promise.all([load.stop(), server.stop()])
    },
  }
}

export interface FanOut {
  readonly connections: number
  /** Events to all. */
  readonly perSecond: number
  /** How long they are sent, in s, after as long that warms up, at most a second. */
  readonly seconds: number
}

export interface Measured extends Omit<Arrived, 'messages'> {
  readonly cpuUsPerDelivery: number
  readonly messagesPerEvent: number
  /** How much of a core each side used: where it is all of it, latencies are a queue's. */
  readonly serverBusy: number
  readonly loadBusy: number
  /** Per connection, in bytes, beyond what was in use before: resident as in any process, and what is kept when memory is short. */
  readonly rssBytes: number
  readonly keptBytes: number
}

/** What pings cost is measured by idle.ts. */
const heartbeatMs = 30_000
const deadlineMs = 60_000
/** Clients and events that come before all others, so that code that runs for the first time is not weighed as theirs. */
const first = { clients: 50, events: 20, perSecond: 100 }

export async function measureFanOut(column: Column, { connections, perSecond, seconds }: FanOut): Promise<Measured> {
  const pair = await startPair(column, heartbeatMs)
  const { server, load } = pair
  try {
    await load.ask('connect', Math.min(first.clients, connections))
    await send(pair, first.events, first.perSecond)
    await load.ask('keep', 0)
    const before = await server.ask('weigh', true)
    await load.ask('connect', connections)
    const idle = await server.ask('weigh', false)
    await send(pair, Math.round(perSecond * Math.min(1, seconds)), perSecond)
    const events = Math.round(perSecond * seconds)
    const { arrived, ...use } = await send(pair, events, perSecond)
    const after = await server.ask('weigh', true)
    const { messages, ...latencies } = arrived
    const deliveries = connections * events
    return {
      ...latencies,
      cpuUsPerDelivery: (use.serverCpuMs * 1_000) / deliveries,
      messagesPerEvent: messages / deliveries,
      serverBusy: use.serverCpuMs / use.ms,
      loadBusy: use.loadCpuMs / use.ms,
      rssBytes: (idle - before) / connections,
      keptBytes: (after - before) / connections,
    }
  } finally {
    await pair.stop()
  }
}

/** Until the last event has arrived everywhere. */
async function send({ server, load }: Pair, events: number, perSecond: number) {
  await load.ask('expect', events)
  const before = { server: await server.ask('cpuMs'), load: await load.ask('cpuMs') }
  const startedAt = performance.now()
  const [sentAt] = await Promise.all([
    server.ask('publish', { events, perSecond }),
    load.ask('arrive', (events / perSecond) * 1_000 + deadlineMs),
  ])
  const ms = performance.now() - startedAt
  const serverCpuMs = (await server.ask('cpuMs')) - before.server
  const loadCpuMs = (await load.ask('cpuMs')) - before.load
  return { arrived: await load.ask('summarize', sentAt), serverCpuMs, loadCpuMs, ms }
}
