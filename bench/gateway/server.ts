// One of the servers, in a process of its own. Told by IPC when to publish, and asked what that cost.
import { setImmediate as turn, setTimeout as pass } from 'node:timers/promises'
import { now } from './clock.ts'
import { eventOf } from './event.ts'
import { type ServerName, servers } from './servers.ts'
import { cpuMs, serve, type Tasks } from './tasks.ts'

export interface Pace {
  readonly events: number
  readonly perSecond: number
}

const [name, heartbeatMs] = process.argv.slice(2)
const server = await servers[name as ServerName]({ heartbeatMs: Number(heartbeatMs) })
let published = 0

/** Each event in a turn of its own, as it would come from elsewhere. Answers when each was handed over. */
async function publish({ events, perSecond }: Pace): Promise<number[]> {
  const startedAt = now()
  const sentAt: number[] = []
  for (let n = 0; n < events; n++) {
    const waitMs = startedAt + (n * 1_000) / perSecond - now()
    await (waitMs > 0 ? pass(waitMs) : turn())
    const event = eventOf(++published)
    sentAt.push(now())
    await server.publish(event)
  }
  return sentAt
}

/**
 * Memory in use, in bytes, after a collection. That leaves V8 the room it has taken for new objects, up to some 100 MB however many are
 * connected, and so does every real process; `kept` makes it give that back.
 */
async function weigh(kept: boolean): Promise<number> {
  for (let time = 0; time < 3; time++) {
    globalThis.gc?.({ type: 'major', execution: 'sync', flavor: kept ? 'last-resort' : 'regular' })
    await pass(50)
  }
  return process.memoryUsage.rss()
}

const tasks = { port: () => server.port, publish, weigh, cpuMs } satisfies Tasks
export type ServerTasks = typeof tasks

serve(tasks)
