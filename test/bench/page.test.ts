// The parts of bench/page.ts that can be right or wrong without a browser: its bytes, its latencies, its verdicts.
import { describe, expect, it } from 'vitest'
import { type Batch, messagesOf, textsOf } from '../../bench/events/bytes.ts'
import { type Form, lastValues, type RowEvent } from '../../bench/events/event.ts'
import { wireOf } from '../../bench/events/wires.ts'
import { type Goal, isMet, verdictOf } from '../../bench/goals.ts'
import { goalsOf } from '../../bench/page/goals.ts'
import { latenciesOf } from '../../bench/page/steady.ts'
import { tableOf } from '../../bench/table.ts'

/** The text of a whole, unmasked message. */
function textOf(message: Buffer): string {
  const length = message[1]!
  return length < 126 ? message.subarray(2).toString() : message.subarray(4, 4 + message.readUInt16BE(2)).toString()
}

const textsIn = (batch: Batch) => messagesOf(batch).map(textOf)

describe('the bytes of a burst', () => {
  it('are events of 250 bytes, each for the next row', () => {
    const texts = textsIn({ form: 'livecache', events: 3, perMessage: 1 })
    expect(texts.map((text) => text.length)).toEqual([250, 250, 250])
    expect(texts.map((text) => (JSON.parse(text) as RowEvent).payload)).toMatchObject([
      { id: 'G-1', value: 1, version: 1 },
      { id: 'G-2', value: 2, version: 2 },
      { id: 'G-3', value: 3, version: 3 },
    ])
  })

  it.each<[Form, number]>([
    ['livecache', 2],
    ['plain', 2],
  ])('are arrays where several of %s come in one message', (form, perMessage) => {
    const sizes = textsIn({ form, events: 3, perMessage }).map((text) => [JSON.parse(text)].flat().length)
    expect(sizes).toEqual([2, 1])
  })

  it('are what the peers read', () => {
    expect(textsIn({ form: 'socket.io', events: 1, perMessage: 1 })[0]).toMatch(/^42\["goal\.updated",\{.*\}\]$/)
    const [lines] = textsIn({ form: 'centrifuge', events: 2, perMessage: 16 })
    const pushes = lines!.split('\n').map((line) => JSON.parse(line) as { push: { pub: { data: RowEvent } } })
    expect(pushes.map(({ push }) => push.pub.data.payload.value)).toEqual([1, 2])
  })

  it('come twice and in another order where that is asked for, and hold the same events', () => {
    const values = textsOf({ form: 'plain', events: 1_000, perMessage: 1, disorder: true }).map(
      (text) => (JSON.parse(text) as RowEvent).payload.value,
    )
    expect(values).toHaveLength(1_100)
    expect(new Set(values).size).toBe(1_000)
    expect(values).not.toEqual(values.toSorted((a, b) => a - b))
  })

  it('leave each row with the last value that was sent for it', () => {
    const rows = Array.from({ length: 4 }, () => 0)
    for (let event = 1; event <= 10; event++) rows[event % 4] = event
    expect(lastValues(10, 4)).toEqual(rows)
    expect(lastValues(2, 4)).toEqual([0, 1, 2, 0])
    expect(lastValues(0, 2)).toEqual([0, 0])
  })
})

describe('the wires', () => {
  it('answer as far as signing in goes', () => {
    expect(wireOf('/socket.io/?EIO=4', '').answersTo('40')).toEqual(['40{"sid":"s-1"}'])
    expect(
      wireOf('/centrifuge', '').answersTo('{"id":1,"connect":{}}\n{"id":2,"subscribe":{"channel":"rows"}}'),
    ).toEqual(['{"id":1,"connect":{"client":"c-1","version":"0.0.0"}}', '{"id":2,"subscribe":{}}'])
    expect(wireOf('/', 'realtime.v1').answersTo('{"type":"subscribe","id":"s1"}')[0]).toContain('"ref":"s1"')
    expect(wireOf('/', 'realtime.v1').answersTo('{"type":"ack","eventId":"EV-1"}')).toEqual([])
    expect(wireOf('/', '').answersTo('{"type":"subscribe"}')).toEqual([])
  })
})

describe('latencies', () => {
  // Of four rows the one that is watched is 3.
  const sentAt = [0, 10, 20, 30, 40, 50, 60]

  it('count from when an event was sent to when its row was painted', () => {
    const painted = [
      [3, 25],
      [7, 80],
    ] as const
    expect(latenciesOf(painted, sentAt, 4)).toEqual([
      { event: 3, ms: 5 },
      { event: 7, ms: 20 },
    ])
  })

  it('count until a newer value where one was never shown', () => {
    expect(latenciesOf([[7, 80]], sentAt, 4)).toEqual([
      { event: 3, ms: 60 },
      { event: 7, ms: 20 },
    ])
    expect(latenciesOf([], sentAt, 4)).toEqual([])
  })
})

describe('goals', () => {
  const goal = (measured: number, sense: Goal['sense'], limit: number): Goal => ({
    measure: 'speed',
    measured,
    sense,
    limit,
  })

  it('say whether they are met, or by how much not', () => {
    expect(verdictOf(goal(2, '≥', 2))).toBe('met')
    expect(verdictOf(goal(1.5, '≥', 2))).toBe('**missed by 25 %**')
    expect(verdictOf(goal(3, '≤', 2))).toBe('**missed by 50 %**')
    expect(verdictOf(goal(-Infinity, '≥', 0))).toBe('**missed**')
    expect(verdictOf(goal(Number.NaN, '≤', 2))).toBe('not measured')
    expect(isMet(goal(Number.NaN, '≤', 2))).toBe(false)
  })

  it('are none where nothing was measured', () => {
    expect(goalsOf({ bursts: {}, steady: {}, invalidations: {} })).toEqual([])
  })
})

it('prints a table that is Markdown', () => {
  expect(tableOf('Title', ['', 'ms'], [['raw', 12]])).toBe('\nTitle\n\n|     | ms |\n|-----|---:|\n| raw | 12 |')
})
