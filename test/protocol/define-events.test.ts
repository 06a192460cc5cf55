import { describe, expect, it, vi } from 'vitest'
import { RealtimeError } from '../../src/base/errors.ts'
import { defineEvents, payload, type SchemaResult, type StandardSchema } from '../../src/protocol/index.ts'
import { checkPayload, versions } from '../../src/protocol/define-events.ts'

const schema = (
  validate: (value: unknown) => SchemaResult<unknown> | Promise<SchemaResult<unknown>>,
): StandardSchema => ({
  '~standard': { version: 1, vendor: 'test', validate },
})
const refusing = (...issues: { message: string; path?: unknown[] }[]) => schema(() => ({ issues }))

/** Asks for fields by name, and says which are not there. */
const having = (...fields: string[]) =>
  schema((value) => {
    const missing = fields.filter((field) => !(field in (value as object)))
    return missing.length === 0
      ? { value }
      : { issues: missing.map((field) => ({ message: 'missing', path: [field] })) }
  })

describe('defineEvents', () => {
  it('gives back the table it was given', () => {
    const table = { 'goal.created': payload<{ id: string }>() }
    expect(defineEvents(table)).toBe(table)
  })
})

describe('a payload', () => {
  it('without a schema is taken as it is', () => {
    const value = { a: 1 }
    expect(checkPayload(undefined, value)).toEqual({ ok: true, payload: value })
  })

  it('is what its schema makes of it', () => {
    const dated = schema((value) => ({ value: new Date(value as string) }))
    expect(checkPayload(dated, '2024-11-09')).toEqual({ ok: true, payload: new Date('2024-11-09') })
  })

  it('of a type that is only named is passed by, unchecked', () => {
    const value = { anything: true }
    const checked = checkPayload(payload<string>(), value)
    expect(checked).toEqual({ ok: true, payload: value })
    expect(checked.ok && checked.payload).toBe(value)
  })

  it('that is refused says where and why', () => {
    const amount = { message: 'must be a number', path: ['lines', 0, { key: 'amount' }] }
    expect(checkPayload(refusing(amount), {})).toEqual({
      ok: false,
      path: 'payload.lines.0.amount',
      reason: 'payload.lines.0.amount: must be a number',
    })
  })

  it('that is refused for several reasons names three of them, and counts the rest', () => {
    const issues = ['a', 'b', 'c', 'd', 'e'].map((field) => ({ message: 'missing', path: [field] }))
    expect(checkPayload(refusing(...issues), {})).toEqual({
      ok: false,
      path: 'payload.a',
      reason: 'payload.a: missing; payload.b: missing; payload.c: missing; 2 more',
    })
    expect(checkPayload(refusing({ message: 'wrong' }, ...issues.slice(0, 2)), {})).toEqual({
      ok: false,
      path: null,
      reason: 'wrong; payload.a: missing; payload.b: missing',
    })
  })

  it('that is refused as a whole has no path', () => {
    const whole = checkPayload(refusing({ message: 'must be an object' }), 1)
    expect(whole).toEqual({ ok: false, path: null, reason: 'must be an object' })
    expect(checkPayload(refusing(), 1)).toEqual({ ok: false, path: null, reason: 'refused' })
  })

  it('is refused where its schema throws, whatever it throws', () => {
    const throwing = (thrown: unknown) =>
      schema(() => {
        throw thrown
      })
    const reasons = [new Error('boom'), 'boom', Object.create(null)].map((thrown) => checkPayload(throwing(thrown), 1))
    expect(reasons).toEqual(
      ['Error: boom', 'boom', 'what is no error'].map((words) => ({
        ok: false,
        path: null,
        reason: `its schema threw ${words}`,
      })),
    )
  })

  it('is refused where its schema would have to be waited for', () => {
    const slow = schema(async (value) => ({ value }))
    expect(checkPayload(slow, 1)).toMatchObject({ ok: false, reason: expect.stringContaining('synchronous') as string })
  })

  it('is refused the same way where the promise is of another make', () => {
    // oxlint-disable-next-line unicorn/no-thenable -- that is what is tested
    const thenable = { then: () => thenable } as unknown as Promise<SchemaResult<unknown>>
    expect(
      checkPayload(
        schema(() => thenable),
        1,
      ),
    ).toMatchObject({ ok: false })
  })

  it('leaves no rejection behind that nobody handles', async () => {
    const unhandled = vi.fn()
    process.on('unhandledRejection', unhandled)
    checkPayload(
      schema(async () => Promise.reject(new Error('mine'))),
      1,
    )
    await new Promise((resolve) => setTimeout(resolve))
    process.off('unhandledRejection', unhandled)
    expect(unhandled).not.toHaveBeenCalled()
  })
})

describe('a payload of a type with versions', () => {
  // 1: {name} · 2: {title} · 3: {title, tags}
  const goal = versions({
    schema: having('title', 'tags'),
    current: 3,
    older: {
      2: { schema: having('title'), upcast: (was) => ({ ...(was as object), tags: [] }) },
      1: { schema: having('name'), upcast: (was) => ({ title: (was as { name: string }).name }) },
    },
  })

  it('of the current one is checked by its schema alone', () => {
    const value = { title: 'Ship', tags: ['a'] }
    expect(checkPayload(goal, value, 3)).toEqual({ ok: true, payload: value, v: 3 })
    expect(checkPayload(goal, {}, 3)).toEqual({
      ok: false,
      path: 'payload.title',
      reason: 'payload.title: missing; payload.tags: missing',
    })
  })

  it('of an older one is brought up step by step', () => {
    expect(checkPayload(goal, { title: 'Ship' }, 2)).toEqual({ ok: true, payload: { title: 'Ship', tags: [] }, v: 3 })
    expect(checkPayload(goal, { name: 'Ship' }, 1)).toEqual({ ok: true, payload: { title: 'Ship', tags: [] }, v: 3 })
  })

  it('goes on from a version to the next one there is', () => {
    const skipping = versions({
      schema: having('d'),
      current: 40,
      older: { 1: { upcast: () => ({ b: 1 }) }, 20: { schema: having('b'), upcast: () => ({ d: 1 }) } },
    })
    expect(checkPayload(skipping, {}, 1)).toEqual({ ok: true, payload: { d: 1 }, v: 40 })
  })

  it('hands each upcast what the schema of its version made of the payload', () => {
    const dated = versions({
      schema: payload<{ year: number }>(),
      current: 2,
      older: {
        1: {
          schema: schema((value) => ({ value: new Date(value as string) })),
          upcast: (was) => ({ year: (was as Date).getUTCFullYear() }),
        },
      },
    })
    expect(checkPayload(dated, '2024-11-09', 1)).toEqual({ ok: true, payload: { year: 2024 }, v: 2 })
  })

  it('that names no version counts as the oldest', () => {
    expect(checkPayload(goal, { name: 'Ship' })).toMatchObject({ ok: true, payload: { title: 'Ship' } })
    const first = versions({ schema: having('title'), current: 1 })
    expect(checkPayload(first, { title: 'Ship' })).toEqual({ ok: true, payload: { title: 'Ship' }, v: 1 })
  })

  it('that is newer than the app is refused, and says what helps', () => {
    expect(checkPayload(goal, { title: 'Ship', tags: [], more: 1 }, 4)).toEqual({
      ok: false,
      path: null,
      reason:
        'it has version 4 and this app knows 3 at most: the app is older than the event. Reload to get the newer one',
    })
  })

  it('that no upcast takes up is refused: older than all, or one that was left out', () => {
    expect(checkPayload(goal, { name: 'Ship' }, 0)).toEqual({
      ok: false,
      path: null,
      reason: 'it has version 0 and nothing leads from there to 3 (known: 1, 2, 3). Add an upcast for it',
    })
    const skipping = versions({ schema: having(), current: 3, older: { 1: { upcast: (was) => was } } })
    expect(checkPayload(skipping, {}, 2)).toMatchObject({
      ok: false,
      reason: expect.stringContaining('1, 3') as string,
    })
  })

  it('is refused by the schema of its own version, which the reason names behind the path', () => {
    expect(checkPayload(goal, {}, 1)).toEqual({
      ok: false,
      path: 'payload.name',
      reason: 'payload.name: missing (version 1)',
    })
  })

  it('is refused by the schema of a later version, where an upcast did not do its work', () => {
    const forgetful = versions({
      schema: having('tags'),
      current: 3,
      older: { 1: { upcast: (was) => was }, 2: { schema: having('title'), upcast: (was) => was } },
    })
    expect(checkPayload(forgetful, {}, 1)).toMatchObject({ reason: 'payload.title: missing (version 1, brought to 2)' })
    expect(checkPayload(forgetful, { title: 'Ship' }, 1)).toMatchObject({
      reason: 'payload.tags: missing (version 1, brought to 3)',
    })
  })

  it('is refused where an upcast throws, with its message', () => {
    const throwing = versions({
      schema: having(),
      current: 2,
      older: { 1: { upcast: (was) => (was as { goal: { id: number } }).goal.id } },
    })
    const checked = checkPayload(throwing, {}, 1)
    expect(checked).toMatchObject({ ok: false, path: null })
    expect(!checked.ok && checked.reason).toMatch(/^its upcast from version 1 threw TypeError: .*'id'.* \(version 1\)$/)
  })

  it('is refused where an upcast would have to be waited for, and leaves no rejection behind', async () => {
    const unhandled = vi.fn()
    process.on('unhandledRejection', unhandled)
    const slow = versions({
      schema: having(),
      current: 2,
      older: { 1: { upcast: async () => Promise.reject(new Error('mine')) } },
    })
    expect(checkPayload(slow, {}, 1)).toMatchObject({ ok: false, reason: expect.stringContaining('promise') as string })
    await new Promise((resolve) => setTimeout(resolve))
    process.off('unhandledRejection', unhandled)
    expect(unhandled).not.toHaveBeenCalled()
  })

  it('calls an upcast on its own row', () => {
    const row = {
      defaults: ['none'],
      upcast(was: unknown) {
        return { ...(was as object), tags: this.defaults }
      },
    }
    const tagged = versions({ schema: having('tags'), current: 2, older: { 1: row } })
    expect(checkPayload(tagged, {}, 1)).toMatchObject({ payload: { tags: ['none'] } })
  })
})

describe('versions', () => {
  const upcast = (was: unknown) => was

  it('is to everybody else the schema of the current version', () => {
    const current = having('title')
    expect(versions({ schema: current, current: 2 })['~standard']).toBe(current['~standard'])
  })

  it('a type without them does not look at `v`', () => {
    expect(checkPayload(having(), {}, 7)).toEqual({ ok: true, payload: {} })
  })

  it('refuses numbers that are no versions, when the table is made', () => {
    const codeOf = (make: () => unknown) => {
      try {
        make()
      } catch (error) {
        return error instanceof RealtimeError ? error.code : 'another error'
      }
      return 'none'
    }
    const refused: [number, Record<string, { upcast: typeof upcast }>][] = [
      [Number.NaN, {}],
      [-1, {}],
      [1.5, {}],
      [2, { [-1]: { upcast } }],
      [2, { 1.5: { upcast } }],
      [2, { first: { upcast } }],
      [2, { 2: { upcast } }],
      [2, { 3: { upcast } }],
    ]
    for (const [current, older] of refused) {
      expect(codeOf(() => versions({ schema: having(), current, older }))).toBe('invalid-option')
    }
    expect(codeOf(() => versions({ schema: having(), current: 1, older: { 0: { upcast } } }))).toBe('none')
  })
})
