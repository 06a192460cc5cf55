// The teammate's process, switched on and off.
import type { ChildProcess } from 'node:child_process'
import { endChild, startChild } from './child.ts'

export interface TeammateProcess {
  readonly on: boolean
  set(on: boolean): void
  end(): Promise<void>
}

export function createTeammateProcess(env: Readonly<Record<string, string>>): TeammateProcess {
  let child: ChildProcess | null = null

  function end(): Promise<void> {
    const ended = child
    child = null
    return endChild(ended)
  }

  return {
    get on() {
      return child !== null
    },
    set(on) {
      if (on === (child !== null)) return
      if (!on) {
        void end()
        return
      }
      const started = startChild('teammate.ts', env)
      child = started
      started.once('exit', () => {
        if (child === started) child = null
      })
    },
    end,
  }
}
