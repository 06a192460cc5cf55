// WebSocket frames (RFC 6455), as little of them as a load generator needs: so cheap that the server is what is measured.

export const opcodes = { text: 1, close: 8, ping: 9, pong: 10 } as const

/** Any but zeros, which a server might leave out. */
const mask = Buffer.from([0x11, 0x22, 0x33, 0x44])

/** A whole frame of a client, of less than 64 KB. */
export function clientFrame(payload: string | Buffer, opcode: number = opcodes.text): Buffer {
  const body = Buffer.from(payload)
  const isShort = body.length < 126
  const head = Buffer.alloc(isShort ? 2 : 4)
  head[0] = 0x80 | opcode
  head[1] = 0x80 | (isShort ? body.length : 126)
  if (!isShort) head.writeUInt16BE(body.length, 2)
  for (let at = 0; at < body.length; at++) body[at]! ^= mask[at & 3]!
  return Buffer.concat([head, mask, body])
}

/** @param payload of the frame: the bytes from `start` to `end`, which are only good until it returns */
export type OnFrame = (opcode: number, bytes: Buffer, start: number, end: number) => void

/** Takes what came, whole frames or not, and hands over each frame. */
export function createFrameReader(onFrame: OnFrame): (chunk: Buffer, from: number, to: number) => void {
  let rest: Buffer | null = null
  return (chunk, from, to) => {
    const bytes = rest === null ? chunk : Buffer.concat([rest, chunk.subarray(from, to)])
    const end = rest === null ? to : bytes.length
    let at = rest === null ? from : 0
    while (end - at >= 2) {
      const short = bytes[at + 1]! & 0x7f
      const head = short < 126 ? 2 : short === 126 ? 4 : 10
      if (end - at < head) break
      const next = at + head + (short < 126 ? short : lengthOf(bytes, at + 2, head))
      if (next > end) break
      onFrame(bytes[at]! & 0x0f, bytes, at + head, next)
      at = next
    }
    // A copy: the next chunk is read into the same memory.
    rest = at < end ? Buffer.from(bytes.subarray(at, end)) : null
  }
}

function lengthOf(bytes: Buffer, at: number, head: number): number {
  return head === 4 ? bytes.readUInt16BE(at) : Number(bytes.readBigUInt64BE(at))
}
