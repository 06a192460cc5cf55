// 1,000 events in one second, each of which has the same list fetched again.
import { type Cell, tableOf } from '../table.ts'
import { naive, ownServer } from './columns.ts'
import { type Bench, measure } from './run.ts'
import type { Column, Effect } from './setup.ts'

export interface InvalidationFigures {
  /** How many fetches the app began. */
  readonly fetches: number
  /** How long after the last event the last one began, in ms; less than 0: before it. */
  readonly lastBegunAfterMs: number
}

export interface Way {
  readonly name: string
  readonly column: Column
  readonly way: Extract<Effect, { kind: 'invalidate' }>['way']
}

export const ways: readonly Way[] = [
  { name: 'naive', column: naive, way: 'default' },
  { name: 'naive, with signal', column: naive, way: 'signal' },
  { name: 'naive, cancelRefetch: false', column: naive, way: 'no-cancel' },
  { name: 'livecache', column: ownServer, way: 'default' },
  { name: 'livecache, minGapMs: 33, spreadMs: 0', column: ownServer, way: 'gap-33' },
]

export type InvalidationResults = ReadonlyMap<Way, InvalidationFigures>

/** Two clocks are compared. */
const clockErrorMs = 2

/** By then whatever waits has begun: a second apart, and by chance within two more. */
const settledAfterMs = 4_500

/** Once: these are counts, and the same each time but for a few. */
export async function runInvalidations(bench: Bench, apiMs: number): Promise<InvalidationResults> {
  const results = new Map<Way, InvalidationFigures>()
  for (const way of ways) results.set(way, await one(bench, way.column, way.way, apiMs))
  return results
}

async function one(bench: Bench, column: Column, way: Way['way'], apiMs: number): Promise<InvalidationFigures> {
  const { outcome, sentAt } = await measure(bench, {
    column,
    topology: 'list',
    effect: { kind: 'invalidate', way },
    apiMs,
    order: { events: 1_000, perSecond: 1_000 },
    deadlineMs: settledAfterMs,
    mayBeStale: true,
    waitsForDeadline: true,
  })
  const afterMs = Math.max(-Infinity, ...outcome.fetchesBegunAt) - sentAt.at(-1)!
  return {
    fetches: outcome.fetchesBegunAt.length,
    lastBegunAfterMs: afterMs > -clockErrorMs ? Math.max(0, afterMs) : afterMs,
  }
}

export function invalidationTable(title: string, results: InvalidationResults): string {
  return tableOf(
    `**${title}**`,
    ['', 'fetches begun', 'one after the last event', 'ms after it'],
    [...results].map(([{ name }, { fetches, lastBegunAfterMs }]): Cell[] => [
      name,
      fetches,
      lastBegunAfterMs >= 0 ? 'yes' : 'no',
      lastBegunAfterMs >= 0 ? lastBegunAfterMs.toFixed(0) : '–',
    ]),
  )
}
