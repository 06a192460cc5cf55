// The package as it is published: built once, loaded by Node as a stranger would.
import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

const root = fileURLToPath(new URL('..', import.meta.url))
// Inside the project, so that its dependencies are found.
const dist = mkdtempSync(join(root, 'node_modules', '.livecache-dist-'))

interface Manifest {
  readonly exports: Record<string, { default?: string; import?: { default: string }; require?: { default: string } }>
  readonly dependencies: Record<string, string>
  readonly peerDependencies: Record<string, string>
}
const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as Manifest

/** The files behind the subpaths, relative to `dist`: styles and package.json are none of them. */
const doors = (condition: 'import' | 'require'): string[] =>
  Object.values(manifest.exports).flatMap((entry) => {
    const file = entry[condition]?.default ?? (condition === 'import' ? entry.default : undefined)
    return file !== undefined && /\.c?js$/.test(file) ? [file.replace('./dist/', './')] : []
  })

beforeAll(() => {
  const run = (bin: string, ...args: string[]) =>
    execFileSync(process.execPath, [join(root, 'node_modules', bin), ...args], {
      cwd: root,
      env: { ...process.env, NODE_ENV: 'production' },
    })
  const vite = ['vite/bin/vite.js', 'build', '--outDir', dist, '--logLevel', 'warn', '--mode'] as const
  run(...vite, 'library', '--emptyOutDir')
  run('typescript/bin/tsc', '-p', 'src', '--outDir', dist)
  run(...vite, 'commonjs')
}, 120_000)
afterAll(() => rmSync(dist, { recursive: true, force: true }))

/** Runs a module in a Node of its own and returns what it prints. */
function runInNode(code: string, type: 'module' | 'commonjs' = 'module'): string {
  return execFileSync(process.execPath, [`--input-type=${type}`, '-e', code], {
    cwd: dist,
    encoding: 'utf8',
    timeout: 20_000,
  })
}

const filesIn = (folder: string) => readdirSync(folder, { recursive: true, encoding: 'utf8' })

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

  it('keeps "use client" at the head of every file that has it, and gives it to no other', () => {
    const isForClients = (path: string) => /^["']use client["']/.test(readFileSync(path, 'utf8'))
    const sources = filesIn(join(root, 'src')).filter((file) => /\.tsx?$/.test(file))
    const wanted = sources
      .filter((file) => isForClients(join(root, 'src', file)))
      .map((file) => file.replace(/\.tsx?$/, ''))
    expect(wanted.length).toBeGreaterThan(30)
    for (const extension of ['js', 'cjs']) {
      const built = filesIn(dist).filter((file) => file.endsWith(`.${extension}`) && isForClients(join(dist, file)))
      expect(built.map((file) => file.slice(0, -extension.length - 1)).toSorted()).toEqual(wanted.toSorted())
    }
  })

  it('opens the door of every room, for import', () => {
    const rooms = doors('import')
    const code = `for (const room of ${JSON.stringify(rooms)}) console.log(room, Object.keys(await import(room)).length > 0)`
    expect(rooms).toContain('./gateway/index.js')
    expect(runInNode(code).trim().split('\n')).toEqual(rooms.map((room) => `${room} true`))
  })

  it('opens the door of every room of a browser for require too, and says the same there', () => {
    const rooms = doors('require')
    expect(doors('import').filter((room) => !rooms.includes(room.replace(/js$/, 'cjs')))).toEqual([
      './gateway/index.js',
    ])
    const code = `
      const names = (of) => Object.keys(of).filter((name) => !['default', 'module.exports', '__esModule'].includes(name)).sort().join()
      const rooms = ${JSON.stringify(rooms)}
      Promise.all(rooms.map(async (room) => console.log(room, names(require(room)) === names(await import(room.replace('.cjs', '.js'))))))`
    expect(runInNode(code, 'commonjs').trim().split('\n').toSorted()).toEqual(
      rooms.map((room) => `${room} true`).toSorted(),
    )
  })

  // Jest's jsdom has none of these.
  it('has its test kit run without globals that only browsers and Node have', () => {
    const code = `
      for (const name of ['TextEncoder', 'TextDecoder', 'structuredClone', 'fetch', 'Request', 'Response', 'Headers', 'ReadableStream', 'WebSocket', 'EventSource', 'BroadcastChannel'])
        delete globalThis[name]
      require('./index.cjs')
      const { createTestRealtime } = require('./testing/index.cjs')
      const { realtime, server, settle, dispose } = createTestRealtime()
      realtime.on('goal.created', ({ payload }) => console.log(payload))
      realtime.hold()
      settle().then(() => (server.publish({ type: 'goal.created', payload: 'heard' }), settle())).then(dispose)`
    expect(runInNode(code, 'commonjs')).toBe('heard\n')
  })

  // A CommonJS app with a gateway comes to have both.
  it('may be loaded by import and by require at once: errors are known, and a hook says that its provider is of the other copy', () => {
    const code = `
      const { createRequire } = await import('node:module')
      const { createElement } = await import('react')
      const { QueryClient, QueryClientProvider } = await import('@tanstack/react-query')
      const { renderToString } = await import('react-dom/server')
      const imported = await import('./index.js')
      const { TokenRefused } = await import('./hub/index.js')
      const require = createRequire(${JSON.stringify(join(dist, 'app.cjs'))})
      const required = require('./index.cjs')
      const hub = require('./hub/index.cjs')

      const known = [
        required.RealtimeError !== imported.RealtimeError,
        new required.RealtimeError('refused', '') instanceof imported.RealtimeError,
        new imported.RealtimeError('refused', '') instanceof required.RealtimeError,
        new hub.TokenRefused('malformed', '') instanceof TokenRefused,
        !(new required.RealtimeError('unauthorized', '') instanceof TokenRefused),
      ]
      const Reader = () => required.useRealtime().status
      const client = imported.createRealtime({ url: 'wss://example.com' })
      const app = createElement(QueryClientProvider, { client: new QueryClient() },
        createElement(imported.RealtimeProvider, { client }, createElement(Reader)))
      let thrown
      try { renderToString(app) } catch (error) { thrown = error }
      console.log(JSON.stringify({ known, code: thrown?.code, tellsOfCopies: /two copies of livecache/.test(thrown?.message) }))`
    expect(JSON.parse(runInNode(code))).toEqual({
      known: [true, true, true, true, true],
      code: 'no-provider',
      tellsOfCopies: true,
    })
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

describe('the declarations of', () => {
  /** Packages whose types an app has that does not use what needs them. */
  const always = [...Object.keys(manifest.dependencies), 'react', 'react-dom', '@tanstack/react-query', 'sonner']
  const ownOf: Record<string, readonly string[]> = {
    './testing/react/index.js': ['@testing-library/react'],
    './testing/msw/index.js': ['msw'],
    './gateway/index.js': ['node'],
  }

  /** Every file that is read with a declaration, and the packages that they import from. */
  function reachOf(entry: string): { files: Set<string>; packages: Set<string> } {
    const files = new Set([entry])
    const packages = new Set<string>()
    for (const file of files) {
      const text = readFileSync(file, 'utf8')
      for (const [, specifier = ''] of text.matchAll(/(?:from|import\(|import) ?['"]([^'"]+)['"]/g)) {
        if (!specifier.startsWith('.')) packages.add(/^(?:node|@[^/]+\/[^/]+|[^/:]+)/.exec(specifier)![0])
        else files.add(join(dirname(file), specifier.replace(/\.tsx?$/, '.d.ts').replace(/\.cjs$/, '.d.cts')))
      }
    }
    return { files, packages }
  }

  it.each([...doors('import'), ...doors('require')])('%s need no types of packages that an app may lack', (door) => {
    const entry = join(dist, door.replace(/\.js$/, '.d.ts').replace(/\.cjs$/, '.d.cts'))
    const { files, packages } = reachOf(entry)
    expect([...files].filter((file) => !existsSync(file))).toEqual([])
    const allowed = [...always, ...(ownOf[door.replace('.cjs', '.js')] ?? [])]
    expect([...packages].filter((name) => !allowed.includes(name) || name === 'ws')).toEqual([])
  })
})

it('is packed without tests, sources and pictures, and with the pages that its errors speak of', () => {
  const packed = JSON.parse(
    execFileSync('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], { cwd: root, encoding: 'utf8' }),
  ) as unknown
  const [{ files, size }] = (Array.isArray(packed) ? packed : Object.values(packed as object)) as [
    { files: { path: string }[]; size: number },
  ]
  const paths = files.map(({ path }) => path)
  const expected =
    /^(dist\/|docs\/([\w-]+\/)?[\w-]+\.md$|docs\/drawings\/[\w-]+\.svg$|docs\/operations\/[\w-]+\.(yml|json)$|(package\.json|llms\.txt|src\/protocol\/README\.md|(README|CHANGELOG)\.md|LICENSE)$)/
  expect(paths.filter((path) => !expected.test(path))).toEqual([])
  expect(paths).toEqual(expect.arrayContaining(['docs/errors.md', 'LICENSE']))
  expect(size).toBeLessThan(1_000_000)
}, 30_000)
