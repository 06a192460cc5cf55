// What the states do when the app acts in the middle of things.
import { afterEach, beforeEach, expect, it } from 'vitest'
import { begin, end, eventOf, failureOf, pass, setUp, setUpLive } from '../fixture.ts'
import { scriptedTransport } from '../scripted-transport.ts'

beforeEach(begin)
afterEach(end)

it('a probe that takes over while the resume of the old link is pending loses and repeats nothing', async () => {
  const ws = scriptedTransport('ws')
  const other = scriptedTransport('other')
  const { client, ids } = setUp({ transports: [ws, other], server: 'livecache', probeIntervalMs: 5_000 })
  await pass(0)
  ws.last.close(1006)
  await pass(0)
  other.last.welcome({})
  other.last.say({ type: 'subscribed', ref: 's1', streams: { t: { epoch: 'e1', seq: 0 } } })
  other.last.say(eventOf('t', 1, { replayed: true }))
  await pass(5_100)
  ws.last.welcome({})
  expect(client.getState()).toMatchObject({ transport: 'ws' })
  other.last.say(eventOf('t', 2, { replayed: true }))
  const resume = ws.last.sent.find(({ type }) => type === 'resume')
  expect(resume).toMatchObject({ streams: { t: { epoch: 'e1', seq: 1 } } })
  ws.last.say({ type: 'subscribed', ref: 's1', streams: { t: { epoch: 'e1', seq: 2 } } })
  ws.last.say(eventOf('t', 2, { replayed: true }))
  ws.last.say({ type: 'resumed', streams: { t: { epoch: 'e1', seq: 2, complete: true, prev: 2 } } })
  await pass(60_000)
  expect(ids()).toEqual(['t/1', 't/2'])
  expect(client.getState()).toMatchObject({ name: 'connected', transport: 'ws' })
})

it('pause within onState, onDiagnostic, onResync: closed stays closed', async () => {
  for (const where of ['state', 'diagnostic', 'resync'] as const) {
    const all = setUp({
      server: 'plain',
      onDiagnostic: ({ type }) => void (where === 'diagnostic' && type === 'resync' && all.client.pause()),
    })
    all.client.onState(
      () => void (where === 'state' && all.client.getState().name === 'connected' && all.client.pause()),
    )
    all.client.onResync(() => void (where === 'resync' && all.client.pause()))
    await pass(0)
    all.transport.last.open(null)
    await pass(60_000)
    expect(all.client.getState()).toMatchObject({ name: 'closed', reason: 'paused' })
    expect(all.transport.dials.length).toBe(1)
    expect(all.transport.last.closedByClient).toBe(true)
  }
})

it('every publish settles: disposed, paused, disabled, signed out, another user, in any state', async () => {
  const acts = ['dispose', 'pause', 'disable', 'another', 'release'] as const
  for (const act of acts) {
    const { client, release } = await setUpLive()
    let settled = 0
    for (const wait of [0, 1]) {
      void failureOf(client.publish('a', wait)).then(() => settled++)
      if (act === 'dispose') client.dispose()
      if (act === 'pause') client.pause()
      if (act === 'disable') client.configure({ enabled: false })
      if (act === 'another') client.configure({ identity: 'x' })
      if (act === 'release') release()
    }
    await pass(61_000)
    expect({ act, settled }).toEqual({ act, settled: 2 })
  }
})

it('inspect says nothing of subscribed while there is no link', async () => {
  const { client, transport } = await setUpLive()
  transport.last.close(1006)
  expect(client.inspect().subscriptions[0]).toMatchObject({ status: 'pending' })
})

it('a server that never answers a subscription is dialled by the ladder, not every ten seconds', async () => {
  const { client, transport, resyncs } = setUp({ server: 'livecache' })
  client.subscribe({ events: ['x'] }, () => {}, 'cache')
  const seen = new Set<object>()
  for (let tick = 0; tick < 600; tick++) {
    await pass(500)
    const dial = transport.last
    if (seen.has(dial)) continue
    seen.add(dial)
    dial.welcome({})
    dial.say({ type: 'resumed', streams: {} })
  }
  expect(resyncs.length).toBeLessThan(25)
})

it('a slow handler that takes 5 s does not make the client believe the link dead or drop events', async () => {
  const { client, transport, ids, clock } = await setUpLive({}, { heads: { t: { epoch: 'e1', seq: 0 } } })
  client.on('goal.renamed', ({ seq }) => void (seq === 1 && (clock.skewMs += 50_000)))
  transport.last.say(eventOf('t', 1))
  for (let seq = 2; seq < 40; seq++) transport.last.say(eventOf('t', seq))
  await pass(5_000)
  expect(ids().length).toBe(39)
  expect(client.getState().name).toBe('connected')
})
