// The table of events at the server's end, held to what clients with the same table take.
import * as fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import * as z from 'zod'
import { RealtimeError } from '../../src/base/errors.ts'
import { createClient } from '../../src/client/index.ts'
import { type ContractOptions, createContract } from '../../src/hub/contract.ts'
import type { NewEvent } from '../../src/hub/event-log.ts'
import { inMemoryTransport } from '../../src/hub/index.ts'
import { asItTravels } from '../../src/hub/publishable.ts'
import { decodeServerMessage } from '../../src/protocol/codec.ts'
import { checkPayload } from '../../src/protocol/define-events.ts'
import { defineEvents, type EventTable, payload, type StandardSchema, versions } from '../../src/protocol/index.ts'
import { newHub, pass, subscribed } from './wire.ts'

const events = defineEvents({
  'goal.created': z.object({
    goal: z.object({ id: z.string(), title: z.string() }),
    at: z.iso.datetime().transform((text) => new Date(text)),
    open: z.boolean().default(true),
  }),
  'goal.completed': z.object({ goalId: z.string() }),
  'goal.renamed': versions({
    schema: z.strictObject({ goalId: z.string(), title: z.string() }),
    current: 3,
    older: {
      1: { schema: z.strictObject({ name: z.string() }), upcast: ({ name }) => ({ title: name }) },
      2: { upcast: (was) => ({ goalId: 'unknown', ...(was as object) }) },
    },
  }),
  'goal.counted': z.string().transform(Number).pipe(z.number().int()),
  'goal.noted': payload<{ note: string }>(),
})

const made = (type: string, value: unknown, more: Partial<NewEvent> = {}): NewEvent => ({
  type,
  stream: 'tenant:1',
  payload: value,
  ...more,
})

const contract = createContract(events)

function refusal(event: unknown, table: EventTable = events, options: ContractOptions = {}): RealtimeError {
  const checked = createContract(table, options).check(event as NewEvent)
  if (checked.ok) throw new Error('it was taken')
  expect(checked.error).toBeInstanceOf(RealtimeError)
  return checked.error
}

/** What a client with this table makes of the event. */
function isTakenByClient(event: NewEvent, table: EventTable, exempt: readonly string[] = []): boolean {
  const { id = 'EV-1', ...rest } = event
  const place = { eventId: id, timestamp: '2024-11-09T14:30:00Z', seq: 1, epoch: 'e1' }
  const context = { transport: '', receivedAt: 0, exempt: new Set(exempt) }
  const [message] = decodeServerMessage(JSON.stringify({ ...place, ...rest }), context)
  if (message?.kind !== 'event') throw new Error('no event')
  const { type, payload: arrived, v } = message.event
  return Object.hasOwn(table, type) && checkPayload(table[type], arrived, v).ok
}

describe('a server without a table', () => {
  it('publishes whatever can travel', () => {
    for (const event of [made('any.type', 7), made('', null, { v: 99 })]) {
      const checked = createContract(undefined).check(event)
      expect(checked).toEqual({ ok: true, event })
      expect(checked.ok && checked.event).toBe(event)
    }
  })
})

describe('an event that the table knows', () => {
  it('is published as it was given: clients apply transforms and defaults', () => {
    const created = made('goal.created', { goal: { id: 'G-1', title: 'Ship' }, at: '2024-11-09T14:30:00Z', extra: 1 })
    const checked = contract.check(created)
    expect(checked.ok && checked.event).toBe(created)
    expect(isTakenByClient(created, events)).toBe(true)
    expect(contract.check(made('goal.counted', '7'))).toEqual({ ok: true, event: made('goal.counted', '7') })
    // What the schema would make of it is not what it takes.
    expect(contract.check(made('goal.counted', 7)).ok).toBe(false)
  })

  it('is checked as it travels, with dates as text', () => {
    const created = made('goal.created', { goal: { id: 'G-1', title: 'Ship' }, at: new Date(0) })
    expect(contract.check(created).ok).toBe(false)
    expect(contract.check(asItTravels(created)).ok).toBe(true)
  })

  it('may name its fields as clients read them or in snake_case', () => {
    const snake = made('goal.completed', { goal_id: 'G-1' })
    const checked = contract.check(snake)
    expect(checked.ok && checked.event).toBe(snake)
    expect(isTakenByClient(snake, events)).toBe(true)
  })

  it('keeps the keys that are data where clients do', () => {
    const table = defineEvents({ labelled: z.object({ labels: z.strictObject({ due_on: z.string() }) }) })
    const labelled = made('labelled', { labels: { due_on: 'Monday' } })
    const exempt = ['payload.labels']
    expect(createContract(table, { exempt }).check(labelled).ok).toBe(true)
    expect(createContract(table).check(labelled).ok).toBe(false)
    expect([isTakenByClient(labelled, table, exempt), isTakenByClient(labelled, table)]).toEqual([true, false])
  })

  it('is taken unchecked where the table only names its payload', () => {
    expect(contract.check(made('goal.noted', 7)).ok).toBe(true)
  })

  it('needs no version where its type has none, and may have one', () => {
    const first = made('goal.completed', { goalId: 'G-1' })
    expect(contract.check(first)).toEqual({ ok: true, event: first })
    expect(contract.check({ ...first, v: 7 })).toEqual({ ok: true, event: { ...first, v: 7 } })
  })
})

describe('an event of a type with versions', () => {
  const third = { goalId: 'G-1', title: 'Ship' }

  it('is of the current one where it names none, and says so', () => {
    expect(contract.check(made('goal.renamed', third))).toEqual({
      ok: true,
      event: made('goal.renamed', third, { v: 3 }),
    })
    expect(contract.check(made('goal.renamed', third, { v: 3 }))).toMatchObject({ ok: true, event: { v: 3 } })
    // Without that, clients would take it for the oldest.
    expect(isTakenByClient(made('goal.renamed', third), events)).toBe(false)
  })

  it('of an older one is checked by the schema of that one, and stays as it is', () => {
    const second = made('goal.renamed', { title: 'Ship' }, { v: 2 })
    expect(contract.check(second)).toEqual({ ok: true, event: second })
    expect(refusal(made('goal.renamed', third, { v: 1 })).message).toMatch(/payload\.name: .* \(version 1\)/)
  })

  it('of an older one that clients could not bring up is refused, too', () => {
    const nameless = refusal(made('goal.renamed', { goalId: 'G-1' }, { v: 2 }))
    expect(nameless.code).toBe('invalid-payload')
    expect(nameless.message).toMatch(/payload\.title: .* \(version 2, brought to 3\)/)
  })

  it.each([4, 0, 2.5, '3' as unknown as number, Number.NaN])('is refused where nobody knows version %s', (v) => {
    const error = refusal(made('goal.renamed', third, { v }))
    expect(error.code).toBe('invalid-payload')
    expect(error.message).toContain(
      `"goal.renamed" was not published: it says version ${v}, which no client could read (known: 1, 2, 3). Leave "v" out to publish the newest, or add the version to the table of events.`,
    )
  })

  it('may have a single version', () => {
    const table = { a: versions({ schema: z.number(), current: 0 }) }
    expect(createContract(table).check(made('a', 7))).toEqual({ ok: true, event: made('a', 7, { v: 0 }) })
  })
})

describe('an event whose payload does not fit', () => {
  it('is refused, with where, why and what to do', () => {
    const error = refusal(made('goal.created', { goal: { id: 7, title: 'Ship' }, at: 'now' }))
    expect(error.code).toBe('invalid-payload')
    expect(error.message).toMatch(
      /^"goal\.created" was not published, since clients would refuse it by their table of events: payload\.goal\.id: .*; payload\.at: .*\. Publish what the schema takes, or change the schema for both ends\. \(/,
    )
  })

  it('is refused where its schema would have to be waited for, and leaves no rejection behind', async () => {
    const unhandled = vi.fn()
    process.on('unhandledRejection', unhandled)
    const slow: StandardSchema = {
      '~standard': { version: 1, vendor: 'test', validate: async () => Promise.reject(new Error('mine')) },
    }
    expect(refusal(made('a', 1), { a: slow }).message).toMatch(/answers with a promise/)
    const zod = z.string().refine(async () => true)
    expect(refusal(made('a', 'x'), { a: zod }).code).toBe('invalid-payload')
    await new Promise((resolve) => setTimeout(resolve))
    process.off('unhandledRejection', unhandled)
    expect(unhandled).not.toHaveBeenCalled()
  })

  it('is refused where its schema throws', () => {
    const validate = () => {
      throw new Error('mine')
    }
    const throwing: StandardSchema = { '~standard': { version: 1, vendor: 'test', validate } }
    expect(refusal(made('a', 'x'), { a: throwing }).message).toMatch(/its schema threw Error: mine/)
  })

  it('is refused where it is nested deeper than a frame can be', () => {
    const deep = JSON.parse(`${'['.repeat(50)}${']'.repeat(50)}`) as unknown
    expect(refusal(made('goal.noted', deep)).code).toBe('invalid-payload')
  })
})

describe('an event that the table does not know', () => {
  it('is refused, with the nearest that it knows', () => {
    const error = refusal(made('goal.complted', { goalId: 'G-1' }))
    expect(error.code).toBe('unknown-event')
    expect(error.message).toContain(
      '"goal.complted" was not published, since the table of events does not have it and no client would know what it is. Nearest in the table: "goal.completed", "goal.counted", "goal.created". Mend the type, or add it to defineEvents() for both ends.',
    )
  })

  it.each([
    ['GoalCreated', 'goal.created'],
    ['goal-renamed', 'goal.renamed'],
    ['goal.notes', 'goal.noted'],
    ['created', 'goal.created'],
    ['count', 'goal.counted'],
  ])('%s is nearest to %s', (type, nearest) => {
    expect(refusal(made(type, {})).message).toContain(`Nearest in the table: "${nearest}"`)
  })

  it.each(['constructor', 'toString', '__proto__', 'hasOwnProperty'])('is not found behind the table: %s', (type) => {
    expect(refusal(made(type, {})).code).toBe('unknown-event')
  })

  it('is not meant by a pattern, which says so', () => {
    const table = { 'issue.*': z.any(), 'goal.created': z.any() }
    expect(refusal(made('issue.opened', {}), table).message).toMatch(
      /"issue\.\*" in the table is a pattern, and the table needs each type by its name\./,
    )
    expect(refusal(made('goal.opened', {}), table).message).toMatch(/Nearest in the table: "goal\.created", /)
  })

  it('is refused where the table is empty', () => {
    expect(refusal(made('a', {}), {}).message).toMatch(/Nearest in the table: nothing, it is empty\./)
  })

  it('is refused quickly and in few words, however long its name is', () => {
    const table = Object.fromEntries(Array.from({ length: 500 }, (_, index) => [`type.number${index}`, z.any()]))
    const from = performance.now()
    for (let round = 0; round < 10; round++) {
      expect(refusal(made('x'.repeat(60_000), {}), table).message.length).toBeLessThan(700)
    }
    expect(performance.now() - from).toBeLessThan(1_000)
    const wordy = z.string().refine(() => false, { message: 'm'.repeat(60_000) })
    expect(refusal(made('a', 'x'), { a: wordy }).message.length).toBeLessThan(900)
    expect(
      refusal(made('goal.renamed', {}, { v: 'v'.repeat(60_000) as unknown as number })).message.length,
    ).toBeLessThan(500)
  })
})

describe('both ends', () => {
  it('are of one mind about every event', () => {
    const text = fc.oneof(fc.constantFrom('G-1', 'Ship', '7', '7.5', 'x', '2024-11-09T14:30:00Z'), fc.string())
    const key = fc.constantFrom(
      'goal',
      'id',
      'title',
      'at',
      'open',
      'goalId',
      'goal_id',
      'name',
      'note',
      '__proto__',
      'constructor',
    )
    const field = fc.oneof(
      text,
      fc.integer(),
      fc.boolean(),
      fc.constant(null),
      fc.dictionary(key, text, { maxKeys: 3 }),
    )
    const good = fc.constantFrom<unknown>(
      { goal: { id: 'G-1', title: 'Ship' }, at: '2024-11-09T14:30:00Z' },
      { goalId: 'G-1', title: 'Ship' },
      { goal_id: 'G-1', title: 'Ship' },
      { name: 'Ship' },
      { title: 'Ship' },
    )
    const anyEvent = fc.record(
      {
        type: fc.constantFrom(...Object.keys(events), 'goal.unknown'),
        stream: fc.constant('tenant:1'),
        payload: fc.oneof(good, fc.dictionary(key, field), field),
        v: fc.constantFrom(1, 2, 3, 4, 0),
      },
      { requiredKeys: ['type', 'stream', 'payload'] },
    )
    const seen = { true: 0, false: 0 }
    fc.assert(
      fc.property(anyEvent, (event) => {
        const travelling = asItTravels(event)
        const before = structuredClone(travelling)
        const checked = contract.check(travelling)
        seen[`${checked.ok}`]++
        // Only the version may have been filled in.
        const { v = event.type === 'goal.renamed' ? 3 : undefined } = travelling
        const published = { ...travelling, ...(v !== undefined && { v }) }
        expect(checked).toMatchObject(checked.ok ? { ok: true, event: published } : { ok: false })
        expect(checked.ok).toBe(isTakenByClient(published, events))
        expect(travelling).toEqual(before)
      }),
      { numRuns: 2_000 },
    )
    expect(Math.min(seen.true, seen.false)).toBeGreaterThan(200)
  })

  it('never throw, whatever is given', () => {
    const evil = [
      null,
      undefined,
      7,
      Symbol('type'),
      { type: Symbol('type') },
      { type: Object.create(null) as unknown },
      new Proxy(
        {},
        {
          get: () => {
            throw new Error('mine')
          },
        },
      ),
      {
        type: 'goal.created',
        get payload() {
          throw new Error('mine')
        },
      },
      { type: 'goal.renamed', payload: {}, v: Object.create(null) as unknown },
    ]
    for (const event of evil) expect(refusal(event).code).toMatch(/unknown-event|invalid-payload/)
    const broken = { a: null, b: {}, c: 'text' } as unknown as EventTable
    for (const type of ['a', 'b', 'c']) expect(refusal(made(type, {}), broken).code).toMatch(/invalid-payload/)
    fc.assert(
      fc.property(fc.anything({ withBigInt: true, withNullPrototype: true }), (event) => {
        expect(contract.check(event as NewEvent).ok).toBe(false)
      }),
    )
  })
})

describe('a hub with the table', () => {
  beforeEach(() => void vi.useFakeTimers({ now: 1_700_000_000_000 }))
  afterEach(() => void vi.useRealTimers())

  it('refuses its own app what does not fit, and nobody is sent anything', async () => {
    const hub = newHub({ events })
    const ada = await subscribed(hub)
    const refused = [
      made('goal.created', { goal: {} }),
      made('goal.unknown', {}),
      made('goal.renamed', { title: 'Ship', goalId: 'G-1' }, { v: 9 }),
    ]
    for (const event of refused) {
      expect(() => hub.publish(event)).toThrow(RealtimeError)
      await expect(hub.append(event)).rejects.toThrow('was not published')
    }
    await pass(1_000)
    expect(ada.events()).toEqual([])
    expect(hub.publish(made('goal.completed', { goalId: 'G-1' })).seq).toBe(1)
    await pass(1_000)
    expect(ada.events()).toMatchObject([{ type: 'goal.completed', seq: 1 }])
  })

  it('refuses a client the same, and says why', async () => {
    const ada = await subscribed(newHub({ events, authorizePublish: () => true }))
    const publish = (id: string, event: string, value: unknown) =>
      ada.say({ type: 'publish', id, event, payload: value, stream: 'tenant:1' })
    publish('m1', 'goal.completd', { goalId: 'G-1' })
    publish('m2', 'goal.completed', { goalId: 7 })
    publish('m3', 'goal.completed', { goalId: 'G-1' })
    await pass(1_000)
    expect(ada.ofType('error')).toMatchObject([
      { ref: 'm1', code: 'INVALID', message: expect.stringContaining('"goal.completed"') as string, retryable: false },
      { ref: 'm2', code: 'INVALID', message: expect.stringContaining('payload.goalId') as string, retryable: false },
    ])
    expect(ada.events()).toMatchObject([{ type: 'goal.completed', payload: { goalId: 'G-1' } }])
  })

  it('sends what a client with the same table makes the most of, once', async () => {
    const hub = newHub({ events })
    const client = createClient({ transports: [inMemoryTransport(hub)], getToken: () => 'ada', events })
    const heard: unknown[] = []
    client.on('*', ({ type, payload: value, v }) => heard.push([type, value, v]))
    client.hold()
    await pass(1_000)
    const at = new Date('2024-11-09T14:30:00Z')
    hub.publish(made('goal.created', { goal: { id: 'G-1', title: 'Ship' }, at }))
    hub.publish(made('goal.counted', '7'))
    hub.publish(made('goal.renamed', { goalId: 'G-1', title: 'Ship it' }))
    hub.publish(made('goal.renamed', { title: 'Ship it' }, { v: 2 }))
    await pass(1_000)
    expect(heard).toEqual([
      ['goal.created', { goal: { id: 'G-1', title: 'Ship' }, at, open: true }, undefined],
      ['goal.counted', 7, undefined],
      ['goal.renamed', { goalId: 'G-1', title: 'Ship it' }, 3],
      ['goal.renamed', { goalId: 'unknown', title: 'Ship it' }, 3],
    ])
    client.dispose()
  })
})
