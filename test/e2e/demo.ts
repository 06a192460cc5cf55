// The demo, started as `npm start` does, on a port and a database of its own.
import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { test as base } from '@playwright/test'
import { freePort } from '../free-port.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))

export interface RunningDemo {
  readonly address: string
  readonly port: number
  /** The state of everything, straight from REST. */
  read<Answer>(path: string): Promise<Answer>
  /** A route under /demo: faults and switches. */
  control(method: 'POST' | 'PUT' | 'DELETE', path: string): Promise<void>
  stop(): Promise<void>
}

/** The very command of the script, without npm in between, which would not pass a signal on. */
function startCommand(): string[] {
  const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { scripts: { start: string } }
  return scripts.start.replace(/^node /, '').split(' ')
}

export function runDemo(env: Record<string, string>): {
  output: () => string
  ended: Promise<number | null>
  kill: () => void
} {
  const child = spawn(process.execPath, startCommand(), { cwd: root, env: { ...process.env, ...env } })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (data: Buffer) => (output += data.toString()))
  const ended = new Promise<number | null>((resolve) => child.once('exit', resolve))
  return { output: () => output, ended, kill: () => child.kill('SIGTERM') }
}

/** Its teammate is at work, at four changes a second. */
export async function startDemo(): Promise<RunningDemo> {
  const data = mkdtempSync(join(tmpdir(), 'livecache-demo-'))
  const port = await freePort()
  const demo = runDemo({ PORT: String(port), DEMO_DATA: data, TEAMMATE_PACE_MS: '250' })
  const address = `http://127.0.0.1:${port}`
  const deadline = Date.now() + 30_000
  while (!demo.output().includes(address)) {
    if (Date.now() > deadline) throw new Error(`The demo did not start:\n${demo.output()}`)
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  let token: string | undefined
  return {
    address,
    port,
    async read(path) {
      if (token === undefined) {
        const response = await fetch(`${address}/api/session`, {
          method: 'POST',
          body: '{}',
          headers: { 'content-type': 'application/json' },
        })
        token = ((await response.json()) as { token: string }).token
      }
      const response = await fetch(`${address}/api${path}`, { headers: { authorization: `Bearer ${token}` } })
      if (!response.ok) throw new Error(`GET ${path}: ${response.status} ${await response.text()}`)
      return (await response.json()) as never
    },
    async control(method, path) {
      const response = await fetch(`${address}/demo${path}`, { method })
      if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`)
    },
    async stop() {
      demo.kill()
      await demo.ended
      rmSync(data, { recursive: true, force: true })
    },
  }
}

/** Each test gets a demo whose teammate is away until it is called. */
export const test = base.extend<{ demo: RunningDemo }>({
  // oxlint-disable-next-line no-empty-pattern -- the fixture needs no other one
  demo: async ({}, use) => {
    const demo = await startDemo()
    await demo.control('DELETE', '/teammate')
    await use(demo)
    await demo.stop()
  },
})
export { expect } from '@playwright/test'
