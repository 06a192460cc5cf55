// One node of a cluster in a process of its own, to be killed. Told where Redis is, it serves and says at which port; told to publish, it does
// so without a pause, and says what was accepted.
import { setTimeout as sleep } from 'node:timers/promises'
import { createGateway } from '../../src/gateway/create-gateway.ts'
import { redisEngine } from '../../src/gateway/redis-engine.ts'
import type { Told } from './cluster.ts'

const streams = ['goal:0', 'goal:1', 'goal:2']
const tell = (message: Told) => process.send?.(message)

// A parent that is gone leaves none behind.
process.on('disconnect', () => process.exit())
process.on('message', (told: { path: string } | { publish: string } | 'stop') => {
  if (told === 'stop') publishing.abort()
  else if ('publish' in told) void publish(told.publish)
  else void serve(told.path)
})

let gateway: ReturnType<typeof createGateway>
let publishing = new AbortController()

async function serve(path: string) {
  const engine = redisEngine({ client: { socket: { path } } })
  gateway = createGateway({ verify: () => ({ subject: 'ada', streams: ['*'] }), heartbeatMs: 1_000, engine })
  tell({ port: (await gateway.listen(0)).port })
}

async function publish(by: string) {
  publishing = new AbortController()
  const { signal } = publishing
  for (let n = 1; !signal.aborted; n++) {
    const stream = streams[n % streams.length]!
    gateway.publish({ type: 'goal.counted', stream, payload: { by, n } }).then(
      () => tell({ accepted: { by, n, stream } }),
      (error: Error) => tell({ refused: error.message }),
    )
    await sleep(3)
  }
}

tell('loaded')
