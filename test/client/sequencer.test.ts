import * as fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { systemClock } from '../../src/base/clock.ts'
import { createScope } from '../../src/base/scope.ts'
import { createPositions } from '../../src/client/positions.ts'
import { createSequencer, type Gap } from '../../src/client/sequencer.ts'
import type { RealtimeEvent } from '../../src/protocol/index.ts'
import { sampleEvent } from './sample-event.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => {
  expect(vi.getTimerCount()).toBe(0)
  vi.useRealTimers()
})

const holdMs = 10_000

function setUp({ knowsHeads = true, maxHeld = 1_000 } = {}) {
  const log: string[] = []
  const gaps: Gap[] = []
  const positions = createPositions()
  const name = ({ stream, seq, epoch, id }: RealtimeEvent) => (stream === undefined ? id : `${stream} ${epoch}/${seq}`)
  const sequencer = createSequencer({
    scope: createScope(systemClock),
    now: systemClock.now,
    positions,
    holdMs,
    maxHeld,
    deliver: (event) => log.push(`${name(event)}`),
    old: (event) => log.push(`old ${name(event)}`),
    lost(gap) {
      gaps.push(gap)
      log.push(`lost ${gap.stream} ${gap.cause}${gap.from === undefined ? '' : ` ${gap.from}-${gap.to}`}`)
    },
    settle: () => log.push('settle'),
  })
  sequencer.knowsHeads = knowsHeads
  const place = (
    seq: number,
    { stream = 's', epoch = 'e1', prev }: { stream?: string; epoch?: string; prev?: number } = {},
  ) => sampleEvent({ id: `${stream}-${epoch}-${seq}`, stream, epoch, seq, ...(prev !== undefined && { prev }) })
  const receive = (...seqs: number[]) => {
    for (const seq of seqs) sequencer.receive(place(seq))
  }
  /** What was said since the last time. */
  const said = () => log.splice(0)
  return { sequencer, positions, place, receive, said, gaps }
}

const at = (seq: number, epoch = 'e1') => ({ epoch, seq })

describe('the order within a stream', () => {
  it('passes what comes in order at once, and moves the position along', () => {
    const { receive, said, positions } = setUp()
    receive(1, 2, 3)
    expect(said()).toEqual(['s e1/1', 's e1/2', 's e1/3'])
    expect(positions.get('s')).toEqual(at(3))
  })

  it('holds a later one back until those before it came, and passes all it has in order', () => {
    const { receive, said, positions, sequencer } = setUp()
    receive(1, 4, 3)
    expect(said()).toEqual(['s e1/1'])
    expect(positions.get('s')).toEqual(at(1))
    receive(2)
    expect(said()).toEqual(['s e1/2', 's e1/3', 's e1/4'])
    expect(positions.get('s')).toEqual(at(4))
    expect(sequencer.heldCount).toBe(2)
  })

  it('passes of what waits only as far as nothing is missing', () => {
    const { receive, said } = setUp()
    receive(1, 5, 3)
    receive(2)
    expect(said()).toEqual(['s e1/1', 's e1/2', 's e1/3'])
    receive(4)
    expect(said()).toEqual(['s e1/4', 's e1/5'])
  })

  it('knows an old one by its number, also one that was handed over from those held back', () => {
    const { receive, said } = setUp()
    receive(1, 3, 2)
    said()
    receive(1, 2, 3)
    expect(said()).toEqual(['old s e1/1', 'old s e1/2', 'old s e1/3'])
  })

  it('holds the same one back once', () => {
    const { receive, said, sequencer } = setUp()
    receive(1, 3, 3, 3)
    expect(sequencer.heldCount).toBe(1)
    receive(2)
    expect(said()).toEqual(['s e1/1', 's e1/2', 's e1/3'])
  })

  it('leaps what the filters kept out, as the event says by its predecessor', () => {
    const { sequencer, place, said } = setUp()
    sequencer.receive(place(1))
    sequencer.receive(place(7, { prev: 4 }))
    expect(said()).toEqual(['s e1/1'])
    sequencer.receive(place(4, { prev: 1 }))
    expect(said()).toEqual(['s e1/4', 's e1/7'])
  })

  it('does not mind a predecessor behind the position', () => {
    const { sequencer, positions, place, said } = setUp()
    positions.set('s', at(5))
    sequencer.receive(place(9, { prev: 2 }))
    expect(said()).toEqual(['s e1/9'])
  })

  it('is kept for each stream by itself', () => {
    const { sequencer, place, said } = setUp()
    for (const event of [place(2), place(1, { stream: 't' }), place(2, { stream: 't' }), place(1)])
      sequencer.receive(event)
    expect(said()).toEqual(['t e1/1', 't e1/2', 's e1/1', 's e1/2'])
  })

  it('is that of arrival for events without a place', () => {
    const { sequencer, positions, said } = setUp()
    sequencer.receive(sampleEvent({ id: 'a' }))
    sequencer.receive(sampleEvent({ id: 'b', stream: 's', seq: 9 }))
    sequencer.receive(sampleEvent({ id: 'c', seq: 9, epoch: 'e1' }))
    expect(said()).toHaveLength(3)
    expect(positions.streams).toEqual({})
  })
})

describe('a gap', () => {
  it('is said after ten seconds, before what comes behind it, and the stream goes on', () => {
    const { receive, said, positions } = setUp()
    receive(1, 4, 5)
    said()
    vi.advanceTimersByTime(holdMs - 1)
    expect(said()).toEqual([])
    vi.advanceTimersByTime(1)
    expect(said()).toEqual(['lost s timeout 2-3', 's e1/4', 's e1/5', 'settle'])
    expect(positions.get('s')).toEqual(at(5))
    receive(6)
    expect(said()).toEqual(['s e1/6'])
  })

  it('is measured from the first that waits, however many follow', () => {
    const { receive, said } = setUp()
    receive(1, 3)
    vi.advanceTimersByTime(6_000)
    receive(4)
    vi.advanceTimersByTime(4_000)
    expect(said()).toEqual(['s e1/1', 'lost s timeout 2-2', 's e1/3', 's e1/4', 'settle'])
  })

  it('that is filled in time is none, and leaves no timer', () => {
    const { receive, said, gaps } = setUp()
    receive(1, 3)
    vi.advanceTimersByTime(9_999)
    receive(2)
    expect(vi.getTimerCount()).toBe(0)
    vi.advanceTimersByTime(60_000)
    expect(gaps).toEqual([])
    expect(said()).toEqual(['s e1/1', 's e1/2', 's e1/3'])
  })

  it('with several holes is said once, from the first missing to the last', () => {
    const { receive, gaps } = setUp()
    receive(1, 3, 4, 8, 9)
    vi.advanceTimersByTime(holdMs)
    expect(gaps).toEqual([{ stream: 's', cause: 'timeout', from: 2, to: 7 }])
  })

  it('that is filled after it was given up changes nothing more', () => {
    const { receive, said } = setUp()
    receive(1, 3)
    vi.advanceTimersByTime(holdMs)
    said()
    receive(2)
    expect(said()).toEqual(['old s e1/2'])
  })

  it('has its whole time again after one before it', () => {
    const { receive, said } = setUp()
    receive(1, 3)
    vi.advanceTimersByTime(holdMs)
    receive(5)
    said()
    vi.advanceTimersByTime(holdMs - 1)
    expect(said()).toEqual([])
    vi.advanceTimersByTime(1)
    expect(said()).toEqual(['lost s timeout 4-4', 's e1/5', 'settle'])
  })

  it('is given up by the next arrival where the timer of a hidden tab comes late', () => {
    const { sequencer, receive, place, said } = setUp()
    receive(1, 3)
    said()
    vi.setSystemTime(Date.now() + holdMs)
    sequencer.receive(place(1, { stream: 't' }))
    expect(said()).toEqual(['lost s timeout 2-2', 's e1/3', 't e1/1'])
    vi.advanceTimersByTime(60_000)
    expect(said()).toEqual([])
  })

  it('is not given up early by a clock that was set back, and still in time by the timer', () => {
    const { receive, said } = setUp()
    receive(1, 3)
    vi.setSystemTime(Date.now() - 3_600_000)
    receive(4)
    expect(said()).toEqual(['s e1/1'])
    vi.advanceTimersByTime(holdMs)
    expect(said()).toEqual(['lost s timeout 2-2', 's e1/3', 's e1/4', 'settle'])
  })

  it('is given up at once where too many wait behind it', () => {
    const { receive, said, gaps } = setUp({ maxHeld: 3 })
    receive(1, 3, 4, 5)
    expect(said()).toEqual(['s e1/1'])
    receive(7)
    expect(said()).toEqual(['lost s overflow 2-6', 's e1/3', 's e1/4', 's e1/5', 's e1/7'])
    expect(gaps).toEqual([{ stream: 's', cause: 'overflow', from: 2, to: 6 }])
  })

  it('of one stream stops no other', () => {
    const { sequencer, place, said } = setUp({ maxHeld: 2 })
    for (const seq of [2, 3]) sequencer.receive(place(seq))
    for (const seq of [1, 2]) sequencer.receive(place(seq, { stream: 't' }))
    sequencer.receive(place(3, { stream: 'u' }))
    expect(said()).toEqual(['t e1/1', 't e1/2'])
    vi.advanceTimersByTime(holdMs)
    expect(said()).toEqual([
      'lost s timeout 1-1',
      's e1/2',
      's e1/3',
      'settle',
      'lost u timeout 1-2',
      'u e1/3',
      'settle',
    ])
  })
})

describe('a new epoch', () => {
  it('is one loss, and its low numbers are not old', () => {
    const { sequencer, receive, place, said, positions } = setUp()
    receive(1, 2)
    said()
    for (const seq of [1, 2]) sequencer.receive(place(seq, { epoch: 'e2' }))
    expect(said()).toEqual(['lost s epoch', 's e2/1', 's e2/2'])
    expect(positions.get('s')).toEqual(at(2, 'e2'))
  })

  it('begins wherever its first event stands, since what came before is part of the loss', () => {
    const { sequencer, receive, place, said } = setUp()
    receive(1)
    sequencer.receive(place(40, { epoch: 'e2' }))
    sequencer.receive(place(41, { epoch: 'e2' }))
    expect(said()).toEqual(['s e1/1', 'lost s epoch', 's e2/40', 's e2/41'])
  })

  it('lets what was held back of the former one go first', () => {
    const { sequencer, receive, place, said } = setUp()
    receive(1, 3)
    sequencer.receive(place(1, { epoch: 'e2' }))
    expect(said()).toEqual(['s e1/1', 's e1/3', 'lost s epoch', 's e2/1'])
  })

  it('is not left again for a straggler of the former one', () => {
    const { sequencer, receive, place, said, positions } = setUp()
    receive(1, 2)
    sequencer.receive(place(1, { epoch: 'e2' }))
    said()
    receive(3, 2)
    expect(said()).toEqual(['old s e1/3', 'old s e1/2'])
    expect(positions.get('s')).toEqual(at(1, 'e2'))
  })
})

describe('a stream nobody named so far', () => {
  it('whose log is replaced while its first event waits is a loss, said before what the new log brings', () => {
    const { sequencer, place, receive, said, positions } = setUp()
    receive(5)
    sequencer.receive(place(1, { epoch: 'e2' }))
    sequencer.receive(place(2, { epoch: 'e2' }))
    expect(said()).toEqual(['s e1/5', 'lost s epoch', 's e2/1', 's e2/2'])
    expect(positions.get('s')).toEqual(at(2, 'e2'))
  })

  it('and is then named with another log leaves what waited of the old one behind', () => {
    const { sequencer, place, receive, said } = setUp()
    receive(5)
    expect(sequencer.join({ s: at(3, 'e2') })).toEqual(['s'])
    sequencer.receive(place(4, { epoch: 'e2' }))
    expect(said()).toEqual(['s e2/4'])
  })

  it('begins at its first event where the server tells the heads of all others', () => {
    const { receive, said } = setUp()
    receive(2)
    expect(said()).toEqual([])
    receive(1)
    expect(said()).toEqual(['s e1/1', 's e1/2'])
  })

  it('has lost those before what came first, where they do not come', () => {
    const { receive, said } = setUp()
    receive(5)
    vi.advanceTimersByTime(holdMs)
    expect(said()).toEqual(['lost s timeout 1-4', 's e1/5', 'settle'])
  })

  it('begins where its first event stands, on a server that tells no heads', () => {
    const { receive, said } = setUp({ knowsHeads: false })
    receive(5, 6)
    expect(said()).toEqual(['s e1/5', 's e1/6'])
    receive(8)
    vi.advanceTimersByTime(holdMs)
    expect(said()).toEqual(['lost s timeout 7-7', 's e1/8', 'settle'])
  })

  it('takes the head it is told, and passes what waited for just that', () => {
    const { sequencer, receive, said, positions } = setUp()
    receive(6, 7)
    expect(said()).toEqual([])
    expect(sequencer.join({ s: at(5), t: at(0) })).toEqual(['s', 't'])
    expect(said()).toEqual(['s e1/6', 's e1/7'])
    expect(positions.streams).toEqual({ s: at(7), t: at(0) })
  })

  it('once known is not moved by a head', () => {
    const { sequencer, receive, positions } = setUp()
    receive(1)
    expect(sequencer.join({ s: at(9) })).toEqual([])
    expect(positions.get('s')).toEqual(at(1))
  })
})

describe('a place that a ping tells', () => {
  it('moves the position past what the filters kept out', () => {
    const { sequencer, receive, said, positions } = setUp()
    receive(1)
    sequencer.move({ s: { prev: 1, seq: 8 } })
    expect(positions.get('s')).toEqual(at(8))
    receive(9)
    expect(said()).toEqual(['s e1/1', 's e1/9'])
  })

  it('never moves it back', () => {
    const { sequencer, receive, positions } = setUp()
    receive(1, 2, 3)
    sequencer.move({ s: { prev: 1, seq: 2 } })
    expect(positions.get('s')).toEqual(at(3))
  })

  it('shows that an event got lost, which is waited for and then said', () => {
    const { sequencer, receive, said, positions } = setUp()
    receive(1)
    sequencer.move({ s: { prev: 3, seq: 8 } })
    expect(positions.get('s')).toEqual(at(1))
    vi.advanceTimersByTime(holdMs)
    expect(said()).toEqual(['s e1/1', 'lost s timeout 2-3', 'settle'])
    expect(positions.get('s')).toEqual(at(8))
    // Nothing was held back: it is a mere place.
    expect(sequencer.heldCount).toBe(0)
  })

  it('that came before the event it tells of waits for that, and is no gap', () => {
    const { sequencer, receive, place, said, positions } = setUp()
    receive(1)
    sequencer.move({ s: { prev: 3, seq: 8 } })
    sequencer.receive(place(3, { prev: 1 }))
    expect(said()).toEqual(['s e1/1', 's e1/3'])
    expect(positions.get('s')).toEqual(at(8))
  })

  it('pushes out no event that stands at the very same place', () => {
    const { sequencer, receive, place, said } = setUp()
    receive(1)
    sequencer.move({ s: { prev: 3, seq: 4 } })
    sequencer.receive(place(4))
    sequencer.move({ s: { prev: 3, seq: 4 } })
    receive(2, 3)
    expect(said()).toEqual(['s e1/1', 's e1/2', 's e1/3', 's e1/4'])
  })

  it('fills the hole in front of an event that came too early', () => {
    const { sequencer, receive, said } = setUp()
    receive(1, 9)
    sequencer.move({ s: { prev: 1, seq: 8 } })
    expect(said()).toEqual(['s e1/1', 's e1/9'])
  })

  it('of a stream nobody named means a loss where the heads are known, and nothing where they are not', () => {
    const known = setUp()
    known.sequencer.move({ s: { prev: 3, seq: 8 } })
    vi.advanceTimersByTime(holdMs)
    expect(known.gaps).toEqual([{ stream: 's', cause: 'timeout', from: 1, to: 3 }])
    // A place without an epoch is nowhere to go on from.
    expect(known.positions.streams).toEqual({})
    const first = setUp()
    first.sequencer.move({ s: { prev: 1, seq: 8 } })
    vi.advanceTimersByTime(holdMs)
    expect(first.gaps).toEqual([{ stream: 's', cause: 'timeout', from: 1, to: 1 }])
    const unknown = setUp({ knowsHeads: false })
    unknown.sequencer.move({ s: { prev: 3, seq: 8 } })
    expect(vi.getTimerCount()).toBe(0)
    expect(unknown.positions.streams).toEqual({})
  })

  it('of a stream that had nothing for this session yet says nothing', () => {
    const { sequencer, positions } = setUp()
    sequencer.move({ s: { prev: 0, seq: 8 } })
    expect(positions.streams).toEqual({})
    expect(vi.getTimerCount()).toBe(0)
  })
})

describe('the answer to a resume', () => {
  const answer = (
    seq: number,
    { epoch = 'e1', complete = true, prev }: { epoch?: string; complete?: boolean; prev?: number } = {},
  ) => ({
    s: { epoch, seq, complete, ...(prev !== undefined && { prev }) },
  })

  function resumed(position: number) {
    const made = setUp()
    made.positions.set('s', at(position))
    made.positions.ask()
    return made
  }

  it('moves the position past what the filters kept out of the replay', () => {
    const { sequencer, receive, positions } = resumed(3)
    receive(4)
    expect(sequencer.resume(answer(9, { prev: 4 }))).toEqual([])
    expect(positions.get('s')).toEqual(at(9))
  })

  it('is still checked against the numbers: what it says was sent and did not come is waited for, and said', () => {
    const { sequencer, receive, said, gaps } = resumed(3)
    receive(4)
    expect(sequencer.resume(answer(6, { prev: 6 }))).toEqual([])
    receive(7)
    expect(said()).toEqual(['s e1/4'])
    vi.advanceTimersByTime(holdMs)
    expect(gaps).toEqual([{ stream: 's', cause: 'timeout', from: 5, to: 6 }])
    expect(said()).toEqual(['lost s timeout 5-6', 's e1/7', 'settle'])
  })

  it('is believed by a client that read nothing yet and has nothing that shows a gap', () => {
    const { sequencer, positions, gaps } = resumed(0)
    expect(sequencer.resume(answer(4))).toEqual([])
    expect(positions.get('s')).toEqual(at(4))
    expect(gaps).toEqual([])
  })

  it('does not make an old one of an event that is held back, on a server that does not say what it sent last', () => {
    const { sequencer, receive, said } = resumed(3)
    receive(4, 6)
    expect(sequencer.resume(answer(6))).toEqual([])
    vi.advanceTimersByTime(holdMs)
    expect(said()).toEqual(['s e1/4', 'lost s timeout 5-5', 's e1/6', 'settle'])
  })

  it('names what was lost, and goes on from the place it tells', () => {
    const { sequencer, receive, said, positions } = resumed(3)
    expect(sequencer.resume(answer(90, { complete: false }))).toEqual(['s'])
    expect(positions.get('s')).toEqual(at(90))
    receive(91)
    expect(said()).toEqual(['s e1/91'])
  })

  it('lets what waited go on where its predecessors are lost, in order, and goes back for none of it', () => {
    const { sequencer, receive, said, positions } = resumed(3)
    receive(12, 6)
    expect(sequencer.resume(answer(10, { complete: false }))).toEqual(['s'])
    expect(said()).toEqual(['s e1/6', 's e1/12'])
    expect(positions.get('s')).toEqual(at(12))
    receive(11)
    expect(said()).toEqual(['old s e1/11'])
  })

  it('with another epoch is followed, and a straggler of the former one is old', () => {
    const { sequencer, receive, place, said, positions } = resumed(3)
    expect(sequencer.resume(answer(0, { epoch: 'e2', complete: false }))).toBe('all')
    expect(positions.get('s')).toEqual(at(0, 'e2'))
    sequencer.receive(place(1, { epoch: 'e2' }))
    receive(4)
    expect(said()).toEqual(['s e2/1', 'old s e1/4'])
  })

  it('on a stream nobody asked for tells where that is', () => {
    const { sequencer, positions } = setUp()
    positions.ask()
    expect(sequencer.resume(answer(7))).toEqual([])
    expect(positions.get('s')).toEqual(at(7))
  })

  it('forgets a stream it does not mention, which then begins anew', () => {
    const { sequencer, positions } = resumed(3)
    expect(sequencer.resume({})).toEqual(['s'])
    expect(positions.streams).toEqual({})
  })
})

describe('what a sequencer keeps', () => {
  it('of an event that a contradictory server passes over is told as old, and never goes back', () => {
    const { sequencer, receive, place, said, positions } = setUp()
    receive(1, 3)
    sequencer.move({ s: { prev: 3, seq: 4 } })
    sequencer.receive(place(5, { prev: 1 }))
    expect(said()).toEqual(['s e1/1', 's e1/5', 'old s e1/3'])
    expect(positions.get('s')).toEqual(at(5))
  })

  it('waiting is forgotten with the link, since it comes again on the next one', () => {
    const { sequencer, receive, said, positions, gaps } = setUp()
    receive(1, 3)
    sequencer.forgetHeld()
    expect(vi.getTimerCount()).toBe(0)
    expect(positions.get('s')).toEqual(at(1))
    receive(2, 3)
    expect(said()).toEqual(['s e1/1', 's e1/2', 's e1/3'])
    expect(gaps).toEqual([])
  })

  it('waiting is forgotten with a stream that may no longer be read', () => {
    const { sequencer, receive, said, positions } = setUp()
    receive(1, 3)
    sequencer.leave('s')
    vi.advanceTimersByTime(holdMs)
    expect(positions.streams).toEqual({})
    expect(said()).toEqual(['s e1/1'])
  })

  it('waiting is forgotten with all positions when cleared', () => {
    const { sequencer, receive, place, said, positions } = setUp()
    receive(1)
    sequencer.receive(place(1, { epoch: 'e2' }))
    sequencer.receive(place(3, { epoch: 'e2' }))
    sequencer.clear()
    expect(vi.getTimerCount()).toBe(0)
    expect(positions.some).toBe(false)
    said()
    receive(1)
    expect(said()).toEqual(['s e1/1'])
  })

  it('of former epochs is forgotten as well, with the stream or with all', () => {
    for (const forget of ['leave', 'clear'] as const) {
      const { sequencer, place, said } = setUp()
      for (const epoch of ['e1', 'e2']) sequencer.receive(place(1, { epoch }))
      sequencer[forget]('s')
      said()
      for (const epoch of ['e2', 'e1']) sequencer.receive(place(1, { epoch }))
      expect(said()).toEqual(['s e2/1', 'lost s epoch', 's e1/1'])
    }
  })
})

describe('whatever happens to the events of a stream on the way', () => {
  /** A stream of which filters keep some events out, and what arrives of the rest: when, how often, in which order. */
  const schedules = (least: number, pauses: readonly number[]) =>
    fc.integer({ min: 1, max: 25 }).chain((count) =>
      fc.record({
        count: fc.constant(count),
        filteredOut: fc.uniqueArray(fc.integer({ min: 1, max: count })),
        copies: fc.array(fc.integer({ min: least, max: 3 }), { minLength: count, maxLength: count }),
        arrivals: fc.array(fc.record({ key: fc.integer(), pauseMs: fc.constantFrom(...pauses) }), {
          minLength: count * 3,
          maxLength: count * 3,
        }),
        maxHeld: fc.integer({ min: 1, max: 30 }),
        timersStandStill: fc.boolean(),
      }),
    )

  type Schedule = typeof schedules extends (...given: never[]) => fc.Arbitrary<infer Value> ? Value : never

  /** Lets it all arrive, then a ping that tells where the stream is, then time pass. */
  function play({ count, filteredOut, copies, arrivals, maxHeld, timersStandStill }: Schedule) {
    const made = setUp({ maxHeld })
    made.positions.set('s', at(0))
    const sent = Array.from({ length: count }, (_, index) => index + 1).filter((seq) => !filteredOut.includes(seq))
    const copied = sent.flatMap((seq, index) =>
      Array.from({ length: copies[seq - 1]! }, () => made.place(seq, { prev: sent[index - 1] ?? 0 })),
    )
    const arriving = copied.map((event, index) => ({ event, ...arrivals[index]! })).toSorted((a, b) => a.key - b.key)
    for (const { event, pauseMs } of arriving) {
      if (timersStandStill) vi.setSystemTime(Date.now() + pauseMs)
      else vi.advanceTimersByTime(pauseMs)
      made.sequencer.receive(event)
    }
    made.sequencer.move({ s: { prev: sent.at(-1) ?? 0, seq: count } })
    vi.advanceTimersByTime(holdMs)
    const log = made.said()
    const handedOver = log.filter((line) => line.startsWith('s ')).map((line) => Number(line.split('/')[1]))
    return { ...made, sent, log, handedOver, arrived: copied.length }
  }

  it('each is handed over at most once and in order, and each that is missing lies in a gap that was said', () => {
    fc.assert(
      fc.property(schedules(0, [0, 1, 3_000, 9_999, 11_000]), (schedule) => {
        const { sent, handedOver, gaps, positions } = play(schedule)
        expect(handedOver).toEqual([...new Set(handedOver)].toSorted((a, b) => a - b))
        const missing = sent.filter((seq) => !handedOver.includes(seq))
        expect(missing.filter((seq) => !gaps.some(({ from = 0, to = 0 }) => from <= seq && seq <= to))).toEqual([])
        expect(positions.get('s')).toEqual(at(schedule.count))
        expect(vi.getTimerCount()).toBe(0)
      }),
      { numRuns: 500 },
    )
  })

  it('a gap is said before whatever is handed over behind it, and begins behind whatever was handed over before', () => {
    fc.assert(
      fc.property(schedules(0, [0, 3_000, 11_000]), (schedule) => {
        const { log, sent } = play(schedule)
        let known = 0
        const wrong = log.filter((line) => {
          const [, from, to] = /^lost s \w+ (\d+)-(\d+)$/.exec(line) ?? []
          const [, seq] = /^s e1\/(\d+)$/.exec(line) ?? []
          const isWrong =
            (from !== undefined && Number(from) !== known + 1) ||
            (seq !== undefined && sent.some((between) => known < between && between < Number(seq)))
          known = Math.max(known, Number(to ?? seq ?? 0))
          return isWrong
        })
        expect(wrong).toEqual([])
      }),
      { numRuns: 500 },
    )
  })

  it('none is lost where all of them come in time, and the rest of the copies are old', () => {
    fc.assert(
      fc.property(schedules(1, [0, 1, 100]), (schedule) => {
        const { sent, handedOver, gaps, arrived, log } = play({ ...schedule, maxHeld: 100 })
        expect(gaps).toEqual([])
        expect(handedOver).toEqual(sent)
        // A copy of one that is held back is dropped without a word: it is confirmed with the first.
        expect(log.filter((line) => line.startsWith('old ')).length).toBeLessThanOrEqual(arrived - sent.length)
      }),
      { numRuns: 300 },
    )
  })
})
