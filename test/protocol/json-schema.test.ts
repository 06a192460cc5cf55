// The table of events as JSON Schema, judged by a validator of another house (ajv) and by the schemas it was made from.
import { Ajv } from 'ajv'
import { Ajv2020 } from 'ajv/dist/2020.js'
import formats from 'ajv-formats'
import * as fc from 'fast-check'
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import * as z from 'zod'
import * as mini from 'zod/mini'
import { RealtimeError } from '../../src/base/errors.ts'
import { createEventLog } from '../../src/hub/event-log.ts'
import { checkPayload } from '../../src/protocol/define-events.ts'
import { defineEvents, type EventTable, eventsJsonSchema, type JsonSchemaTarget } from '../../src/protocol/index.ts'
import { payload, type StandardSchema, versions, withJsonSchema } from '../../src/protocol/index.ts'

const targets = ['draft-2020-12', 'draft-07'] as const

/** Strict: an unknown keyword, an unknown format, a `$ref` that leads nowhere is an error. */
function validatorOf(schema: object, target: JsonSchemaTarget = 'draft-2020-12') {
  const ajv = target === 'draft-07' ? new Ajv({ allowUnionTypes: true }) : new Ajv2020({ allowUnionTypes: true })
  formats.default(ajv)
  const validate = ajv.compile(schema)
  return (value: unknown): boolean => validate(value)
}

const frameOf = (type: string, value: unknown, more: object = {}) => ({
  type,
  eventId: 'EV-42',
  timestamp: '2024-11-09T14:30:00.000Z',
  stream: 'tenant:3',
  seq: 42,
  epoch: 'e1',
  payload: value,
  ...more,
})

function messageOf(events: EventTable, options?: Parameters<typeof eventsJsonSchema>[1]): string {
  try {
    eventsJsonSchema(events, options)
  } catch (error) {
    if (error instanceof RealtimeError && error.code === 'invalid-option') return error.message
    throw error
  }
  return 'nothing was thrown'
}

interface Category {
  name: string
  parts: Category[]
}
const Category: z.ZodType<Category> = z.object({
  name: z.string(),
  get parts() {
    return z.array(Category)
  },
})
const Money = z.object({ amount: z.number(), currency: z.enum(['EUR', 'USD']) }).meta({ id: 'Money' })

const events = defineEvents({
  'order.placed': z.object({
    orderId: z.string().min(1),
    placedAt: z.iso.datetime().transform((text) => new Date(text)),
    lines: z.array(z.object({ sku: z.string(), count: z.int().min(1), price: Money })).min(1),
    total: Money,
    note: z.string().default('none'),
  }),
  'order.paid': versions({
    schema: z.strictObject({ orderId: z.string(), cents: z.int() }),
    current: 3,
    older: {
      1: { schema: z.strictObject({ order: z.string() }), upcast: ({ order }) => ({ orderId: order, cents: 0 }) },
      2: { upcast: (was) => ({ ...(was as object), cents: 0 }) },
    },
  }),
  'order.removed': payload<{ orderId: string }>({
    jsonSchema: { type: 'object', properties: { orderId: { type: 'string' } }, required: ['orderId'] },
  }),
  'category.moved': z.object({ category: Category, under: Category }),
  tick: z.number(),
})

const order = {
  orderId: 'O-1',
  placedAt: '2024-11-09T14:30:00Z',
  lines: [{ sku: 'a', count: 2, price: { amount: 5, currency: 'EUR' } }],
  total: { amount: 10, currency: 'EUR' },
}
const wood = { name: 'Wood', parts: [{ name: 'Oak', parts: [] }] }

describe.each(targets)('the table as JSON Schema of %s', (target) => {
  const document = eventsJsonSchema(events, { target })
  const isValid = validatorOf(document, target)
  const payloads = (target === 'draft-07' ? document.definitions : document.$defs)!

  it('has a schema for each type by its name, and for each older version', () => {
    expect(Object.keys(payloads)).toEqual([
      'order.placed',
      'order.paid@1',
      'order.paid@2',
      'order.paid',
      'order.removed',
      'category.moved',
      'tick',
    ])
    expect(document).not.toHaveProperty(target === 'draft-07' ? '$defs' : 'definitions')
    expect(payloads['tick']).toEqual({ type: 'number' })
  })

  it('is JSON, in one dialect', () => {
    const text = JSON.stringify(document)
    expect(JSON.parse(text)).toEqual(document)
    expect(text.match(/"\$schema"/g)).toHaveLength(1)
    expect(document.$schema).toMatch(target === 'draft-07' ? /draft-07/ : /2020-12/)
  })

  it.each([
    ['order.placed', order],
    ['order.removed', { orderId: 'O-1', more: true }],
    ['category.moved', { category: wood, under: wood }],
    ['tick', 7],
  ])('takes the frame of an event %s, and refuses another payload', (type, value) => {
    expect(isValid(frameOf(type, value))).toBe(true)
    expect(isValid(frameOf(type, { other: true }))).toBe(false)
    expect(isValid(frameOf('unknown.type', value))).toBe(false)
  })

  it('describes what travels: before transforms, before defaults', () => {
    expect(isValid(frameOf('order.placed', { ...order, placedAt: 'yesterday' }))).toBe(false)
    expect(isValid(frameOf('order.placed', { ...order, note: 'soon' }))).toBe(true)
    expect(isValid(frameOf('order.placed', { ...order, note: 7 }))).toBe(false)
  })

  it('keeps what a schema says of itself, at every depth', () => {
    const deep = { name: 'Wood', parts: [{ name: 'Oak', parts: [{ name: 'Leaf', parts: [{}] }] }] }
    expect(isValid(frameOf('category.moved', { category: deep, under: wood }))).toBe(false)
    expect(isValid(frameOf('order.placed', { ...order, total: { amount: 1, currency: 'XXX' } }))).toBe(false)
  })

  it('tells versions apart by v, and takes an event without it for one of the oldest', () => {
    const [first, third] = [{ order: 'O-1' }, { orderId: 'O-1', cents: 7 }]
    const paid = (value: unknown, more?: object) => isValid(frameOf('order.paid', value, more))
    expect([paid(third, { v: 3 }), paid(first, { v: 1 }), paid(first)]).toEqual([true, true, true])
    expect([paid(first, { v: 3 }), paid(third, { v: 1 }), paid(third)]).toEqual([false, false, false])
    expect([paid(third, { v: 4 }), paid(first, { v: 0 })]).toEqual([false, false])
    // Nobody checks version 2.
    expect([paid('anything', { v: 2 }), paid(first, { v: 2 })]).toEqual([true, true])
  })

  it.each<[string, object]>([
    ['without an id', { eventId: undefined }],
    ['without a payload', { payload: undefined }],
    ['with a time that is none', { timestamp: '9.11.2024' }],
    ['with a time in ms', { timestamp: 1_731_162_600_000 }],
    ['at place 0', { seq: 0 }],
    ['at half a place', { seq: 1.5 }],
    ['with an empty stream', { stream: '' }],
    ['about nothing', { entity: { type: 'order' } }],
    ['of a text for a version', { v: '1' }],
    ['from a text', { origin: 'me' }],
    ['replayed maybe', { replayed: 'maybe' }],
  ])('refuses a frame %s', (_what, wrong) => {
    expect(isValid(JSON.parse(JSON.stringify(frameOf('tick', 7, wrong))))).toBe(false)
  })

  it('takes a frame with everything that one may have, and what is yet to come', () => {
    const all = {
      prev: 40,
      entity: { type: 'clock', id: 7, version: 0 },
      origin: { clientId: 'c-1', mutationId: 'm-1' },
      v: 0,
      meta: { from: 'cron' },
      replayed: true,
      unheardOf: [1],
    }
    expect(isValid(frameOf('tick', 7, all))).toBe(true)
  })

  it('takes what the log makes of an event', () => {
    const log = createEventLog({ now: () => Date.UTC(2024, 10, 9), retentionMs: 1_000, maxPerStream: 10 })
    const { frame } = log.append({ type: 'order.placed', stream: 'tenant:3', payload: order })
    expect(isValid(frame)).toBe(true)
  })

  it('is of one mind with the schemas, whatever the payload', () => {
    const leaf = fc.oneof(fc.constantFrom('O-1', '', 'EUR', 'USD', 1, 1.5, 0, null), fc.string(), fc.boolean())
    const money = fc.record({ amount: fc.oneof(fc.constant(5), leaf), currency: fc.oneof(fc.constant('EUR'), leaf) })
    const line = fc.record(
      { sku: fc.oneof(fc.constant('a'), leaf), count: fc.constantFrom(1, 0, 2), price: money },
      { requiredKeys: ['sku'] },
    )
    const anOrder = fc.record(
      {
        orderId: fc.oneof(fc.constant('O-1'), leaf),
        placedAt: fc.constantFrom('2024-11-09T14:30:00Z', '2024-02-30T14:30:00Z', 'now', 7),
        lines: fc.array(line, { maxLength: 2 }),
        total: fc.oneof(fc.constant(order.total), money),
      },
      { requiredKeys: ['orderId', 'lines'] },
    )
    const treeOf = (depth: number): fc.Arbitrary<unknown> =>
      fc.record({
        name: fc.oneof(fc.constant('Oak'), leaf),
        parts: depth === 0 ? fc.constant([]) : fc.oneof(fc.array(treeOf(depth - 1), { maxLength: 2 }), leaf),
      })
    const tree = treeOf(3)
    const anyPayload = fc.oneof(
      anOrder,
      fc.constant(order),
      fc.record({ category: tree, under: tree }),
      leaf,
      fc.record({ orderId: leaf, cents: leaf }),
    )
    const seen = { true: 0, false: 0 }
    fc.assert(
      fc.property(anyPayload, fc.constantFrom('order.placed', 'category.moved', 'tick'), (value, type) => {
        const isFine = checkPayload(events[type], value).ok
        seen[`${isFine}`]++
        expect(isValid(frameOf(type, value))).toBe(isFine)
      }),
      { numRuns: 1_000 },
    )
    expect(Math.min(seen.true, seen.false)).toBeGreaterThan(30)
  })
})

describe('the document', () => {
  it('is of 2020-12 where nothing else is asked for, and has an address where one is given', () => {
    const document = eventsJsonSchema(events)
    expect(document.$schema).toBe('https://json-schema.org/draft/2020-12/schema')
    expect(document).not.toHaveProperty('$id')
    const known = eventsJsonSchema(events, { id: 'https://example.com/events.json' })
    expect(known.$id).toBe('https://example.com/events.json')
    expect(validatorOf(known)(frameOf('category.moved', { category: wood, under: wood }))).toBe(true)
  })

  it('names every field of an event that the protocol names, and requires those that it requires', () => {
    const readme = readFileSync(new URL('../../src/protocol/README.md', import.meta.url), 'utf8')
    const section = readme.slice(readme.indexOf('\n## 6. '), readme.indexOf('\n## 7. '))
    const rows = [...section.matchAll(/^\| `(\w+)`( ●)? \|/gm)]
    const document = eventsJsonSchema(events) as unknown as { properties: object; required: string[] }
    expect(rows.length).toBeGreaterThan(10)
    expect(Object.keys(document.properties).toSorted()).toEqual(rows.map(([, name]) => name!).toSorted())
    expect(document.required).toEqual(rows.filter(([, , must]) => must).map(([, name]) => name))
  })

  it.each(targets)('leads to types of any name (%s)', (target) => {
    const names = ['a/b', 'a~b', 'a b', 'a#b', '100%', 'größe', 'what?', '__proto__', 'a"b', '~1', '%41']
    const tree = z.strictObject({
      get child() {
        return z.optional(tree)
      },
    })
    const document = eventsJsonSchema(Object.fromEntries(names.map((name) => [name, tree])), { target })
    const isValid = validatorOf(document, target)
    for (const name of names) {
      expect([name, isValid(frameOf(name, { child: { child: {} } }))]).toEqual([name, true])
      expect([name, isValid(frameOf(name, { child: { child: { other: 1 } } }))]).toEqual([name, false])
    }
  })

  it.each(targets)('holds no reference that leads nowhere, read to the letter (%s)', (target) => {
    const Node = z
      .object({
        get next() {
          return z.optional(Node)
        },
      })
      .meta({ id: 'Node' })
    const document = eventsJsonSchema({ ...events, 'a/b ~ 100%#é': z.array(Node) }, { target })
    const refs = [...JSON.stringify(document).matchAll(/"\$ref":"#([^"]*)"/g)].map(([, pointer]) => pointer!)
    expect(refs.length).toBeGreaterThan(10)
    for (const pointer of refs) {
      // RFC 6901, section 6: percent-encoded, and only what an address may hold.
      expect(pointer).toMatch(/^(\/([\w.~@!$&'()*+,;=:?-]|%[\da-f]{2})+)+$/i)
      const keys = decodeURIComponent(pointer).slice(1).split('/')
      const found = keys.reduce<unknown>(
        (value, key) => (value as Record<string, unknown>)[key.replaceAll('~1', '/').replaceAll('~0', '~')],
        document,
      )
      expect([pointer, found]).toEqual([pointer, expect.any(Object)])
    }
  })

  it('moves what a schema says of itself by "#", and nothing that only looks like it', () => {
    const jsonSchema = {
      type: 'object',
      properties: {
        $ref: { $ref: '#' },
        $id: { $ref: '#/$defs/word' },
        const: { const: { $ref: '#' } },
        default: { $ref: '#/$defs/word', default: { $ref: '#/$defs/word' } },
        enum: { enum: [{ $ref: '#' }], examples: [{ $ref: '#' }] },
        elsewhere: { $ref: 'https://example.com/other.json#/a' },
        anchored: { $ref: '#word' },
        list: { items: [{ $ref: '#/$defs/word' }, true] },
      },
      $defs: {
        word: { $anchor: 'word', type: 'string' },
        apart: { $id: 'https://example.com/apart.json', items: { $ref: '#' } },
      },
    }
    const { $defs } = eventsJsonSchema({ odd: payload({ jsonSchema }) })
    const place = '#/$defs/odd'
    expect($defs!['odd']).toEqual({
      ...jsonSchema,
      properties: {
        ...jsonSchema.properties,
        $ref: { $ref: place },
        $id: { $ref: `${place}/$defs/word` },
        default: { $ref: `${place}/$defs/word`, default: { $ref: '#/$defs/word' } },
        list: { items: [{ $ref: `${place}/$defs/word` }, true] },
      },
    })
  })

  it('leaves a schema with an address of its own as it is', () => {
    const jsonSchema = {
      $id: 'https://example.com/tree.json',
      type: 'object',
      properties: { child: { $ref: '#' } },
      required: ['id'],
    }
    const document = eventsJsonSchema({ planted: payload({ jsonSchema }) })
    expect(document.$defs!['planted']).toEqual(jsonSchema)
    const isValid = validatorOf({ ...document }, 'draft-2020-12')
    expect(isValid(frameOf('planted', { id: 1, child: { id: 2 } }))).toBe(true)
    expect(isValid(frameOf('planted', { id: 1, child: {} }))).toBe(false)
  })

  it('does not change what the app gave', () => {
    const jsonSchema = Object.freeze({
      $schema: 'https://json-schema.org/draft/2020-12/schema#',
      items: Object.freeze({ $ref: '#' }),
    })
    expect(eventsJsonSchema({ a: payload({ jsonSchema }) }).$defs!['a']).toEqual({ items: { $ref: '#/$defs/a' } })
    expect(jsonSchema.items.$ref).toBe('#')
  })
})

describe('a JSON Schema of one’s own', () => {
  const dated = z.object({ at: z.date() })
  const jsonSchema = { type: 'object', properties: { at: { type: 'string', format: 'date-time' } }, required: ['at'] }

  it('goes with any schema, which checks as before', () => {
    const row = withJsonSchema(dated, jsonSchema)
    expect(eventsJsonSchema({ dated: row }).$defs!['dated']).toEqual(jsonSchema)
    expect(checkPayload(row, { at: new Date(0) })).toEqual({ ok: true, payload: { at: new Date(0) } })
    expect(checkPayload(row, {})).toMatchObject({ ok: false, path: 'payload.at' })
  })

  it('counts more than what the library offers', () => {
    expect(eventsJsonSchema({ a: withJsonSchema(z.string(), { const: 'a' }) }).$defs!['a']).toEqual({ const: 'a' })
  })

  it('goes with a schema of a library that offers none', () => {
    const row = withJsonSchema(mini.object({ id: mini.string() }), { type: 'object' })
    expect(eventsJsonSchema({ a: row }).$defs!['a']).toEqual({ type: 'object' })
    expect(checkPayload(row, {}).ok).toBe(false)
  })

  it('goes with a schema that looks at itself when it checks', () => {
    const standard = {
      version: 1 as const,
      vendor: 'test',
      wanted: 7,
      validate(value: unknown) {
        return value === this.wanted ? { value } : { issues: [{ message: 'not mine' }] }
      },
    }
    const row = withJsonSchema({ '~standard': standard }, { const: 7 })
    expect([checkPayload(row, 7).ok, checkPayload(row, 8).ok]).toEqual([true, false])
  })

  it('goes with versions: one of them, or the current one where it goes with all', () => {
    const upcast = () => ({ at: new Date(0) })
    const inner = versions({ schema: withJsonSchema(dated, jsonSchema), current: 2, older: { 1: { upcast } } })
    const outer = withJsonSchema(versions({ schema: dated, current: 2, older: { 1: { upcast } } }), jsonSchema)
    for (const row of [inner, outer]) {
      const { $defs } = eventsJsonSchema({ dated: row })
      expect(Object.keys($defs!)).toEqual(['dated@1', 'dated'])
      expect($defs!['dated']).toEqual(jsonSchema)
      expect(checkPayload(row, {}, 1)).toEqual({ ok: true, payload: { at: new Date(0) }, v: 2 })
    }
  })

  it('of a payload that is only named is not checked', () => {
    const row = payload<string>({ jsonSchema: { type: 'string' } })
    expect(eventsJsonSchema({ a: row }).$defs!['a']).toEqual({ type: 'string' })
    expect(checkPayload(row, 7)).toEqual({ ok: true, payload: 7 })
  })
})

describe('a table is refused', () => {
  const throwing = (thrown: unknown): StandardSchema => {
    const input = () => {
      throw thrown
    }
    return { '~standard': { version: 1, vendor: 'test', validate: (value) => ({ value }), jsonSchema: { input } } }
  }
  const offering = (given: unknown) => payload({ jsonSchema: given as object })
  const cycle: Record<string, unknown> = {}
  cycle['self'] = cycle

  it.each<[string, StandardSchema, RegExp]>([
    ['that is only named', payload(), /the row "a" offers no JSON Schema, so nobody else could tell/],
    ['of a library that offers none', mini.string(), /the row "a" offers no JSON Schema/],
    ['that JSON Schema can’t say', z.date(), /could not be written as JSON Schema \(Date cannot be represented/],
    [
      'that asks for what does not exist',
      throwing('no'),
      /could not be written as JSON Schema \(no reason was given\)/,
    ],
    ['that is no JSON', offering({ size: 1n }), /could not be written as JSON Schema \(.*BigInt/],
    ['that holds itself', offering(cycle), /could not be written as JSON Schema \(.*circular/s],
    ['that is no object', offering(true), /offers what is no JSON Schema/],
    ['that is a function', offering(() => {}), /could not be written as JSON Schema|offers what is no JSON Schema/],
    ['that is undefined', offering(undefined), /could not be written as JSON Schema|offers what is no JSON Schema/],
  ])('for a row %s, by name and with what to do', (_what, row, message) => {
    const said = messageOf({ fine: z.string(), a: row })
    expect(said).toMatch(/^eventsJsonSchema\(\): the row "a" /)
    expect(said).toMatch(message)
    expect(said).toMatch(/payload<T>\(\{ jsonSchema: .* withJsonSchema\(schema, /)
  })

  it('and says what the library threw', () => {
    const cause = new Error('mine')
    expect(() => eventsJsonSchema({ a: throwing(cause) })).toThrow(expect.objectContaining({ cause }) as Error)
  })

  it('for an older version that offers none, by its number', () => {
    const row = versions({
      schema: z.string(),
      current: 2,
      older: { 1: { schema: payload<number>(), upcast: (was) => String(was) } },
    })
    expect(messageOf({ a: row })).toMatch(/the row "a" \(version 1\) offers no JSON Schema/)
  })

  it('for a row that is written in another dialect', () => {
    const row = payload({ jsonSchema: { $schema: 'http://json-schema.org/draft-07/schema#', items: [{}] } })
    expect(messageOf({ a: row })).toMatch(/the row "a" is written in http:\S+ and would be read as draft-2020-12/)
    expect(messageOf({ a: row }, { target: 'draft-07' })).toBe('nothing was thrown')
  })

  it('that is empty', () => {
    expect(messageOf({})).toMatch(/the table is empty/)
  })

  it('whose types could not be told apart', () => {
    const row = versions({ schema: z.string(), current: 2, older: { 1: { upcast: (was) => was } } })
    expect(messageOf({ a: row, 'a@1': z.string() })).toMatch(/"a@1" is a type and an older version of another/)
  })

  it('in a dialect that is not written', () => {
    expect(messageOf(events, { target: 'openapi-3.0' as 'draft-07' })).toMatch(
      /"openapi-3.0" is no dialect .* Ask for draft-2020-12 or draft-07\. \(/,
    )
  })
})
