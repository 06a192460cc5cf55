// `npm start`: holds the port and never restarts, so that pages survive whatever happens to the server behind it.
//
//   browser ── host (this process) ──┬── server     REST, gateway, database: killed and restarted at will
//              page files, proxy,    └── teammate   another user, through REST
//              faults
import { randomBytes } from 'node:crypto'
import { createServer, type IncomingMessage } from 'node:http'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { listen } from 'livecache/gateway'
import type { ViteDevServer } from 'vite'
import { createControl } from './host/control.ts'
import { createPageFiles } from './host/page-files.ts'
import { createProxy } from './host/proxy.ts'
import { createServerProcess } from './host/server-process.ts'
import { createTeammateProcess } from './host/teammate-process.ts'
import { createWires } from './host/wires.ts'

const port = Number(process.env['PORT'] ?? 5199)
const address = `http://127.0.0.1:${port}`

const dataFolder = resolve(process.env['DEMO_DATA'] ?? fileURLToPath(new URL('data', import.meta.url)))

const server = createServerProcess({
  // Known to the server alone, and only while this host lives: tokens of an earlier run are worth nothing.
  DEMO_SECRET: randomBytes(32).toString('base64url'),
  DEMO_DATA: dataFolder,
})
const teammate = createTeammateProcess({ DEMO_ADDRESS: address })
const wires = createWires()
const control = createControl({ server, teammate, wires })
const proxy = createProxy(wires, () => (server.state.name === 'up' ? server.state.port : null))

const httpServer = createServer()
try {
  await listen(httpServer, port, '127.0.0.1')
} catch (error) {
  const taken = error instanceof Error && 'code' in error && error.code === 'port-in-use'
  console.error(
    taken
      ? `Port ${port} is taken: stop what uses it, or choose another one, as in PORT=${port + 1} npm start.`
      : `The demo cannot listen on port ${port}: ${String(error)}`,
  )
  process.exit(1)
}

let pageFiles: ViteDevServer | null = null
async function stop(exitCode: number) {
  httpServer.close().closeAllConnections()
  await Promise.all([server.end(), teammate.end(), pageFiles?.close()])
  process.exit(exitCode)
}
process.once('SIGINT', () => stop(0))
process.once('SIGTERM', () => stop(0))

/** Whoever controls this host may mint tokens and kill processes: that is for pages of this machine alone. */
function isLocal({ headers: { host = '', origin } }: IncomingMessage): boolean {
  return /^(localhost|127\.0\.0\.1)(:\d+)?$/.test(host) && (origin === undefined || origin === `http://${host}`)
}

httpServer.on('request', (request, response) => {
  const { url = '/' } = request
  if (!isLocal(request)) response.writeHead(403).end()
  else if (url.startsWith('/api/')) proxy.request(request, response)
  else if (url.startsWith('/demo/')) control(request, response)
  else if (pageFiles === null) response.writeHead(503, { 'retry-after': '1' }).end('The demo is starting.')
  else pageFiles.middlewares(request, response)
})
httpServer.on('upgrade', (request, socket, head) => {
  if (!isLocal(request)) socket.destroy()
  else if (request.url?.startsWith('/realtime')) proxy.upgrade(request, socket, head)
  // Vite listens for its own, at the root.
  else if (!/^\/(\?|$)/.test(request.url ?? '')) socket.destroy()
})

try {
  await server.start()
  pageFiles = await createPageFiles(httpServer, join(dataFolder, 'vite'))
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  await stop(1)
}
teammate.set(true)
console.log(`The demo is ready at ${address} (Ctrl+C ends it).`)
