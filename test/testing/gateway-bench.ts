// The reference gateway as a bench for the conformance checks: real sockets, real HTTP, one port for all transports.
import type { Socket } from 'node:net'
import { createGateway, type Gateway } from '../../src/gateway/index.ts'
import type { ClientFrame } from '../../src/protocol/frames.ts'
import type { TransportBench } from '../../src/testing/index.ts'

export interface GatewayBench {
  readonly port: number
  /** Everything of a bench but the transports, which a page makes for itself. */
  readonly server: Required<Pick<TransportBench, 'publish' | 'cut' | 'received' | 'restart' | 'token'>>
  close(): Promise<void>
}

const token = 'conformance'

/** A gateway, and how its network breaks: nobody gets to say anything. */
interface Running {
  gateway: Gateway
  cut(): void
}

export async function startGatewayBench(): Promise<GatewayBench> {
  const received: ClientFrame[] = []
  let running = newGateway(received)
  const { port } = await running.gateway.listen(0)
  return {
    port,
    server: {
      token,
      publish: (event) => void running.gateway.publish({ ...event, stream: 'conformance' }),
      cut: () => running.cut(),
      received: () => received,
      async restart() {
        running.cut()
        await running.gateway.close()
        running = newGateway(received)
        await running.gateway.listen(port)
      },
    },
    close: () => running.gateway.close(),
  }
}

/** Every message of a client is written down on its way to its session. */
function newGateway(received: ClientFrame[]): Running {
  const gateway = createGateway({
    verify(given) {
      if (given !== token) throw new Error('another token')
      return { subject: 'tester', streams: ['conformance'] }
    },
  })
  const { connect } = gateway.hub
  gateway.hub.connect = (sink, request) => {
    const session = connect(sink, request)
    const receive = session.receive.bind(session)
    session.receive = (text) => {
      received.push(JSON.parse(text) as ClientFrame)
      receive(text)
    }
    return session
  }
  const sockets = new Set<Socket>()
  gateway.server.on('connection', (socket) => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
  })
  return { gateway, cut: () => sockets.forEach((socket) => socket.destroy()) }
}
