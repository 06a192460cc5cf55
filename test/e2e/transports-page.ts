// The conformance checks, as a script for a page; what they need of the server they ask of the test.
import type { ClientFrame } from '../../src/protocol/frames.ts'
import { type TransportBench, transportConformance } from '../../src/testing/index.ts'
import type { Transport } from '../../src/transports/index.ts'
import { type Kind, transportTo } from '../testing/transport-to.ts'

declare global {
  interface Window {
    /** The server's side of the bench, exposed by the test. */
    benchPublish(event: { type: string; payload: unknown }): Promise<void>
    benchCut(): Promise<void>
    benchRestart(): Promise<void>
    benchReceived(): Promise<ClientFrame[]>
    runCheck(name: string, kind: Kind, ports: { port: number; deadPort: number }): Promise<string | null>
  }
}

/** What is wrong, as a sentence; null where nothing is. */
window.runCheck = async (name, kind, { port, deadPort }) => {
  const to = (other: Kind, at = port): Transport => transportTo(other, at)
  const bench: TransportBench = {
    createTransport: () => to(kind),
    createRefusedTransport: () => to(kind, deadPort),
    createOtherTransport: () => to(kind === 'websocket' ? 'sse' : 'websocket'),
    publish: (event) => window.benchPublish(event),
    cut: () => window.benchCut(),
    received: () => window.benchReceived(),
    restart: () => window.benchRestart(),
    token: 'conformance',
  }
  try {
    await transportConformance(bench)
      .find((check) => check.name === name)!
      .run()
    return null
  } catch (error) {
    return String(error)
  }
}
