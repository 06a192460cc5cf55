import { describe, expect, it } from 'vitest'
import { dropUnsafeKeys, renameKeys, toCamelCase, TooDeep } from '../../src/protocol/rename-keys.ts'
import { decodeEvent } from './decode.ts'

const rename = (json: string, ...exempt: string[]) =>
  renameKeys(JSON.parse(json), { exempt: new Set(exempt), maxDepth: 32 })

describe('a key', () => {
  it.each([
    ['created_at', 'createdAt'],
    ['goal_activity_id', 'goalActivityId'],
    ['a__b', 'aB'],
    ['user_2fa', 'user2fa'],
    ['createdAt', 'createdAt'],
    ['_id', '_id'],
    ['_private_key', '_privateKey'],
    ['__typename', '__typename'],
    ['trailing_', 'trailing_'],
    ['_', '_'],
    ['', ''],
    ['HTTP_PROXY', 'HTTP_PROXY'],
    ['naïve_name', 'naïveName'],
    ['🙂_face', '🙂Face'],
    ['kebab-case', 'kebab-case'],
  ])('%j is read as %j', (key, name) => {
    expect(toCamelCase(key)).toBe(name)
  })
})

describe('renaming', () => {
  it('reaches every level, and changes no value', () => {
    expect(rename('{"goal_ids":["a_b"],"deep_one":[{"sent_at":"not_me"}],"same":null}')).toEqual({
      goalIds: ['a_b'],
      deepOne: [{ sentAt: 'not_me' }],
      same: null,
    })
  })

  it('gives back what needs no change, and shares what does not', () => {
    const same = JSON.parse('{"a":{"b":[1,{"c":2}]}}') as object
    expect(renameKeys(same, { maxDepth: 32 })).toBe(same)
    const mixed = JSON.parse('{"kept":{"b":1},"to_rename":1}') as { kept: object }
    expect(renameKeys(mixed, { maxDepth: 32 })).toMatchObject({ toRename: 1 })
    expect((renameKeys(mixed, { maxDepth: 32 }) as typeof mixed).kept).toBe(mixed.kept)
  })

  it('never changes what it was given', () => {
    const json = '{"a_b":[{"c_d":1}]}'
    const given = JSON.parse(json) as unknown
    renameKeys(given, { maxDepth: 32 })
    expect(JSON.stringify(given)).toBe(json)
  })

  it.each(['{"a_b":1,"aB":2}', '{"aB":2,"a_b":1}'])(
    'lets the name that needs no change win where two collide, wherever it stands: %s',
    (json) => {
      expect(rename(json)).toEqual({ aB: 2 })
    },
  )

  it('lets the later of two renamed keys win where they collide', () => {
    expect(rename('{"a_b":1,"a__b":2}')).toEqual({ aB: 2 })
  })

  it('keeps numbers as they are, minus zero included', () => {
    const kept = rename('{"a_b":0,"zero":-0,"tiny":5e-324,"most":9007199254740991}') as Record<string, number>
    expect(kept).toEqual({ aB: 0, zero: -0, tiny: 5e-324, most: Number.MAX_SAFE_INTEGER })
    expect(Object.is(kept['zero'], -0)).toBe(true)
  })
})

describe('an exempt path', () => {
  const json = '{"payload":{"user_labels":{"en_GB":"Hi","by_id":{"u_1":{"deep_key":1}}},"other_key":1}}'

  it('keeps the names of its own keys and deeper ones; its own name changes', () => {
    expect(rename(json, 'payload.userLabels')).toEqual({
      payload: { userLabels: { en_GB: 'Hi', by_id: { u_1: { deep_key: 1 } } }, otherKey: 1 },
    })
  })

  it('passes through lists, which have no place in it', () => {
    expect(rename('{"payload":[{"my_labels":{"a_b":1}}]}', 'payload.myLabels')).toEqual({
      payload: [{ myLabels: { a_b: 1 } }],
    })
  })

  it('spares nothing beside it', () => {
    expect(rename('{"payload":{"labels":{"a_b":1},"labels2":{"a_b":1}}}', 'payload.labels')).toEqual({
      payload: { labels: { a_b: 1 }, labels2: { aB: 1 } },
    })
  })

  it('is named by the option of whoever reads the frame', () => {
    const frame = { type: 'a', payload: { labels: { en_GB: 1 } } }
    expect(decodeEvent(frame, { exempt: new Set(['payload.labels']) }).payload).toEqual({ labels: { en_GB: 1 } })
    expect(decodeEvent(frame).payload).toEqual({ labels: { enGB: 1 } })
  })
})

describe('keys that reach a prototype', () => {
  const hostile =
    '{"type":"a","__proto__":{"polluted":1},"payload":{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}},"prototype":1,"kept":{"__proto__":{"admin":true}}}}'

  it('are dropped at every level, from the event and from raw', () => {
    const event = decodeEvent(hostile)
    expect(event.payload).toEqual({ kept: {} })
    expect(JSON.stringify(event)).not.toMatch(/__proto__|constructor|prototype|polluted|admin/)
  })

  it('leave Object.prototype, and the prototype of the payload, as they were', () => {
    const { payload } = decodeEvent(hostile) as { payload: { kept: object } }
    expect('polluted' in {}).toBe(false)
    expect(Object.getPrototypeOf(payload)).toBe(Object.prototype)
    // What apps do with a payload must not reach a prototype either.
    expect(Object.getPrototypeOf(Object.assign({}, payload, payload.kept))).toBe(Object.prototype)
    expect('admin' in Object.assign({}, payload.kept)).toBe(false)
  })

  it('are dropped below an exempt path too', () => {
    const exempt = new Set(['payload'])
    expect(decodeEvent(hostile, { exempt }).payload).toEqual({ kept: {} })
  })

  it('are dropped where nothing is renamed', () => {
    expect(dropUnsafeKeys(JSON.parse('{"a_b":{"__proto__":{"x":1},"c_d":1}}'), 32)).toEqual({ a_b: { c_d: 1 } })
  })
})

describe('depth', () => {
  const nested = (levels: number) => JSON.parse('['.repeat(levels) + ']'.repeat(levels)) as unknown

  it('is allowed up to the limit', () => {
    expect(() => renameKeys(nested(5), { maxDepth: 5 })).not.toThrow()
    expect(() => renameKeys(nested(6), { maxDepth: 5 })).toThrow(TooDeep)
  })

  it('is measured before it can exhaust the stack', () => {
    expect(() => renameKeys(nested(100_000), { maxDepth: 32 })).toThrow(TooDeep)
    expect(() => dropUnsafeKeys(nested(100_000), 32)).toThrow(TooDeep)
  })
})
