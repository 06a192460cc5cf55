// What connections cost while nothing happens but pings. All servers are idle at the same time, each in its own process.
import { setTimeout as pass } from 'node:timers/promises'
import type { Column } from './columns.ts'
import { startAll } from './child.ts'
import { type Pair, startPair } from './measure.ts'

export interface Idle {
  readonly columns: readonly { readonly column: Column; readonly connections: number }[]
  /** Also how long one round is, in ms: each connection is pinged once in it. */
  readonly heartbeatMs: number
  readonly rounds: number
}

/** Per cent of a core per 1,000 connections with a ping each 30 s, by round. */
export type IdleResults = ReadonlyMap<Column, readonly number[]>

/** The first pings run code that is not compiled yet, and what connecting has left behind is collected. */
const settleMs = 2_000
/** With another one it is shown as if it were this: an idle connection does nothing else. */
const usualHeartbeatMs = 30_000

export async function measureIdle({ columns, heartbeatMs, rounds }: Idle): Promise<IdleResults> {
  const pairs = await startAll(columns.map(({ column }) => startPair(column, heartbeatMs)))
  try {
    for (const [n, { load, server }] of pairs.entries()) {
      await load.ask('connect', columns[n]!.connections)
      await server.ask('weigh', false)
    }
    await pass(Math.min(settleMs, heartbeatMs))
    const results = new Map<Column, number[]>(columns.map(({ column }) => [column, []]))
    for (let round = 0; round < rounds; round++) {
      const before = await cpuOf(pairs)
      await pass(heartbeatMs)
      const after = await cpuOf(pairs)
      for (const [n, { column, connections }] of columns.entries()) {
        const cpuMsPerPing = (after[n]! - before[n]!) / connections
        results.get(column)!.push((cpuMsPerPing / usualHeartbeatMs) * 100 * 1_000)
      }
    }
    return results
  } finally {
    await Promise.all(pairs.map((pair) => pair.stop()))
  }
}

const cpuOf = (pairs: readonly Pair[]) => Promise.all(pairs.map(({ server }) => server.ask('cpuMs')))
