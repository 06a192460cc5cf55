// Bursts: so many events as fast as the page takes them.
import { median } from '../statistics.ts'
import { type Cell, tableOf, thousands } from '../table.ts'
import { inTurns } from '../turns.ts'
import { type Bench, measure, type Measured } from './run.ts'
import type { Column, Topology } from './setup.ts'

export interface Burst {
  readonly title: string
  readonly topology: Topology
  readonly events: number
  /** The first of them is what × raw means, if it is raw. */
  readonly columns: readonly Column[]
  readonly rounds: number
}

/** Of one column, medians of its rounds. */
export interface BurstFigures {
  readonly perSecond: number
  /** How many times as fast as another column, by the median of what each round says. */
  timesAsFastAs(other: Column): number
  /** CPU beside that of another column. */
  cpuBeside(other: Column): number
  readonly cpuMsPer10k: number
  readonly commits: number
  /** Beside the frames of a screen with 60 a second that the burst took. */
  readonly commitsPerFrame: number
  readonly longestTaskMs: number
  readonly overflows: number
}

export type BurstResults = ReadonlyMap<Column, BurstFigures>

const frameMs = 1_000 / 60

export async function runBurst(bench: Bench, { columns, events, topology, rounds }: Burst): Promise<BurstResults> {
  const results = await inTurns(columns, { rounds, warmUp: rounds > 3 }, (column) =>
    measure(bench, { column, topology, order: { events } }),
  )
  return new Map(columns.map((column) => [column, figuresOf(column, results, events)]))
}

function figuresOf(column: Column, results: ReadonlyMap<Column, Measured[]>, events: number): BurstFigures {
  const own = results.get(column)!
  const of = (what: (one: Measured) => number) => median(own.map(what))
  const beside = (other: Column, ratio: (one: Measured, another: Measured) => number) =>
    median((results.get(other) ?? []).map((another, round) => ratio(own[round]!, another)))
  return {
    perSecond: of(({ ms }) => (events / ms) * 1_000),
    timesAsFastAs: (other) => beside(other, (one, another) => another.ms / one.ms),
    cpuBeside: (other) => beside(other, (one, another) => one.cpuMs / another.cpuMs),
    cpuMsPer10k: of(({ cpuMs }) => (cpuMs / events) * 10_000),
    commits: of(({ outcome }) => outcome.commits),
    commitsPerFrame: of(({ outcome, ms }) => outcome.commits / (ms / frameMs + 1)),
    longestTaskMs: of(({ outcome }) => outcome.longestTaskMs),
    overflows: of(({ outcome }) => outcome.overflows),
  }
}

/** A dash where the other column was not there. */
export const ratio = (value: number): string => (Number.isNaN(value) ? '–' : value.toFixed(value < 10 ? 2 : 1))

export function burstTable(title: string, results: BurstResults, raw: Column, naive: Column): string {
  return tableOf(
    `**${title}**`,
    [
      '',
      'events/s',
      '× raw',
      '× naive',
      'CPU ms per 10k',
      '× naive',
      'commits',
      'a frame',
      'longest task ms',
      'overflows',
    ],
    [...results].map(([{ name }, figures]): Cell[] => [
      name,
      thousands(figures.perSecond),
      ratio(figures.timesAsFastAs(raw)),
      ratio(figures.timesAsFastAs(naive)),
      figures.cpuMsPer10k.toFixed(0),
      ratio(figures.cpuBeside(naive)),
      thousands(figures.commits),
      ratio(figures.commitsPerFrame),
      figures.longestTaskMs === 0 ? '< 50' : figures.longestTaskMs.toFixed(0),
      figures.overflows,
    ]),
  )
}
