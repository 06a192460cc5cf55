// A site for the fault tests: pages on one port, a real gateway on another one behind a TCP proxy.
import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { fileURLToPath } from 'node:url'
import { test as base, type Page } from '@playwright/test'
import { build, type Rollup } from 'vite'
import { createGateway, type Gateway, type GatewayOptions } from '../../src/gateway/index.ts'
import { createProxy, type TcpProxy } from '../proxy.ts'
import type { Noticed, PageOptions } from './faults-page.ts'

const fromHere = (path: string) => fileURLToPath(new URL(path, import.meta.url))

export interface Site {
  /** Where its pages are: `/`, and any other path shows the same. `?csp=` is sent as the policy of the page. `/token?tab=a` answers `a-1`, `a-2`… */
  readonly address: string
  readonly script: string
  /** Starts a gateway and a proxy before it; they end with the test. */
  startGateway(options?: Partial<GatewayOptions>): Promise<Backend>
}

export interface Backend extends Pick<PageOptions, 'ws' | 'http'> {
  readonly gateway: Gateway
  readonly proxy: TcpProxy
  /** Publishes so many events; the numbers they carry go on from the last one. @param stream `goal:1` if left out */
  publish(count?: number, stream?: string): void
  readonly published: readonly number[]
}

/** @param page a script beside this file */
export async function bundle(page: string): Promise<string> {
  const result = (await build({
    configFile: false,
    logLevel: 'error',
    root: fromHere('../..'),
    define: { 'process.env.NODE_ENV': '"production"' },
    build: { write: false, lib: { entry: fromHere(page), formats: ['iife'], name: 'faults' } },
  })) as Rollup.RollupOutput[]
  return result[0]!.output[0].code
}

function answer(script: string) {
  const tokens: Record<string, number> = {}
  return ({ url = '/' }: IncomingMessage, response: ServerResponse) => {
    const { pathname, searchParams } = new URL(url, 'http://site')
    const policy = searchParams.get('csp')
    if (policy !== null) response.setHeader('content-security-policy', policy)
    if (pathname === '/faults.js') return response.setHeader('content-type', 'text/javascript').end(script)
    if (pathname === '/token') {
      const tab = searchParams.get('tab') ?? ''
      const number = (tokens[tab] = (tokens[tab] ?? 0) + 1)
      // Slow, so that those who ask at the same time meet.
      return setTimeout(() => response.end(`${tab}-${number}`), 100)
    }
    return response.setHeader('content-type', 'text/html').end(html)
  }
}

export const html = '<!doctype html><title>faults</title><script src="/faults.js"></script>'

async function startBackend(options: Partial<GatewayOptions>): Promise<Backend> {
  const gateway = createGateway({ verify: () => ({ subject: 'ada', streams: ['*'] }), ...options })
  const { port } = await gateway.listen(0)
  const proxy = await createProxy(port)
  const published: number[] = []
  return {
    gateway,
    proxy,
    ws: `ws://127.0.0.1:${proxy.port}/realtime`,
    http: `http://127.0.0.1:${proxy.port}/api/v1/events`,
    published,
    publish(count = 1, stream = 'goal:1') {
      for (let n = 0; n < count; n++) {
        published.push(published.length + 1)
        void gateway.publish({ type: 'goal.counted', stream, payload: published.length })
      }
    },
  }
}

async function listen(server: Server): Promise<string> {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

/** The script is bundled once, the gateways of a test end with it. */
export const test = base.extend<{ site: Site }, { pages: Pick<Site, 'address' | 'script'> }>({
  pages: [
    // oxlint-disable-next-line no-empty-pattern -- the fixture needs no other one
    async ({}, use) => {
      const script = await bundle('faults-page.ts')
      const server = createServer(answer(script))
      await use({ address: await listen(server), script })
      server.close()
      server.closeAllConnections()
    },
    { scope: 'worker' },
  ],
  site: async ({ pages }, use) => {
    const backends: Backend[] = []
    await use({
      ...pages,
      async startGateway(options = {}) {
        const backend = await startBackend(options)
        backends.push(backend)
        return backend
      },
    })
    for (const { proxy, gateway } of backends) {
      await proxy.close()
      await gateway.close()
    }
  },
})
export { expect } from '@playwright/test'

/** Starts the page's client. */
export function start(page: Page, { ws, http }: Pick<PageOptions, 'ws' | 'http'>, options: Partial<PageOptions> = {}) {
  return page.evaluate((given) => window.lab.start(given), { ws, http, ...options })
}

export const noticed = (page: Page): Promise<Noticed> => page.evaluate(() => window.lab.noticed())

/** Resolves once the page has noticed what is wanted; rejects with all it noticed. */
export async function untilNoticed(
  page: Page,
  wanted: (noticed: Noticed) => boolean,
  withinMs = 10_000,
): Promise<Noticed> {
  const deadline = performance.now() + withinMs
  for (;;) {
    const so = await noticed(page)
    if (wanted(so)) return so
    if (performance.now() > deadline) {
      const { heard, diagnostics, ...rest } = so
      const told = diagnostics.map(({ at, message }) => `${at} ${message}`)
      throw new Error(
        `not noticed: ${String(wanted)}\n${JSON.stringify({ ...rest, heard: heard.length, told }, null, 1)}`,
      )
    }
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}

/** What is published from now on comes. */
export const isLive = ({ state, subscribed }: Noticed): boolean => state.name === 'connected' && subscribed
