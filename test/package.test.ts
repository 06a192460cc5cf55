// The package as it is published: built once, loaded by Node as a stranger would.
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

const root = fileURLToPath(new URL('..', import.meta.url))
// Inside the project, so that its dependencies are found.
const dist = mkdtempSync(join(root, 'node_modules', '.livecache-dist-'))

beforeAll(() => {
  const vite = join(root, 'node_modules/vite/bin/vite.js')
  execFileSync(
    process.execPath,
    [vite, 'build', '--mode', 'library', '--outDir', dist, '--emptyOutDir', '--logLevel', 'warn'],
    { cwd: root, env: { ...process.env, NODE_ENV: 'production' } },
  )
}, 60_000)
afterAll(() => rmSync(dist, { recursive: true, force: true }))

/** Runs a module in a Node of its own and returns what it prints. */
function runInNode(code: string): string {
  return execFileSync(process.execPath, ['--input-type=module', '-e', code], {
    cwd: dist,
    encoding: 'utf8',
    timeout: 20_000,
  })
}

describe('the built package', () => {
  it('touches no global when its root is imported in Node, and starts nothing', () => {
    const code = `
      const touched = new Set()
      const names = ['window', 'document', 'navigator', 'location', 'WebSocket', 'EventSource', 'fetch', 'localStorage',
        'sessionStorage', 'setTimeout', 'setInterval', 'queueMicrotask', 'requestAnimationFrame', 'addEventListener', 'crypto']
      const before = new Set(Object.getOwnPropertyNames(globalThis))
      for (const name of names) {
        const value = globalThis[name]
        Object.defineProperty(globalThis, name, { configurable: true, get() {
          // The first line is the error, the second this getter, the third whoever reads.
          if (new Error().stack.split('\\n')[2]?.includes(${JSON.stringify(dist)})) touched.add(name)
          return value
        } })
      }
      await import('./index.js')
      const added = Object.getOwnPropertyNames(globalThis).filter((name) => !before.has(name) && !names.includes(name))
      console.log(JSON.stringify({ touched: [...touched], added, handles: process.getActiveResourcesInfo().filter((name) => name !== 'PipeWrap' && name !== 'TTYWrap') }))`
    expect(JSON.parse(runInNode(code))).toEqual({ touched: [], added: [], handles: [] })
  })

  it('keeps "use client" at the head of every file with hooks', () => {
    const files = [
      'react/realtime-provider',
      'react/use-realtime',
      'react/use-realtime-connection',
      'react/use-realtime-event',
      'react/use-shown-status',
      'ui/realtime-indicator',
    ]
    expect(files.filter((file) => !/^["']use client["']/.test(readFileSync(join(dist, `${file}.js`), 'utf8')))).toEqual(
      [],
    )
  })

  it('opens the door of every room', () => {
    const { exports } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
      exports: Record<string, { default?: string }>
    }
    const rooms = Object.values(exports).flatMap((entry) =>
      entry.default?.endsWith('.js') ? [entry.default.replace('./dist/', './')] : [],
    )
    const code = `for (const room of ${JSON.stringify(rooms)}) console.log(room, Object.keys(await import(room)).length > 0)`
    expect(runInNode(code).trim().split('\n')).toEqual(rooms.map((room) => `${room} true`))
  })

  it('does not drag the rest along for who only wants the client', () => {
    const code = `
      const { registerHooks } = await import('node:module')
      const loaded = []
      registerHooks({ load: (url, context, next) => { loaded.push(url); return next(url, context) } })
      await import('./client/index.js')
      console.log(JSON.stringify(loaded.filter((url) => /node_modules[/](react|@tanstack|ws|jose)[/]/.test(url))))`
    expect(JSON.parse(runInNode(code))).toEqual([])
  })
})

it('is packed without tests and sources', () => {
  const packed = JSON.parse(
    execFileSync('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], { cwd: root, encoding: 'utf8' }),
  ) as unknown
  const [{ files }] = (Array.isArray(packed) ? packed : Object.values(packed as object)) as [
    { files: { path: string }[] },
  ]
  expect(
    files.map(({ path }) => path).filter((path) => !/^(dist\/|package\.json$|README\.md$|LICENSE$)/.test(path)),
  ).toEqual([])
}, 30_000)
