// The rest.
import { afterEach, beforeEach, expect, it } from 'vitest'
import { createShownStatus } from '../../../src/client/index.ts'
import { begin, end, failureOf, pass, setUp, setUpLive } from '../fixture.ts'
import { scriptedTransport } from '../scripted-transport.ts'

beforeEach(begin)
afterEach(end)

it('the shown status does not say connected for an hour because the clock was set back', async () => {
  const { client, transport, clock, page } = await setUpLive()
  const shown = createShownStatus(client, { clock })
  const off = shown.subscribe(() => {})
  transport.last.close(4403)
  await pass(5_000)
  client.reconnect()
  await pass(0)
  transport.last.welcome({})
  transport.last.settle()
  await pass(5_000)
  expect(shown.getSnapshot()).toBe('connected')
  clock.skewMs = -3_600_000
  transport.last.close(4403)
  await pass(60_000)
  expect({ state: client.getState().name, shown: shown.getSnapshot() }).toEqual({ state: 'failed', shown: 'failed' })
  off()
  void page
})

it('what a child effect publishes before the provider says who is signed in is not failed: publish, then configure, then hold', async () => {
  const { createClient } = await import('../../../src/client/index.ts')
  const transport = scriptedTransport()
  const client = createClient({ transports: [transport], storage: null, onError: () => {} })
  let failure: unknown = null
  void failureOf(client.publish('presence.joined', {})).then((error) => (failure = error))
  client.configure({ identity: 'ada' })
  const release = client.hold()
  await pass(0)
  transport.last.welcome({ capabilities: ['publish'] })
  transport.last.settle()
  await pass(0)
  const sent = transport.last.sent.some(({ type }) => type === 'publish')
  release()
  client.dispose()
  await pass(0)
  expect({ sent, failure: sent ? null : String(failure) }).toEqual({ sent: true, failure: null })
})

it('a 401 that SSE shows is a word about the token at once, also from a server not known yet', async () => {
  const reasons: string[] = []
  const sse = Object.assign(scriptedTransport('sse'), { oneWay: true })
  setUp({
    transports: [sse],
    getToken: ({ reason }) => {
      reasons.push(reason)
      return `t${reasons.length}`
    },
  })
  await pass(0)
  sse.last.close(4401)
  await pass(2_000)
  expect(reasons).toEqual(['connect', 'rejected'])
})

it('an event that comes between the last holder and the next (a task later) is not lost', async () => {
  const { client, release, transport, ids } = await setUpLive({}, { heads: { t: { epoch: 'e1', seq: 0 } } })
  release()
  transport.last.say({ type: 'goal.renamed', eventId: 'x', stream: 't', seq: 1, epoch: 'e1', payload: {} })
  const again = client.hold()
  await pass(0)
  transport.last.welcome({})
  expect(transport.last.sent.find(({ type }) => type === 'resume')).toMatchObject({ streams: { t: { seq: 0 } } })
  transport.last.say({ type: 'goal.renamed', eventId: 'x', stream: 't', seq: 1, epoch: 'e1', payload: {} })
  await pass(100)
  expect(ids()).toEqual(['x'])
  again()
})
