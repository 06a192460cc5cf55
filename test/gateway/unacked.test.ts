// A client that never confirms anything, at a real gateway.
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { afterEach, describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { createGateway, type GatewayOptions } from '../../src/gateway/index.ts'

const ends: (() => unknown)[] = []
afterEach(async () => {
  for (const end of ends.splice(0).toReversed()) await end()
})

async function start(options: Partial<GatewayOptions>) {
  const gateway = createGateway({ verify: () => ({ subject: 'ada', streams: ['tenant:1'] }), ...options })
  const { port } = await gateway.listen(0)
  ends.push(gateway.close)
  return { gateway, url: `ws://127.0.0.1:${port}/realtime` }
}

type Frame = Record<string, any>

/** Reads, and confirms nothing. */
async function deaf(url: string, streams: object = {}) {
  const socket = new WebSocket(url, ['realtime.v1'])
  ends.push(() => socket.terminate())
  const frames: Frame[] = []
  const closed: number[] = []
  socket.on('message', (data: Buffer) => frames.push(...[JSON.parse(data.toString()) as Frame | Frame[]].flat()))
  socket.on('close', (code) => closed.push(code))
  await new Promise((resolve) => socket.once('open', resolve))
  const say = (frame: object) => socket.send(JSON.stringify(frame))
  for (const frame of [{ type: 'auth' }, { type: 'subscribe' }, { type: 'resume', streams }]) say(frame)
  const ofType = (type: string) => frames.filter((frame) => frame['type'] === type)
  await expect.poll(() => ofType('resumed').length).toBe(1)
  return { frames, ofType, closed, events: () => ofType('goal.counted') }
}

const counted = (n: number) => ({ type: 'goal.counted', stream: 'tenant:1', payload: { n } })

describe('F83 a client that never confirms', () => {
  it('is cut off when its window is full, and told of the loss where the log no longer has it all', async () => {
    const { gateway, url } = await start({ limits: { maxUnacked: 500 }, maxPerStream: 100 })
    const { closed, events } = await deaf(url)
    for (let n = 1; n <= 700; n++) void gateway.publish(counted(n))
    await expect.poll(() => closed).toEqual([4410])
    expect(events().length).toBe(500)
    const again = await deaf(url, { 'tenant:1': { epoch: gateway.hub.epoch, seq: 500 } })
    expect(again.ofType('resumed')[0]!['streams']).toMatchObject({ 'tenant:1': { seq: 700, complete: false } })
  })

  it('is cut off by its bytes, too', async () => {
    const { gateway, url } = await start({ limits: { maxUnackedBytes: 100_000 } })
    const { closed } = await deaf(url)
    for (let n = 1; n <= 20; n++) void gateway.publish({ ...counted(n), payload: 'x'.repeat(10_000) })
    await expect.poll(() => closed).toEqual([4410])
  })

  it('is cut off after the time for an ack, and gets the same again when it comes back', async () => {
    const { gateway, url } = await start({ ackTimeoutMs: 800 })
    const { closed, events } = await deaf(url)
    for (let n = 1; n <= 50; n++) void gateway.publish(counted(n))
    await expect.poll(() => closed, { timeout: 5_000 }).toEqual([4408])
    expect(events()).toHaveLength(50)
    const again = await deaf(url, { 'tenant:1': { epoch: gateway.hub.epoch, seq: 20 } })
    expect(again.events().map(({ payload }) => (payload as { n: number }).n)).toEqual(
      [...Array(30).keys()].map((index) => index + 21),
    )
    expect(again.ofType('resumed')[0]!['streams']).toMatchObject({ 'tenant:1': { complete: true } })
  })

  it('leaves nothing behind, however often it comes', async () => {
    setFlagsFromString('--expose-gc')
    const collect = runInNewContext('gc') as () => void
    const { gateway, url } = await start({ limits: { maxUnacked: 1_000 }, maxPerStream: 100 })
    const heap: number[] = []
    for (let round = 0; round < 12; round++) {
      const { closed, frames } = await deaf(url)
      for (let n = 1; n <= 1_001; n++) void gateway.publish({ ...counted(n), payload: 'x'.repeat(200) })
      await expect.poll(() => closed).toEqual([4410])
      await expect.poll(() => gateway.hub.sessions).toBe(0)
      // What the client of the test keeps is not meant.
      frames.length = 0
      ends.pop()
      collect()
      heap.push(process.memoryUsage().heapUsed)
    }
    // A session that left anything behind would leave a thousand events: 200 KB at least.
    expect((heap.at(-1)! - heap[5]!) / 6).toBeLessThan(150_000)
  })
})
