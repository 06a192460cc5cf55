import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { systemClock } from '../../src/base/clock.ts'
import { createScope } from '../../src/base/scope.ts'
import { createCredentials } from '../../src/client/credentials.ts'
import type { GetToken, TokenRequest } from '../../src/client/options.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

function ask(getToken: GetToken) {
  const scope = createScope(systemClock)
  const heard: string[] = []
  createCredentials(getToken, 10_000).request('connect', scope, {
    token: (token) => heard.push(`token ${token}`),
    signedOut: () => heard.push('signed out'),
    failed: (error) => heard.push(`${error.code}: ${error.message}`),
  })
  return { heard, scope, settle: (ms = 0) => vi.advanceTimersByTimeAsync(ms) }
}

describe('credentials', () => {
  it('take a token that is there, or comes later', async () => {
    for (const getToken of [() => 't', async () => 't']) {
      const { heard, settle } = ask(getToken)
      await settle()
      expect(heard).toEqual(['token t'])
      expect(vi.getTimerCount()).toBe(0)
    }
  })

  it('take null for signed out', async () => {
    const { heard, settle } = ask(() => null)
    await settle()
    expect(heard).toEqual(['signed out'])
  })

  it('fail where getToken throws, rejects, or answers something else', async () => {
    const cases: GetToken[] = [
      () => {
        throw new Error('boom')
      },
      () => Promise.reject(new Error('boom')),
      () => '',
      () => 42 as never,
    ]
    for (const getToken of cases) {
      const { heard, settle } = ask(getToken)
      await settle()
      expect(heard).toHaveLength(1)
      expect(heard[0]).toMatch(/^token-failed: getToken (failed|answered)/)
    }
  })

  it('wait ten seconds and no longer, then tell getToken to stop', async () => {
    let request: TokenRequest | undefined
    const { heard, settle } = ask((asked) => {
      request = asked
      return new Promise(() => {})
    })
    await settle(9_999)
    expect(heard).toEqual([])
    await settle(1)
    expect(heard).toEqual([expect.stringContaining('getToken did not answer within 10 s')])
    expect(request?.signal.aborted).toBe(true)
  })

  it('say nothing to whoever stopped waiting', async () => {
    let answer = (_token: string) => {}
    const { heard, scope, settle } = ask(({ signal }) => {
      signal.addEventListener('abort', () => heard.push('aborted'))
      return new Promise((resolve) => (answer = resolve))
    })
    await settle()
    scope.dispose()
    answer('late')
    await settle(20_000)
    expect(heard).toEqual(['aborted'])
    expect(vi.getTimerCount()).toBe(0)
  })
})
