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

/** One that has heard of nothing but since when it hears everything, and comes back to a stream that began meanwhile. */
async function backToNewStream(seq: number) {
  const all = await setUpLive()
  all.transport.last.say({ type: 'resumed', streams: {}, cursor: 'the log: 7' })
  await pass(1_000)
  all.transport.last.close(1006)
  const comeBack = async () => {
    await pass(10_000)
    all.transport.last.welcome({})
    all.transport.last.say({ type: 'subscribed', ref: 's1', streams: { new: { epoch: 'e1', seq } } })
  }
  await comeBack()
  const resumes = () => all.transport.last.sent.filter(({ type }) => type === 'resume')
  return { ...all, comeBack, resumes }
}

it('since when it heard everything is said on the next link', async () => {
  const { resumes } = await backToNewStream(0)
  expect(resumes()).toEqual([{ type: 'resume', cursor: 'the log: 7', streams: {} }])
})

it('a new stream goes on where it was when the link broke before all that was missed had come', async () => {
  const { transport, comeBack, resumes, ids } = await backToNewStream(3)
  transport.last.say(eventOf('new', 1, { replayed: true }))
  transport.last.close(1006)
  await comeBack()
  expect(resumes()).toMatchObject([{ streams: { new: { epoch: 'e1', seq: 1 } } }])
  for (const seq of [2, 3]) transport.last.say(eventOf('new', seq, { replayed: true }))
  transport.last.say({ type: 'resumed', streams: { new: { epoch: 'e1', seq: 3, complete: true, prev: 3 } } })
  transport.last.say(eventOf('new', 4))
  await pass(1_000)
  expect(ids()).toEqual(['new/1', 'new/2', 'new/3', 'new/4'])
})

it('a new stream that missed something for good goes on behind its head', async () => {
  const { transport, ids, errors, resyncs } = await backToNewStream(4)
  for (const seq of [1, 3]) transport.last.say(eventOf('new', seq, { replayed: true }))
  transport.last.say({ type: 'resumed', streams: {} })
  for (const seq of [4, 5]) transport.last.say(eventOf('new', seq))
  await pass(1_000)
  expect(ids()).toEqual(['new/1', 'new/3', 'new/5'])
  expect(resyncs).toContainEqual({ streams: ['new'], cause: 'joined' })
  expect(errors).toEqual([])
})

it('a new stream of which nothing was missed begins at its head', async () => {
  const { transport, ids } = await backToNewStream(4)
  transport.last.say({ type: 'resumed', streams: {} })
  for (const seq of [4, 5]) transport.last.say(eventOf('new', seq))
  await pass(1_000)
  expect(ids()).toEqual(['new/5'])
})

it('a cursor that is too long to be said again is left', async () => {
  const { transport, client } = await setUpLive()
  transport.last.say({ type: 'resumed', streams: {}, cursor: 'x'.repeat(257) })
  client.reconnect()
  await pass(1_000)
  transport.last.welcome({})
  expect(transport.last.sent.find(({ type }) => type === 'resume')).not.toHaveProperty('cursor')
})
