import { describe, expect, it } from 'vitest'
import { type Cause, ownCause } from '../../src/query/cause.ts'
import { createJournal, tailMs } from '../../src/query/journal.ts'
import { invalidate } from '../../src/query/operations.ts'

const operation = invalidate(['goals'])
const of = (stream: string, seq: number, epoch = 'e1'): Cause => ({ ...ownCause('rule'), stream, seq, epoch })

function setUp() {
  const time = { now: 1_000_000 }
  const journal = createJournal(() => time.now)
  const add = (count = 1, cause: Cause = ownCause('rule')) => {
    for (let entry = 0; entry < count; entry++) journal.add(operation, cause)
  }
  const places = (from = 0) => journal.since(from).map(({ place }) => place)
  return { time, journal, add, places }
}

describe('a journal', () => {
  it('counts what is added, and tells it in order from any place on', () => {
    const { journal, add, places } = setUp()
    expect([journal.start, journal.place]).toEqual([0, 0])
    add(3)
    expect([journal.start, journal.place]).toEqual([0, 3])
    expect([places(), places(2), places(3)]).toEqual([[0, 1, 2], [2], []])
    expect(journal.since(0)[0]).toMatchObject({ place: 0, at: 1_000_000, operation })
  })

  it('keeps nothing that no fetch needs', () => {
    const { journal, add, places } = setUp()
    add(3)
    journal.prune()
    expect(places()).toEqual([])
    expect([journal.start, journal.place]).toEqual([3, 3])
    add()
    expect(places()).toEqual([3])
    expect(places(1)).toEqual([3])
  })

  it('does again nothing of what is to be forgotten, and all of the rest', () => {
    const { journal, add, places } = setUp()
    journal.pin()
    add(1, of('tenant:3', 7))
    add(1, of('tenant:4', 7))
    journal.forget(({ stream }) => stream === 'tenant:3')
    expect(places()).toEqual([0, 1])
    const [forgotten, kept] = journal.since(0)
    expect(forgotten!.operation).not.toBe(operation)
    expect(kept!.operation).toBe(operation)
  })
})

describe('a pin', () => {
  it('keeps what is added after it, until it is undone', () => {
    const { journal, add, places } = setUp()
    add(2)
    const unpin = journal.pin()
    add(2)
    journal.prune()
    expect(places()).toEqual([2, 3])
    unpin()
    journal.prune()
    expect(places()).toEqual([])
  })

  it('is one of many: the first of them that is left counts', () => {
    const { journal, add, places } = setUp()
    const first = journal.pin()
    add()
    const second = journal.pin()
    add()
    first()
    first()
    journal.prune()
    expect(places()).toEqual([1])
    second()
    journal.prune()
    expect(places()).toEqual([])
  })

  it('does not keep everything for a fetch that hangs', () => {
    const { journal, add, places } = setUp()
    journal.pin()
    add(10_005)
    journal.prune()
    expect(places()).toHaveLength(10_000)
    expect(journal.start).toBe(5)
  })
})

describe('a tail', () => {
  it('keeps what is younger than half a minute, where results say how new they are', () => {
    const { time, journal, add, places } = setUp()
    journal.keepTail()
    add()
    time.now += 10_000
    add()
    time.now += tailMs - 10_000
    journal.prune()
    expect(places()).toEqual([0, 1])
    time.now += 1
    journal.prune()
    expect(places()).toEqual([1])
    time.now += tailMs
    journal.prune()
    expect(places()).toEqual([])
  })

  it('is bounded', () => {
    const { journal, add, places } = setUp()
    journal.keepTail()
    add(2_005)
    journal.prune()
    expect(places()).toHaveLength(2_000)
  })

  it('does not shorten what is pinned', () => {
    const { time, journal, add, places } = setUp()
    journal.keepTail()
    journal.pin()
    add()
    time.now += tailMs + 1
    add()
    journal.prune()
    expect(places()).toEqual([0, 1])
  })
})

describe('the floor of a stream', () => {
  it('is where entries were dropped, not where they are held', () => {
    const { journal, add } = setUp()
    add(1, of('tenant:3', 7))
    add(1, of('tenant:3', 8))
    expect(journal.floorOf('tenant:3')).toBeUndefined()
    const unpin = journal.pin()
    add(1, of('tenant:3', 9))
    journal.prune()
    expect(journal.floorOf('tenant:3')).toEqual({ epoch: 'e1', seq: 8 })
    unpin()
    journal.prune()
    expect(journal.floorOf('tenant:3')).toEqual({ epoch: 'e1', seq: 9 })
    expect(journal.floorOf('tenant:4')).toBeUndefined()
  })

  it('is not moved by what has no place in a stream', () => {
    const { journal, add } = setUp()
    add(1, { ...ownCause('rule'), stream: 'user:1' })
    journal.prune()
    expect(journal.floorOf('user:1')).toBeUndefined()
  })

  it('is raised, and never lowered', () => {
    const { journal } = setUp()
    for (const seq of [5, 9, 7]) journal.raiseFloor('tenant:3', { epoch: 'e1', seq })
    expect(journal.floorOf('tenant:3')).toEqual({ epoch: 'e1', seq: 9 })
  })

  it('begins anew with a new log, and an old one does not bring it back', () => {
    const { journal } = setUp()
    journal.raiseFloor('tenant:3', { epoch: 'e1', seq: 9 })
    journal.raiseFloor('tenant:3', { epoch: 'e2', seq: 1 })
    journal.raiseFloor('tenant:3', { epoch: 'e1', seq: 20 })
    expect(journal.floorOf('tenant:3')).toEqual({ epoch: 'e2', seq: 1 })
  })
})

describe('the log of a stream', () => {
  it('is retired once another came', () => {
    const { journal, add } = setUp()
    add(1, of('tenant:3', 7, 'e1'))
    expect(journal.isRetired('tenant:3', 'e1')).toBe(false)
    add(1, of('tenant:3', 1, 'e2'))
    expect(journal.isRetired('tenant:3', 'e1')).toBe(true)
    expect(journal.isRetired('tenant:3', 'e2')).toBe(false)
    expect(journal.isRetired('tenant:4', 'e1')).toBe(false)
  })

  it('stays retired whatever comes late of it', () => {
    const { journal, add } = setUp()
    for (const epoch of ['e1', 'e2', 'e1']) add(1, of('tenant:3', 1, epoch))
    expect(journal.isRetired('tenant:3', 'e1')).toBe(true)
    expect(journal.isRetired('tenant:3', 'e2')).toBe(false)
  })

  it('is not retired for being unknown', () => {
    const { journal, add } = setUp()
    add(1, of('tenant:3', 1, 'e1'))
    expect(journal.isRetired('tenant:3', 'e0')).toBe(false)
  })

  it('is forgotten after eight others, so that a server that makes them up fills nothing', () => {
    const { journal } = setUp()
    for (let log = 1; log <= 9; log++) journal.raiseFloor('tenant:3', { epoch: `e${log}`, seq: 1 })
    expect(['e1', 'e2', 'e8', 'e9'].map((epoch) => journal.isRetired('tenant:3', epoch))).toEqual([
      false,
      true,
      true,
      false,
    ])
  })
})
