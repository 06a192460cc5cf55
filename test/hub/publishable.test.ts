// What may be published, judged alone. That nobody is sent what was refused is test/gateway/f102.test.ts.
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { RealtimeError } from '../../src/base/errors.ts'
import type { NewEvent } from '../../src/hub/event-log.ts'
import { asItTravels, travel } from '../../src/hub/publishable.ts'
import { decodeServerMessage, maxFrameLength } from '../../src/protocol/codec.ts'

const created = (payload: unknown): NewEvent => ({ type: 'goal.created', stream: 'tenant:1', payload })
const bytesOf = (value: unknown) => Buffer.byteLength(JSON.stringify(value))

function refusal(event: unknown): { message: string; isTooLarge: boolean } {
  const travelling = travel(event as NewEvent)
  if (travelling.ok) throw new Error('it was taken')
  expect(travelling.error).toBeInstanceOf(RealtimeError)
  expect(travelling.error.code).toBe('invalid-option')
  return { message: travelling.error.message, isTooLarge: travelling.isTooLarge }
}

/** As long as the frame of an event can get: everything that the log and a session add, in a batch of one. */
function longestFrameOf({ id = crypto.randomUUID(), ...event }: NewEvent): string {
  const place = { seq: Number.MAX_SAFE_INTEGER, epoch: crypto.randomUUID(), prev: Number.MAX_SAFE_INTEGER - 2 }
  return JSON.stringify([{ eventId: id, timestamp: new Date(0).toISOString(), ...place, replayed: true, ...event }])
}

const read = (text: string) => decodeServerMessage(text, { transport: '', receivedAt: 0 })

describe('a name', () => {
  it('of a stream that clients drop as a key is refused: they would have no position in it', () => {
    for (const stream of ['__proto__', 'constructor', 'prototype']) {
      expect(refusal({ ...created(1), stream }).message).toContain('position')
      expect(travel({ ...created(1), stream: `user:${stream}` }).ok).toBe(true)
      expect(travel({ ...created(1), type: stream }).ok).toBe(true)
    }
  })

  it('with half a character is refused: in UTF-8 two of them would be the same', () => {
    for (const field of ['type', 'stream', 'id']) {
      for (const name of ['a:\ud800', '\udc00', 'x\udbff\udbff']) {
        expect(refusal({ ...created(1), [field]: name }).message).toContain('half')
      }
      expect(travel({ ...created(1), [field]: 'goal:🎯' }).ok).toBe(true)
    }
  })
})

describe('an event travels', () => {
  it('as a copy, with dates as text', () => {
    const payload = { at: new Date(0), left: undefined, tags: ['a'] }
    const travelling = asItTravels(created(payload))
    payload.tags.push('b')
    expect(travelling).toEqual(created({ at: '1970-01-01T00:00:00.000Z', tags: ['a'] }))
  })

  it('with the payload null where it has none, as clients would otherwise look for it elsewhere', () => {
    expect(asItTravels(created(undefined))).toEqual(created(null))
    expect(asItTravels(created(() => {}))).toEqual(created(null))
    expect(asItTravels(created(0))).toEqual(created(0))
  })

  it('and says how many bytes it has as JSON in UTF-8', () => {
    for (const event of [created({ id: 7 }), { ...created('grün 漢字 🎉'), id: 'EV-1', v: 2 }]) {
      expect(travel(event)).toEqual({ ok: true, event, bytes: bytesOf(event) })
    }
  })

  it('in a form that every client reads, whatever it holds', () => {
    const anyEvent = fc.record(
      {
        type: fc.string({ minLength: 1 }),
        stream: fc.string({ minLength: 1 }),
        payload: fc.anything({ maxDepth: 40, depthSize: 'large', withDate: true, withNullPrototype: true }),
        id: fc.string(),
        v: fc.anything(),
        entity: fc.anything(),
      },
      { requiredKeys: ['type', 'stream', 'payload'] },
    )
    const taken = { true: 0, false: 0 }
    fc.assert(
      fc.property(anyEvent, (event) => {
        const travelling = travel(event as NewEvent)
        taken[`${travelling.ok}`]++
        if (!travelling.ok) return
        const { type, stream } = event
        const [message, ...more] = read(longestFrameOf(travelling.event))
        expect(more).toEqual([])
        expect(message).toMatchObject({ kind: 'event', event: { type, stream } })
      }),
      { numRuns: 500 },
    )
    expect(taken.true).toBeGreaterThan(50)
  })
})

describe('an event is refused', () => {
  it.each<[string, unknown, RegExp]>([
    ['that is none', null, /An event is an object, and null is none/],
    ['that is left out', undefined, /An event is an object, and null is none/],
    ['that is a text', 'goal.created', /An event is an object, and "goal.created" is none/],
    ['without a type', { stream: 's', payload: {} }, /needs a "type" .* undefined is none/],
    ['with a type that is no text', { type: 7, stream: 's', payload: {} }, /needs a "type" .* 7 is none/],
    ['with a pattern for a type', { type: 'goal.*', stream: 's', payload: {} }, /"goal.\*" is none/],
    ['without a stream', { type: 'a', payload: {} }, /needs a "stream"/],
    ['with an object for a stream', { type: 'a', stream: {}, payload: {} }, /an object is none/],
    ['with an empty id', { type: 'a', stream: 's', payload: {}, id: '' }, /needs a "id"/],
    ['named as a frame of the server', { type: 'welcome', stream: 's', payload: {} }, /Choose another type/],
    ['named as a frame of the client', { type: 'publish', stream: 's', payload: {} }, /Choose another type/],
    ['with a bigint', created(1n), /"goal.created": it cannot be written as JSON \(TypeError/],
    [
      'that throws while it is read',
      created({
        toJSON: () => {
          throw new Error('mine')
        },
      }),
      /Error: mine/,
    ],
    [
      'that throws what has no text',
      created({
        toJSON: () => {
          throw Object.create(null)
        },
      }),
      /what is no error/,
    ],
    ['nested 32 levels deep', created(JSON.parse(`${'['.repeat(32)}${']'.repeat(32)}`)), /nested 32 levels deep/],
  ])('%s', (_what, event, message) => {
    expect(refusal(event)).toEqual({ message: expect.stringMatching(message) as string, isTooLarge: false })
  })

  it('that holds itself', () => {
    const payload: Record<string, unknown> = {}
    payload['self'] = payload
    expect(refusal(created(payload)).message).toMatch(/cannot be written as JSON.* Publish plain data\./s)
  })

  it('and is taken one level less deep', () => {
    expect(travel(created(JSON.parse(`${'['.repeat(31)}${']'.repeat(31)}`)))).toMatchObject({ ok: true })
  })

  it('in a sentence that fits into a frame, whatever was given', () => {
    const long = 'x'.repeat(60_000)
    for (const event of [{ ...created({}), type: `${long}*` }, { ...created(1n), type: long }, long]) {
      expect(refusal(event).message.length).toBeLessThan(500)
    }
    const tooLarge = refusal({ ...created({}), type: `${long}${long}` })
    expect(tooLarge.isTooLarge).toBe(true)
    expect(tooLarge.message.length).toBeLessThan(500)
  })

  it('without ever throwing', () => {
    fc.assert(
      fc.property(fc.anything({ withBigInt: true, withSparseArray: true, withObjectString: true }), (event) => {
        expect(travel(event as NewEvent).ok).toBeTypeOf('boolean')
      }),
    )
  })

  it('by an error that is thrown where the app publishes', () => {
    expect(() => asItTravels(created(1n))).toThrow(RealtimeError)
  })
})

describe('the size of an event', () => {
  it('F102: beyond a frame is refused, in bytes, and says what to do', () => {
    const { message, isTooLarge } = refusal(created('x'.repeat(65 * 1_024)))
    expect(isTooLarge).toBe(true)
    expect(message).toMatch(
      /^Clients could not read this event of type "goal.created": as JSON in UTF-8 it has 666\d\d bytes, and a frame may have 65536 bytes at most, of which the server needs 256\. Publish less/,
    )
  })

  it('counts bytes and not letters', () => {
    // Three bytes each: 22,000 letters are 66,000 bytes.
    expect(refusal(created('漢'.repeat(22_000))).isTooLarge).toBe(true)
    expect(travel(created('漢'.repeat(21_500)))).toMatchObject({ ok: true })
    // Four bytes, which JavaScript counts as two letters.
    expect(refusal(created('🎉'.repeat(16_400))).isTooLarge).toBe(true)
    expect(travel(created('🎉'.repeat(16_250)))).toMatchObject({ ok: true })
    // One byte, written as six.
    expect(refusal(created('\u0001'.repeat(11_000))).isTooLarge).toBe(true)
  })

  it.each([
    ['letters of one byte', 'x'],
    ['of three', '漢'],
    ['of four', '🎉'],
    ['that are written as six', '\u0001'],
    ['half a letter', '\ud800'],
    ['marks that are escaped', '"'],
  ])('leaves room for all that is added to it: %s', (_what, letter) => {
    const ofLength = (count: number) => created({ text: letter.repeat(count) })
    let [least, most] = [0, 70_000]
    while (most - least > 1) {
      const middle = (least + most) >> 1
      if (travel(ofLength(middle)).ok) least = middle
      else most = middle
    }
    const longest = Buffer.byteLength(longestFrameOf(ofLength(least)))
    expect(longest).toBeLessThanOrEqual(maxFrameLength)
    // And wastes little of it.
    expect(longest).toBeGreaterThan(maxFrameLength - 100)
    expect(read(longestFrameOf(ofLength(least)))).toMatchObject([{ kind: 'event' }])
  })

  it('leaves room for a payload that was left out, too', () => {
    const { payload: _left, ...bare } = created({})
    const ofLength = (count: number) => ({ ...bare, entity: { type: 'goal', id: 'x'.repeat(count) } }) as NewEvent
    let count = 66_000
    while (!travel(ofLength(count)).ok) count--
    const travelling = travel(ofLength(count))
    expect(travelling.ok && Buffer.byteLength(longestFrameOf(travelling.event))).toBeLessThanOrEqual(maxFrameLength)
  })
})

describe('names', () => {
  it.each(['type', 'stream', 'id'])('of more than 200 characters are refused: %s', (field) => {
    const event = { type: 'goal.completed', stream: 'tenant:3', id: 'EV-1', payload: {} }
    expect(travel({ ...event, [field]: 'x'.repeat(200) }).ok).toBe(true)
    const refused = travel({ ...event, [field]: 'x'.repeat(201) })
    expect(refused.ok || refused.error.message).toContain(`The "${field}" of an event has 201 characters`)
  })
})
