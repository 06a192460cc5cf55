// Every transport keeps to the port in a real browser, on a page of another origin than its server.
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { fileURLToPath } from 'node:url'
import { expect, type Page, test } from '@playwright/test'
import { build, type Rollup } from 'vite'
import { type TransportBench, transportConformance } from '../../src/testing/index.ts'
import { freePort } from '../free-port.ts'
import { type GatewayBench, startGatewayBench } from '../testing/gateway-bench.ts'
import { kinds } from '../testing/transport-to.ts'

const fromHere = (path: string) => fileURLToPath(new URL(path, import.meta.url))

async function bundleChecks(): Promise<string> {
  const result = (await build({
    configFile: false,
    logLevel: 'error',
    root: fromHere('../..'),
    build: { write: false, lib: { entry: fromHere('transports-page.ts'), formats: ['iife'], name: 'checks' } },
  })) as Rollup.RollupOutput[]
  return result[0]!.output[0].code
}

/** A page with nothing on it but the checks. */
async function servePage(): Promise<{ address: string; close: () => void }> {
  const script = await bundleChecks()
  const server = createServer((request, response) => {
    const isScript = request.url === '/checks.js'
    response.writeHead(200, { 'content-type': `text/${isScript ? 'javascript' : 'html'}; charset=utf-8` })
    response.end(isScript ? script : '<!doctype html><title>checks</title><script src="/checks.js"></script>')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return { address: `http://127.0.0.1:${port}/`, close: () => server.close().closeAllConnections() }
}

async function exposeBench(page: Page, { server }: GatewayBench): Promise<void> {
  await page.exposeFunction('benchPublish', server.publish)
  await page.exposeFunction('benchCut', server.cut)
  await page.exposeFunction('benchRestart', server.restart)
  await page.exposeFunction('benchReceived', server.received)
}

/** Their names do not depend on a bench. */
const names = transportConformance({ restart() {} } as Partial<TransportBench> as TransportBench).map(
  ({ name }) => name,
)

let served: Awaited<ReturnType<typeof servePage>>
test.beforeAll(async () => void (served = await servePage()))
test.afterAll(() => served.close())

for (const kind of kinds) {
  test(`${kind} passes the conformance checks in a browser`, async ({ page }) => {
    const bench = await startGatewayBench()
    const ports = { port: bench.port, deadPort: await freePort() }
    await exposeBench(page, bench)
    await page.goto(served.address)
    const wrong: Record<string, string> = {}
    for (const name of names) {
      const sentence = await page.evaluate(([check, of, at]) => window.runCheck(check, of, at), [
        name,
        kind,
        ports,
      ] as const)
      if (sentence !== null) wrong[name] = sentence
    }
    await bench.close()
    expect(names.length).toBeGreaterThan(10)
    expect(wrong).toEqual({})
  })
}
