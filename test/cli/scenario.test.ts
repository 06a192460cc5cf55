// What a scenario may say, what its templates become, and what is said of one that is wrong.
import { describe, expect, it } from 'vitest'
import { systemClock } from '../../src/base/clock.ts'
import { findJsonFault } from '../../src/cli/json-position.ts'
import { parseScenario, readScenario } from '../../src/cli/scenario.ts'

const now = Date.parse('2026-11-09T13:07:00.000Z')

/** Reads a scenario in a world without chance: ids count, the first of a list is picked. */
function read(scenario: unknown, random = () => 0) {
  let id = 0
  return readScenario(scenario, { clock: { ...systemClock, now: () => now, random }, newId: () => `id-${++id}` })
}

/** What a payload becomes, so many times in a row. */
function filled(payload: unknown, times = 1, lists = {}, random = () => 0) {
  const scenario = read({ lists, events: { it: { type: 'a.b', payload } } }, random)
  return Array.from({ length: times }, () => scenario.fill(scenario.events.get('it')!).payload)
}

describe('templates', () => {
  it('count, each name by itself, once per event', () => {
    expect(filled({ a: '{{counter}}', b: '{{counter:goal}}', c: 'goal-{{counter:goal}}' }, 2)).toEqual([
      { a: 1, b: 1, c: 'goal-1' },
      { a: 2, b: 2, c: 'goal-2' },
    ])
  })

  it('say what was counted last, without counting', () => {
    const { fill, events } = read({
      events: {
        next: { type: 'a.b', payload: '{{counter:goal}}' },
        same: { type: 'a.b', payload: 'goal-{{last:goal}}' },
        none: { type: 'a.b', payload: '{{last}}' },
      },
    })
    const payloads = ['none', 'next', 'next', 'same', 'same'].map((name) => fill(events.get(name)!).payload)
    expect(payloads).toEqual([0, 1, 2, 'goal-2', 'goal-2'])
  })

  it('make ids, the same where they have the same name in one event', () => {
    const [one, two] = filled({ a: '{{uuid}}', b: ['{{uuid}}', '{{uuid:other}}'] }, 2)
    expect([one, two]).toEqual([
      // The first two were used to try the scenario.
      { a: 'id-3', b: ['id-3', 'id-4'] },
      { a: 'id-5', b: ['id-5', 'id-6'] },
    ])
  })

  it('pick from lists, whatever is in them', () => {
    const people = [{ id: 1, name: 'Ada' }, null, 7]
    const draws = [0, 0, 0, 0.34, 0.67, 0.999]
    const lists = { people }
    const picked = filled({ by: '{{pick:people}}', text: 'by {{pick:people}}' }, 3, lists, () => draws.shift()!)
    expect(draws).toHaveLength(2)
    expect(picked).toEqual([
      { by: people[0], text: `by ${JSON.stringify(people[0])}` },
      { by: people[0], text: `by ${JSON.stringify(people[0])}` },
      { by: null, text: 'by null' },
    ])
  })

  it('draw whole numbers, both ends included', () => {
    expect(filled('{{number:-2:3}}', 1, {}, () => 0)).toEqual([-2])
    expect(filled('{{number:-2:3}}', 1, {}, () => 0.999_999)).toEqual([3])
  })

  it('tell the time, as a text or in ms', () => {
    expect(filled({ at: '{{now}}', ms: '{{now:ms}}' })).toEqual([{ at: '2026-11-09T13:07:00.000Z', ms: now }])
  })

  it('stand everywhere in an event: in its type, its stream, its entity', () => {
    const { fill, readEmit } = read({ lists: { deeds: ['created'] }, steps: [{ emit: { type: 'a.b', payload: 1 } }] })
    const [template] = readEmit(
      {
        type: 'goal.{{pick:deeds}}',
        stream: 'goal:{{counter}}',
        id: 'EV-{{counter}}',
        entity: { type: 'goal', id: '{{uuid}}', version: '{{counter}}' },
        payload: null,
      },
      'event',
    )
    expect(fill(template!)).toMatchObject({
      type: 'goal.created',
      stream: 'goal:1',
      id: 'EV-1',
      entity: { id: expect.stringMatching(/^id-/), version: 1 },
    })
  })

  it('leave everything else as it is', () => {
    const payload = { a: '{ {now} }', b: [1, true, null], c: { '{{now}}': '}}{{' } }
    expect(filled(payload)).toEqual([payload])
  })
})

describe('a scenario', () => {
  it('says what happens when', () => {
    const { name, loop, begin, steps } = read({
      $schema: 'x',
      name: 'A day',
      description: 'for nobody',
      begin: 'at-once',
      loop: true,
      events: { one: { type: 'a.b', payload: 1 } },
      steps: [
        { after: 5, emit: ['one', { type: 'c.d', payload: 2 }], repeat: 3, every: 7 },
        { fault: { drop: 'links', mute: 10 } },
      ],
    })
    expect({ name, loop, begin, steps }).toEqual({
      name: 'A day',
      loop: true,
      begin: 'at-once',
      steps: [
        { afterMs: 5, emit: [expect.anything(), expect.anything()], fault: null, repeat: 3, everyMs: 7 },
        { afterMs: 0, emit: [], fault: { drop: 'links', mute: 10 }, repeat: 1, everyMs: 0 },
      ],
    })
  })

  it('sends to the stream "mock" where it names none', () => {
    const { fill, events } = read({ events: { one: { type: 'a.b', payload: 1 } } })
    expect(fill(events.get('one')!).stream).toBe('mock')
  })

  const event = { type: 'a.b', payload: 1 }

  it.each<[string, unknown, string]>([
    ['is no object', [], 'It must be an object, and is an array.'],
    ['is empty', {}, 'It has neither "events" nor "steps", so it has nothing to send.'],
    ['has an unknown field', { step: [] }, 'step is no field of a scenario: those are $schema, name, description'],
    ['has a name that is none', { name: 5, events: { event } }, 'name must be a text, and is the number 5.'],
    ['has events that are none', { events: [event] }, 'events must be an object, and is an array.'],
    ['has steps that are none', { steps: {} }, 'steps must be an array, and is an object.'],
    ['begins at a wrong time', { begin: 'now', events: { event } }, 'begin must be one of "first-client", "at-once"'],
    ['loops in words', { loop: 'yes', events: { event } }, 'loop must be true or false, and is the text "yes".'],
    [
      'loops without a pause',
      { loop: true, steps: [{ emit: event, repeat: 5, every: 0 }] },
      'loop would never pause: one step needs an "after" or an "every".',
    ],
    [
      'has an empty list',
      { lists: { names: [] }, events: { event } },
      'lists.names is empty, so nothing can be picked',
    ],
    [
      'has a list that is none',
      { lists: { names: 'a' }, events: { event } },
      'lists.names must be an array, and is the text "a".',
    ],
    [
      'picks from a list that is not there',
      { lists: { names: ['a'] }, events: { event: { ...event, payload: ['{{pick:name}}'] } } },
      'events["event"].payload[0] says {{pick:name}}, which means nothing. There are uuid, uuid:NAME, counter, counter:NAME, last, last:NAME, pick:LIST, number:FROM:TO, now, now:ms. "lists" has names.',
    ],
    [
      'picks from an inherited name',
      { events: { event: { ...event, payload: '{{pick:constructor}}' } } },
      '"lists" has none.',
    ],
    ['has a range that is none', { events: { event: { ...event, payload: '{{number:5:1}}' } } }, 'says {{number:5:1}}'],
    ['has a time of another kind', { events: { event: { ...event, payload: '{{now:s}}' } } }, 'says {{now:s}}'],
    [
      'names an event that is not there',
      { steps: [{ emit: 'nope' }] },
      'steps[0].emit names the event "nope", and "events" has none.',
    ],
    [
      'has an event with a wrong field',
      { events: { event: { ...event, data: 1 } } },
      'events["event"].data is no field of it: those are type, stream, payload',
    ],
    [
      'has an event whose template makes it wrong',
      { events: { event: { ...event, entity: { type: 'goal', id: '{{counter}}' } } } },
      'events["event"].entity.id must be a text, and is the number 1.',
    ],
    [
      'has an event called like a frame',
      { steps: [{ emit: { ...event, type: 'ping' } }] },
      'steps[0].emit: "ping" is the name of a frame',
    ],
    [
      'has too much at once',
      { steps: [{ emit: Array(101).fill(event) }] },
      'steps[0].emit has 101 events: at once there may be 100.',
    ],
    [
      'has a step with a wrong field',
      { steps: [{ emit: event, delay: 5 }] },
      'steps[0].delay is no field of a step: those are after, emit',
    ],
    [
      'has a step with a wrong time',
      { steps: [{ emit: event, after: '5' }] },
      'steps[0].after must be a whole number from 0 to 2147483647, and is the text "5".',
    ],
    [
      'repeats never',
      { steps: [{ emit: event, repeat: 0 }] },
      'steps[0].repeat must be a whole number from 1 to 1000000',
    ],
    [
      'says every, and not how often',
      { steps: [{ emit: event, every: 5 }] },
      'steps[0].every needs "repeat" beside it: how often?',
    ],
    ['breaks nothing', { steps: [{ fault: {} }] }, 'steps[0].fault names no fault'],
    ['breaks wrongly', { steps: [{ fault: { mute: -1 } }] }, 'steps[0].fault.mute must be a whole number from 0'],
  ])('that %s is told where', (_name, scenario, message) => {
    expect(() => read(scenario)).toThrow(message)
  })
})

describe('a text that is no JSON', () => {
  it.each([
    ['', 1, 1, 'a value'],
    ['{\n  "a": 1,\n}', 3, 1, 'a name in double quotes'],
    ['{\n  "a": [1 2]\n}', 2, 11, '"," or "]"'],
    ['{ "a": 1 "b": 2 }', 1, 10, '"," or "}"'],
    ["{ 'a': 1 }", 1, 3, 'a name in double quotes or "}"'],
    ['{ "a" 1 }', 1, 7, '":"'],
    ['[1, ]', 1, 5, 'a value'],
    ['{ "a": "unfinished }', 1, 8, 'a value'],
    ['{ "a": 01 }', 1, 9, '"," or "}"'],
    ['{ "a": "\t" }', 1, 8, 'a value'],
    ['{ "a": [ }', 1, 10, 'a value or "]"'],
    ['{}\n{}', 2, 1, 'nothing more'],
    ['// words\n{}', 1, 1, 'a value'],
    ['{ "a": 1', 1, 9, '"," or "}"'],
  ])('%j breaks at %i:%i, where %s was expected', (text, line, column, expected) => {
    expect(() => JSON.parse(text)).toThrow(SyntaxError)
    expect(findJsonFault(text)).toEqual({ line, column, expected })
  })

  it.each(['{}', '[]', ' [1, -2.5e+3, "\\u00e9\\n", true, false, null, {"a": {"b": []}}]\n', '"text"', '0'])(
    '%j is one',
    (text) => {
      expect(() => JSON.parse(text)).not.toThrow()
      expect(findJsonFault(text)).toBeNull()
    },
  )

  it('is told by its line', () => {
    expect(() => parseScenario('{\n  "loop": true\n  "steps": []\n}')).toThrow('line 3, column 3: expected "," or "}".')
  })
})
