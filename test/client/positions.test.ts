import { describe, expect, it } from 'vitest'
import { createPositions } from '../../src/client/positions.ts'
import type { RealtimeEvent } from '../../src/protocol/index.ts'

const event = (seq: number, epoch = 'e1', stream = 'goal:1') =>
  ({ id: `${stream}-${seq}`, stream, seq, epoch }) as RealtimeEvent

describe('positions', () => {
  it('go forward with each event, never back', () => {
    const positions = createPositions()
    for (const seq of [1, 3, 2]) positions.advance(event(seq))
    expect(positions.streams).toEqual({ 'goal:1': { epoch: 'e1', seq: 3 } })
    expect(positions.lastEventId).toBe('goal:1-2')
  })

  it('follow a new epoch, whose numbers begin anew', () => {
    const positions = createPositions()
    positions.advance(event(40))
    positions.advance(event(1, 'e2'))
    expect(positions.streams).toEqual({ 'goal:1': { epoch: 'e2', seq: 1 } })
  })

  it('keep the last id of events without a place', () => {
    const positions = createPositions()
    positions.advance({ id: 'x' } as RealtimeEvent)
    positions.advance({ id: null } as RealtimeEvent)
    expect(positions).toMatchObject({ streams: {}, lastEventId: 'x' })
  })

  it('take the heads of streams they do not know, and leave the others', () => {
    const positions = createPositions()
    positions.advance(event(3))
    const joined = positions.join({ 'goal:1': { epoch: 'e1', seq: 9 }, 'goal:2': { epoch: 'e1', seq: 4 } })
    expect(joined).toEqual(['goal:2'])
    expect(positions.streams['goal:1']).toEqual({ epoch: 'e1', seq: 3 })
  })

  it('name the streams that a resume could not complete, and those the server did not answer for', () => {
    const positions = createPositions()
    for (const stream of ['a', 'b', 'c']) positions.advance(event(3, 'e1', stream))
    expect(Object.keys(positions.ask().question.streams)).toEqual(['a', 'b', 'c'])
    const lost = positions.resume({
      a: { epoch: 'e1', seq: 5, complete: true },
      b: { epoch: 'e1', seq: 9, complete: false },
    })
    expect(lost).toEqual(['b', 'c'])
    expect(positions.streams).toEqual({ a: { epoch: 'e1', seq: 5 }, b: { epoch: 'e1', seq: 9 } })
  })

  it('are lost on all streams where the log is another one: also those never heard of', () => {
    const positions = createPositions()
    positions.advance(event(3, 'e1', 'a'))
    positions.ask()
    expect(positions.resume({ a: { epoch: 'e2', seq: 0, complete: false } })).toBe('all')
    expect(positions.streams).toEqual({ a: { epoch: 'e2', seq: 0 } })
  })

  it('are asked for as far as they fit into a frame; the streams heard of longest ago are given up', () => {
    const positions = createPositions()
    const epoch = crypto.randomUUID()
    const names = Array.from({ length: 2_000 }, () => `goal:${crypto.randomUUID()}`)
    for (const stream of names) positions.advance(event(1, epoch, stream))
    positions.advance(event(2, epoch, names[0]))
    const { question, dropped } = positions.ask()
    expect(JSON.stringify({ type: 'resume', ...question }).length).toBeLessThan(33_000)
    expect(Object.keys(question.streams)).toContain(names[0])
    expect(dropped.length + Object.keys(question.streams).length).toBe(2_000)
    expect(dropped).toContain(names[1])
    expect(
      positions.resume(
        Object.fromEntries(Object.entries(question.streams).map(([name, at]) => [name, { ...at, complete: true }])),
      ),
    ).toEqual([])
  })

  it('are not lost on a stream that was joined after the question was asked', () => {
    const positions = createPositions()
    positions.ask()
    positions.join({ a: { epoch: 'e1', seq: 4 } })
    expect(positions.resume({})).toEqual([])
    expect(positions.streams).toEqual({ a: { epoch: 'e1', seq: 4 } })
  })

  it('move past what filters kept out, on streams they know', () => {
    const positions = createPositions()
    positions.advance(event(3))
    positions.moveHeads({ 'goal:1': 8, 'goal:9': 4 })
    positions.moveHeads({ 'goal:1': 2 })
    expect(positions.streams).toEqual({ 'goal:1': { epoch: 'e1', seq: 8 } })
  })

  it('are gone for a stream that was left, and for all when cleared', () => {
    const positions = createPositions()
    positions.advance(event(3))
    positions.leave('goal:1')
    expect(positions.streams).toEqual({})
    positions.clear()
    expect(positions).toMatchObject({ lastEventId: null, some: false })
  })
})
