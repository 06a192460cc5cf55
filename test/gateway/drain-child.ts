// A gateway process that is told to go by SIGTERM. Its parent tells it what to publish, and hears what was kept.
import { createGateway } from '../../src/gateway/index.ts'
import { pinoLogs } from '../../src/gateway/logs.ts'
import { redisEngine } from '../../src/gateway/redis-engine.ts'

// A parent that is gone leaves none behind.
process.on('disconnect', () => process.exit(9))
const path = process.env['REDIS_SOCKET']
const logs = await pinoLogs()
const gateway = createGateway({
  verify: () => ({ subject: 'ada', streams: ['*'] }),
  logs,
  ...(path && { engine: redisEngine({ client: { socket: { path, tls: false } } }) }),
})
process.on('message', (count: number) => {
  const kept = () => process.connected && process.send?.({ kept: count })
  gateway.publish({ type: 'goal.counted', stream: 'goal:1', payload: { count } }).then(kept, () => {})
})
gateway.drainOn()
process.send?.(await gateway.listen(0))
