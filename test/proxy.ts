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
  /** How long each piece waits that is read, in ms. */
  delayMs?: number
  bytesPerSecond?: number
  /** The largest piece that is written at once, in bytes. */
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

/** @param target port of the server on this machine */
export async function createProxy(target: number): Promise<TcpProxy> {
  const links = new Set<Link>()
  const carried = { up: 0, down: 0 }
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
    let written = Promise.resolve()
    from.on('error', () => (isReset = true))
    from.on('close', () => {
      if (!isSilent() && isReset) to.resetAndDestroy()
      if (link.sockets.every(({ destroyed }) => destroyed)) links.delete(link)
    })
    from.on('end', () => void written.then(() => isSilent() || to.end()))
    from.on('data', (data: Buffer) => {
      from.pause()
      const passed = direction === 'down' ? buffer(data, mode.bufferBytes ?? 0) : data
      written = write(passed, to, isSilent, direction).finally(() => from.resume())
    })
  }

  async function write(data: Buffer, to: Socket, isSilent: () => boolean, direction: Direction) {
    const { delayMs = 0, bytesPerSecond = Infinity, pieceBytes = data.length } = mode
    if (delayMs > 0) await sleep(delayMs)
    for (let start = 0; start < data.length && !isSilent() && to.writable; start += pieceBytes) {
      const piece = data.subarray(start, start + pieceBytes)
      carried[direction] += piece.length
      const isTaken = to.write(piece)
      if (!isTaken) await Promise.race([once(to, 'drain'), once(to, 'close')]).catch(() => {})
      if (bytesPerSecond < Infinity) await sleep((piece.length / bytesPerSecond) * 1000)
    }
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
