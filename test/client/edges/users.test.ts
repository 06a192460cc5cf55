// One user's events and another user; an end in the middle of a batch; who holds the client.
import { afterEach, beforeEach, expect, it } from 'vitest'
import { createClient } from '../../../src/client/index.ts'
import { begin, end, eventOf, failureOf, pass, setUpLive } from '../fixture.ts'
import { scriptedTransport } from '../scripted-transport.ts'

beforeEach(begin)
afterEach(end)

it('a handler that signs another user in hears nothing more of the old one: same flush', async () => {
  const { client, transport, heard } = await setUpLive()
  const later: unknown[] = []
  client.on('goal.renamed', ({ seq }) => {
    later.push(seq)
    if (seq === 1) client.configure({ identity: 'b' })
  })
  transport.last.say([eventOf('t', 1), eventOf('t', 2), eventOf('t', 3)])
  await pass(100)
  expect(later).toEqual([1])
  expect(heard.length).toBe(1)
})

it('positions and events of the old user do not enter the session of the next: an epoch change flushes in mid-message', async () => {
  const { client, transport, heard } = await setUpLive({}, { heads: { t: { epoch: 'e1', seq: 0 } } })
  client.on('goal.renamed', ({ seq }) => {
    if (seq === 2) client.configure({ identity: 'b' })
  })
  transport.last.say(eventOf('t', 1))
  // Waits for its flush, which the epoch change below brings on.
  transport.last.say(eventOf('t', 2))
  transport.last.say(eventOf('t', 1, { epoch: 'e2', eventId: 'secret-of-a' }))
  await pass(0)
  const known = client.inspect().positions
  await pass(100)
  expect(heard.map(({ id }) => id)).not.toContain('secret-of-a')
  expect(known).toEqual({})
})

it('the rest of an array behind a resync frame is not handed to the next user', async () => {
  const { client, transport, heard } = await setUpLive({}, { heads: { t: { epoch: 'e1', seq: 0 } } })
  client.onResync(() => client.configure({ identity: 'b' }))
  transport.last.say([{ type: 'resync' }, eventOf('t', 1, { eventId: 'secret-of-a' })])
  await pass(0)
  const { positions, lastEventId } = client.inspect()
  await pass(100)
  expect(heard.map(({ id }) => id)).not.toContain('secret-of-a')
  expect({ positions, lastEventId }).toEqual({ positions: {}, lastEventId: null })
})

it('a handler that disposes the client hears nothing more', async () => {
  const { client, transport } = await setUpLive()
  const seen: unknown[] = []
  client.on('goal.renamed', ({ seq }) => {
    seen.push(seq)
    client.dispose()
  })
  transport.last.say([eventOf('t', 1), eventOf('t', 2)])
  await pass(100)
  expect(seen).toEqual([1])
})

it('switching realtime off and on again is no other user: positions and what waits to be published stay', async () => {
  const { client, transport } = await setUpLive({}, { heads: { t: { epoch: 'e1', seq: 5 } } })
  client.configure({ identity: 'a' })
  await pass(0)
  transport.last.welcome({})
  transport.last.say({ type: 'subscribed', ref: 's1', streams: { t: { epoch: 'e1', seq: 5 } } })
  transport.last.settle()
  client.configure({ enabled: false })
  expect(client.inspect().positions).toEqual({ t: { epoch: 'e1', seq: 5 } })
})

it('what a child effect publishes before the provider says who is signed in is not failed: publish, then configure, then hold', async () => {
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
