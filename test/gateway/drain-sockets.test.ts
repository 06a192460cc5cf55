// What is left in sockets when a gateway goes, and who asks for what meanwhile: with real ones.
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, describe, expect, it } from 'vitest'
import { WebSocket as NodeSocket } from 'ws'
import { createGateway, type GatewayOptions } from '../../src/gateway/index.ts'
import { afterTest, endAll } from '../after-test.ts'
import { until } from '../smoke/until.ts'

afterEach(endAll)

async function start(options: Partial<GatewayOptions> = {}) {
  const gateway = createGateway({
    verify: () => ({ subject: 'ada', streams: ['*'] }),
    drainNoticeMs: 100,
    onError: () => {},
    ...options,
  })
  const { port } = await gateway.listen(0)
  afterTest(gateway.close)
  return { gateway, http: `http://127.0.0.1:${port}`, ws: `ws://127.0.0.1:${port}/realtime` }
}

function open(url: string, protocols: string[] = []) {
  const socket = new NodeSocket(url, protocols)
  const texts: string[] = []
  const closes: number[] = []
  socket.on('message', (data: Buffer) => texts.push(data.toString()))
  socket.on('close', (code) => closes.push(code))
  socket.on('error', () => {})
  afterTest(() => socket.terminate())
  return { socket, texts, closes }
}

describe('F89: a gateway that goes', () => {
  it('F89: gives a slow reader the time to read what it was sent, and then its 1012', async () => {
    const { gateway, ws } = await start({ limits: { maxBuffered: 1e9, maxUnackedBytes: 1e9 } })
    const { socket, texts, closes } = open(`${ws}?events=goal.*`)
    await until(() => gateway.hub.stats.sessions.subscribed === 1 && socket.readyState === NodeSocket.OPEN)
    socket.pause()
    const payload = 'x'.repeat(20_000)
    for (let count = 0; count < 1_000; count++)
      void gateway.publish({ type: 'goal.counted', stream: 'goal:1', payload })
    await until(() => gateway.hub.unacked === 1_000)
    const drained = gateway.drain()
    await sleep(1_000)
    socket.resume()
    await drained
    await until(() => closes.length === 1)
    expect([texts.length, closes]).toEqual([1_000, [1012]])
  })

  it('F89: asks each session once to leave, also where it takes its time', async () => {
    const { gateway, ws } = await start()
    const links = Array.from({ length: 60 }, () => open(ws, ['realtime.v1']))
    for (const { socket } of links) socket.on('open', () => socket.send('{"type":"auth"}'))
    await until(() => gateway.hub.stats.sessions.authenticated === 60)
    await gateway.drain()
    await until(() => links.every(({ closes }) => closes.length === 1))
    const asked = links.map(({ texts }) => texts.filter((text) => text.includes('"reconnect"')).length)
    expect(asked).toEqual(Array(60).fill(1))
    expect(links.map(({ closes }) => closes)).toEqual(Array(60).fill([1012]))
  }, 15_000)

  it('F89: turns new event streams away, asks those that are here, and tells who stays why it ends', async () => {
    const { gateway, http } = await start({ drainNoticeMs: 0 })
    const stream = await fetch(`${http}/api/v1/events/stream?protocol=realtime.v1`)
    const read = stream.text()
    await until(() => gateway.hub.sessions === 1)
    const drained = gateway.drain()
    await sleep(100)
    const late = await fetch(`${http}/api/v1/events/stream?protocol=realtime.v1`)
    expect([late.status, late.headers.get('retry-after')]).toEqual([503, '2'])
    await drained
    const text = await read
    expect(text).toContain('{"type":"reconnect","afterMs":0,"spreadMs":250}')
    expect(text).toContain('{"type":"close","code":1012')
  }, 15_000)
})
