// A gateway on a server that somebody else runs: Express, Fastify, Koa, or bare node:http.
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import { refuseUpgrade } from './http-guard.ts'

export interface Attachable {
  /** False where the request is not the gateway's. */
  handle(request: IncomingMessage, response: ServerResponse): boolean
  /** False where the path is not the gateway's. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): boolean
}

/** Returns the undo. */
export function attach(server: Server, { handle, upgrade }: Attachable): () => void {
  // Listeners cannot tell one another that a request is taken, and some frameworks add theirs later.
  const emit = server.emit
  function own(this: Server, name: string, ...args: unknown[]): boolean {
    const isTaken = name === 'request' && handle(args[0] as IncomingMessage, args[1] as ServerResponse)
    return isTaken || (emit as (name: string, ...args: unknown[]) => boolean).call(this, name, ...args)
  }
  server.emit = own as typeof server.emit

  function onUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer) {
    if (upgrade(request, socket, head)) return
    // Who else listens may know the path; where nobody does, the socket would hang.
    if (server.listenerCount('upgrade') === 1) refuseUpgrade(socket, { status: 404 })
  }
  server.on('upgrade', onUpgrade)

  return () => {
    server.off('upgrade', onUpgrade)
    // Somebody may have put theirs over ours, which then has to stay.
    if (server.emit === own) server.emit = emit
  }
}
