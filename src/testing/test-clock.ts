// A clock that stands still until the test moves it, and moves the test runner's fake timers along where there are any.
// When a test has waited long enough is settle.ts.
import { type Clock, systemClock } from '../base/clock.ts'
import type { Undo } from '../base/emitter.ts'
import { RealtimeError } from '../base/errors.ts'
import { macrotask } from './macrotask.ts'

export interface TestClock extends Clock {
  /** Lets `ms` pass: each timer runs when it is due, one after the other, with all that follows from it. */
  advance(ms: number): Promise<void>
  /** Moves the time and runs nothing, as a sleep or a corrected system clock does. @param ms may be negative */
  jump(ms: number): void
  /** How many timers are waiting. */
  readonly timers: number
}

export interface TestClockOptions {
  /** Where it begins, epoch ms. @default now, so that the times TanStack Query notes are near it */
  now?: number
}

/** Whose timer it is: `settle()` waits for some of them only. */
export type TimerOwner = 'network' | 'client' | 'cache' | 'server' | 'page' | 'test'

export interface Timer {
  readonly owner: TimerOwner
  /** How long it was to wait when it was set, in ms. */
  readonly ms: number
  /** When it is due, epoch ms. */
  readonly at: number
}

/** What a stretch of time runs inside of, such as React's `act`. */
export type Around = (run: () => Promise<void>) => Promise<unknown>

/** The same, with what only the kit needs of it. */
export interface Timeline extends TestClock {
  /** The same time, and a name on its timers. */
  of(owner: TimerOwner): Clock
  /** The earliest of those that are wanted. */
  next(wanted: (timer: Timer) => boolean): Timer | null
  /** @param at epoch ms */
  runUntil(at: number): Promise<void>
  /** Lets run whatever has begun, in no time. @param ms for the runner's fake timers alone */
  pause(ms?: number): Promise<void>
  runsInside(around: Around): void
}

interface Entry extends Timer {
  readonly run: () => void
  /** Of two that are due at once the one that was set first runs first. */
  readonly place: number
}

/** So many moments of one stretch are too many: something sets timers for now, for ever. */
const maxSteps = 100_000

const inNothing: Around = (run) => run()

/** A clock for `createTestRealtime({ clock })`, where several servers and their clients are to share one. */
export const createTestClock = (options?: TestClockOptions): TestClock => createTimeline(options)

/** What the kit needs of a clock that was given. Throws `invalid-option` for one of another kind. */
export function timelineOf(clock: TestClock): Timeline {
  if ('runUntil' in clock && 'of' in clock) return clock as Timeline
  throw new RealtimeError(
    'invalid-option',
    'The clock is not one that the test kit can move, so nothing would ever happen in the test. Make it with createTestClock().',
  )
}

export function createTimeline({ now = Date.now() }: TestClockOptions = {}): Timeline {
  const entries = new Set<Entry>()
  let time = now
  let places = 0
  let around: Around = inNothing

  const of = (owner: TimerOwner): Clock => ({
    now: () => time,
    // Chance takes the shortest way: what is spread over time need not be waited for.
    random: () => 0,
    timeout(run, ms) {
      if (ms === Infinity) return () => {}
      const wait = Math.max(0, ms)
      const entry: Entry = { owner, ms: wait, at: time + wait, run, place: places++ }
      entries.add(entry)
      return () => void entries.delete(entry)
    },
  })

  function next(wanted: (entry: Entry) => boolean): Entry | null {
    let first: Entry | null = null
    for (const entry of entries) if (wanted(entry) && (first === null || isBefore(entry, first))) first = entry
    return first
  }

  /** Moves the time, forwards only: what is due in the past, after a jump, is due now. */
  function moveTo(at: number): number {
    const ms = Math.max(0, at - time)
    time += ms
    return ms
  }

  /** Runs all that is due at one moment. What they set for now has its turn when all that they began is through. */
  const runMoment = (at: number) =>
    around(async () => {
      const ms = moveTo(at)
      if (ms > 0) await macrotask(ms)
      const end = places
      for (;;) {
        const due = next((entry) => entry.at <= time && entry.place < end)
        if (due === null) break
        entries.delete(due)
        due.run()
      }
      await macrotask()
    })

  async function runUntil(at: number) {
    await around(() => macrotask())
    for (let steps = 0; steps < maxSteps; steps++) {
      const due = next((timer) => timer.at <= at)
      if (due === null) break
      await runMoment(due.at)
    }
    if (at > time) await around(() => macrotask(moveTo(at)))
  }

  return {
    ...of('test'),
    of,
    next,
    runUntil,
    advance: (ms) => runUntil(time + ms),
    async pause(ms) {
      await around(() => macrotask(ms))
    },
    jump: (ms) => void (time += ms),
    runsInside: (given) => void (around = given),
    get timers() {
      return entries.size
    },
  }
}

function isBefore(entry: Entry, other: Entry): boolean {
  return entry.at < other.at || (entry.at === other.at && entry.place < other.place)
}

const own = { ...systemClock }
/** By whom it was lent; the last one is heard. */
const lent = new Map<object, Clock>()

/**
 * Has everything in livecache that asks the system for the time ask this clock instead: components, toasts, the announcer.
 * @param who lends it, for the end of it; who lends again comes last
 */
export function lendToThePage(who: object, clock: TestClock): Undo {
  lent.delete(who)
  lent.set(who, timelineOf(clock).of('page'))
  show()
  return () => {
    lent.delete(who)
    show()
  }
}

function show() {
  const { now, random, timeout } = [...lent.values()].at(-1) ?? own
  Object.assign(systemClock, { now, random, timeout })
}
