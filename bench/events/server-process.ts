// Starts the server in a process of its own, so that building and writing cost the measured one nothing.
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { Order } from './server.ts'

export interface ServerProcess {
  readonly url: string
  /** Builds the bytes. */
  prepare(order: Order): Promise<void>
  /** Writes them to whoever connected last. */
  send(order: Order): void
  stop(): void
}

export async function startServer(): Promise<ServerProcess> {
  const child: ChildProcess = fork(fileURLToPath(new URL('server.ts', import.meta.url)), { execArgv: [] })
  const [{ port }] = (await once(child, 'message')) as [{ port: number }]
  return {
    url: `ws://127.0.0.1:${port}/`,
    async prepare(order) {
      child.send({ ...order, prepare: true })
      await once(child, 'message')
    },
    send: (order) => void child.send(order),
    stop: () => child.disconnect(),
  }
}
