import { describe, expect, it } from 'vitest'
import { RealtimeError } from '../../src/base/errors.ts'

describe('RealtimeError', () => {
  it('is an Error with a code to branch on', () => {
    const error = new RealtimeError('no-provider', 'no provider')
    expect(error).toBeInstanceOf(Error)
    expect(error).toMatchObject({ name: 'RealtimeError', code: 'no-provider', message: 'no provider' })
    expect(String(error)).toBe('RealtimeError: no provider')
  })

  it('keeps what caused it, and has no cause where nothing did', () => {
    const cause = new Error('mine')
    expect(new RealtimeError('handler-threw', 'a handler threw', { cause }).cause).toBe(cause)
    expect('cause' in new RealtimeError('refused', 'refused')).toBe(false)
  })
})
