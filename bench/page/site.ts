// Serves the page: an empty one with its script.
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface Site {
  readonly url: string
  stop(): void
}

const html = '<!doctype html><title>rows</title><body><script type="module" src="/page.js"></script>'

export async function serveSite(script: string): Promise<Site> {
  const server = createServer((request, response) => {
    const isScript = request.url === '/page.js'
    // Isolated, so that its clock counts in 5 µs and not in 100.
    response.setHeader('cross-origin-opener-policy', 'same-origin')
    response.setHeader('cross-origin-embedder-policy', 'require-corp')
    response.setHeader('content-type', isScript ? 'text/javascript' : 'text/html')
    response.end(isScript ? script : html)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    stop() {
      server.close()
      server.closeAllConnections()
    },
  }
}
