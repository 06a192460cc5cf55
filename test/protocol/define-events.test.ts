import { describe, expect, it, vi } from 'vitest'
import { defineEvents, payload, type SchemaResult, type StandardSchema } from '../../src/protocol/index.ts'
import { checkPayload } from '../../src/protocol/define-events.ts'

const schema = (
  validate: (value: unknown) => SchemaResult<unknown> | Promise<SchemaResult<unknown>>,
): StandardSchema => ({
  '~standard': { version: 1, vendor: 'test', validate },
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
    const refusing = schema(() => ({
      issues: [{ message: 'must be a number', path: ['lines', 0, { key: 'amount' }] }, { message: 'another' }],
    }))
    expect(checkPayload(refusing, {})).toEqual({ ok: false, reason: 'payload.lines.0.amount: must be a number' })
  })

  it('that is refused as a whole has no path', () => {
    expect(
      checkPayload(
        schema(() => ({ issues: [{ message: 'must be an object' }] })),
        1,
      ),
    ).toEqual({
      ok: false,
      reason: 'must be an object',
    })
    expect(
      checkPayload(
        schema(() => ({ issues: [] })),
        1,
      ),
    ).toEqual({ ok: false, reason: 'refused' })
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
