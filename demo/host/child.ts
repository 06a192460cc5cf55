// A process of the demo: started with the same loader as the host.
import { type ChildProcess, fork } from 'node:child_process'

const loader = new URL('../resolve-livecache.ts', import.meta.url).href

export function startChild(file: string, env: Readonly<Record<string, string>>): ChildProcess {
  return fork(new URL(`../${file}`, import.meta.url), {
    execArgv: ['--disable-warning=ExperimentalWarning', '--import', loader],
    env: { ...process.env, ...env },
  })
}

/** Resolves once it is gone; one that does not end by itself within 2 s is killed. */
export async function endChild(child: ChildProcess | null) {
  if (child === null || child.exitCode !== null || child.signalCode !== null) return
  const gone = new Promise((resolve) => child.once('exit', resolve))
  const impatience = setTimeout(() => child.kill('SIGKILL'), 2_000)
  child.kill('SIGTERM')
  await gone
  clearTimeout(impatience)
}
