// The command line as a process of its own, and what it says. No colours, no keys: nobody sits in front of it.
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { vi } from 'vitest'
import { afterTest } from '../after-test.ts'
import { until } from '../smoke/until.ts'

// A process takes its time to start where others work, too.
vi.setConfig({ testTimeout: 30_000, hookTimeout: 30_000 })

export const root = join(import.meta.dirname, '..', '..')
export const bin = join(root, 'src', 'cli', 'livecache.ts')

export interface Cli {
  readonly child: ChildProcess
  readonly stdout: string
  readonly stderr: string
  /** Resolves with the exit code. */
  readonly exited: Promise<number | null>
}

export interface Served extends Cli {
  readonly port: number
  /** Without a slash at the end. */
  readonly http: string
  readonly ws: string
}

export function runCli(args: readonly string[], env: Record<string, string> = {}, cwd = root): Cli {
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', bin, ...args], {
    cwd,
    env: { PATH: process.env['PATH'] ?? '', ...env },
  })
  const said = { stdout: '', stderr: '' }
  child.stdout.on('data', (data: Buffer) => (said.stdout += data.toString()))
  child.stderr.on('data', (data: Buffer) => (said.stderr += data.toString()))
  const exited = once(child, 'close').then(([code]) => code as number | null)
  afterTest(() => child.kill('SIGKILL'))
  return {
    child,
    exited,
    get stdout() {
      return said.stdout
    },
    get stderr() {
      return said.stderr
    },
  }
}

/** Runs it to its end. */
export async function answerOf(args: readonly string[], env: Record<string, string> = {}) {
  const cli = runCli(args, env)
  const code = await cli.exited
  return { code, stdout: cli.stdout, stderr: cli.stderr }
}

/** Resolves once it says where it listens. */
export async function serve(args: readonly string[], env: Record<string, string> = {}): Promise<Served> {
  const cli = runCli(args, env)
  const place = () => /ws:\/\/(\S+):(\d+)\/realtime/.exec(cli.stdout)
  await until(() => place() !== null || cli.child.exitCode !== null, 10_000)
  const [, host = '', port = ''] = place() ?? []
  if (host === '') throw new Error(`it does not listen: ${cli.stderr}`)
  return Object.assign(cli, { port: Number(port), http: `http://${host}:${port}`, ws: `ws://${host}:${port}` })
}

export async function post(url: string, body: unknown, headers: Record<string, string> = {}) {
  const text = typeof body === 'string' ? body : JSON.stringify(body)
  const response = await fetch(url, { method: 'POST', body: text, headers })
  return { status: response.status, body: (await response.json()) as Record<string, unknown> }
}
