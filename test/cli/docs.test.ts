// docs/mock-server.md, held to what it describes: its commands run, its output is what is printed, its scenario plays, its tables are complete.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { WebSocket as NodeSocket } from 'ws'
import { builtInScenario } from '../../src/cli/built-in-scenario.ts'
import { readFault } from '../../src/cli/fault-request.ts'
import { createKeys } from '../../src/cli/keys.ts'
import type { MockActions } from '../../src/cli/mock-actions.ts'
import { readScenario } from '../../src/cli/scenario.ts'
import { createClient } from '../../src/client/index.ts'
import { webSocket } from '../../src/transports/index.ts'
import { afterTest, endAll } from '../after-test.ts'
import { blocksOf, complaintsAbout } from '../compile-blocks.ts'
import { freePort } from '../free-port.ts'
import { until } from '../smoke/until.ts'
import { scenarioFile, stateOf } from './mock-process.ts'
import { answerOf, root, serve } from './process.ts'

afterEach(endAll)

const page = readFileSync(join(root, 'docs/mock-server.md'), 'utf8')
const blocks = [...page.matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm)].map(([, language, text]) => ({
  language: language!,
  text: text!,
}))
const blocksIn = (language: string) => blocks.filter((block) => block.language === language).map(({ text }) => text)
const commands = blocksIn('sh').flatMap((text) => text.trim().split('\n'))
const [scenario = ''] = blocksIn('json')

describe('the page on the mock server', () => {
  it('has no block that nothing here looks at', () => {
    expect(blocks.map(({ language }) => language)).toEqual(['sh', 'text', 'tsx', 'sh', 'json', 'sh', 'ts', 'ts'])
  })

  it('shows code that compiles', () => {
    expect(complaintsAbout(blocksOf('docs/mock-server.md'))).toBe('')
  })

  it('shows what is printed', async () => {
    const server = await serve(['mock', '--port', '0'])
    await until(() => server.stdout.includes('realtime.on'))
    const { help } = createKeys({
      actions: {} as MockActions,
      scenario: readScenario(builtInScenario),
      say() {},
      quit() {},
    })
    const printed = `${server.stdout}${help.replaceAll(/^/gm, '  ')}`.replaceAll(`:${server.port}/`, ':4100/')
    const [shown = ''] = blocksIn('text')
    const ofAnyVersion = (text: string) => text.replace(/mock \d+\.\d+\.\d+\S*/, 'mock x.y.z').trim()
    expect(ofAnyVersion(printed)).toBe(ofAnyVersion(shown))
  })

  it('shows commands that run', { timeout: 60_000 }, async () => {
    const [first, print, own, ...rest] = commands
    expect(first).toBe('npx livecache mock')
    expect(print).toBe('npx livecache mock --print-scenario > scenario.json')
    expect(own).toBe('npx livecache mock --scenario scenario.json')
    const { code, stdout } = await answerOf(['mock', '--print-scenario'])
    expect([code, JSON.parse(stdout)]).toEqual([0, builtInScenario])
    const { port } = await serve(['mock', '--port', '0', '--scenario', scenarioFile(stdout)])
    for (const command of rest) {
      const [, path, body] = /^curl localhost:4100(\/mock\/\w+)(?: -d '([^']+)')?$/.exec(command) ?? []
      // As curl sends it.
      const headers = { 'content-type': 'application/x-www-form-urlencoded' }
      const response = await fetch(`http://localhost:${port}${path}`, body ? { method: 'POST', body, headers } : {})
      expect([command, response.status]).toEqual([command, 200])
    }
    const { sent, recent } = await stateOf({ http: `http://localhost:${port}` })
    expect([sent, recent[0]?.text]).toEqual([4, 'links are cut'])
  })

  it('shows a scenario that plays, and that a client hears whole', async () => {
    const server = await serve(['mock', '--port', '0', '--scenario', scenarioFile(scenario)])
    const client = createClient({
      transports: [webSocket(`${server.ws}/realtime`)],
      storage: null,
      getToken: () => 'ada',
    })
    afterTest(client.dispose)
    const heard: string[] = []
    const lost: string[] = []
    client.on('*', ({ type, stream, payload }) => {
      const { booking, bookingId } = payload as { booking?: { id: string; people: number }; bookingId?: string }
      heard.push(`${type} ${stream} ${booking?.id ?? bookingId ?? ''}`.trim())
    })
    client.onResync(({ cause }) => cause === 'joined' || lost.push(cause))
    client.hold()
    await until(() => heard.length === 6, 10_000)
    expect(heard).toEqual([
      'booking.created tenant:3:bookings B-1',
      'booking.created tenant:3:bookings B-2',
      'booking.created tenant:3:bookings B-3',
      'booking.confirmed tenant:3:bookings B-3',
      'booking.created tenant:3:bookings B-4',
      'booking.noted tenant:3:bookings',
    ])
    expect(lost).toEqual([])
    expect(client.inspect().counters.dials).toBe(2)
  })

  it('quotes what is said of a scenario that is wrong', async () => {
    const [, quoted = ''] = /told with its place: `([^`]+)`/.exec(page) ?? []
    const wrong = scenario.replace('"emit": "booking requested", "repeat"', '"emit": "booking requestd", "repeat"')
    const file = scenarioFile(wrong)
    const { stderr } = await answerOf(['mock', '--scenario', file])
    expect(stderr.trim().replace(file, 'scenario.json')).toBe(`livecache: ${quoted.replace('\n', ' ')}`)
  })

  /** The first cells of a table, by its head. */
  function firstCells(head: string): string[] {
    const table = page.slice(page.indexOf(`| ${head} |`)).split('\n\n')[0]!
    return table
      .split('\n')
      .slice(2)
      .map((row) => row.split('|')[1]!)
  }

  it('names templates that mean something, and all of them', () => {
    const words = firstCells('template').flatMap((cell) => cell.match(/\{\{[^}]+\}\}/g)!)
    const event = { type: 'a.b', payload: words }
    expect(() => readScenario({ lists: { guests: ['a'] }, events: { event } })).not.toThrow()
    const nonsense = { type: 'a.b', payload: '{{nope}}' }
    const [, known = ''] = /There are ([^.]+)\./.exec(errorOf(() => readScenario({ events: { nonsense } }))) ?? []
    const kinds = (all: readonly string[]) => [
      ...new Set(all.map((word) => word.replaceAll(/[{}]/g, '').split(':')[0])),
    ]
    expect(kinds(words)).toEqual(kinds(known.split(', ')))
  })

  it('names every fault, as it is asked for', () => {
    const requests = firstCells('fault').map((cell) => JSON.parse(cell.replaceAll('`', '')) as object)
    for (const request of requests) expect(readFault(request, '')).toEqual(request)
    const [, known = ''] = /there are ([^.]+)\./.exec(errorOf(() => readFault({}, ''))) ?? []
    const named = [...requests.flatMap((request) => Object.keys(request)), 'frames']
    expect([...new Set(named)].toSorted()).toEqual(known.split(', ').toSorted())
  })

  it('names every field of a step and every option', async () => {
    const known = (value: unknown) => /those are ([^.]+)\./.exec(errorOf(() => readScenario(value)))![1]!.split(', ')
    const fields = firstCells('a step has').flatMap((cell) => cell.match(/\w+/g)!)
    expect(fields.toSorted()).toEqual(known({ steps: [{ nope: 1 }] }).toSorted())
    const all = known({ nope: 1 }).filter((field) => !['$schema', 'description'].includes(field))
    for (const field of all) expect(page).toContain(field)
    const { stdout } = await answerOf(['mock', '--help'])
    const options = stdout.match(/--[\w-]+/g)!.filter((option) => option !== '--help')
    expect(page.slice(page.indexOf('## Options')).match(/--[a-z][\w-]+/g)).toEqual(options)
  })

  it('shows how a dev server’s proxy reaches it, and why it has to say its name', async () => {
    const { port } = await serve(['mock', '--port', '0'])
    const [, config = ''] = blocksIn('ts')
    const through = async (text: string) => {
      const folder = mkdtempSync(join(root, 'node_modules', '.livecache-proxy-'))
      afterTest(() => rmSync(folder, { recursive: true, force: true }))
      writeFileSync(join(folder, 'vite.config.ts'), text.replace('localhost:4100', `localhost:${port}`))
      const { createServer } = await import('vite')
      const vite = await createServer({
        root: folder,
        configFile: join(folder, 'vite.config.ts'),
        logLevel: 'silent',
        server: { port: await freePort('localhost'), host: 'localhost', strictPort: true },
      })
      afterTest(() => vite.close())
      await vite.listen()
      const at = vite.resolvedUrls!.local[0]!.replace('http', 'ws')
      return new Promise((resolve) => {
        const socket = new NodeSocket(`${at}realtime`, { origin: at.replace('ws', 'http').replace(/\/$/, '') })
        afterTest(() => socket.terminate())
        socket.on('open', () => resolve('open'))
        socket.on('unexpected-response', (_request, response) => resolve(response.statusCode))
        socket.on('error', () => {})
      })
    }
    expect(await through(config)).toBe('open')
    expect(await through(config.replace(', changeOrigin: true', ''))).toBe(403)
  })
})

function errorOf(run: () => unknown): string {
  try {
    run()
    return ''
  } catch (error) {
    return (error as Error).message
  }
}
