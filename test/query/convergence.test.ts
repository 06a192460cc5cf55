// The promise for the cache: whatever order events, fetches, mutations and faults come in, at quiet every query equals the server,
// and where something says how new data is, nothing older is shown after something newer.
// A failing schedule is shrunk and printed. Play it again with
//   CONVERGENCE_SCHEDULE='[{"do":"cut"}]' CONVERGENCE_KIND=asOf npx vitest run --project unit test/query/convergence.test.ts
// and others with CONVERGENCE_SEED=7 CONVERGENCE_RUNS=20000 (npm run test:deep).
import * as fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { type Kind, play, type Step } from './convergence/player.ts'

beforeEach(() => void vi.useFakeTimers({ now: 1_700_000_000_000 }))
afterEach(() => void vi.useRealTimers())

const goal = fc.integer({ min: 0, max: 7 })
const query = fc.integer({ min: 0, max: 4 })
const frames = ['event', 'event', 'event', 'event', 'subscribed', 'resumed', 'ack', 'resume']

const step = fc.oneof(
  {
    weight: 10,
    arbitrary: fc.record({
      do: fc.constantFrom('create', 'rename', 'rename', 'move', 'finish', 'remove', 'recount'),
      goal,
    }),
  },
  { weight: 8, arbitrary: fc.record({ do: fc.constant('pass'), ms: fc.constantFrom(0, 1, 20, 45, 300, 2_500) }) },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('mutate'),
      what: fc.constantFrom('create', 'rename'),
      goal,
      end: fc.constantFrom('answer', 'answer', 'fail', 'lost', 'hang'),
      ms: fc.constantFrom(2, 60, 900),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('fault'),
      kind: fc.constantFrom('drop', 'duplicate', 'delay', 'swap'),
      frame: fc.constantFrom(...frames),
      count: fc.integer({ min: 1, max: 3 }),
    }),
  },
  { weight: 5, arbitrary: fc.record({ do: fc.constantFrom('refetch', 'refetch', 'toggle', 'forget'), query }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constantFrom('cut', 'refetchAll', 'next', 'next', 'overwrite') }) },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('api'),
      ms: fc.constantFrom(4, 40, 400, 1_500),
      lagMs: fc.constantFrom(0, 50, 700, 5_000),
      failures: fc.constantFrom(0, 0, 1, 3),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant('outage'), ms: fc.constantFrom(200, 8_000), forgetting: fc.boolean() }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('hide'), ms: fc.constantFrom(100, 3_000) }) },
) as fc.Arbitrary<Step>

const { CONVERGENCE_SCHEDULE, CONVERGENCE_KIND, CONVERGENCE_SEED = '2024', CONVERGENCE_RUNS = '1000' } = process.env
const kinds = (['asOf', 'version', 'plain'] as const).filter((kind) => (CONVERGENCE_KIND ?? kind) === kind)

/** What each kind of server promises. */
const servers: Readonly<Record<Kind, string>> = {
  asOf: 'an API that lags behind its events and says by how much, and never shows anything older again',
  version: 'an API that reads its own writes and rules that read versions, and never shows anything older again',
  plain: 'an API that reads its own writes, where nothing says how new anything is',
}

/** Found by longer runs than these, and mended. */
const foundBefore: [Step[]][] = [
  // The answer of a fetch that was replaced, and went on all the same, spoke for the one after it.
  [
    [
      { do: 'cut' },
      { do: 'refetchAll' },
      { do: 'pass', ms: 20 },
      { do: 'refetchAll' },
      { do: 'move', goal: 6 },
      { do: 'rename', goal: 6 },
      { do: 'cut' },
    ],
  ],
  // One page more came after a fetch that was cut short, and passed for it.
  [
    [
      { do: 'recount', goal: 0 },
      { do: 'pass', ms: 0 },
      { do: 'refetchAll' },
      { do: 'toggle', query: 4 },
      { do: 'next' },
      { do: 'hide', ms: 100 },
    ],
  ],
]

describe('the cache equals the server at quiet', () => {
  it.each(kinds.map((kind) => [servers[kind], kind] as const))(
    'with %s',
    async (_server, kind) => {
      const counts = { schedules: 0, fetches: 0, confirming: 0 }
      const keepsThePromise = fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 30 }), async (schedule) => {
        const { broken, fetches, confirming } = await play(kind, schedule)
        expect(broken).toEqual([])
        counts.schedules++
        counts.fetches += fetches
        counts.confirming += confirming
      })
      if (CONVERGENCE_SCHEDULE === undefined) {
        const runs = { numRuns: Number(CONVERGENCE_RUNS), seed: Number(CONVERGENCE_SEED) }
        await fc.assert(keepsThePromise, { ...runs, examples: foundBefore })
        const each = (count: number) => (count / counts.schedules).toFixed(1)
        console.info(`${kind}: ${each(counts.fetches)} fetches a schedule, ${each(counts.confirming)} at quiet`)
      } else {
        const examples: [Step[]][] = [[JSON.parse(CONVERGENCE_SCHEDULE) as Step[]]]
        await fc.assert(keepsThePromise, { numRuns: 1, examples, endOnFailure: true })
      }
    },
    1_800_000,
  )
})
