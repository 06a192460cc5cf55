// A port for what must be told one: a process, or a server that says nowhere where it listens.
import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'

/** Free a moment ago, so another process may have taken it by now. */
export async function freePort(host = '127.0.0.1'): Promise<number> {
  const server = createServer().listen(0, host)
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}
