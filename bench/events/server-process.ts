// Starts the server in a process of its own, so that building and writing cost the measured one nothing.
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { Asked, Order, SentAt } from './server.ts'

export interface ServerProcess {
  readonly url: string
  /** Builds the bytes, and has the rows as they were before all events. */
  prepare(order: Order): Promise<void>
  /** Writes them to whoever connected last. */
  send(order: Order): Promise<SentAt>
  stop(): void
}

export async function startServer(): Promise<ServerProcess> {
  const child: ChildProcess = fork(fileURLToPath(new URL('server.ts', import.meta.url)), { execArgv: [] })
  const [{ port }] = (await once(child, 'message')) as [{ port: number }]
  const waiting = new Map<number, (sentAt: SentAt) => void>()
  let requests = 0

  child.on('message', ({ request, sentAt }: { request: number; sentAt: SentAt }) => {
    waiting.get(request)?.(sentAt)
    waiting.delete(request)
  })
  function ask(what: Asked['what'], order: Order): Promise<SentAt> {
    const request = ++requests
    return new Promise((resolve) => {
      waiting.set(request, resolve)
      child.send({ request, what, order } satisfies Asked)
    })
  }
  return {
    url: `ws://127.0.0.1:${port}/`,
    prepare: async (order) => void (await ask('prepare', order)),
    send: (order) => ask('send', order),
    stop: () => child.disconnect(),
  }
}
