// A real Redis for one test: a process of its own on a socket in a directory of its own, to be stopped, killed, and started again.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs'
import { createConnection } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { createClient } from 'redis'

const isInstalled = spawnSync('redis-server', ['--version']).status === 0

/** Why tests with Redis are skipped; null where they are not. In CI they never are: there they fail without it. */
export const noRedis: string | null =
  isInstalled || process.env['CI'] ? null : 'redis-server is not installed (apt-get install redis-server)'

export interface RedisProcess {
  /** For `redisEngine({ client })`. */
  readonly client: { socket: { path: string; tls: false } }
  /** Runs a command; answers are as the second version of the protocol has them. */
  ask(...args: string[]): Promise<unknown>
  /** Runs them one right after the other. */
  askAll(...commands: string[][]): Promise<unknown>
  /** It hangs, and its sockets stay open. */
  stop(): void
  resume(): void
  kill(): Promise<void>
  /** After `kill`: with what was saved last, or empty. */
  start(from?: 'saved' | 'empty'): Promise<void>
  /** Writes all of it to the disk, for `start('saved')`. */
  save(): Promise<void>
  end(): Promise<void>
}

/** Its directory is removed by `end`. */
export async function startRedis(): Promise<RedisProcess> {
  const dir = mkdtempSync(join(tmpdir(), 'livecache-redis-'))
  const path = join(dir, 's')
  let child: ChildProcess

  async function start(from: 'saved' | 'empty' = 'empty') {
    const dump = join(dir, 'dump.rdb')
    rmSync(dump, { force: true })
    if (from === 'saved') copyFileSync(join(dir, 'saved.rdb'), dump)
    const settings = { port: '0', unixsocket: path, save: '', appendonly: 'no', dir, 'enable-debug-command': 'local' }
    const args = Object.entries(settings).flatMap(([name, value]) => [`--${name}`, value])
    child = spawn('redis-server', args, { stdio: 'ignore' })
    const failed = once(child, 'exit').then(() => Promise.reject(new Error('redis-server ended')))
    failed.catch(() => {})
    await Promise.race([taken(path), failed])
  }

  async function kill() {
    if (child.exitCode !== null || child.signalCode !== null) return
    child.kill('SIGKILL')
    await once(child, 'exit')
  }

  const ask = async (...args: string[]) => (await askAll(args))[0]

  async function askAll(...commands: string[][]) {
    const client = createClient({ ...settingsOf(path), RESP: 2, maintNotifications: 'disabled' })
    await client.connect()
    try {
      return await Promise.all(commands.map((args) => client.sendCommand(args)))
    } finally {
      client.destroy()
    }
  }

  await start()
  return {
    client: settingsOf(path),
    ask,
    askAll,
    stop: () => void child.kill('SIGSTOP'),
    resume: () => void child.kill('SIGCONT'),
    kill,
    start,
    async save() {
      await ask('SAVE')
      copyFileSync(join(dir, 'dump.rdb'), join(dir, 'saved.rdb'))
    },
    async end() {
      await kill()
      rmSync(dir, { recursive: true, force: true })
    },
  }
}

const settingsOf = (path: string) => ({ socket: { path, tls: false as const } })

/** Resolves once somebody takes connections there. */
async function taken(path: string): Promise<void> {
  for (const deadline = performance.now() + 5_000; ; await sleep(5)) {
    const socket = createConnection(path)
    const isTaken = await once(socket, 'connect').then(
      () => true,
      () => false,
    )
    socket.destroy()
    if (isTaken) return
    if (performance.now() > deadline) throw new Error('redis-server takes no connections')
  }
}
