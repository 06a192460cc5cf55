// The server of bench/events-node.ts, in a process of its own. It signs clients in, and writes what was built before when the
// benchmark says so by IPC; acks are read and forgotten.
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Duplex } from 'node:stream'
import { type WebSocket, WebSocketServer } from 'ws'
import { epoch, type Form, messagesOf, stream } from './bytes.ts'

/** What the benchmark asks for, by IPC. */
export interface Order {
  form: Form
  events: number
  perMessage: number
}

const chunkBytes = 64 * 1024
const prepared = new Map<string, Buffer>()
let line: Duplex | null = null

function bytesOf({ form, events, perMessage }: Order): Buffer {
  const key = `${form} ${events} ${perMessage}`
  const known = prepared.get(key) ?? messagesOf(form, events, perMessage)
  prepared.set(key, known)
  return known
}

async function write(bytes: Buffer) {
  for (let at = 0; at < bytes.length; at += chunkBytes) {
    if (line?.write(bytes.subarray(at, at + chunkBytes)) === false) {
      await new Promise((resolve) => line?.once('drain', resolve))
    }
  }
}

function answer(socket: WebSocket, text: string) {
  const send = (frame: object) => socket.send(JSON.stringify(frame))
  const { type, id } = JSON.parse(text) as { type: string; id?: string }
  if (type === 'auth') {
    const capabilities = ['batch', 'ack-ids', 'ack-up-to', 'patterns']
    send({ type: 'welcome', connectionId: 'c-1', protocol: 'realtime.v1', heartbeatMs: 30_000, capabilities })
  } else if (type === 'subscribe') send({ type: 'subscribed', ref: id, streams: { [stream]: { epoch, seq: 0 } } })
  else if (type === 'resume') send({ type: 'resumed', streams: {} })
}

const sockets = new WebSocketServer({
  noServer: true,
  perMessageDeflate: false,
  handleProtocols: (offered) => offered.has('realtime.v1') && 'realtime.v1',
})
const server = createServer()
server.on('upgrade', (request: IncomingMessage, tcp: Duplex, head: Buffer) => {
  sockets.handleUpgrade(request, tcp, head, (socket) => {
    line = tcp
    socket.on('error', () => socket.terminate())
    socket.on('message', (data) => {
      // Of a plain client come a hundred thousand acks; a server that reads them is not what is measured.
      const text = (data as Buffer).toString()
      if (socket.protocol !== '' && !text.startsWith('{"type":"ack"')) answer(socket, text)
    })
  })
})
server.listen(0, '127.0.0.1', () => process.send?.({ port: (server.address() as AddressInfo).port }))

process.on('message', (order: Order & { prepare?: boolean }) => {
  const bytes = bytesOf(order)
  if (order.prepare) process.send?.({ prepared: true })
  else void write(bytes)
})
process.on('disconnect', () => process.exit())
