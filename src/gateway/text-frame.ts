// A text message as the bytes of a WebSocket (RFC 6455, 5.2): whole, unmasked, as a server sends it. Built once for all who receive it.

/** The last one is remembered: what is published goes to one socket after the other. */
export function createTextFrames(): (text: string) => Buffer {
  let lastText: string | null = null
  let lastFrame: Buffer = Buffer.alloc(0)
  return (text) => {
    if (text === lastText) return lastFrame
    lastText = text
    lastFrame = textFrame(text)
    return lastFrame
  }
}

const finalText = 0x81

export function textFrame(text: string): Buffer {
  const length = Buffer.byteLength(text)
  const headLength = length < 126 ? 2 : length < 65_536 ? 4 : 10
  const frame = Buffer.allocUnsafe(headLength + length)
  frame[0] = finalText
  if (headLength === 2) frame[1] = length
  else if (headLength === 4) {
    frame[1] = 126
    frame.writeUInt16BE(length, 2)
  } else {
    frame[1] = 127
    frame.writeBigUInt64BE(BigInt(length), 2)
  }
  frame.write(text, headLength)
  return frame
}
