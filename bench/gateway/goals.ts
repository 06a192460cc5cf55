// Holds what was measured of the gateway to what is to be reached.
import type { Goal } from '../goals.ts'
import { median } from '../statistics.ts'
import { gateway, gatewayEventSource, gatewaySse, socketIo, ws } from './columns.ts'
import { type FanOutResults, figureOf, idleRatioOf, ratioOf } from './figures.ts'
import type { IdleResults } from './idle.ts'

/** What of it was measured; parts that were not run are left out. */
export interface Results {
  readonly crowd?: FanOutResults
  readonly thousand?: FanOutResults
  readonly sse?: FanOutResults
  readonly packed?: FanOutResults
  readonly idle?: IdleResults
}

const megabyte = 1_048_576

const atMost = (measure: string, measured: number, limit: number): Goal => ({ measure, measured, sense: '≤', limit })

export function goalsOf({ crowd, thousand, sse: streams, packed, idle }: Results): Goal[] {
  return [
    ...(crowd ? crowdGoals('5,000 WebSockets', crowd) : []),
    ...(thousand ? cpuGoals('1,000 WebSockets', thousand) : []),
    ...(streams ? streamGoals(streams) : []),
    ...(packed ? packedGoals(packed) : []),
    ...(idle ? idleGoals(idle) : []),
  ]
}

function crowdGoals(of: string, results: FanOutResults): Goal[] {
  return [
    ...cpuGoals(of, results),
    atMost(`${of}: the last client, × ws`, ratioOf(results, gateway, ws, 'last'), 1),
    atMost(`${of}: RSS per connection, × ws`, ratioOf(results, gateway, ws, 'rssBytes'), 1.5),
    atMost(`${of}: RSS per connection, kB`, figureOf(results, gateway, 'rssBytes') / 1_024, 12),
    atMost(`${of}: of that kept, × ws`, ratioOf(results, gateway, ws, 'keptBytes'), 1.5),
    atMost(`${of}: RSS per connection, MB`, figureOf(results, gateway, 'rssBytes') / megabyte, 1),
  ]
}

function cpuGoals(of: string, results: FanOutResults): Goal[] {
  return [
    atMost(`${of}: CPU per delivery, × ws`, ratioOf(results, gateway, ws, 'cpuUsPerDelivery'), 1),
    atMost(`${of}: CPU per delivery, × socket.io`, ratioOf(results, gateway, socketIo, 'cpuUsPerDelivery'), 0.75),
    atMost(`${of}: p95, ms`, figureOf(results, gateway, 'p95'), 200),
  ]
}

function streamGoals(results: FanOutResults): Goal[] {
  return [gatewayEventSource, gatewaySse].flatMap((column) => [
    atMost(`500 event streams, ${column.name}: p95, ms`, figureOf(results, column, 'p95'), 200),
    atMost(
      `500 event streams, ${column.name}: RSS per connection, MB`,
      figureOf(results, column, 'rssBytes') / megabyte,
      1,
    ),
  ])
}

function packedGoals(results: FanOutResults): Goal[] {
  return [
    atMost('1,000 events/s: messages per event, × ws', ratioOf(results, gateway, ws, 'messagesPerEvent'), 0.15),
    atMost('1,000 events/s: p95, ms', figureOf(results, gateway, 'p95'), 200),
  ]
}

function idleGoals(results: IdleResults): Goal[] {
  return [
    atMost('idle: CPU, × ws', idleRatioOf(results, gateway, ws), 1.2),
    atMost('idle: CPU % per 1,000 WebSockets', median(results.get(gateway)!), 5),
    atMost('idle: CPU % per 1,000 event streams', median(results.get(gatewaySse)!), 5),
  ]
}
