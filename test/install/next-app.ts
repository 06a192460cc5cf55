// The example for Next: built, rendered on its server without a link, and live in the browser. Half of the package is used by server components, so each
// module has to say by itself whether it is for clients.
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { pathToFileURL } from 'node:url'
import { noChromium } from '../chromium.ts'
import { type App, makeApp } from './app.ts'
import { lookAt } from './page.ts'

/** A server component that calls what is not for clients, from the same door as what is. */
const beside = {
  'app/table/page.tsx': `import { defineEvents, payload } from 'livecache'

const events = defineEvents({ 'goal.created': payload<{ id: string }>() })
export const dynamic = 'force-dynamic'

export default function Page() {
  return <p id={Object.keys(events).join()}>on the server</p>
}
`,
}

/** Where the app's clients would connect: the gateway of the package that the app has. It counts them. */
async function createBackend({ folder }: App) {
  const installed = pathToFileURL(join(folder, 'node_modules/livecache/dist/gateway/index.js')).href
  const { createGateway } = (await import(installed)) as typeof import('../../src/gateway/index.ts')
  const server = createServer()
  const gateway = createGateway({ verify: () => ({ subject: 'anybody', streams: ['*'] }) })
  gateway.attach(server)
  let connections = 0
  server.on('connection', () => connections++)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `ws://127.0.0.1:${(server.address() as AddressInfo).port}/realtime`,
    get connections() {
      return connections
    },
    async close() {
      await gateway.close()
      server.close()
      server.closeAllConnections()
    },
  }
}

/** Starts the built app and returns its address. */
async function serve(app: App) {
  const server = app.start('next/dist/bin/next', 'start', '--port', '0', '--hostname', '127.0.0.1')
  let said = ''
  for (const stream of [server.stdout!, server.stderr!]) stream.on('data', (text: Buffer) => (said += text.toString()))
  for (let tries = 0; tries < 300; tries++) {
    const [url] = /http:\/\/127\.0\.0\.1:[1-9]\d*/.exec(said) ?? []
    if (url !== undefined && /ready/i.test(said)) return { url, server }
    await sleep(100)
  }
  server.kill()
  throw new Error(`Next did not come up within 30 s:\n${said}`)
}

export async function nextApp(tarball: string): Promise<void> {
  const app = makeApp('next-app')
  try {
    app.copyExample()
    app.write(beside)
    app.install(tarball)
    const backend = await createBackend(app)
    try {
      app.write({ '.env.local': `NEXT_PUBLIC_REALTIME_URL=${backend.url}\n` })
      app.run('next/dist/bin/next', 'build')
      await look(app, backend)
    } finally {
      await backend.close()
    }
  } finally {
    app.remove()
  }
}

/** Once as a server renders it, without a link; once in a browser, with one. */
async function look(app: App, backend: { readonly connections: number }) {
  const { url, server } = await serve(app)
  try {
    await expectRendered(url, ['Launch', 'data-lc="indicator"', 'data-status="idle"'])
    await expectRendered(`${url}/table`, ['<p id="goal.created">on the server</p>'])
    // Whoever dialled in a timer would have done so by now.
    await sleep(1_000)
    if (backend.connections > 0) throw new Error('The server opened a link while it built or rendered the page.')
    if (noChromium !== null) {
      if (process.env['CI']) throw new Error(noChromium)
      console.warn(`not looked at: ${noChromium}`)
      return
    }
    await lookAt(url, (page) => page.locator('[data-lc=indicator][data-status=connected]').waitFor({ timeout: 15_000 }))
    if (backend.connections === 0) throw new Error('The browser opened no link either, so nothing was counted.')
  } finally {
    server.kill()
  }
}

async function expectRendered(url: string, texts: readonly string[]) {
  const html = await (await fetch(url)).text()
  for (const text of texts)
    if (!html.includes(text)) throw new Error(`The server did not render ${text}:\n${html.slice(0, 3_000)}`)
}
