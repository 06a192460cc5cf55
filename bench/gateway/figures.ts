// Rounds as medians, and tables of them.
import { median } from '../statistics.ts'
import { tableOf } from '../table.ts'
import type { Column } from './columns.ts'
import type { IdleResults } from './idle.ts'
import type { Measured } from './measure.ts'

export type FanOutResults = ReadonlyMap<Column, readonly Measured[]>

/** The median of the rounds. NaN where the column was not measured. */
export const figureOf = (results: FanOutResults, column: Column, what: keyof Measured): number =>
  median((results.get(column) ?? []).map((round) => round[what]))

/** The median of what each round says of two columns. */
export function ratioOf(results: FanOutResults, column: Column, other: Column, what: keyof Measured): number {
  const others = results.get(other) ?? []
  return median((results.get(column) ?? []).flatMap((round, n) => (others[n] ? [round[what] / others[n][what]] : [])))
}

export function idleRatioOf(results: IdleResults, column: Column, other: Column): number {
  return median(results.get(column)!.map((percent, n) => percent / results.get(other)![n]!))
}

const kilobytes = (bytes: number) => (bytes / 1_024).toFixed(1)
const percent = (share: number) => (share * 100).toFixed(0)

/** @param base the column that all others are held beside */
export function fanOutTable(title: string, results: FanOutResults, base: Column): string {
  const row = (column: Column) => {
    const figure = (what: keyof Measured) => figureOf(results, column, what)
    const ratio = (what: keyof Measured) => ratioOf(results, column, base, what).toFixed(2)
    return [
      column.name,
      ...(['p50', 'p95', 'p99', 'last'] as const).map((what) => figure(what).toFixed(1)),
      ratio('last'),
      figure('cpuUsPerDelivery').toFixed(1),
      ratio('cpuUsPerDelivery'),
      figure('messagesPerEvent').toFixed(3),
      percent(figure('serverBusy')),
      percent(figure('loadBusy')),
      kilobytes(figure('rssBytes')),
      ratio('rssBytes'),
      kilobytes(figure('keptBytes')),
      ratio('keptBytes'),
    ]
  }
  const times = `× ${base.name}`
  const latencies = ['p50 ms', 'p95', 'p99', 'last client', times]
  const cost = ['CPU µs per delivery', times, 'messages per event', 'server busy %', 'clients busy %']
  const memory = ['RSS kB per connection', times, 'kept', times]
  return tableOf(title, ['', ...latencies, ...cost, ...memory], [...results.keys()].map(row))
}

export function idleTable(title: string, results: IdleResults, base: Column): string {
  return tableOf(
    title,
    ['', 'CPU % per 1,000 connections', `× ${base.name}`],
    [...results].map(([column, rounds]) => [
      column.name,
      median(rounds).toFixed(3),
      idleRatioOf(results, column, base).toFixed(2),
    ]),
  )
}
