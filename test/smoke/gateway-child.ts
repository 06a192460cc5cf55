// A gateway in a process of its own, to be killed. It keeps nothing: what it publishes its parent tells it, after the port
// to listen on.
import { once } from 'node:events'
import { createGateway } from '../../src/gateway/index.ts'
import type { NewEvent } from '../../src/hub/index.ts'

// A parent that is gone leaves none behind.
process.on('disconnect', () => process.exit())
const gateway = createGateway({ verify: () => ({ subject: 'ada', streams: ['*'] }), heartbeatMs: 1_000 })
process.send?.('loaded')
const [wanted] = await once(process, 'message')
process.on('message', (event: NewEvent) => gateway.publish(event))
const { port } = await gateway.listen(wanted as number)
process.send?.(port)
