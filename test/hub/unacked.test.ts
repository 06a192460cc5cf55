// What a session was sent and has not confirmed, beside a model that keeps it all in one list.
import * as fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { systemClock } from '../../src/base/clock.ts'
import type { LoggedEvent } from '../../src/hub/event-log.ts'
import { Unacked } from '../../src/hub/unacked.ts'

beforeEach(() => void vi.useFakeTimers({ now: 1_700_000_000_000 }))
afterEach(() => void vi.useRealTimers())

const idOf = (stream: string, seq: number) => `${stream}/${seq}`
const frameOf = (stream: string, seq: number) => ({ eventId: idOf(stream, seq), stream, seq })

/** A log that remembers everything. */
const log = {
  find(eventId: string) {
    const [stream = '', seq] = eventId.split('/')
    return { frame: frameOf(stream, Number(seq)) } as LoggedEvent
  },
}

function unconfirmed(options: { maxUnacked?: number; maxUnackedBytes?: number } = {}) {
  const told: string[] = []
  const limits = { maxUnacked: 10_000, maxUnackedBytes: 1e9, ...options }
  const unacked = new Unacked(
    { clock: systemClock, log, ackTimeoutMs: 30_000, limits },
    { onLate: () => told.push(`late at ${Date.now()}`), onFull: () => told.push('full') },
  )
  return { unacked, told }
}

/** The same, without a thought of speed. */
function model() {
  let waiting: { stream: string; seq: number; at: number }[] = []
  const drop = (isConfirmed: (one: (typeof waiting)[number]) => boolean) => {
    const before = waiting.length
    waiting = waiting.filter((one) => !isConfirmed(one))
    return before - waiting.length
  }
  return {
    add(stream: string, seq: number) {
      drop((one) => one.stream === stream && one.seq === seq)
      waiting.push({ stream, seq, at: Date.now() })
    },
    confirm: (ids: readonly string[]) => drop((one) => ids.includes(idOf(one.stream, one.seq))),
    confirmUpTo: (stream: string, seq: number) => drop((one) => one.stream === stream && one.seq <= seq),
    get count() {
      return waiting.length
    },
    get oldestAt() {
      return Math.min(Infinity, ...waiting.map(({ at }) => at))
    },
  }
}

describe('what is not confirmed', () => {
  const stream = fc.constantFrom('a', 'b', 'c')
  const step = fc.oneof(
    { weight: 6, arbitrary: fc.record({ do: fc.constant('next' as const), stream }) },
    {
      weight: 1,
      arbitrary: fc.record({ do: fc.constant('again' as const), stream, seq: fc.integer({ min: 1, max: 12 }) }),
    },
    { weight: 2, arbitrary: fc.record({ do: fc.constant('upTo' as const), stream, seq: fc.nat(200) }) },
    { weight: 2, arbitrary: fc.record({ do: fc.constant('ids' as const), stream, seqs: fc.array(fc.nat(200)) }) },
    { weight: 2, arbitrary: fc.record({ do: fc.constant('pass' as const), ms: fc.nat(2_000) }) },
  )

  it('is what a plain list would say, however it was sent and confirmed, and is late when its oldest is', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
        vi.clearAllTimers()
        const { unacked, told } = unconfirmed()
        const expected = model()
        const heads = new Map<string, number>()
        const add = (to: string, place: number) => {
          expected.add(to, place)
          return [unacked.add(frameOf(to, place), 10), true]
        }
        /** @returns what was answered, and what should have been */
        const happens = (one: (typeof steps)[number]): unknown[] => {
          const head = 'stream' in one ? (heads.get(one.stream) ?? 0) : 0
          switch (one.do) {
            case 'pass':
              return [vi.advanceTimersByTime(one.ms), vi]
            case 'next':
              heads.set(one.stream, head + 1)
              return add(one.stream, head + 1)
            case 'again':
              return one.seq <= head ? add(one.stream, one.seq) : [true, true]
            case 'upTo':
              return [unacked.confirmUpTo(one.stream, one.seq), expected.confirmUpTo(one.stream, one.seq)]
            default: {
              const ids = one.seqs.map((place) => idOf(one.stream, place))
              return [unacked.confirm(ids), expected.confirm(ids)]
            }
          }
        }
        for (const one of steps) {
          const [answer, right] = happens(one)
          expect([answer, unacked.count]).toEqual([right, expected.count])
          if (told.length > 0 || expected.oldestAt + 30_000 <= Date.now()) break
        }
        const { oldestAt } = expected
        vi.advanceTimersByTime(60_000)
        expect(told.slice(0, 1)).toEqual(oldestAt === Infinity ? [] : [`late at ${oldestAt + 30_000}`])
        unacked.stop()
        expect(vi.getTimerCount()).toBe(0)
      }),
      { numRuns: 500 },
    )
  })

  it('is bounded by number and by bytes, and has room again for what is confirmed', () => {
    const few = unconfirmed({ maxUnacked: 3 })
    for (const seq of [1, 2, 3]) expect(few.unacked.add(frameOf('a', seq), 1)).toBe(true)
    few.unacked.confirmUpTo('a', 2)
    for (const seq of [4, 5]) expect(few.unacked.add(frameOf('a', seq), 1)).toBe(true)
    expect([few.unacked.add(frameOf('a', 6), 1), few.told]).toEqual([false, ['full']])
    const short = unconfirmed({ maxUnackedBytes: 100 })
    expect(short.unacked.add(frameOf('a', 1), 60)).toBe(true)
    expect(short.unacked.add(frameOf('a', 2), 60)).toBe(false)
    short.unacked.confirm([idOf('a', 1)])
    expect(short.unacked.add(frameOf('a', 2), 60)).toBe(true)
  })
})
