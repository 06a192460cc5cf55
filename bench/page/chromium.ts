// A Chromium that is told little and tells nothing by itself: Playwright would hear of every message of a socket, which costs
// more than reading it.
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { chromium } from '@playwright/test'
import { WebSocket } from 'ws'
import { launchOptions, noChromium } from '../../test/chromium.ts'

/** A page in a context and a process of its own. */
export interface Page {
  /** The value of an expression, or of its promise. */
  evaluate<Value>(expression: string): Promise<Value>
  /** What the main thread has done so far, in ms. */
  work(): Promise<Work>
  /** In bytes, after a collection. */
  heapBytes(): Promise<number>
  /** Starts a profile; what is returned ends it. */
  profile(): Promise<() => Promise<unknown>>
  close(): Promise<void>
}

export interface Work {
  /** In tasks, by the clock. */
  readonly busyMs: number
  /** Of its processor. */
  readonly cpuMs: number
}

export interface Browser {
  readonly version: string
  open(url: string): Promise<Page>
  stop(): Promise<void>
}

type Params = Readonly<Record<string, unknown>>
type Call = <Result = unknown>(method: string, params?: Params, sessionId?: string) => Promise<Result>

const flags = [
  '--headless',
  '--no-sandbox',
  '--no-first-run',
  '--disable-gpu',
  '--disable-extensions',
  '--disable-background-timer-throttling',
  '--disable-backgrounding-occluded-windows',
  '--disable-renderer-backgrounding',
  '--remote-debugging-port=0',
]

export async function startChromium(): Promise<Browser> {
  if (noChromium !== null) throw new Error(noChromium)
  const profile = mkdtempSync(join(tmpdir(), 'livecache-bench-'))
  const command = launchOptions.executablePath ?? chromium.executablePath()
  const child = spawn(command, [...flags, `--user-data-dir=${profile}`], {
    stdio: ['ignore', 'ignore', 'pipe'],
    detached: true,
  })
  const socket = new WebSocket(await debuggerOf(child), { perMessageDeflate: false })
  await once(socket, 'open')
  const call = callsOver(socket)
  const { product } = await call<{ product: string }>('Browser.getVersion')
  return {
    version: product,
    open: (url) => openPage(call, url),
    async stop() {
      const ended = once(child, 'exit')
      socket.terminate()
      // With all the processes it has started.
      process.kill(-child.pid!, 'SIGKILL')
      await ended
      rmSync(profile, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 })
    },
  }
}

async function debuggerOf({ stderr }: ChildProcess): Promise<string> {
  for await (const line of createInterface({ input: stderr! })) {
    const [, address] = /^DevTools listening on (ws:.*)$/.exec(line) ?? []
    if (address === undefined) continue
    // What it says later must not fill the pipe.
    stderr!.resume()
    return address
  }
  throw new Error('Chromium ended before it could be spoken to.')
}

interface Answer {
  id?: number
  result?: unknown
  error?: { message: string }
}

function callsOver(socket: WebSocket): Call {
  const waiting = new Map<number, (answer: Answer) => void>()
  let calls = 0
  socket.on('message', (data: Buffer) => {
    const answer = JSON.parse(data.toString()) as Answer
    if (answer.id === undefined) return
    waiting.get(answer.id)?.(answer)
    waiting.delete(answer.id)
  })
  return (method, params = {}, sessionId) =>
    new Promise((resolve, reject) => {
      const id = ++calls
      waiting.set(id, ({ error, result }) => {
        if (error !== undefined) reject(new Error(`${method}: ${error.message}`))
        else resolve(result as never)
      })
      socket.send(JSON.stringify({ id, method, params, ...(sessionId && { sessionId }) }))
    })
}

async function openPage(call: Call, url: string): Promise<Page> {
  const { browserContextId } = await call<{ browserContextId: string }>('Target.createBrowserContext')
  const { targetId } = await call<{ targetId: string }>('Target.createTarget', { url, browserContextId })
  const { sessionId } = await call<{ sessionId: string }>('Target.attachToTarget', { targetId, flatten: true })
  const ask = <Result>(method: string, params?: Params) => call<Result>(method, params, sessionId)
  await ask('Performance.enable')
  const page: Page = {
    evaluate: (expression) => evaluate(ask, expression),
    async work() {
      const { metrics } = await ask<{ metrics: { name: string; value: number }[] }>('Performance.getMetrics')
      const seconds = (name: string) => metrics.find((metric) => metric.name === name)?.value ?? Number.NaN
      return { busyMs: seconds('TaskDuration') * 1_000, cpuMs: seconds('ThreadTime') * 1_000 }
    },
    async heapBytes() {
      // What a finalizer lets go is collected by the next.
      for (let n = 0; n < 3; n++) await ask('HeapProfiler.collectGarbage')
      return (await ask<{ usedSize: number }>('Runtime.getHeapUsage')).usedSize
    },
    async profile() {
      await ask('Profiler.enable')
      await ask('Profiler.setSamplingInterval', { interval: 200 })
      await ask('Profiler.start')
      return async () => (await ask<{ profile: unknown }>('Profiler.stop')).profile
    },
    async close() {
      await call('Target.closeTarget', { targetId })
      await call('Target.disposeBrowserContext', { browserContextId })
    },
  }
  while (!(await isReady(page))) await pass()
  return page
}

/** On its way from one document to the next it has none to be asked. */
const isReady = (page: Page) =>
  page.evaluate<boolean>(`document.readyState === 'complete' && 'page' in window`).catch(() => false)

const pass = () => new Promise((resolve) => setTimeout(resolve, 10))

interface Evaluated {
  result: { value?: unknown }
  exceptionDetails?: { text: string; exception?: { description?: string } }
}

async function evaluate<Value>(
  ask: <Result>(method: string, params?: Params) => Promise<Result>,
  expression: string,
): Promise<Value> {
  const options = { expression, awaitPromise: true, returnByValue: true }
  const { result, exceptionDetails } = await ask<Evaluated>('Runtime.evaluate', options)
  if (exceptionDetails === undefined) return result.value as Value
  throw new Error(`The page failed: ${exceptionDetails.exception?.description ?? exceptionDetails.text}`)
}
