import { describe, expect, it } from 'vitest'
import { RealtimeError } from '../../src/base/errors.ts'

describe('RealtimeError', () => {
  it('is an Error with a code to branch on', () => {
    const error = new RealtimeError('no-provider', 'No provider.')
    expect(error).toBeInstanceOf(Error)
    expect(error).toMatchObject({ name: 'RealtimeError', code: 'no-provider' })
  })

  it('says in its message where to read more', () => {
    const { message } = new RealtimeError('no-provider', 'No provider.')
    expect(message).toBe('No provider. (livecache/docs/errors.md#no-provider)')
  })

  it('keeps what caused it, and has no cause where nothing did', () => {
    const cause = new Error('mine')
    expect(new RealtimeError('handler-threw', 'a handler threw', { cause }).cause).toBe(cause)
    expect('cause' in new RealtimeError('refused', 'refused')).toBe(false)
  })
})
