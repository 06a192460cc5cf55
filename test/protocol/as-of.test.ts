import { describe, expect, it } from 'vitest'
import { asOfHeader, encodeAsOf, parseAsOf } from '../../src/protocol/index.ts'

const at = (seq: number, epoch = 'e1') => ({ epoch, seq })

describe('how new an answer is', () => {
  it('is compact JSON of names and positions, and nothing else', () => {
    const position = { ...at(42), complete: true }
    expect(encodeAsOf({ 'tenant:3': position })).toBe('{"tenant:3":{"epoch":"e1","seq":42}}')
    expect(encodeAsOf({ a: at(0), b: at(7, 'e2') })).toBe('{"a":{"epoch":"e1","seq":0},"b":{"epoch":"e2","seq":7}}')
    expect(encodeAsOf({})).toBe('{}')
  })

  it.each(['tenant:Žofia', 'goal:😀', 'a\r\nset-cookie: x', 'tab\tnul\0del\u007F', '"quoted\\"', '\uD800', '\u2028'])(
    'travels as printable ASCII whatever a stream is called, and comes back: %j',
    (name) => {
      const text = encodeAsOf({ [name]: at(1, name) })
      expect(text).toMatch(/^[ -~]+$/)
      expect(() => new Headers({ [asOfHeader]: text })).not.toThrow()
      expect(parseAsOf(new Headers({ [asOfHeader]: text }).get(asOfHeader))).toEqual({ [name]: at(1, name) })
    },
  )

  it('escapes as JSON does, so that any JSON parser reads it', () => {
    expect(encodeAsOf({ é: at(1) })).toBe('{"\\u00e9":{"epoch":"e1","seq":1}}')
  })

  it('may be that of streams called like what objects have, and is an object that has nothing else', () => {
    const text = '{"__proto__":{"epoch":"e1","seq":1},"constructor":{"epoch":"e1","seq":2}}'
    const read = parseAsOf(text)!
    expect(Object.getPrototypeOf(read)).toBeNull()
    expect(Object.entries(read)).toEqual([
      ['__proto__', at(1)],
      ['constructor', at(2)],
    ])
    expect(read['toString']).toBeUndefined()
    expect(encodeAsOf(read)).toBe(text)
  })

  it('leaves out what it does not know beside a position', () => {
    expect(parseAsOf('{"a":{"epoch":"e1","seq":1,"more":{}}}')).toEqual({ a: at(1) })
  })

  it.each([
    undefined,
    null,
    42,
    { a: at(1) },
    '',
    'yes',
    '{',
    'null',
    '[]',
    '"a"',
    '{"a":1}',
    '{"a":null}',
    '{"a":{"epoch":1,"seq":1}}',
    '{"a":{"epoch":"e1"}}',
    '{"a":{"epoch":"e1","seq":-1}}',
    '{"a":{"epoch":"e1","seq":1.5}}',
    '{"a":{"epoch":"e1","seq":1e300}}',
    '{"a":{"__proto__":{"epoch":"e1","seq":1}}}',
    '{"a":{"epoch":"e1","seq":1}}, {"b":{"epoch":"e1","seq":1}}',
    '['.repeat(100_000),
  ])('is not said by anything else, which is no error: %j', (text) => {
    expect(parseAsOf(text)).toBeNull()
  })
})
