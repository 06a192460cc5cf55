// A Next app: built, rendered on its server without a link, and live in the browser. Half of the package is used by server components, so each
// module has to say by itself whether it is for clients.
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { pathToFileURL } from 'node:url'
import { noChromium } from '../chromium.ts'
import { type App, asHere, makeApp } from './app.ts'
import { lookAt } from './page.ts'

const next = '16.4.6'

const files = (url: string) => ({
  'tsconfig.json': JSON.stringify({
    compilerOptions: {
      target: 'ES2022',
      lib: ['dom', 'dom.iterable', 'esnext'],
      strict: true,
      noEmit: true,
      module: 'esnext',
      moduleResolution: 'bundler',
      esModuleInterop: true,
      resolveJsonModule: true,
      isolatedModules: true,
      jsx: 'react-jsx',
      incremental: true,
      plugins: [{ name: 'next' }],
    },
    include: ['next-env.d.ts', '**/*.ts', '**/*.tsx', '.next/types/**/*.ts'],
    exclude: ['node_modules'],
  }),
  'next.config.mjs': 'export default { experimental: { cpus: 1 }, turbopack: { root: import.meta.dirname } }\n',
  'app/layout.tsx': `import 'livecache/styles.css'
import type { ReactNode } from 'react'
import { Providers } from './providers'

export default function Layout({ children }: { children: ReactNode }) {
  return <html lang="en"><body><Providers>{children}</Providers></body></html>
}
`,
  'app/providers.tsx': `'use client'
import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { createRealtime, invalidate, RealtimeProvider } from 'livecache'
import { type ReactNode, useState } from 'react'

const realtime = createRealtime({ url: '${url}', rules: { 'goal.*': () => invalidate(['goals']) } })

export function Providers({ children }: { children: ReactNode }) {
  const [queryClient] = useState(() => new QueryClient())
  return <QueryClientProvider client={queryClient}><RealtimeProvider client={realtime}>{children}</RealtimeProvider></QueryClientProvider>
}
`,
  // A server component: it calls what is no client's, and renders what is without a file of its own.
  'app/page.tsx': `import { defineEvents, payload, RealtimeIndicator } from 'livecache'
import { Goals } from './goals'

export const dynamic = 'force-dynamic'
const events = defineEvents({ 'goal.created': payload<{ id: string }>() })

export default function Page() {
  return <main><p id={Object.keys(events).join()}>on the server</p><RealtimeIndicator /><Goals /></main>
}
`,
  'app/goals.tsx': `'use client'
import { useQuery } from '@tanstack/react-query'
import { LiveBadge, useRealtimeConnection } from 'livecache'

export function Goals() {
  const { data = ['Launch'] } = useQuery({ queryKey: ['goals'], queryFn: async () => ['Launch'] })
  const status = useRealtimeConnection(({ status }) => status)
  return <section data-link={status}><LiveBadge queryKey={['goals']} /><ul>{data.map((name) => <li key={name}>{name}</li>)}</ul></section>
}
`,
})

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
  const app = makeApp('next')
  try {
    app.write({ 'package.json': JSON.stringify({ name: 'rendered-by-next', private: true, version: '0.0.0' }) })
    app.install(tarball, [
      `next@${next}`,
      ...asHere(
        'react',
        'react-dom',
        '@types/react',
        '@types/react-dom',
        '@types/node',
        '@tanstack/react-query',
        'typescript',
      ),
    ])
    const backend = await createBackend(app)
    try {
      app.write(files(backend.url))
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
    const html = await (await fetch(url)).text()
    for (const text of ['<p id="goal.created">on the server</p>', 'Launch', 'data-lc="indicator"', 'data-link="idle"'])
      if (!html.includes(text)) throw new Error(`The server did not render ${text}:\n${html.slice(0, 3_000)}`)
    // Whoever dialled in a timer would have done so by now.
    await sleep(1_000)
    if (backend.connections > 0) throw new Error('The server opened a link while it built or rendered the page.')
    if (noChromium !== null) {
      if (process.env['CI']) throw new Error(noChromium)
      console.warn(`not looked at: ${noChromium}`)
      return
    }
    await lookAt(url, (page) => page.locator('[data-link=connected]').waitFor({ timeout: 15_000 }))
    if (backend.connections === 0) throw new Error('The browser opened no link either, so nothing was counted.')
  } finally {
    server.kill()
  }
}
