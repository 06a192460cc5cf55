// A gateway whose log goes to the standard output it was given: a full disk, or a reader that does not read. It writes a lot, so that
// whatever takes it is soon full, and publishes all the while.
import { createGateway } from '../../src/gateway/index.ts'
import { pinoLogs } from '../../src/gateway/logs.ts'

process.on('disconnect', () => process.exit())
const logs = await pinoLogs({ maxWaitingBytes: 100_000 })
const gateway = createGateway({
  verify: () => ({ subject: 'ada', streams: ['*'] }),
  observers: [logs],
  onError: logs.onError,
})
const { port } = await gateway.listen(0)
let count = 0
let longestMs = 0
let ranAt = performance.now()

setInterval(() => {
  longestMs = Math.max(longestMs, performance.now() - ranAt)
  for (let line = 0; line < 100; line++) logs.logBegan('e'.repeat(100))
  void gateway.publish({ type: 'goal.counted', stream: 'goal:1', payload: { count: ++count } })
  ranAt = performance.now()
}, 10)

process.on('message', () => {
  process.send?.({ longestMs, dropped: logs.dropped, count })
  void logs.flush().then(() => process.exit(7))
})
process.send?.({ port })
