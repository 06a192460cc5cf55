// Publishing and confirming.
import { afterEach, beforeEach, expect, it } from 'vitest'
import { createClient } from '../../../src/client/index.ts'
import type { ClientFrame } from '../../../src/protocol/index.ts'
import { begin, end, eventOf, failureOf, pass, setUp, setUpLive } from '../fixture.ts'
import { scriptedTransport } from '../scripted-transport.ts'

beforeEach(begin)
afterEach(end)

it('what is published is what was given then, whatever the app does to the object while there is no link', async () => {
  const { client, transport } = setUp()
  const payload = { name: 'before' }
  void failureOf(client.publish('goal.renamed', payload))
  payload.name = 'after'
  await pass(0)
  transport.last.welcome({ capabilities: ['publish'] })
  transport.last.settle()
  const sent = transport.last.sent.find(({ type }) => type === 'publish') as Extract<ClientFrame, { type: 'publish' }>
  expect(sent.payload).toEqual({ name: 'before' })
})

it('with acks: manual an event given up as lost that comes late is confirmed: the app never sees it and cannot', async () => {
  const { transport } = await setUpLive({ acks: 'manual' }, { heads: { t: { epoch: 'e1', seq: 0 } } })
  transport.last.say(eventOf('t', 2))
  await pass(11_000)
  transport.last.say(eventOf('t', 1))
  await pass(2_000)
  const acks = transport.last.sent.filter(({ type }) => type === 'ack')
  expect(JSON.stringify(acks)).toContain('t/1')
})

it('with acks: manual an event that no handler wanted is confirmed, or the server ends the session over it', async () => {
  // Not the fixture, which listens to everything.
  const transport = scriptedTransport()
  const client = createClient({ transports: [transport], storage: null, acks: 'manual', server: 'livecache' })
  client.on('goal.renamed', (event) => client.ack(event), { filters: { n: 1 } })
  client.hold()
  await pass(0)
  transport.last.welcome({ capabilities: ['ack-ids'] })
  transport.last.settle()
  transport.last.say(eventOf('t', 1, { payload: { n: 7 } }))
  await pass(2_000)
  const acks = JSON.stringify(transport.last.sent.filter(({ type }) => type === 'ack'))
  client.dispose()
  expect(acks).toContain('t/1')
})

it('a subscribe frame the server ends the link over (1009) is reported, not repeated in silence', async () => {
  const { client, transport, errors } = setUp({ server: 'livecache' })
  client.on('goal.renamed', () => {}, { filters: { id: Array.from({ length: 20_000 }, (_, index) => `G-${index}`) } })
  for (let round = 0; round < 8; round++) {
    await pass(32_000)
    if (client.getState().name === 'connecting') transport.last.welcome({})
    if (client.getState().name === 'connected') transport.last.close(1009)
  }
  expect(errors.length).toBeGreaterThan(0)
})
