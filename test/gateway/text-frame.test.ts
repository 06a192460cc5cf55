// Frames that are built here, read by the receiver of ws.
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type Socket } from 'node:net'
import { afterEach, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { createTextFrames, textFrame } from '../../src/gateway/text-frame.ts'
import { afterTest, endAll } from '../after-test.ts'

afterEach(endAll)

/** A socket of ws whose other end writes bytes. */
async function opened(): Promise<{ socket: Socket; texts: string[] }> {
  const server = createServer()
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as { port: number }
  const ws = new WebSocket(`ws://127.0.0.1:${port}/`)
  const texts: string[] = []
  ws.on('message', (data: Buffer) => texts.push(data.toString()))
  const [socket] = (await once(server, 'connection')) as [Socket]
  const [head] = (await once(socket, 'data')) as [Buffer]
  const [, key] = /sec-websocket-key: (.+)\r\n/i.exec(head.toString())!
  const accept = createHash('sha1').update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64')
  socket.write(
    `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`,
  )
  await once(ws, 'open')
  afterTest(
    () => server.close(),
    () => socket.destroy(),
    () => ws.terminate(),
  )
  return { socket, texts }
}

it('frames of every length are read as they were written', async () => {
  const { socket, texts } = await opened()
  const given = [0, 1, 125, 126, 127, 65_535, 65_536, 70_000].map((length) => 'x'.repeat(length))
  given.push('ü€🙂', '\0', '"\u2028"')
  for (const text of given) socket.write(textFrame(text))
  await expect.poll(() => texts.length).toBe(given.length)
  expect(texts).toEqual(given)
})

it('the same text twice is the same frame, built once', () => {
  const frameOf = createTextFrames()
  expect(frameOf('a')).toBe(frameOf('a'))
  expect(frameOf('b')).not.toBe(frameOf('a'))
})
