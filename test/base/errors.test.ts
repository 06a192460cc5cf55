import { describe, expect, it, vi } from 'vitest'
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

  it('knows the errors of another copy of the package, and what is no error of it', async () => {
    vi.resetModules()
    const other = await import('../../src/base/errors.ts')
    expect(other.RealtimeError).not.toBe(RealtimeError)
    expect(new other.RealtimeError('refused', 'refused')).toBeInstanceOf(RealtimeError)
    for (const thrown of [new Error('mine'), { code: 'refused' }, 'refused', null, undefined])
      expect(thrown).not.toBeInstanceOf(RealtimeError)
  })

  it('leaves classes that extend it to themselves', () => {
    class Mine extends RealtimeError {}
    expect(new Mine('refused', 'refused')).toBeInstanceOf(Mine)
    expect(new Mine('refused', 'refused')).toBeInstanceOf(RealtimeError)
    expect(new RealtimeError('refused', 'refused')).not.toBeInstanceOf(Mine)
  })
})
