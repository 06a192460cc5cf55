// 1,000 events in one second, each of which has the same list fetched again.
import { median } from '../statistics.ts'
import { type Cell, tableOf } from '../table.ts'
import { naive, ownServer } from './columns.ts'
import { type Bench, inTurns, measure } from './run.ts'
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
  { name: 'livecache, minGapMs: 33', column: ownServer, way: 'gap-33' },
]

export type InvalidationResults = ReadonlyMap<Way, InvalidationFigures>

/** By then whatever waits has begun: a second apart, and by chance within two more. */
const settledAfterMs = 4_500

export async function runInvalidations(bench: Bench, apiMs: number, rounds: number): Promise<InvalidationResults> {
  const results = await inTurns(ways, { rounds, warmUp: false }, ({ column, way }) => one(bench, column, way, apiMs))
  return new Map(
    [...results].map(([way, figures]) => [
      way,
      {
        fetches: median(figures.map(({ fetches }) => fetches)),
        lastBegunAfterMs: median(figures.map(({ lastBegunAfterMs }) => lastBegunAfterMs)),
      },
    ]),
  )
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
  return {
    fetches: outcome.fetchesBegunAt.length,
    lastBegunAfterMs: Math.max(-Infinity, ...outcome.fetchesBegunAt) - sentAt.at(-1)!,
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
