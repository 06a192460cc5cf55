// Streams that begin while nobody can be told: their first events are handed over all the same, once and in order.
import * as fc from 'fast-check'
import { afterEach, expect, it } from 'vitest'
import { createTestRealtime, type TestRealtime } from '../../../src/testing/index.ts'

let kit: TestRealtime
afterEach(() => kit.dispose())

async function join() {
  kit = createTestRealtime()
  const heard: unknown[] = []
  const resyncs: unknown[] = []
  kit.realtime.on('message.sent', ({ stream, seq }) => heard.push(`${stream} ${seq}`))
  kit.realtime.onResync(({ streams, cause }) => resyncs.push([cause, streams]))
  kit.realtime.hold()
  await kit.settle()
  return { heard, resyncs }
}

const say = (stream: string) => kit.server.publish({ type: 'message.sent', payload: {}, stream })

/** Publishes while the link is down. */
async function away(publish: () => void) {
  kit.server.drop()
  publish()
  await kit.settle()
}

it('the first event of a stream that began while the link was down is handed over', async () => {
  const { heard } = await join()
  say('thread:1')
  await kit.settle()
  await away(() => say('thread:2'))
  expect(heard).toEqual(['thread:1 1', 'thread:2 1'])
})

it('so is that of a client that had never heard an event', async () => {
  const { heard } = await join()
  await away(() => {
    say('thread:1')
    say('thread:2')
    say('thread:1')
  })
  expect(heard).toEqual(['thread:1 1', 'thread:2 1', 'thread:1 2'])
})

it('so is that of a client that last heard one longer ago than the server remembers', async () => {
  const { heard } = await join()
  say('thread:1')
  await kit.settle()
  await kit.clock.advance(20 * 60_000)
  await away(() => say('thread:2'))
  expect(heard).toEqual(['thread:1 1', 'thread:2 1'])
})

it('what is published is heard, all of it, once and in its order, however often the link is down', async () => {
  const stream = fc.constantFrom('thread:1', 'thread:2', 'thread:3', 'thread:4', 'thread:5')
  const step = fc.oneof(
    { weight: 4, arbitrary: stream.map((name) => () => Promise.resolve(say(name))) },
    { weight: 2, arbitrary: fc.constant(() => Promise.resolve(kit.server.drop())) },
    { weight: 2, arbitrary: fc.constant(() => kit.settle()) },
    { weight: 1, arbitrary: fc.integer({ min: 1, max: 50_000 }).map((ms) => () => kit.clock.advance(ms)) },
    { weight: 1, arbitrary: fc.constant(() => kit.clock.advance(10 * 60_000)) },
  )
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 30 }), async (steps) => {
      const { heard } = await join()
      const published: string[] = []
      try {
        for (const run of steps) {
          const frame = await run()
          if (frame) published.push(`${frame.stream} ${frame.seq}`)
        }
        await kit.settle()
        expect(heard).toEqual(published)
      } finally {
        kit.dispose()
      }
    }),
    { numRuns: 60, seed: 2026 },
  )
}, 120_000)
