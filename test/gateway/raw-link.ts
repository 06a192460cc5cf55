// The client's end of a TCP connection, byte by byte, for what no well-behaved client sends: half a head, frames that lie, floods.
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'

export interface RawLink {
  readonly socket: Socket
  /** What came so far. */
  readonly text: () => string
  readonly bytes: () => Buffer
  readonly isClosed: () => boolean
}

export interface RawLinkOptions {
  /** Whether it stays open when the server closes its half. @default false */
  allowHalfOpen?: boolean
}

/** @param head is written once the connection is there */
export function rawLink(port: number, head: string | Buffer = '', options: RawLinkOptions = {}): RawLink {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true, ...options })
  let chunks: Buffer[] = []
  let isClosed = false
  // Resets are what is being tested.
  socket.on('error', () => {})
  socket.on('close', () => (isClosed = true))
  socket.on('data', (data: Buffer) => chunks.push(data))
  socket.write(head)
  const bytes = () => {
    if (chunks.length !== 1) chunks = [Buffer.concat(chunks)]
    return chunks[0]!
  }
  return { socket, text: () => bytes().toString('latin1'), bytes, isClosed: () => isClosed }
}

export function upgradeHead(path = '/realtime', headers: Record<string, string> = {}): string {
  const all = {
    Host: 'x',
    Connection: 'Upgrade',
    Upgrade: 'websocket',
    'Sec-WebSocket-Version': '13',
    'Sec-WebSocket-Key': 'dGhlIHNhbXBsZSBub25jZQ==',
    'Sec-WebSocket-Protocol': 'realtime.v1',
    ...headers,
  }
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`)
  return `GET ${path} HTTP/1.1\r\n${lines.join('')}\r\n`
}

export const opcodes = { continuation: 0, text: 1, binary: 2, close: 8, ping: 9, pong: 10 } as const

export interface RawFrame {
  opcode?: number
  payload?: string | Buffer
  isLast?: boolean
  /** As if it were compressed. */
  rsv1?: boolean
  /** What the head says, whatever there is. */
  length?: bigint
}

/** A client's frame: masked, with a key of zeros. */
export function rawFrame({
  opcode = opcodes.text,
  payload = '',
  isLast = true,
  rsv1 = false,
  length,
}: RawFrame): Buffer {
  const body = Buffer.from(payload)
  const said = length ?? BigInt(body.length)
  const first = (isLast ? 0x80 : 0) | (rsv1 ? 0x40 : 0) | opcode
  return Buffer.concat([Buffer.from([first]), lengthOf(said), Buffer.alloc(4), body])
}

function lengthOf(length: bigint): Buffer {
  if (length < 126n) return Buffer.from([0x80 | Number(length)])
  if (length < 65_536n) return Buffer.from([0x80 | 126, Number(length >> 8n), Number(length & 255n)])
  const long = Buffer.alloc(9)
  long[0] = 0x80 | 127
  long.writeBigUInt64BE(length, 1)
  return long
}

export interface RawSocket extends RawLink {
  /** Frames of the server that have come whole. */
  readonly frames: () => { opcode: number; payload: Buffer }[]
  readonly texts: () => string[]
  /** The code of its close frame; null before there is one. */
  readonly closeCode: () => number | null
}

/** A WebSocket that was opened, and signed in where a token is given. */
export async function rawSocket(
  port: number,
  token?: string,
  headers?: Record<string, string>,
  options?: RawLinkOptions,
): Promise<RawSocket> {
  const link = rawLink(port, upgradeHead('/realtime', headers), options)
  const headLength = await untilHead(link)
  const frames = () => framesIn(link.bytes().subarray(headLength))
  const texts = () => frames().flatMap(({ opcode, payload }) => (opcode === opcodes.text ? [payload.toString()] : []))
  const closeCode = () => {
    const close = frames().find(({ opcode }) => opcode === opcodes.close)
    return close === undefined ? null : close.payload.readUInt16BE(0)
  }
  if (token !== undefined) {
    link.socket.write(rawFrame({ payload: JSON.stringify({ type: 'auth', token }) }))
    while (!texts().some((text) => text.includes('"welcome"'))) {
      if (closeCode() !== null) link.socket.destroy()
      await some(link)
    }
  }
  return { ...link, frames, texts, closeCode }
}

async function untilHead(link: RawLink): Promise<number> {
  for (;;) {
    const end = link.bytes().indexOf('\r\n\r\n')
    if (end !== -1) {
      if (!link.text().startsWith('HTTP/1.1 101')) throw new Error(link.text().slice(0, end))
      return end + 4
    }
    await some(link)
  }
}

async function some({ socket, isClosed, text }: RawLink): Promise<void> {
  if (isClosed()) throw new Error(`closed after: ${text().slice(0, 500)}`)
  await Promise.race([once(socket, 'data'), once(socket, 'close')])
}

function framesIn(bytes: Buffer): { opcode: number; payload: Buffer }[] {
  const frames = []
  for (let at = 0; at + 2 <= bytes.length;) {
    const short = bytes[at + 1]! & 0x7f
    const start = at + (short === 126 ? 4 : short === 127 ? 10 : 2)
    if (start > bytes.length) break
    const length =
      short === 126 ? bytes.readUInt16BE(at + 2) : short === 127 ? Number(bytes.readBigUInt64BE(at + 2)) : short
    if (start + length > bytes.length) break
    frames.push({ opcode: bytes[at]! & 0xf, payload: bytes.subarray(start, start + length) })
    at = start + length
  }
  return frames
}
