// A proxy that gathers what flows down before it passes it on: an event stream opens and nothing comes.
import { afterEach, expect, it } from 'vitest'
import { polling, sse } from '../../src/transports/index.ts'
import { endAll } from '../after-test.ts'
import { expectWhole, join, speed, startServer } from './fixture.ts'
import { until } from './until.ts'

afterEach(endAll)

it('F7 smoke: an event stream behind a proxy that buffers it is given up, and polling carries the data', async () => {
  const server = await startServer()
  server.proxy.set({ bufferBytes: 65_536 })
  const beganAt = performance.now()
  const joined = join(server, { transports: [sse(`${server.http}/stream`), polling(server.http)] })
  const { client, heard } = joined
  await until(() => client.inspect().subscriptions[0]?.status === 'subscribed')
  // Ten seconds without a byte, and what polling takes.
  expect(performance.now() - beganAt).toBeLessThan(15_000 / speed)
  expect(client.getState()).toMatchObject({ transport: 'polling', degraded: true })
  server.publish(3)
  await until(() => heard.length === 3)

  server.proxy.cut()
  server.publish(3)
  await until(() => heard.length === 6)
  expectWhole(joined, server)
  expect(client.getState()).toMatchObject({ transport: 'polling', resumed: true })
})

it('F7 smoke: where nothing else is left, the stream is tried again, and serves as soon as it is not buffered', async () => {
  const server = await startServer()
  server.proxy.set({ bufferBytes: 65_536 })
  const joined = join(server, { transports: [sse(`${server.http}/stream`)] })
  const { client, heard, diagnostics } = joined
  await until(() => client.inspect().counters.dials === 2)
  expect(diagnostics.find((told) => told.type === 'state' && told.to === 'reconnecting')?.message).toContain(
    'did not answer the sign-in in time',
  )
  server.proxy.set({})
  await until(() => client.inspect().subscriptions[0]?.status === 'subscribed')
  server.publish(3)
  await until(() => heard.length === 3)
  expectWhole(joined, server)
})
