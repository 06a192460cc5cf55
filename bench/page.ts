// `npm run bench -- page`: livecache, its peers and code by hand, in a page of Chromium. The whole run writes bench/RESULTS.md;
// `--quick` and `--only bursts,select,entities,steady,invalidations,patches,heap,disorder` print.
import { readFileSync } from 'node:fs'
import { startServer } from './events/server-process.ts'
import { goalsTable, isMet } from './goals.ts'
import { bundlePage } from './page/bundle.ts'
import { type BurstResults, burstTable, runBurst } from './page/bursts.ts'
import { startChromium } from './page/chromium.ts'
import * as columns from './page/columns.ts'
import { goalsOf, type Results } from './page/goals.ts'
import { invalidationTable, runInvalidations } from './page/invalidations.ts'
import { heapTable, patchTable, runDisorder, runHeap, runPatches, staleTable } from './page/patches.ts'
import type { Bench } from './page/run.ts'
import { serveSite } from './page/site.ts'
import type { Topology } from './page/setup.ts'
import { runSteady, steadyTable } from './page/steady.ts'
import { writeResults } from './results.ts'
import type { BenchOptions } from './run.ts'

const { raw, rawPacked, rawDom, naive, peers, centrifuge } = columns
const { plainServer, plainServerAcksOff, ownServer, ownServerSameFrame, ownPacked, ownPackedSameFrame } = columns

const ofAll = [raw, rawPacked, rawDom, naive, ...peers]
const ours = [plainServer, plainServerAcksOff, ownServer, ownServerSameFrame, ownPacked, ownPackedSameFrame]

type Part = (bench: Bench, scale: Scale, report: Report) => Promise<Partial<Results>>

/** How much is measured. */
interface Scale {
  readonly quick: boolean
  readonly rounds: number
  /** Where a round is long, and has thousands of values in it. */
  readonly fewRounds: number
  readonly seconds: number
}

type Report = (table: string) => void

const whole: Scale = { quick: false, rounds: 5, fewRounds: 3, seconds: 10 }
const small: Scale = { quick: true, rounds: 1, fewRounds: 1, seconds: 4 }

const parts: Readonly<Record<string, Part>> = {
  async bursts(bench, scale, report) {
    const bursts: Record<string, BurstResults> = {}
    const sides = [raw, naive, plainServer, ownServer, ownPacked]
    const sizes = [
      { title: '10,000 events', events: 10_000, columns: [...ofAll, ...ours], rounds: scale.rounds },
      // Peers are left out, since they would take longer than all the rest.
      { title: '100,000 events', events: 100_000, columns: sides, rounds: scale.fewRounds },
    ]
    for (const { title, ...size } of scale.quick ? sizes.slice(0, 1) : sizes) {
      const results = await runBurst(bench, { title, topology: 'list', ...size })
      report(burstTable(`A burst of ${title}, 500 rows of one list`, results, raw, naive))
      bursts[title] = results
    }
    return { bursts }
  },
  async select(bench, scale, report) {
    const select = await runOther(bench, scale, 'select')
    report(burstTable('A burst of 10,000, 500 rows that each select from one list', select, raw, naive))
    return { select }
  },
  async entities(bench, scale, report) {
    const entities = await runOther(bench, scale, 'entities')
    report(burstTable('A burst of 10,000, 500 rows with a query each', entities, raw, naive))
    return {}
  },
  async steady(bench, { fewRounds, seconds }, report) {
    const steady: Results['steady'] = Object.fromEntries(
      await inSeries([1_000, 5_000], async (perSecond) => {
        const sides = [rawDom, naive, centrifuge, ownServer, ownServerSameFrame, ownPacked]
        const results = await runSteady(bench, { perSecond, seconds, columns: sides, rounds: fewRounds })
        const title = `${perSecond.toLocaleString('en')} events a second for ${seconds} s`
        report(steadyTable(title, results, rawDom, naive))
        return [perSecond, results] as const
      }),
    )
    return { steady }
  },
  async invalidations(bench, _scale, report) {
    const invalidations: Results['invalidations'] = Object.fromEntries(
      await inSeries([200, 20], async (apiMs) => {
        const results = await runInvalidations(bench, apiMs)
        report(invalidationTable(`1,000 invalidations of one list in 1 s, an API that takes ${apiMs} ms`, results))
        return [apiMs, results] as const
      }),
    )
    return { invalidations }
  },
  async patches(bench, { fewRounds }, report) {
    const patches = await runPatches(bench, fewRounds)
    report(patchTable('A patch of one row in 5,000', patches))
    return { patches }
  },
  async heap(bench, { fewRounds }, report) {
    const heap = await runHeap(bench, [naive, ownServer, ownPacked], 50_000, fewRounds)
    report(heapTable('Heap kept after 50,000 events', heap))
    return { heap }
  },
  async disorder(bench, _scale, report) {
    const stale = await runDisorder(bench, [naive, centrifuge, plainServer, ownServer, ownPacked], 10_000)
    report(staleTable('10,000 events shuffled within 800, each tenth of them twice', stale))
    return { stale }
  },
}

/** Naive code takes so long there that fewer rounds must do. */
function runOther(bench: Bench, { fewRounds }: Scale, topology: Topology): Promise<BurstResults> {
  const sides = [naive, ownServer, ownPacked]
  return runBurst(bench, { title: topology, topology, events: 10_000, columns: sides, rounds: fewRounds })
}

async function inSeries<Item, Value>(items: readonly Item[], work: (item: Item) => Promise<Value>): Promise<Value[]> {
  const values: Value[] = []
  for (const item of items) values.push(await work(item))
  return values
}

const about = ({ rounds, fewRounds }: Scale) =>
  `\`npm run bench -- page\` wrote this; what it measures and how to read it: [docs/benchmarks.md](../docs/benchmarks.md).
React's production build in headless Chromium, 500 memoized rows, events of 250 bytes of JSON, each for the next row. What
counts are the ratios of columns that took turns in one run: medians of ${rounds} rounds after one that warms up (${fewRounds} without one where a
round is long, one for counts), each in a fresh page. Times, rates and sizes are one machine's, for context.`

export async function run({ quick, only }: BenchOptions) {
  const scale = quick ? small : whole
  const unknown = only.filter((part) => !Object.hasOwn(parts, part))
  if (unknown.length > 0)
    throw new Error(`There is no part ${unknown.join(', ')}. There are: ${Object.keys(parts).join(', ')}.`)
  const site = await serveSite(await bundlePage())
  const server = await startServer()
  const browser = await startChromium()
  const tables: string[] = []
  const report: Report = (table) => {
    console.log(table)
    tables.push(table)
  }
  try {
    let results: Results = { bursts: {}, steady: {}, invalidations: {} }
    for (const part of only.length > 0 ? only : Object.keys(parts)) {
      results = { ...results, ...(await parts[part]!({ browser, server, site }, scale, report)) }
    }
    const goals = goalsOf(results)
    const reached = goals.filter(isMet).length
    const verdicts = goalsTable(`Goals: ${reached} of ${goals.length} met`, goals)
    console.log(verdicts)
    if (quick || only.length > 0) return
    const why = readFileSync(new URL('page/why.md', import.meta.url), 'utf8')
    writeResults('Results of the page', [about(scale), verdicts, `\n${why.trimEnd()}`, ...tables].join('\n'))
  } finally {
    server.stop()
    site.stop()
    await browser.stop()
  }
}
