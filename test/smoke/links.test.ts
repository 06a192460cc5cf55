// Links that break in the ways that only real sockets do, in Node: cut without a close frame, half open, open in one direction.
import { afterEach, expect, it } from 'vitest'
import { endAll } from '../after-test.ts'
import { expectWhole, join, speed, startServer } from './fixture.ts'
import { until } from './until.ts'

afterEach(endAll)

/** Wall ms of what the clock of the fixture counts. */
const wallMs = (ms: number) => ms / speed

it('F1 smoke: a link that is cut without a close frame is left at once, retried by the ladder, and resumed', async () => {
  const server = await startServer()
  const joined = join(server)
  const { client, heard, states, diagnostics } = joined
  await until(() => client.inspect().subscriptions[0]?.status === 'subscribed')
  server.publish(3)
  await until(() => heard.length === 3)
  const lastHeard = client.inspect().lastEventId

  server.proxy.set({ refuses: true })
  server.proxy.cut()
  const cutAt = performance.now()
  await until(() => client.getState().name !== 'connected')
  expect(performance.now() - cutAt).toBeLessThan(200)
  server.publish(3)
  await until(() => (client.getState() as { attempt?: number }).attempt === 3)
  expect(client.inspect().lastEventId).toBe(lastHeard)
  server.proxy.set({})

  await until(() => heard.length === 6)
  expectWhole(joined, server)
  expect(client.getState()).toMatchObject({ name: 'connected', resumed: true })
  expect(client.inspect().counters).toMatchObject({ resumes: 1, duplicates: 0 })
  expect(states.filter((name) => name === 'reconnecting')).toHaveLength(3)
  // The first comes within a second, each other one waits for at least half of its ceiling, which doubles.
  const dialledAt = diagnostics.filter(({ type }) => type === 'attempt').map(({ at }) => at)
  const waits = dialledAt.slice(1).map((at, index) => at - dialledAt[index]!)
  expect(waits[1]).toBeGreaterThanOrEqual(1_000)
  expect(waits[2]).toBeGreaterThanOrEqual(2_000)
})

it('F2 smoke: a half-open link is found by its silence and replaced without waiting for its close event', async () => {
  const server = await startServer()
  const joined = join(server)
  const { client, heard, diagnostics } = joined
  await until(() => client.inspect().subscriptions[0]?.status === 'subscribed')
  server.publish(3)
  await until(() => heard.length === 3)

  server.proxy.set({ silent: 'both' })
  server.proxy.set({})
  const silentAt = performance.now()
  server.publish(3)
  await until(() => heard.length === 6)
  // 40 s of silence, as much again where the machine was slow to look, and the first retry.
  expect(performance.now() - silentAt).toBeLessThan(wallMs(60_000))
  const dropped = diagnostics.find((told) => told.type === 'state' && told.to === 'reconnecting')
  expect(dropped?.message).toMatch(/nothing was heard|a ping was not answered/)
  expectWhole(joined, server)
  expect(client.getState()).toMatchObject({ name: 'connected', resumed: true })
  // The old link is still open: nobody has told either end of it.
  expect(server.proxy.open).toBe(2)
})

it('F3 smoke: a link whose uploads vanish is noticed by the server, and nothing is lost', async () => {
  const server = await startServer({ heartbeatMs: 10_000 })
  const joined = join(server, { silenceTimeoutMs: 20_000 })
  const { client, heard } = joined
  await until(() => client.inspect().subscriptions[0]?.status === 'subscribed')
  server.publish(3)
  await until(() => heard.length === 3)

  server.proxy.set({ silent: 'up' })
  server.proxy.set({})
  const silentAt = performance.now()
  await until(() => server.gateway.hub.sessions === 0)
  // A heartbeat of 10 s here, and 10 s to answer it; the rest is the machine's.
  expect(performance.now() - silentAt).toBeLessThan(wallMs(25_000))
  server.publish(3)
  await until(() => heard.length === 6)
  expectWhole(joined, server)
})

/** A server that takes what is published, and notes what it was asked. */
async function startPublishing() {
  const asked: unknown[] = []
  const server = await startServer({
    authorizePublish(_identity, { payload }) {
      asked.push(payload)
      return true
    },
  })
  const joined = join(server)
  await until(() => joined.client.inspect().subscriptions[0]?.status === 'subscribed')
  server.publish()
  await until(() => joined.heard.length === 1)
  return { server, asked, ...joined }
}

it('F3 smoke: what is published into a link whose uploads vanish is kept, sent again and done once', async () => {
  const { server, asked, client, heard } = await startPublishing()
  server.proxy.set({ silent: 'up' })
  server.proxy.set({})
  const answers = [2, 3, 4].map((payload) => client.publish('goal.counted', payload, { stream: 'goal:1' }))
  const answered = await Promise.all(answers)
  await until(() => heard.length === 4)
  expect(heard).toEqual([1, 2, 3, 4])
  expect(asked).toEqual([2, 3, 4])
  expect(new Set(answered.map(({ eventId }) => eventId)).size).toBe(3)
  expect(client.inspect()).toMatchObject({ publishing: 0, counters: { resumes: 1 } })
})

it('F3 smoke: an answer that vanishes does not make what was published happen twice', async () => {
  const { server, asked, client, heard } = await startPublishing()
  server.proxy.set({ silent: 'down' })
  server.proxy.set({})
  const answer = client.publish('goal.counted', 2, { stream: 'goal:1' })
  await until(() => asked.length === 1)
  await answer
  await until(() => heard.length === 2)
  expect(heard).toEqual([1, 2])
  expect(asked).toEqual([2])
  expect(client.inspect().counters).toMatchObject({ resumes: 1, duplicates: 0 })
})
