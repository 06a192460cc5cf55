// `npm run bench -- gateway`: our gateway beside bare ws and socket.io, on real sockets of this machine. The whole run writes its
// part of bench/RESULTS.md; `--quick` and `--only crowd,thousand,sse,packed,idle` print.
import { readFileSync } from 'node:fs'
import * as columns from './gateway/columns.ts'
import { fanOutTable, type FanOutResults, idleTable } from './gateway/figures.ts'
import { goalsOf, type Results } from './gateway/goals.ts'
import { measureIdle } from './gateway/idle.ts'
import { type FanOut, measureFanOut } from './gateway/measure.ts'
import { goalsTable, isMet } from './goals.ts'
import { writeResults } from './results.ts'
import type { BenchOptions } from './run.ts'
import { inTurns } from './turns.ts'

const sockets = [columns.ws, columns.wsOnce, columns.socketIo, columns.gateway]
const streams = [columns.sse, columns.gatewayEventSource, columns.gatewaySse]
const idleSockets = [columns.ws, columns.wsSilent, columns.wsOnce, columns.socketIo, columns.gateway]
const idleStreams = [columns.sse, columns.gatewaySse]

type Report = (table: string) => void
type Part = (scale: Scale, report: Report) => Promise<Partial<Results>>

/** How much is measured. */
interface Scale {
  readonly rounds: number
  /** Of so many connections there is one, and of so many seconds. */
  readonly shrink: { readonly connections: number; readonly seconds: number }
  readonly heartbeatMs: number
  readonly idleRounds: number
}

const whole: Scale = { rounds: 5, shrink: { connections: 1, seconds: 1 }, heartbeatMs: 30_000, idleRounds: 5 }
const small: Scale = { rounds: 1, shrink: { connections: 10, seconds: 5 }, heartbeatMs: 2_000, idleRounds: 1 }

const parts: Readonly<Record<keyof Results, Part>> = {
  async crowd(scale, report) {
    return {
      crowd: await fanOut(scale, report, sockets, 'WebSockets', { connections: 5_000, perSecond: 10, seconds: 3 }),
    }
  },
  async thousand(scale, report) {
    return {
      thousand: await fanOut(scale, report, sockets, 'WebSockets', { connections: 1_000, perSecond: 20, seconds: 2 }),
    }
  },
  async sse(scale, report) {
    return {
      sse: await fanOut(scale, report, streams, 'event streams', { connections: 500, perSecond: 20, seconds: 2 }),
    }
  },
  async packed(scale, report) {
    return {
      packed: await fanOut(scale, report, sockets, 'WebSockets', { connections: 50, perSecond: 1_000, seconds: 2 }),
    }
  },
  async idle({ shrink, heartbeatMs, idleRounds }, report) {
    const idle = await measureIdle({
      columns: [
        ...idleSockets.map((column) => ({ column, connections: 1_000 / shrink.connections })),
        ...idleStreams.map((column) => ({ column, connections: 500 / shrink.connections })),
      ],
      heartbeatMs,
      rounds: idleRounds,
    })
    report(idleTable('Idle, a ping each 30 s', idle, columns.ws))
    return { idle }
  },
}

async function fanOut(
  { rounds, shrink }: Scale,
  report: Report,
  sides: readonly columns.Column[],
  what: string,
  full: FanOut,
): Promise<FanOutResults> {
  const { perSecond } = full
  const connections = full.connections / shrink.connections
  const seconds = full.seconds / shrink.seconds
  const results = await inTurns(sides, { rounds, warmUp: false }, (column) =>
    measureFanOut(column, { connections, perSecond, seconds }),
  )
  const count = connections.toLocaleString('en')
  const title = `${count} ${what}, ${perSecond.toLocaleString('en')} events a second to all`
  report(fanOutTable(title, results, sides[0]!))
  return results
}

const about = ({ rounds }: Scale) => `
\`npm run bench -- gateway\` wrote this; what it measures and how to read it: [docs/benchmarks.md](../docs/benchmarks.md).
Servers in processes of their own on 127.0.0.1, all clients of one in another process. What counts are the ratios of columns
that took turns in one run: medians of ${rounds} rounds. Times and sizes are one machine's, for context.`

export async function run({ quick, only }: BenchOptions) {
  const scale = quick ? small : whole
  const names = Object.keys(parts) as (keyof Results)[]
  const unknown = only.filter((part) => !Object.hasOwn(parts, part))
  if (unknown.length > 0) throw new Error(`There is no part ${unknown.join(', ')}. There are: ${names.join(', ')}.`)
  const tables: string[] = []
  const report: Report = (table) => {
    console.log(table)
    tables.push(table)
  }
  let results: Results = {}
  for (const part of names.filter((name) => only.length === 0 || only.includes(name))) {
    results = { ...results, ...(await parts[part](scale, report)) }
  }
  const goals = goalsOf(results)
  const verdicts = goalsTable(`Goals: ${goals.filter(isMet).length} of ${goals.length} met`, goals)
  console.log(verdicts)
  if (quick || only.length > 0) return
  const why = readFileSync(new URL('gateway/why.md', import.meta.url), 'utf8')
  writeResults('Results of the gateway', [about(scale), verdicts, `\n${why.trimEnd()}`, ...tables].join('\n'))
}
