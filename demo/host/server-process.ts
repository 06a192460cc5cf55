// The server's process: up, killed, and back a little later.
//
//   starting ─port─▶ up ─kill / death─▶ stopped ─backAfterMs─▶ starting
import type { ChildProcess } from 'node:child_process'
import { endChild, startChild } from './child.ts'

export type ServerState =
  | { readonly name: 'starting' }
  | { readonly name: 'up'; readonly port: number }
  /** `backAt` in epoch ms. */
  | { readonly name: 'stopped'; readonly backAt: number }

export interface ServerProcess {
  readonly state: ServerState
  /** Resolves when it is up for the first time; rejects if it dies before. */
  start(): Promise<void>
  /** Kills it by SIGKILL, as a crash would. It comes back by itself. */
  kill(): void
  end(): Promise<void>
}

const backAfterMs = 5_000

export function createServerProcess(env: Readonly<Record<string, string>>): ServerProcess {
  let state: ServerState = { name: 'starting' }
  let child: ChildProcess | null = null
  let comeback: NodeJS.Timeout | undefined
  let ending = false

  function spawn() {
    state = { name: 'starting' }
    child = startChild('server/start.ts', env)
    child.once('message', (message) => {
      state = { name: 'up', port: (message as { port: number }).port }
    })
    child.once('exit', rest)
    return child
  }

  function rest() {
    if (ending || state.name === 'stopped') return
    state = { name: 'stopped', backAt: Date.now() + backAfterMs }
    comeback = setTimeout(spawn, backAfterMs)
  }

  return {
    get state() {
      return state
    },
    start: () =>
      new Promise((resolve, reject) => {
        const first = spawn()
        first.once('message', () => resolve())
        first.once('exit', () => reject(new Error('The server ended before it was ready.')))
      }),
    kill() {
      // Its death is known here at once, so that no request is sent to it any more.
      if (child?.kill('SIGKILL')) rest()
    },
    end() {
      ending = true
      clearTimeout(comeback)
      return endChild(child)
    },
  }
}
