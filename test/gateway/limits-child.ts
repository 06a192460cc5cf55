// A gateway in a process of its own, to be flooded: what it costs is not mixed up with what its clients cost.
import { once } from 'node:events'
import { promisify } from 'node:util'
import { createGateway, type GatewayOptions } from '../../src/gateway/index.ts'

export interface ChildFigures {
  /** After a collection of garbage, in bytes. */
  rss: number
  /** Of the process so far, in ms. */
  cpuMs: number
  sessions: number
  /** Of its server, of any kind. */
  connections: number
  /** How often each limit refused something, and how sessions ended. */
  refused: Record<string, number>
  ended: Record<string, number>
}

export type ChildOrder = { figures: true } | { publish: number; bytes: number; stream: string }

// A parent that is gone leaves none behind.
process.on('disconnect', () => process.exit())
const [options] = (await once(process, 'message')) as [Partial<GatewayOptions>]
const refused: Record<string, number> = {}
const ended: Record<string, number> = {}
const count = (counts: Record<string, number>, name: string | number) => (counts[name] = (counts[name] ?? 0) + 1)
const gateway = createGateway({
  verify(token) {
    if (token === undefined) throw new Error('no token')
    return { subject: token, streams: ['*'] }
  },
  observers: [
    {
      refused: ({ code, limit }) => count(refused, limit ?? code),
      session: (_, end) => end && count(ended, end.code),
    },
  ],
  ...options,
})

async function figures(): Promise<ChildFigures> {
  const connections = await promisify(gateway.server.getConnections.bind(gateway.server))()
  globalThis.gc?.()
  const { user, system } = process.cpuUsage()
  return {
    rss: process.memoryUsage().rss,
    cpuMs: (user + system) / 1_000,
    sessions: gateway.hub.sessions,
    connections,
    refused,
    ended,
  }
}

process.on('message', (order: ChildOrder) => {
  if ('figures' in order) return void figures().then((told) => process.send?.(told))
  const payload = 'x'.repeat(order.bytes)
  for (let n = 0; n < order.publish; n++) void gateway.publish({ type: 'goal.counted', stream: order.stream, payload })
  return undefined
})
process.send?.(await gateway.listen(0))
