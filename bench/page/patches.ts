// What one change costs where there are many rows, and what is kept after many changes.
import { median } from '../statistics.ts'
import { type Cell, tableOf } from '../table.ts'
import { inTurns } from '../turns.ts'
import { naive, ownServer } from './columns.ts'
import { type Bench, measure } from './run.ts'
import type { Column, Topology } from './setup.ts'

export interface PatchFigures {
  /** From the rule to the handler after it: what the cache takes, and what it tells its observers. */
  readonly changeMs: number
  readonly rendersPerPatch: number
}

export interface PatchCase {
  readonly column: Column
  readonly topology: Topology
}

export const patchCases: readonly PatchCase[] = [naive, ownServer].flatMap((column) =>
  (['list', 'select', 'entities'] as const).map((topology) => ({ column, topology })),
)

export type PatchResults = ReadonlyMap<PatchCase, PatchFigures>

const rows = 5_000
/** So few a second that none waits for another. */
const pace = { events: 60, perSecond: 30 }

export async function runPatches(bench: Bench, rounds: number): Promise<PatchResults> {
  const results = await inTurns(patchCases, { rounds, warmUp: false }, async ({ column, topology }) => {
    const { outcome } = await measure(bench, { column, topology, rows, order: pace })
    // The first ones compile.
    return { changeMs: median(outcome.changesMs.slice(20)), rendersPerPatch: outcome.renders / pace.events }
  })
  return new Map(
    [...results].map(([key, figures]) => [
      key,
      {
        changeMs: median(figures.map(({ changeMs }) => changeMs)),
        rendersPerPatch: median(figures.map(({ rendersPerPatch }) => rendersPerPatch)),
      },
    ]),
  )
}

export function patchTable(title: string, results: PatchResults): string {
  return tableOf(
    `**${title}**`,
    ['', 'rows', 'ms', 'rows rendered'],
    [...results].map(([{ column, topology }, { changeMs, rendersPerPatch }]): Cell[] => [
      column.name,
      topology,
      changeMs.toFixed(3),
      rendersPerPatch.toFixed(1),
    ]),
  )
}

/** Bytes of heap beyond what was in use before. */
export type HeapResults = ReadonlyMap<Column, number>

export async function runHeap(bench: Bench, columns: readonly Column[], events: number, rounds: number) {
  const results = await inTurns(columns, { rounds, warmUp: false }, async (column) => {
    const { keptBytes } = await measure(bench, { column, topology: 'list', order: { events }, heap: true })
    return keptBytes
  })
  return new Map([...results].map(([column, kept]) => [column, median(kept)]))
}

export function heapTable(title: string, results: HeapResults): string {
  return tableOf(
    `**${title}**`,
    ['', 'kept kB'],
    [...results].map(([{ name }, bytes]): Cell[] => [name, (bytes / 1_024).toFixed(0)]),
  )
}

/** Rows that are wrong at the end, where events come twice and in another order. */
export type StaleResults = ReadonlyMap<Column, number>

export async function runDisorder(bench: Bench, columns: readonly Column[], events: number): Promise<StaleResults> {
  const stale = new Map<Column, number>()
  for (const column of columns) {
    const { outcome } = await measure(bench, {
      column,
      topology: 'list',
      order: { events, disorder: true },
      mayBeStale: true,
      deadlineMs: 5_000,
    })
    stale.set(column, outcome.staleRows)
  }
  return stale
}

export function staleTable(title: string, results: StaleResults): string {
  return tableOf(
    `**${title}**`,
    ['', 'wrong rows of 500'],
    [...results].map(([{ name }, rowsWrong]): Cell[] => [name, rowsWrong]),
  )
}
