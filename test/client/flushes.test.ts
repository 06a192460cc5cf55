// Who hears each flush as a whole, before everybody else.
import { afterEach, beforeEach, expect, it } from 'vitest'
import { createClient } from '../../src/client/index.ts'
import { begin, end, eventOf, pass, setUpLive } from './fixture.ts'
import { scriptedTransport } from './scripted-transport.ts'

beforeEach(begin)
afterEach(end)

const heads = { t: { epoch: 'e1', seq: 0 } }
const boom = () => {
  throw new Error('boom')
}

it('a flush is heard whole and in order, before cache, app and handlers are served of it', async () => {
  const { client, transport } = await setUpLive({}, { heads })
  const order: string[] = []
  client.on('goal.renamed', ({ id }) => order.push(`handler ${id}`))
  client.subscribe({ events: ['goal.renamed'] }, (events) => order.push(`app ${events.length}`))
  client.subscribe({ events: ['goal.renamed'] }, (events) => order.push(`cache ${events.length}`), 'cache')
  client.onFlush((events) => order.push(`flush ${events.map(({ id, type }) => `${type} ${id}`).join(', ')}`))
  transport.last.say([eventOf('t', 1), eventOf('t', 2, { type: 'noise' })])
  transport.last.say(eventOf('t', 3))
  await pass(100)
  expect(order).toEqual([
    'flush goal.renamed t/1, noise t/2',
    'cache 1',
    'app 1',
    'handler t/1',
    'flush goal.renamed t/3',
    'cache 1',
    'app 1',
    'handler t/3',
  ])
})

it('who hears flushes asks the server for nothing, and makes no event a wanted one', () => {
  const transport = scriptedTransport()
  const client = createClient({ transports: [transport], storage: null, acks: 'manual' })
  const flushed: unknown[] = []
  client.onFlush((events) => flushed.push(...events.map(({ id }) => id)))
  client.hold()
  transport.last.welcome()
  transport.last.say({ type: 'goal.renamed', eventId: 'unasked' })
  expect(flushed).toEqual(['unasked'])
  // An event that somebody wants would wait for the app's own word.
  expect(transport.last.sent.map(({ type }) => type)).toEqual(['auth', 'resume', 'ack'])
  client.dispose()
})

it('a listener that throws is reported and stops nobody', async () => {
  const { client, transport, errors, ids } = await setUpLive({}, { heads })
  const flushed: unknown[] = []
  client.onFlush(boom)
  client.onFlush((events) => flushed.push(events.length))
  transport.last.say(eventOf('t', 1))
  await pass(100)
  expect({ flushed, ids: ids() }).toEqual({ flushed: [1], ids: ['t/1'] })
  expect(errors).toMatchObject([{ code: 'handler-threw', message: expect.stringContaining('A listener to flushes') }])
})

it('one that signs another user in is the last to hear of the old one', async () => {
  const { client, transport, ids } = await setUpLive({}, { heads })
  const later: unknown[] = []
  client.onFlush(() => client.configure({ identity: 'b' }))
  client.onFlush((events) => later.push(events))
  transport.last.say([eventOf('t', 1), eventOf('t', 2)])
  await pass(100)
  expect({ later, ids: ids() }).toEqual({ later: [], ids: [] })
})

it('one that has left hears nothing more', async () => {
  const { client, transport } = await setUpLive({}, { heads })
  const flushed: unknown[] = []
  const leave = client.onFlush((events) => flushed.push(events.length))
  leave()
  transport.last.say(eventOf('t', 1))
  await pass(100)
  expect(flushed).toEqual([])
})

it('what waits when the cache leaves is heard first', async () => {
  const { client, transport } = await setUpLive({}, { heads })
  const flushed: unknown[] = []
  client.onFlush((events) => flushed.push(...events.map(({ seq }) => seq)))
  const leave = client.subscribe({ events: ['goal.renamed'] }, () => {}, 'cache')
  for (const seq of [1, 2]) transport.last.say(eventOf('t', seq))
  leave()
  expect(flushed).toEqual([1, 2])
})

it('a disposed client flushes nothing more, not even what was being read when it ended', async () => {
  const { client, transport } = await setUpLive({}, { heads })
  const leave = client.subscribe({ events: ['goal.renamed'] }, () => {}, 'cache')
  const flushed: unknown[] = []
  client.onFlush((events) => {
    flushed.push(...events.map(({ id }) => id))
    if (flushed.length > 1) client.dispose()
  })
  transport.last.say(eventOf('t', 1))
  transport.last.say(eventOf('t', 2))
  // A new epoch flushes what waits before its own event is queued.
  transport.last.say(eventOf('t', 1, { epoch: 'e2', eventId: 'late' }))
  leave()
  expect(flushed).toEqual(['t/1', 't/2'])
})
