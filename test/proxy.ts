// A TCP proxy that does to a link what networks do to it: cut it, fall silent, delay, throttle, split, hold back. Real sockets,
// real time. The demo's proxy knows requests and pages instead; all they share is that they forward.
import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'

/** `up` is from the client to the server. */
export type Direction = 'up' | 'down'

/** What happens to links; nothing, where a field is left out. */
export interface ProxyMode {
  /** Nothing is forwarded any more, ends included, on the links there are and on new ones. A link that fell silent stays so. */
  silent?: Direction | 'both'
  /** New links are reset. */
  refuses?: boolean
  /** How long everything is on its way, in each direction, in ms. Much may be on its way at a time. */
  latencyMs?: number
  /** What fits through, all links together. */
  bytesPerSecond?: number | Readonly<Record<Direction, number>>
  /** The largest piece that is written at once, in bytes. Where the rate is bounded, a packet by default. */
  pieceBytes?: number
  /** Bytes to gather of an event stream's body before they are passed on, as a proxy with a buffer does. Heads pass. */
  bufferBytes?: number
}

export interface TcpProxy {
  readonly port: number
  /** Links taken so far, those of them that are open, and bytes forwarded. */
  readonly accepted: number
  readonly open: number
  readonly carried: Readonly<Record<Direction, number>>
  set(mode: ProxyMode): void
  /** Resets all links (RST), without a word of farewell. */
  cut(): void
  close(): Promise<void>
}

interface Link {
  readonly sockets: readonly [Socket, Socket]
  readonly silent: Set<Direction>
}

const packetBytes = 1_400

/** @param target port of the server on this machine */
export async function createProxy(target: number): Promise<TcpProxy> {
  const links = new Set<Link>()
  const carried = { up: 0, down: 0 }
  /** When the last byte so far has gone through, by `performance.now()`. */
  const freeAt = { up: 0, down: 0 }
  let mode: ProxyMode = {}
  let accepted = 0

  // Ends are passed on by hand, so that a silent link swallows them too.
  const server = createServer({ allowHalfOpen: true, noDelay: true }, (client) => {
    accepted++
    client.on('error', () => {})
    if (mode.refuses) return void client.resetAndDestroy()
    const upstream = connect({ port: target, host: '127.0.0.1', allowHalfOpen: true, noDelay: true })
    const link: Link = { sockets: [client, upstream], silent: new Set(directionsOf(mode.silent)) }
    links.add(link)
    void forward('up', client, upstream, link)
    void forward('down', upstream, client, link)
    return undefined
  })

  async function forward(direction: Direction, from: Socket, to: Socket, link: Link) {
    const isSilent = () => link.silent.has(direction)
    const buffer = createBuffer()
    let isReset = false
    let sent = Promise.resolve()
    let written = Promise.resolve()
    from.on('error', () => (isReset = true))
    from.on('close', () => {
      if (!isSilent() && isReset) to.resetAndDestroy()
      if (link.sockets.every(({ destroyed }) => destroyed)) links.delete(link)
    })
    from.on('end', () => void sent.then(() => written).then(() => isSilent() || to.end()))
    from.on('data', (data: Buffer) => {
      from.pause()
      const passed = direction === 'down' ? buffer(data, mode.bufferBytes ?? 0) : data
      sent = send(passed).finally(() => from.resume())
    })

    async function send(data: Buffer) {
      const { pieceBytes = rateOf(direction) < Infinity ? packetBytes : data.length } = mode
      for (let start = 0; start < data.length && !isSilent() && to.writable; start += pieceBytes) {
        const piece = data.subarray(start, start + pieceBytes)
        await fit(piece.length)
        const { latencyMs = 0 } = mode
        const isDueAt = performance.now() + latencyMs
        // One after the other, also where the latency has fallen meanwhile.
        written = written.then(() => write(piece, isDueAt))
        if (latencyMs === 0) await written
      }
    }

    /** Waits until so many bytes have gone through. */
    async function fit(bytes: number) {
      const rate = rateOf(direction)
      if (rate === Infinity) return
      const now = performance.now()
      freeAt[direction] = Math.max(now, freeAt[direction]) + (bytes / rate) * 1000
      await sleep(freeAt[direction] - now)
    }

    async function write(piece: Buffer, isDueAt: number) {
      const waitMs = isDueAt - performance.now()
      if (waitMs > 0) await sleep(waitMs)
      if (isSilent() || !to.writable) return
      carried[direction] += piece.length
      const isTaken = to.write(piece)
      if (!isTaken) await Promise.race([once(to, 'drain'), once(to, 'close')]).catch(() => {})
    }
  }

  function rateOf(direction: Direction): number {
    const { bytesPerSecond = Infinity } = mode
    return typeof bytesPerSecond === 'number' ? bytesPerSecond : bytesPerSecond[direction]
  }

  function cut() {
    for (const { sockets } of links) for (const socket of sockets) socket.resetAndDestroy()
    links.clear()
  }

  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    port: (server.address() as AddressInfo).port,
    get accepted() {
      return accepted
    },
    get open() {
      return links.size
    },
    carried,
    set(next) {
      mode = next
      for (const { silent } of links) for (const direction of directionsOf(next.silent)) silent.add(direction)
    },
    cut,
    async close() {
      server.close()
      cut()
      if (server.listening) await once(server, 'close')
    },
  }
}

function directionsOf(silent: ProxyMode['silent']): readonly Direction[] {
  if (silent === undefined) return []
  return silent === 'both' ? ['up', 'down'] : [silent]
}

/** Holds back the body of an event stream until enough of it has come. */
function createBuffer() {
  let held: Buffer = Buffer.alloc(0)
  let isStream = false
  return (data: Buffer, bytes: number): Buffer => {
    let head: Buffer = Buffer.alloc(0)
    let body = data
    if (!isStream && bytes > 0) {
      const end = data.indexOf('\r\n\r\n')
      const text = data.subarray(0, Math.max(end, 0)).toString('latin1')
      isStream = /content-type: *text\/event-stream/i.test(text)
      if (isStream) [head, body] = [data.subarray(0, end + 4), data.subarray(end + 4)]
    }
    if (!isStream) return data
    held = Buffer.concat([held, body])
    if (held.length < bytes) return head
    const passed = Buffer.concat([head, held])
    held = Buffer.alloc(0)
    return passed
  }
}
