// What a page does while it is flooded, and what it tells of it afterwards. The server is flood.ts.
import { type ClientInspection, createClient, type Diagnostic } from '../../src/client/index.ts'

export interface Flooded {
  /** How many events were read, and whether they came as 1, 2, 3… */
  readonly heard: number
  readonly inOrder: boolean
  /** From the first of them to the last, in ms. */
  readonly readMs: number
  /** How many times events were handed over, and the most of them at once. */
  readonly flushes: number
  readonly largestFlush: number
  /** Tasks that held the page up for more than 50 ms, in ms. */
  readonly longTasks: readonly number[]
  readonly resyncs: readonly string[]
  readonly diagnostics: readonly Diagnostic[]
  readonly counters: ClientInspection['counters'] | null
}

declare global {
  interface Window {
    flood(kind: 'bare' | 'client'): void
  }
}

/** A page that fell behind tells so after this time, in ms. */
const patienceMs = 25_000

const address = location.href.replace(/^http/, 'ws')
const longTasks: number[] = []
const resyncs: string[] = []
const diagnostics: Diagnostic[] = []
let heard = 0
let inOrder = true
let firstAt = 0
let lastAt = 0
let flushes = 0
let largestFlush = 0
let counters = (): ClientInspection['counters'] | null => null

function hear(payload: unknown) {
  heard++
  lastAt = performance.now()
  if (heard === 1) firstAt = lastAt
  if (payload !== heard) inOrder = false
}

function readBare() {
  const socket = new WebSocket(address)
  socket.addEventListener('open', () => socket.send('{"type":"resume"}'))
  socket.addEventListener('message', ({ data }: MessageEvent<string>) => {
    const frame = JSON.parse(data) as { seq?: number; payload: unknown }
    if (frame.seq !== undefined) hear(frame.payload)
  })
}

function readByClient() {
  const client = createClient({ url: address, onDiagnostic: (diagnostic) => diagnostics.push(diagnostic) })
  client.onResync(({ cause }) => resyncs.push(cause))
  client.subscribe({ events: ['goal.*'] }, (events) => {
    flushes++
    largestFlush = Math.max(largestFlush, events.length)
    for (const { payload } of events) hear(payload)
  })
  client.hold()
  counters = () => client.inspect().counters
}

async function report() {
  const beganAt = performance.now()
  for (;;) {
    await new Promise((resolve) => setTimeout(resolve, 200))
    const sent = (await (await fetch('/sent')).json()) as number | null
    if (sent === heard || performance.now() - beganAt > patienceMs) break
  }
  // The last ack is on its way within a second.
  await new Promise((resolve) => setTimeout(resolve, 1_100))
  const readMs = lastAt - firstAt
  const flooded: Flooded = {
    heard,
    inOrder,
    readMs,
    flushes,
    largestFlush,
    longTasks,
    resyncs,
    diagnostics,
    counters: counters(),
  }
  await fetch('/report', { method: 'POST', body: JSON.stringify(flooded) })
}

window.flood = (kind) => {
  if (kind === 'bare') readBare()
  else readByClient()
  setTimeout(() => {
    new PerformanceObserver((list) => {
      for (const { duration } of list.getEntries()) longTasks.push(Math.round(duration))
    }).observe({ type: 'longtask' })
  }, 200)
  void report()
}
