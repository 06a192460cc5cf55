// Positions, epochs, joins.
import { afterEach, beforeEach, expect, it } from 'vitest'
import { begin, end, eventOf, pass, setUp, setUpLive } from '../fixture.ts'
import type { ScriptedTransport } from '../scripted-transport.ts'

beforeEach(begin)
afterEach(end)

/** A minute in which the server only pings. */
async function quietMinute(transport: ScriptedTransport) {
  for (let n = 0; n < 3; n++) {
    await pass(20_000)
    transport.last.say({ type: 'ping' })
  }
}

it('resumed with another epoch and complete: true is a loss all the same', async () => {
  const { transport, resyncs } = await setUpLive({}, { heads: { t: { epoch: 'e1', seq: 50 } } })
  transport.last.close(1006)
  await pass(1_000)
  transport.last.welcome({})
  transport.last.say({ type: 'subscribed', ref: 's1', streams: { t: { epoch: 'e2', seq: 4 } } })
  transport.last.say({ type: 'resumed', streams: { t: { epoch: 'e2', seq: 4, complete: true } } })
  await pass(20_000)
  expect(resyncs.some(({ cause }) => cause === 'lost')).toBe(true)
})

it('a log that comes back (e1, e2, e1) in mid-connection: its new events are heard, or their loss is', async () => {
  const { transport, resyncs, ids } = await setUpLive({}, { heads: { t: { epoch: 'e1', seq: 5 } } })
  transport.last.say(eventOf('t', 6))
  transport.last.say(eventOf('t', 1, { epoch: 'e2', eventId: 'x1' }))
  await quietMinute(transport)
  resyncs.length = 0
  for (let seq = 7; seq < 20; seq++) transport.last.say(eventOf('t', seq))
  await quietMinute(transport)
  expect(ids().includes('t/19') || resyncs.length > 0).toBe(true)
})

it('one late event of the log before the last does not silence the present one', async () => {
  const { transport, resyncs, ids } = await setUpLive({}, { heads: { t: { epoch: 'e1', seq: 5 } } })
  transport.last.say(eventOf('t', 1, { epoch: 'e2', eventId: 'x1' }))
  transport.last.say(eventOf('t', 1, { epoch: 'e3', eventId: 'y1' }))
  transport.last.say(eventOf('t', 6))
  await quietMinute(transport)
  resyncs.length = 0
  for (let seq = 2; seq < 20; seq++) transport.last.say(eventOf('t', seq, { epoch: 'e3', eventId: `y${seq}` }))
  await quietMinute(transport)
  expect(ids().includes('y19') || resyncs.length > 0).toBe(true)
})

it('a livecache server that tells no heads: what happened between fetch and subscription is fetched again', async () => {
  const { client, transport, resyncs } = setUp()
  client.subscribe({ events: ['goal.renamed'] }, () => {}, 'cache')
  await pass(3_000)
  transport.last.welcome({})
  for (const frame of transport.last.sent)
    if (frame.type === 'subscribe') transport.last.say({ type: 'subscribed', ref: frame.id })
  transport.last.say({ type: 'resumed', streams: {} })
  await pass(1_000)
  expect(resyncs).toEqual([{ streams: 'all', cause: 'joined' }])
})

it('resumed at a lower place of the same epoch (a backup): what is published from there on is heard', async () => {
  const { transport, ids, resyncs } = await setUpLive({}, { heads: { t: { epoch: 'e1', seq: 50 } } })
  transport.last.close(1006)
  await pass(1_000)
  transport.last.welcome({})
  transport.last.say({ type: 'subscribed', ref: 's1', streams: { t: { epoch: 'e1', seq: 40 } } })
  transport.last.say({ type: 'resumed', streams: { t: { epoch: 'e1', seq: 40, complete: false } } })
  resyncs.length = 0
  for (let seq = 41; seq < 46; seq++) transport.last.say(eventOf('t', seq, { eventId: `new${seq}` }))
  await pass(20_000)
  expect(ids().length === 5 || resyncs.length > 0).toBe(true)
})
