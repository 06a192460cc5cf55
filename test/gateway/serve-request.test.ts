// What a request leaves behind in the process that answered it: nothing, however long the answer was.
import { once } from 'node:events'
import { createServer, request as ask } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, expect, it } from 'vitest'
import { serveRequest } from '../../src/gateway/serve-request.ts'
import { afterTest, endAll } from '../after-test.ts'
import { until } from '../smoke/until.ts'

afterEach(endAll)

const chunk = new Uint8Array(65_536)

/** Answers each request with the response, and tells how many bytes came. */
async function fetched(response: () => Response): Promise<number> {
  let isServed = false
  const server = createServer((incoming, outgoing) => {
    void serveRequest(async () => response(), incoming, outgoing).then(() => (isServed = true))
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  afterTest(() => server.close())
  const asked = ask({ host: '127.0.0.1', port: (server.address() as AddressInfo).port, agent: false }).end()
  const [answer] = (await once(asked, 'response')) as [AsyncIterable<Uint8Array>]
  let bytes = 0
  for await (const part of answer) bytes += part.byteLength
  await until(() => isServed)
  return bytes
}

const timers = () => process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length

it('no timer is left, also where an answer is more than a socket takes at once', async () => {
  const before = timers()
  expect(await fetched(() => new Response(chunk))).toBe(chunk.length)
  await until(() => timers() <= before)
})

it('a stream that lasts gathers nothing, however often its reader was waited for', async () => {
  let listeners = 0
  let sent = 0
  const body = new ReadableStream<Uint8Array>(
    {
      pull(controller) {
        if (sent++ < 200) controller.enqueue(chunk)
        else controller.close()
      },
    },
    { highWaterMark: 0 },
  )
  const { getReader } = body
  body.getReader = (() => {
    const reader = getReader.call(body) as ReadableStreamDefaultReader<Uint8Array>
    // Each look at it is a listener more that stays for as long as the stream.
    const { closed } = reader
    Object.defineProperty(reader, 'closed', { get: () => (listeners++, closed) })
    return reader
  }) as typeof body.getReader
  const response = new Response()
  Object.defineProperty(response, 'body', { value: body })
  expect(await fetched(() => response)).toBe(200 * chunk.length)
  expect(listeners).toBeLessThanOrEqual(1)
})
