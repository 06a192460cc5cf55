// A client that floods, in a process of its own: so that what it costs is not the gateway's, nor that of who watches.
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Flood, type Flooded, floods, say } from './limits-floods.ts'
import { rawFrame, type RawSocket, rawSocket } from './raw-link.ts'

async function flood({ reads = true, returns = false, tickMs = 10, ...order }: Flood): Promise<Flooded> {
  const { port, token, kind, perSecond, forMs } = order
  const one = rawFrame(floods[kind])
  const perTick = Math.round((perSecond * tickMs) / 1_000)
  const batch = Buffer.concat(Array.from({ length: perTick }, () => one))
  const startedAt = performance.now()
  const isOver = () => performance.now() - startedAt > forMs
  const result: Flooded = { sent: 0, came: 0, refused: 0, closeCodes: [], firstEndMs: null }

  async function visit({ socket, isClosed, closeCode }: RawSocket) {
    result.came++
    if (!reads) socket.pause()
    socket.write(rawFrame(say({ type: 'resume', streams: {} })))
    const beganAt = performance.now()
    for (let ticks = 0; !isClosed() && !isOver(); await sleep(tickMs / 2)) {
      if (returns && closeCode() !== null) break
      const due = Math.floor((performance.now() - beganAt) / tickMs)
      for (; ticks < due && !socket.writableNeedDrain; ticks++) {
        socket.write(batch)
        result.sent += perTick
      }
    }
    if (isClosed() || closeCode() !== null) {
      result.closeCodes.push(closeCode())
      result.firstEndMs ??= performance.now() - startedAt
    }
    socket.destroy()
  }

  for (;;) {
    const link = await rawSocket(port, token).catch(() => null)
    if (link !== null) await visit(link)
    else {
      result.refused++
      await sleep(1)
    }
    if (!returns || isOver()) return result
  }
}

process.on('disconnect', () => process.exit())
const [order] = (await once(process, 'message')) as [Flood]
process.send?.(await flood(order))
