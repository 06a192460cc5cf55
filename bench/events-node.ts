// `npm run bench -- events-node`: 100,000 events through a real WebSocket in Node, the client beside the bare socket. The columns
// take turns in one process, so that whatever else the machine does falls on all of them.
import { setTimeout as pass } from 'node:timers/promises'
import { type Column, columns } from './events/columns.ts'
import { type ServerProcess, startServer } from './events/server-process.ts'
import type { Order } from './events/server.ts'
import { median } from './statistics.ts'
import { printTable } from './table.ts'
import { inTurns } from './turns.ts'

const events = 100_000
const rounds = 5

interface Measured {
  ms: number
  /** Of this process, all threads. */
  cpuMs: number
  /** Heap in use after a collection: more than before, while still connected and after the end. */
  keptBytes: number
  leftBytes: number
  resyncs: number
}

function heapBytes(): number {
  globalThis.gc?.()
  return process.memoryUsage().heapUsed
}

type Run = Omit<Measured, 'leftBytes'>

async function measure(column: Column, server: ServerProcess, perMessage: number): Promise<Measured> {
  const heapBefore = heapBytes()
  const measured = await receive(column, server, { form: column.form, events, perMessage }, heapBefore)
  // The close of a socket takes some turns.
  await pass(50)
  return { ...measured, leftBytes: heapBytes() - heapBefore }
}

/** Apart from `measure`, so that nothing there holds the client when the heap is measured after it. */
async function receive(column: Column, server: ServerProcess, order: Order, heapBefore: number): Promise<Run> {
  const receiving = await column.connect(server.url)
  const cpuBefore = process.cpuUsage()
  const startedAt = performance.now()
  void server.send(order)
  await receiving.heard(order.events)
  const ms = performance.now() - startedAt
  const { user, system } = process.cpuUsage(cpuBefore)
  const keptBytes = heapBytes() - heapBefore
  const lost = receiving.resyncs.filter((cause) => cause === 'lost' || cause === 'overflow')
  receiving.stop()
  return { ms, cpuMs: (user + system) / 1_000, keptBytes, resyncs: lost.length }
}

async function compare(server: ServerProcess, perMessage: number): Promise<Map<Column, Measured[]>> {
  for (const { form } of columns) await server.prepare({ form, events, perMessage })
  return inTurns(columns, { rounds, warmUp: true }, (column) => measure(column, server, perMessage))
}

function print(title: string, results: ReadonlyMap<Column, readonly Measured[]>) {
  const of = (column: Column, what: keyof Measured) => median(results.get(column)!.map((one) => one[what]))
  /** How fast it is beside the bare socket: the median of what each round says. */
  const ratio = (column: Column, what: 'ms' | 'cpuMs') =>
    median(results.get(column)!.map((one, round) => results.get(columns[0]!)![round]![what] / one[what])).toFixed(2)
  printTable(
    title,
    ['100,000 events of 250 bytes', 'ms', '× bare', 'CPU ms', '× bare', 'heap kept kB', 'left kB', 'resyncs'],
    columns.map((column) => [
      column.name,
      of(column, 'ms').toFixed(0),
      ratio(column, 'ms'),
      of(column, 'cpuMs').toFixed(0),
      ratio(column, 'cpuMs'),
      ...(['keptBytes', 'leftBytes'] as const).map((what) => (of(column, what) / 1_024).toFixed(0)),
      of(column, 'resyncs'),
    ]),
  )
}

export async function run() {
  const server = await startServer()
  try {
    print('One event per message', await compare(server, 1))
    print('64 events per message', await compare(server, 64))
  } finally {
    server.stop()
  }
}
