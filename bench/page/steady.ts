// A steady stream: how long a value takes from the server to the screen, and how busy the page is with it.
import { rowCount } from '../events/event.ts'
import { median, percentile } from '../statistics.ts'
import { type Cell, tableOf } from '../table.ts'
import { inTurns } from '../turns.ts'
import { ratio } from './bursts.ts'
import { type Bench, measure, type Measured } from './run.ts'
import { type Column, isWatched } from './setup.ts'

export interface Steady {
  readonly perSecond: number
  readonly seconds: number
  readonly columns: readonly Column[]
  readonly rounds: number
}

export interface SteadyFigures {
  readonly p50Ms: number
  readonly p99Ms: number
  p50Beside(other: Column): number
  p99Beside(other: Column): number
  /** Share of the time. */
  readonly busy: number
  busyBeside(other: Column): number
  readonly commitsPerSecond: number
  /** Median latency of the last second beside that of the first that counts: a backlog makes it grow. */
  readonly growth: number
}

export type SteadyResults = ReadonlyMap<Column, SteadyFigures>

/** A gateway collects under load; see performance of the page in docs/benchmarks.md. */
const gatherMs = 8

export async function runSteady(bench: Bench, { columns, perSecond, seconds, rounds }: Steady): Promise<SteadyResults> {
  const results = await inTurns(columns, { rounds, warmUp: false }, async (column) =>
    one(
      await measure(bench, {
        column,
        topology: 'list',
        order: { events: perSecond * seconds, perSecond, ...(column.perMessage > 1 && { gatherMs }) },
      }),
      perSecond,
    ),
  )
  return new Map(columns.map((column) => [column, figuresOf(column, results)]))
}

interface Round {
  p50Ms: number
  p99Ms: number
  busy: number
  commitsPerSecond: number
  growth: number
}

function one({ outcome, sentAt, ms, busyMs }: Measured, perSecond: number): Round {
  const latencies = latenciesOf(outcome.painted, sentAt)
  // The first second compiles.
  const counted = latencies.filter(({ event }) => event > perSecond).map((latency) => latency.ms)
  const between = (from: number, to: number) =>
    median(latencies.filter(({ event }) => event > from && event <= to).map((latency) => latency.ms))
  return {
    p50Ms: percentile(counted, 0.5),
    p99Ms: percentile(counted, 0.99),
    busy: busyMs / ms,
    commitsPerSecond: (outcome.commits / ms) * 1_000,
    growth: between(sentAt.length - perSecond, sentAt.length) / between(perSecond, 2 * perSecond),
  }
}

/** One that was never shown counts until a newer value of its row was. */
export function latenciesOf(
  painted: readonly (readonly [value: number, at: number])[],
  sentAt: readonly number[],
  rows = rowCount,
): { event: number; ms: number }[] {
  const shown = new Map<number, [value: number, at: number][]>()
  for (const [value, at] of painted) {
    const row = shown.get(value % rows) ?? []
    row.push([value, at])
    shown.set(value % rows, row)
  }
  return sentAt.flatMap((at, index) => {
    const event = index + 1
    if (!isWatched(event % rows)) return []
    const first = shown.get(event % rows)?.find(([value]) => value >= event)
    return first === undefined ? [] : [{ event, ms: first[1] - at }]
  })
}

function figuresOf(column: Column, results: ReadonlyMap<Column, Round[]>): SteadyFigures {
  const own = results.get(column)!
  const of = (what: keyof Round) => median(own.map((round) => round[what]))
  const beside = (other: Column, what: keyof Round) =>
    median((results.get(other) ?? []).map((round, index) => own[index]![what] / round[what]))
  return {
    p50Ms: of('p50Ms'),
    p99Ms: of('p99Ms'),
    p50Beside: (other) => beside(other, 'p50Ms'),
    p99Beside: (other) => beside(other, 'p99Ms'),
    busy: of('busy'),
    busyBeside: (other) => beside(other, 'busy'),
    commitsPerSecond: of('commitsPerSecond'),
    growth: of('growth'),
  }
}

export function steadyTable(title: string, results: SteadyResults, rawDom: Column, naive: Column): string {
  return tableOf(
    `**${title}**`,
    ['', 'p50 ms', '× raw-dom', 'p99 ms', '× raw-dom', 'busy %', '× naive', 'commits/s', 'last ÷ first second'],
    [...results].map(([{ name }, figures]): Cell[] => [
      name,
      figures.p50Ms.toFixed(1),
      ratio(figures.p50Beside(rawDom)),
      figures.p99Ms.toFixed(1),
      ratio(figures.p99Beside(rawDom)),
      (figures.busy * 100).toFixed(0),
      ratio(figures.busyBeside(naive)),
      figures.commitsPerSecond.toFixed(0),
      ratio(figures.growth),
    ]),
  )
}
