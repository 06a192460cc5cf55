// A child process that is asked for things: the server, so that it alone is measured, and the load generator.
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { Answered, Asked, Tasks } from './tasks.ts'

export interface Child<Served extends Tasks> {
  ask<What extends keyof Served & string>(
    what: What,
    ...given: Parameters<Served[What]>
  ): Promise<Awaited<ReturnType<Served[What]>>>
  /** Resolves once the process is gone. */
  stop(): Promise<void>
}

/** All of them, or none: what has started would keep this process from its end. */
export async function startAll<const Starting extends readonly Promise<{ stop(): Promise<void> }>[]>(
  starting: Starting,
): Promise<{ -readonly [Index in keyof Starting]: Awaited<Starting[Index]> }> {
  try {
    return await Promise.all(starting)
  } catch (error) {
    const settled = await Promise.allSettled(starting)
    await Promise.all(settled.map(async (one) => one.status === 'fulfilled' && one.value.stop()))
    throw error
  }
}

interface Waiting {
  resolve(value: unknown): void
  reject(error: Error): void
}

/** Resolves once it can be asked. */
export async function startChild<Served extends Tasks>(
  file: string,
  args: readonly string[] = [],
  execArgv: readonly string[] = [],
): Promise<Child<Served>> {
  const path = fileURLToPath(new URL(file, import.meta.url))
  const child: ChildProcess = fork(path, args, { execArgv: ['--disable-warning=ExperimentalWarning', ...execArgv] })
  const gone = once(child, 'exit')
  const waiting = new Map<number, Waiting>()
  let requests = 0
  let isStopping = false

  function ask(what: string, ...given: never[]): Promise<unknown> {
    const request = ++requests
    return new Promise((resolve, reject) => {
      waiting.set(request, { resolve, reject })
      child.send({ request, what, given } satisfies Asked, (error) => error && reject(error))
    })
  }

  child.on('message', ({ request, value, error }: Answered) => {
    const asked = waiting.get(request)
    waiting.delete(request)
    if (error === undefined) asked?.resolve(value)
    else asked?.reject(new Error(error))
  })
  child.on('exit', (code) => {
    if (isStopping) return
    for (const { reject } of waiting.values()) reject(new Error(`${file} ended with ${code} before it answered.`))
  })
  const begun = new Promise((resolve, reject) => waiting.set(0, { resolve, reject }))
  await begun
  return {
    ask: ask as Child<Served>['ask'],
    async stop() {
      isStopping = true
      if (child.connected) child.disconnect()
      await gone
    },
  }
}
