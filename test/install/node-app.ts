// The gateway of the packed package under every Node it is for: it listens, takes a client over each transport, publishes, and ends when told.
import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { type App, makeApp } from './app.ts'

/** Packages that are nothing but a Node for this machine. Each is a Node of the newest of its line. */
const lines = ['22', '24', '26']
const platform = `node-${process.platform === 'win32' ? 'win' : process.platform}-${process.arch}`
/** What package.json promises at the least, where the machine has it. */
const oldest = [20, 19] as const
const withinMs = 20_000

const program = `import { createGateway } from 'livecache/gateway'

const gateway = createGateway({ verify: () => ({ subject: 'ada', streams: ['*'] }) })
gateway.drainOn()
const { port } = await gateway.listen(0, '127.0.0.1')
setInterval(() => void gateway.publish({ type: 'goal.renamed', payload: { id: '7' }, stream: 'goals' }), 100)
console.log(JSON.stringify({ port, version: process.version }))
`

type Client = typeof import('../../src/client/index.ts') & typeof import('../../src/transports/index.ts')

async function loadClient({ folder }: App): Promise<Client> {
  const [client, transports] = await Promise.all(
    ['client', 'transports'].map(
      (room) =>
        import(pathToFileURL(join(folder, `node_modules/livecache/dist/${room}/index.js`)).href) as Promise<object>,
    ),
  )
  return { ...client, ...transports } as Client
}

async function hearOver(name: 'webSocket' | 'sse' | 'polling', port: number, { createClient, ...transports }: Client) {
  const addresses = {
    webSocket: `ws://127.0.0.1:${port}/realtime`,
    sse: `http://127.0.0.1:${port}/api/v1/events/stream`,
    polling: `http://127.0.0.1:${port}/api/v1/events`,
  }
  const client = createClient({ transports: [transports[name](addresses[name])] })
  try {
    await new Promise<void>((resolve, reject) => {
      const late = () =>
        reject(new Error(`Nothing was heard over ${name} within ${withinMs} ms: ${JSON.stringify(client.getState())}`))
      const timer = setTimeout(late, withinMs)
      client.on('goal.renamed', () => {
        clearTimeout(timer)
        resolve()
      })
      client.hold()
    })
  } finally {
    client.dispose()
  }
}

async function begun(child: ChildProcess): Promise<{ port: number; version: string }> {
  let errors = ''
  child.stderr!.on('data', (text: Buffer) => (errors += text.toString()))
  const ended = once(child, 'exit').then(() => Promise.reject(new Error(`The gateway did not start:\n${errors}`)))
  const [line] = (await Promise.race([once(child.stdout!, 'data'), ended])) as [Buffer]
  return JSON.parse(line.toString()) as { port: number; version: string }
}

async function tryNode(app: App, node: string, client: Client): Promise<string> {
  const child = spawn(node, ['gateway.mjs'], { cwd: app.folder, stdio: ['ignore', 'pipe', 'pipe'] })
  try {
    const { port, version } = await begun(child)
    for (const transport of ['webSocket', 'sse', 'polling'] as const) await hearOver(transport, port, client)
    const exit = once(child, 'exit', { signal: AbortSignal.timeout(withinMs) })
    child.kill('SIGTERM')
    const [code] = (await exit) as [number | null]
    if (code !== 0) throw new Error(`The gateway on Node ${version} ended with ${code} where it was asked to end.`)
    return version
  } finally {
    child.kill('SIGKILL')
  }
}

/** The machine's own Node, which is not the one that runs this; null where it has none, or one that is too old. */
function ownNode(): string | null {
  const folders = (process.env['PATH'] ?? '').split(delimiter).filter((folder) => !folder.includes('node_modules'))
  const node = folders.map((folder) => join(folder, 'node')).find((path) => existsSync(path))
  if (node === undefined) return null
  const [major = 0, minor = 0] = execFileSync(node, ['-p', 'process.versions.node'], { encoding: 'utf8' })
    .split('.')
    .map(Number)
  return major > oldest[0] || (major === oldest[0] && minor >= oldest[1]) ? node : null
}

export async function nodeApp(tarball: string): Promise<void> {
  const app = makeApp('node')
  try {
    app.write({
      'package.json': JSON.stringify({ name: 'served', private: true, version: '0.0.0' }),
      'gateway.mjs': program,
    })
    app.install(tarball, ['@tanstack/react-query', ...lines.map((line) => `node-${line}@npm:${platform}@${line}`)])
    const client = await loadClient(app)
    const own = ownNode()
    const nodes = [
      ...(own === null ? [] : [own]),
      ...lines.map((line) => join(app.folder, `node_modules/node-${line}/bin/node`)),
    ]
    for (const node of nodes) console.log(`gateway on Node ${await tryNode(app, node, client)}`)
  } finally {
    app.remove()
  }
}
