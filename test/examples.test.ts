// The examples whose packages this project has: compiled, started and looked at, on the sources. Those for Jest and Next are run by
// `npm run test:install jest next`, which installs what they need.
import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Page } from 'playwright'
import { createServer } from 'vite'
import { afterEach, describe, expect, it } from 'vitest'
import { afterTest, endAll } from './after-test.ts'
import { noChromium } from './chromium.ts'
import { lookAt } from './install/page.ts'

const root = join(import.meta.dirname, '..')
const folderOf = (example: string) => join(root, 'examples', example)

afterEach(endAll)

/** Serves an example as its `npm run dev` does, with the sources for the package. */
async function serve(example: string): Promise<string> {
  const folder = folderOf(example)
  const alias = [
    { find: /^livecache$/, replacement: join(root, 'src/index.ts') },
    { find: /^livecache\/styles\.css$/, replacement: join(root, 'src/styles.css') },
    { find: /^livecache\/([a-z]+)$/, replacement: join(root, 'src/$1/index.ts') },
  ]
  const server = await createServer({
    root: folder,
    configFile: join(folder, 'vite.config.js'),
    logLevel: 'silent',
    cacheDir: join(root, 'node_modules', `.vite-example-${example}`),
    resolve: { alias },
    server: { port: 0, host: '127.0.0.1', hmr: false, watch: null, fs: { allow: [root] } },
  })
  await server.listen()
  afterTest(() => server.close())
  return server.resolvedUrls!.local[0]!
}

async function startApi(): Promise<{ port: string; child: ChildProcess }> {
  const child = spawn(process.execPath, ['server.js'], {
    cwd: folderOf('ws-server'),
    env: { ...process.env, PORT: process.env['API_PORT'] ?? '0' },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  afterTest(() => child.kill('SIGKILL'))
  const [line] = (await once(child.stdout, 'data')) as [Buffer]
  return { port: /:(\d+)\//.exec(line.toString())![1]!, child }
}

const isConnected = (page: Page) =>
  page.locator('[data-lc=indicator][data-status=connected]').waitFor({ timeout: 30_000 })

const listText = (page: Page) => page.locator('ul').first().innerText()

async function listChanges(page: Page) {
  const before = await listText(page)
  await expect.poll(() => listText(page), { timeout: 15_000 }).not.toBe(before)
}

// Without a Chromium they are left out; test/all.ts says how to get one.
describe.skipIf(noChromium !== null)('an example in a browser', () => {
  it('vite-basic: orders come in and are paid, without a server', async () => {
    const isPaid = lookAt(await serve('vite-basic'), async (page) => {
      await isConnected(page)
      await listChanges(page)
      await page
        .getByText(/, paid$/)
        .first()
        .waitFor({ timeout: 15_000 })
    })
    await expect(isPaid).resolves.toBeUndefined()
  }, 90_000)

  it('ws-server: prices move; a server that went away and came back is joined again', async () => {
    const { port, child } = await startApi()
    process.env['API_PORT'] = port
    afterTest(() => delete process.env['API_PORT'])
    const url = await serve('ws-server')
    const comesBack = lookAt(
      url,
      async (page) => {
        await isConnected(page)
        await listChanges(page)
        child.kill('SIGKILL')
        await page.locator('[data-lc=indicator]:not([data-status=connected])').waitFor({ timeout: 15_000 })
        await startApi()
        await isConnected(page)
        await listChanges(page)
      },
      // What the browser itself says of a server that is away.
      /WebSocket connection to .* failed|Failed to load resource/,
    )
    await expect(comesBack).resolves.toBeUndefined()
  }, 120_000)
})

describe('the examples', () => {
  it.each(['vite-basic', 'ws-server'])(
    '%s compiles',
    (example) => {
      const folder = mkdtempSync(join(root, 'test/.blocks-'))
      afterTest(() => rmSync(folder, { recursive: true, force: true }))
      const paths = {
        livecache: ['../../src/index.ts'],
        'livecache/styles.css': ['../../src/styles.css'],
        'livecache/*': ['../../src/*/index.ts'],
      }
      const config = {
        extends: `../../examples/${example}/tsconfig.json`,
        // The sources name each other with their endings, and some are for Node.
        compilerOptions: { allowImportingTsExtensions: true, types: ['vite/client', 'node'], paths },
        include: [`../../examples/${example}/src`],
      }
      writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(config))
      const tsc = join(root, 'node_modules/typescript/bin/tsc')
      expect(() => execFileSync(process.execPath, [tsc, '-p', folder], { cwd: root, encoding: 'utf8' })).not.toThrow()
    },
    60_000,
  )

  it('are listed, each with its README, and name the version of this package', () => {
    const examples = readdirSync(folderOf('.'), { withFileTypes: true }).filter((entry) => entry.isDirectory())
    const list = readFileSync(join(folderOf('.'), 'README.md'), 'utf8')
    const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string }
    for (const { name } of examples) {
      expect(list).toContain(`(${name}/README.md)`)
      expect(readFileSync(join(folderOf(name), 'README.md'), 'utf8')).toContain('npm install')
      const { dependencies } = JSON.parse(readFileSync(join(folderOf(name), 'package.json'), 'utf8')) as {
        dependencies: Record<string, string>
      }
      expect(dependencies['livecache']).toBe(`^${version}`)
    }
  })
})
