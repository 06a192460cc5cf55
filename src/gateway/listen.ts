// Starting a server, with errors that say what to do.
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { RealtimeError } from '../base/errors.ts'

/** Starts a server; its errors say what to do. */
export function listen(server: Server, port: number, host: string): Promise<{ port: number }> {
  return new Promise((resolve, reject) => {
    const failed = (cause: NodeJS.ErrnoException) => {
      const taken = cause.code === 'EADDRINUSE'
      reject(
        taken
          ? new RealtimeError(
              'port-in-use',
              `Port ${port} is taken, so the server cannot start. Stop what uses it, or choose another port.`,
              { cause },
            )
          : cause,
      )
    }
    server.once('error', failed)
    server.listen(port, host, () => {
      // A fault of a running server is not one of starting it.
      server.off('error', failed)
      resolve({ port: (server.address() as AddressInfo).port })
    })
  })
}
