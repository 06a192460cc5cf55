import { describe, expect, it } from 'vitest'
import { createPositions, type Positions } from '../../src/client/positions.ts'

const at = (seq: number, epoch = 'e1') => ({ epoch, seq })

function read(streams: Record<string, number>): Positions {
  const positions = createPositions()
  for (const [stream, seq] of Object.entries(streams)) positions.set(stream, at(seq))
  return positions
}

describe('positions', () => {
  it('are where they were set', () => {
    const positions = read({ 'goal:1': 3 })
    expect(positions.get('goal:1')).toEqual(at(3))
    expect(positions.get('goal:2')).toBeUndefined()
    positions.set('goal:1', at(1, 'e2'))
    expect(positions.streams).toEqual({ 'goal:1': at(1, 'e2') })
  })

  it('keep the last id of events, with a place or without', () => {
    const positions = createPositions()
    for (const id of ['x', 'y']) positions.noteEvent(id)
    expect(positions).toMatchObject({ streams: {}, lastEventId: 'y', some: true })
    expect(positions.ask().question).toEqual({ lastEventId: 'y', streams: {} })
  })

  it('take the heads of streams they do not know, and leave the others', () => {
    const positions = read({ 'goal:1': 3 })
    expect(positions.join({ 'goal:1': at(9), 'goal:2': at(4) })).toEqual(['goal:2'])
    expect(positions.streams).toEqual({ 'goal:1': at(3), 'goal:2': at(4) })
  })

  it('name the streams that a resume could not complete, and those the server did not answer for', () => {
    const positions = read({ a: 3, b: 3, c: 3 })
    expect(Object.keys(positions.ask().question.streams)).toEqual(['a', 'b', 'c'])
    const lost = positions.judge({ a: { ...at(5), complete: true }, b: { ...at(9), complete: false } })
    expect(lost).toEqual(['b', 'c'])
    // A stream the server says nothing of begins anew when it is heard of again.
    expect(positions.streams).toEqual({ a: at(3), b: at(3) })
  })

  it('are lost on all streams where the log is another one: also those never heard of', () => {
    const positions = read({ a: 3, b: 3 })
    positions.ask()
    expect(positions.judge({ a: { ...at(0, 'e2'), complete: false }, b: { ...at(3), complete: true } })).toBe('all')
  })

  it('are not lost where nothing was asked, whatever the answer says', () => {
    const positions = createPositions()
    positions.ask()
    expect(positions.judge({ a: { ...at(4, 'e2'), complete: false } })).toEqual([])
  })

  it('judge one answer to each question', () => {
    const positions = read({ a: 3 })
    positions.ask()
    expect(positions.judge({})).toEqual(['a'])
    expect(positions.judge({})).toEqual([])
  })

  it('are asked for as far as they fit into a frame; the streams heard of longest ago are given up', () => {
    const positions = createPositions()
    const epoch = crypto.randomUUID()
    const names = Array.from({ length: 2_000 }, () => `goal:${crypto.randomUUID()}`)
    for (const stream of names) positions.set(stream, { epoch, seq: 1 })
    positions.set(names[0]!, { epoch, seq: 2 })
    const { question, dropped } = positions.ask()
    expect(JSON.stringify({ type: 'resume', ...question }).length).toBeLessThan(33_000)
    expect(Object.keys(question.streams)).toContain(names[0])
    expect(dropped.length + Object.keys(question.streams).length).toBe(2_000)
    expect(dropped).toContain(names[1])
    expect(
      positions.judge(
        Object.fromEntries(
          Object.entries(question.streams).map(([name, known]) => [name, { ...known, complete: true }]),
        ),
      ),
    ).toEqual([])
  })

  it('are not lost on a stream that was joined after the question was asked', () => {
    const positions = createPositions()
    positions.ask()
    positions.join({ a: at(4) })
    expect(positions.judge({})).toEqual([])
    expect(positions.streams).toEqual({ a: at(4) })
  })

  it('are gone for a stream that was left, and for all when cleared', () => {
    const positions = read({ 'goal:1': 3 })
    positions.leave('goal:1')
    expect(positions.streams).toEqual({})
    expect(positions.some).toBe(false)
    positions.set('goal:2', at(1))
    positions.noteEvent('x')
    positions.clear()
    expect(positions).toMatchObject({ streams: {}, lastEventId: null, some: false })
  })

  it('do not take a stream named like a member of an object for one they know', () => {
    const positions = createPositions()
    expect(positions.get('constructor')).toBeUndefined()
    expect(positions.join({ constructor: at(2) })).toEqual(['constructor'])
    positions.ask()
    expect(positions.judge({ constructor: { ...at(2), complete: true } })).toEqual([])
  })
})
