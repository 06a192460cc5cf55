// A server as a page shows it, run as a process of its own.
import { spawn } from 'node:child_process'
import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { makeFolder } from '../compile.ts'
import { freePort } from '../free-port.ts'

export interface PageServer {
  readonly port: number
  end(): void
}

/** @param args of Node, before the file @param env beside the test's own; `PORT` is where it has to listen */
export async function startPageServer(
  code: string,
  { args = [], env = {} }: { args?: readonly string[]; env?: Record<string, string> } = {},
): Promise<PageServer> {
  const folder = makeFolder()
  const file = join(folder, 'server.mjs')
  writeFileSync(file, code)
  const port = await freePort()
  const child = spawn(process.execPath, [...args, file], {
    env: { ...process.env, PORT: String(port), ...env },
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  return {
    port,
    end() {
      child.kill('SIGKILL')
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
