import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { inDevelopment, notice } from '../../src/base/notice.ts'

const warn = vi.spyOn(console, 'warn')
beforeEach(() => {
  vi.stubEnv('NODE_ENV', 'development')
  warn.mockReset().mockReturnValue(undefined)
})
afterEach(() => {
  vi.unstubAllEnvs()
  vi.unstubAllGlobals()
})

const tell = (text: string) => inDevelopment(() => notice(text))

describe('a notice', () => {
  it('is told once, with whose it is', () => {
    for (let time = 0; time < 3; time++) tell('mend it')
    expect(warn.mock.calls).toEqual([['livecache: mend it']])
  })

  it('is told in development alone', () => {
    for (const environment of ['production', 'test', '']) {
      vi.stubEnv('NODE_ENV', environment)
      tell('another')
    }
    expect(warn).not.toHaveBeenCalled()
  })

  it('is told to nobody where there is no `process`', () => {
    vi.stubGlobal('process', undefined)
    expect(() => tell('a third')).not.toThrow()
    vi.unstubAllGlobals()
    expect(warn).not.toHaveBeenCalled()
  })

  it('breaks nothing where making it throws', () => {
    const broken = () => {
      throw new Error('mine')
    }
    expect(() => inDevelopment(broken)).not.toThrow()
  })

  it('does not come without end', () => {
    for (let number = 0; number < 1_000; number++) tell(`number ${number}`)
    expect(warn.mock.calls.length).toBeLessThanOrEqual(100)
  })
})
