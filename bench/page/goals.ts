// Holds what was measured to what is to be reached.
import type { Goal } from '../goals.ts'
import type { BurstResults } from './bursts.ts'
import {
  naive,
  ownPacked,
  ownPackedSameFrame,
  ownServer,
  ownServerSameFrame,
  peers,
  plainServer,
  plainServerAcksOff,
  raw,
  rawDom,
} from './columns.ts'
import type { InvalidationResults } from './invalidations.ts'
import type { HeapResults, PatchResults, StaleResults } from './patches.ts'
import type { Column } from './setup.ts'
import type { SteadyResults } from './steady.ts'

/** What of it was measured; parts that were not run are left out. */
export interface Results {
  readonly bursts: Readonly<Record<string, BurstResults>>
  readonly select?: BurstResults
  readonly steady: Readonly<Record<number, SteadyResults>>
  /** By what the API takes, in ms. */
  readonly invalidations: Readonly<Record<number, InvalidationResults>>
  readonly patches?: PatchResults
  readonly heap?: HeapResults
  readonly stale?: StaleResults
}

/** A frame, in ms, rounded up. */
const frameMs = 17

const goal = (measure: string, measured: number, sense: Goal['sense'], limit: number): Goal => ({
  measure,
  measured,
  sense,
  limit,
})

export function goalsOf({ bursts, select, steady, invalidations, patches, heap, stale }: Results): Goal[] {
  return [
    ...Object.entries(bursts).flatMap(([title, results]) => burstGoals(title, results)),
    ...(select ? selectGoals(select) : []),
    ...(stale ? staleGoals(stale) : []),
    ...Object.entries(steady).flatMap(([perSecond, results]) => steadyGoals(Number(perSecond), results)),
    ...Object.entries(invalidations).flatMap(([apiMs, results]) => invalidationGoals(Number(apiMs), results)),
    ...(patches ? patchGoals(patches) : []),
    ...(heap ? [goal('heap kept after 50,000 events, × naive', heap.get(ownServer)! / heap.get(naive)!, '≤', 1)] : []),
  ]
}

/** The fastest of those that get one event a message too. */
const bestPeer = (results: BurstResults): number =>
  Math.max(...peers.filter(({ perMessage }) => perMessage === 1).map((peer) => results.get(peer)?.perSecond ?? 0))

function burstGoals(title: string, results: BurstResults): Goal[] {
  const each = [plainServer, plainServerAcksOff, ownServer].flatMap((column) => {
    const figures = results.get(column)
    if (figures === undefined) return []
    const of = `${title}, ${column.name}`
    const best = bestPeer(results)
    return [
      goal(`${of}: × raw`, figures.timesAsFastAs(raw), '≥', 0.75),
      goal(`${of}: × naive`, figures.timesAsFastAs(naive), '≥', 2),
      ...(best > 0 ? [goal(`${of}: × the fastest peer`, figures.perSecond / best, '≥', 1)] : []),
      ...calmGoals(of, results, column),
    ]
  })
  const packed = [ownPacked, ownPackedSameFrame].flatMap((column) => {
    const figures = results.get(column)
    if (figures === undefined) return []
    const of = `${title}, ${column.name}`
    return [
      goal(`${of}: × raw`, figures.timesAsFastAs(raw), '≥', 5),
      goal(`${of}: × naive`, figures.timesAsFastAs(naive), '≥', 12),
      goal(`${of}: CPU × naive`, figures.cpuBeside(naive), '≤', 0.08),
      ...calmGoals(of, results, column),
    ]
  })
  return [...each, ...packed]
}

function calmGoals(of: string, results: BurstResults, column: Column): Goal[] {
  const { commitsPerFrame, longestTaskMs, overflows } = results.get(column)!
  return [
    goal(`${of}: queues given up`, overflows, '≤', 0),
    goal(`${of}: commits a frame`, commitsPerFrame, '≤', 1),
    goal(`${of}: longest task, ms (0: none over 50)`, longestTaskMs, '≤', 50),
  ]
}

function selectGoals(results: BurstResults): Goal[] {
  return [ownServer, ownPacked].flatMap((column) => {
    const figures = results.get(column)
    return figures
      ? [goal(`500 selectors on one list, ${column.name}: × naive`, figures.timesAsFastAs(naive), '≥', 20)]
      : []
  })
}

const staleGoals = (results: StaleResults): Goal[] =>
  [...results]
    .filter(([{ feed }]) => feed === 'livecache')
    .map(([{ name }, rows]) => goal(`twice and in another order, ${name}: wrong rows`, rows, '≤', 0))

/** At 1,000/s p50 and p99 are held to the bare page, at 5,000/s p99 alone. */
const steadyLimits: Readonly<Record<number, { plain: number; sameFrame: number; busy: number; p50: boolean }>> = {
  1_000: { plain: 1.5, sameFrame: 1.15, busy: 0.65, p50: true },
  5_000: { plain: 2, sameFrame: 1.25, busy: 0.5, p50: false },
}

function steadyGoals(perSecond: number, results: SteadyResults): Goal[] {
  const limits = steadyLimits[perSecond]
  return [ownServer, ownPacked, ownServerSameFrame, ownPackedSameFrame].flatMap((column) => {
    const figures = results.get(column)
    if (figures === undefined || limits === undefined) return []
    const of = `${perSecond.toLocaleString('en')}/s, ${column.name}`
    const limit = column.sameFrame ? limits.sameFrame : limits.plain
    return [
      ...(limits.p50 ? [goal(`${of}: painted p50 × raw-dom`, figures.p50Beside(rawDom), '≤', limit)] : []),
      goal(`${of}: painted p99 × raw-dom`, figures.p99Beside(rawDom), '≤', limit),
      goal(`${of}: busy × naive`, figures.busyBeside(naive), '≤', limits.busy),
      goal(`${of}: commits/s`, figures.commitsPerSecond, '≤', 61),
      goal(`${of}: last second × first`, figures.growth, '≤', 1.5),
    ]
  })
}

function invalidationGoals(apiMs: number, results: InvalidationResults): Goal[] {
  return [...results]
    .filter(([{ column }]) => column.feed === 'livecache')
    .flatMap(([{ name, way }, { fetches, lastBegunAfterMs }]) => {
      const of = `1,000 invalidations, API of ${apiMs} ms, ${name}`
      return [
        goal(`${of}: fetches`, fetches, '≤', apiMs >= 200 ? 6 : 31),
        goal(`${of}: last one begun after the last event by, ms`, lastBegunAfterMs, '≥', 0),
        // By default they are a second apart, and spread: what those options are for.
        ...(way === 'gap-33'
          ? [goal(`${of}: the same, ms`, lastBegunAfterMs, '≤', Math.max(apiMs, 33) + frameMs)]
          : []),
      ]
    })
}

function patchGoals(results: PatchResults): Goal[] {
  return [...results]
    .filter(([{ column }]) => column.feed === 'livecache')
    .flatMap(([{ topology }, { changeMs, rendersPerPatch }]) => [
      goal(`a patch of one row in 5,000, ${topology}: ms`, changeMs, '≤', 0.5),
      goal(`a patch of one row in 5,000, ${topology}: rows rendered`, rendersPerPatch, '≤', 1),
    ])
}
