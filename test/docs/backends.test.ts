// The pages on backends: servers in JavaScript are run, with a real client at the other end; those in other languages are parsed, where
// there is something to parse them with.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { type ClientOptions, createClient } from '../../src/client/index.ts'
import { sse, webSocket } from '../../src/transports/index.ts'
import { afterTest, endAll } from '../after-test.ts'
import { blocksIn, ownPages } from './compile-pages.ts'
import { startPageServer } from './page-server.ts'

const pages = ownPages.filter((page) => page.startsWith('docs/backends/'))

afterEach(endAll)

/** The server of the page, as a process of its own. */
async function start(page: string): Promise<number> {
  const [block, ...others] = blocksIn(page, ['js'])
  expect(others).toEqual([])
  const { port, end } = await startPageServer(block!.code)
  afterTest(end)
  return port
}

async function hears(options: ClientOptions): Promise<unknown> {
  const client = createClient({ server: 'plain', onError: () => {}, ...options })
  afterTest(client.dispose)
  const heard: unknown[] = []
  client.on('goal.renamed', ({ id, payload }) => heard.push([typeof id, payload]))
  client.hold()
  await expect.poll(() => heard.length, { timeout: 12_000, interval: 20 }).toBeGreaterThan(0)
  expect(client.inspect().quarantine).toEqual([])
  return heard[0]
}

describe('the servers in JavaScript', () => {
  it('the plain one on ws tells a client what happens', async () => {
    const port = await start('docs/backends/README.md')
    const event = await hears({ transports: [webSocket(`ws://127.0.0.1:${port}/ws`)] })
    expect(event).toEqual(['string', { id: '7', name: expect.stringContaining('Sail') }])
  }, 15_000)

  it('the event stream does too', async () => {
    const port = await start('docs/backends/sse.md')
    const event = await hears({ transports: [sse(`http://127.0.0.1:${port}/api/v1/events/stream`)] })
    expect(event).toEqual(['string', { id: '7', name: 'Sail' }])
  }, 15_000)
})

const hasPython = spawnSync('python3', ['--version']).status === 0
const python = pages.flatMap((page) => blocksIn(page, ['python']).map(({ code }) => ({ page, code })))

describe.skipIf(!hasPython)('the servers in Python (left out where there is no python3)', () => {
  it.each(python.map(({ page, code }) => [page, /^# (\S+\.py)$/m.exec(code)?.[1] ?? 'a block', code]))(
    '%s, %s, can be parsed',
    (_page, _file, code) => {
      const { stderr } = spawnSync('python3', ['-c', 'import ast, sys; ast.parse(sys.stdin.read())'], {
        input: code,
        encoding: 'utf8',
      })
      expect(stderr).toBe('')
    },
  )
})

const hasJava = spawnSync('javac', ['-version']).status === 0

describe.skipIf(!hasJava)('the servers in Java (left out where there is no javac)', () => {
  it('can be parsed', () => {
    const folder = mkdtempSync(join(tmpdir(), 'java-'))
    afterTest(() => rmSync(folder, { recursive: true, force: true }))
    const files = pages
      .flatMap((page) => blocksIn(page, ['java']))
      .map(({ code }) => {
        const file = join(folder, /^\/\/ (\S+\.java)\n/.exec(code)![1]!)
        writeFileSync(file, code)
        return file
      })
    expect(files).toHaveLength(3)
    const { stderr } = spawnSync('javac', ['-proc:none', '-Xmaxerrs', '1000', '-d', folder, ...files], {
      encoding: 'utf8',
    })
    // Spring is not here, so its names are not known; whatever else is wrong is ours.
    const errors = stderr.split('\n').filter((line) => /: error: /.test(line))
    expect(errors.filter((line) => !/does not exist|cannot find symbol|does not override/.test(line))).toEqual([])
  }, 60_000)
})
