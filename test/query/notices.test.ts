import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createNotices } from '../../src/query/notices.ts'

const info = vi.spyOn(console, 'info')
beforeEach(() => {
  vi.stubEnv('NODE_ENV', 'development')
  info.mockReset().mockReturnValue(undefined)
})
afterEach(() => void vi.unstubAllEnvs())

describe('a notice', () => {
  it('names the type that no rule takes, and how to say that this is meant', () => {
    createNotices().unmatched('goal.archived')
    expect(info).toHaveBeenCalledExactlyOnceWith(expect.stringContaining(`rules: { 'goal.archived': ignore }`))
  })

  it('says that nothing tells which queries were missed', () => {
    createNotices().unbound()
    expect(info).toHaveBeenCalledExactlyOnceWith(expect.stringContaining('Name them: streams:'))
  })

  it('is given once for each type', () => {
    const notices = createNotices()
    for (const type of ['a', 'b', 'a', 'b']) notices.unmatched(type)
    for (let lost = 0; lost < 3; lost++) notices.unbound()
    expect(info).toHaveBeenCalledTimes(3)
  })

  it('is not given without end to a server that makes up types', () => {
    const notices = createNotices()
    for (let type = 0; type < 1_000; type++) notices.unmatched(`type.${type}`)
    expect(info.mock.calls.length).toBeLessThan(110)
  })

  it('is given in development alone', () => {
    const notices = createNotices()
    for (const env of ['production', 'test', '']) {
      vi.stubEnv('NODE_ENV', env)
      notices.unmatched('a')
      notices.unbound()
    }
    expect(info).not.toHaveBeenCalled()
  })

  it('is given to nobody where there is no `process`', () => {
    vi.stubGlobal('process', undefined)
    expect(() => createNotices().unmatched('a')).not.toThrow()
    vi.unstubAllGlobals()
    expect(info).not.toHaveBeenCalled()
  })
})
