// A plain server and a real browser, which refuses a socket whose server echoes none of the subprotocols it offered.
import type { AddressInfo } from 'node:net'
import { fileURLToPath } from 'node:url'
import { expect, test } from '@playwright/test'
import { build, type Rollup } from 'vite'
import { WebSocketServer } from 'ws'

/** The client as one script that puts `createClient` on the page. */
async function bundleClient(): Promise<string> {
  const result = (await build({
    configFile: false,
    logLevel: 'error',
    root: fileURLToPath(new URL('../..', import.meta.url)),
    build: {
      write: false,
      lib: {
        entry: fileURLToPath(new URL('../../src/client/index.ts', import.meta.url)),
        formats: ['iife'],
        name: 'livecache',
      },
    },
  })) as Rollup.RollupOutput[]
  return result[0]!.output[0].code
}

test('a browser works with a server that knows none of our frames', async ({ page }) => {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1', handleProtocols: () => false })
  await new Promise((resolve) => server.once('listening', resolve))
  const received: string[] = []
  server.on('connection', (socket) => {
    socket.on('message', (data: Buffer) => received.push(data.toString()))
    socket.send('{"type":"balance","eventId":"EV-1","wallet":{"currency":"NGN","availableBalance":49950000}}')
  })
  const url = `ws://127.0.0.1:${(server.address() as AddressInfo).port}/feed`

  await page.addScriptTag({ content: await bundleClient() })
  const heard = await page.evaluate(
    (address) =>
      new Promise((resolve) => {
        const { createClient } = (window as unknown as { livecache: typeof import('../../src/client/index.ts') })
          .livecache
        const client = createClient({ url: address })
        client.on('balance', (event) => resolve({ payload: event.payload, state: client.getState() }))
        client.hold()
      }),
    url,
  )
  expect(heard).toMatchObject({
    payload: { currency: 'NGN', availableBalance: 49_950_000 },
    state: { name: 'connected', server: 'plain', transport: 'websocket' },
  })
  await expect
    .poll(() => received)
    .toEqual(['{"type":"subscribe","events":["balance"]}', '{"type":"ack","eventId":"EV-1"}'])
  server.close()
  for (const socket of server.clients) socket.terminate()
})
