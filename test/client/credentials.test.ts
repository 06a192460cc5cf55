import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { systemClock } from '../../src/base/clock.ts'
import { createScope } from '../../src/base/scope.ts'
import { createCredentials } from '../../src/client/credentials.ts'
import type { GetToken, TokenReason, TokenRequest } from '../../src/client/credentials.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => {
  expect(vi.getTimerCount()).toBe(0)
  vi.useRealTimers()
})

const settle = (ms = 0) => vi.advanceTimersByTimeAsync(ms)

/** A `getToken` whose answers are given by hand, in the order of the requests. */
function askedApp() {
  const requests: TokenRequest[] = []
  const answers: ((token: string | null) => void)[] = []
  const getToken: GetToken = (request) => {
    requests.push(request)
    return new Promise((resolve) => answers.push(resolve))
  }
  return { requests, answers, getToken }
}

function setUp(getToken: GetToken | undefined) {
  const credentials = createCredentials(getToken, 10_000, systemClock)
  const heard: string[] = []
  const ask = (who = '', reason: TokenReason = 'connect') => {
    const scope = createScope(systemClock)
    credentials.request(reason, scope, {
      token: (token) => heard.push(`${who}token ${token}`),
      signedOut: () => heard.push(`${who}signed out`),
      failed: (error) => heard.push(`${who}${error.code}: ${error.message}`),
    })
    return scope
  }
  return { credentials, heard, ask }
}

describe('credentials', () => {
  it('exist where the app can be asked', () => {
    expect(setUp(() => 't').credentials.exist).toBe(true)
    expect(setUp(undefined).credentials.exist).toBe(false)
  })

  it('take a token that is there, or comes later', async () => {
    for (const getToken of [() => 't', async () => 't']) {
      const { heard, ask } = setUp(getToken)
      ask()
      expect(heard).toEqual([])
      await settle()
      expect(heard).toEqual(['token t'])
    }
  })

  it('take null for signed out', async () => {
    const { heard, ask } = setUp(() => null)
    ask()
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
      // Mostly a property that was not there. Taken for signed out, it would be silent.
      () => undefined as never,
      async () => undefined as never,
    ]
    for (const getToken of cases) {
      const { heard, ask } = setUp(getToken)
      ask()
      await settle()
      expect(heard).toHaveLength(1)
      expect(heard[0]).toMatch(/^token-failed: getToken (failed|answered)/)
    }
  })

  it('wait ten seconds and no longer, then tell getToken to stop', async () => {
    const { requests, getToken } = askedApp()
    const { heard, ask } = setUp(getToken)
    ask()
    await settle(9_999)
    expect(heard).toEqual([])
    await settle(1)
    expect(heard).toEqual([expect.stringContaining('getToken did not answer within 10 s')])
    expect(requests[0]?.signal.aborted).toBe(true)
  })

  it('drop an answer that comes after the time was over', async () => {
    const { answers, getToken } = askedApp()
    const { heard, ask } = setUp(getToken)
    ask()
    await settle(10_000)
    answers[0]!('late')
    await settle()
    expect(heard).toHaveLength(1)
  })

  it('say nothing to whoever stopped waiting', async () => {
    const { requests, answers, getToken } = askedApp()
    const { heard, ask } = setUp(getToken)
    const scope = ask()
    await settle()
    scope.dispose()
    expect(requests[0]?.signal.aborted).toBe(true)
    answers[0]!('late')
    await settle(20_000)
    expect(heard).toEqual([])
  })

  it('say nothing to whoever stopped waiting just before the time was over', async () => {
    const { getToken } = askedApp()
    const { heard, ask } = setUp(getToken)
    const scope = ask()
    await settle(9_999)
    scope.dispose()
    await settle(20_000)
    expect(heard).toEqual([])
  })

  it('name the reason to the app', async () => {
    const { requests, answers, getToken } = askedApp()
    const { ask } = setUp(getToken)
    for (const [index, reason] of (['connect', 'expiring', 'rejected'] as const).entries()) {
      ask('', reason)
      await settle()
      answers[index]!('t')
      await settle()
    }
    expect(requests.map(({ reason }) => reason)).toEqual(['connect', 'expiring', 'rejected'])
  })
})

describe('several who want a token at once', () => {
  it('share one request and its answer', async () => {
    const { requests, answers, getToken } = askedApp()
    const { heard, ask } = setUp(getToken)
    ask('a ')
    ask('b ', 'expiring')
    answers[0]!('t')
    await settle()
    expect(requests).toHaveLength(1)
    expect(heard).toEqual(['a token t', 'b token t'])
  })

  it('are served on after one of them stopped waiting', async () => {
    const { requests, answers, getToken } = askedApp()
    const { heard, ask } = setUp(getToken)
    const first = ask('a ')
    ask('b ')
    first.dispose()
    expect(requests[0]?.signal.aborted).toBe(false)
    answers[0]!('t')
    await settle()
    expect(heard).toEqual(['b token t'])
  })

  it('are told of one failure, each once', async () => {
    const { getToken } = askedApp()
    const { heard, ask } = setUp(getToken)
    ask('a ')
    await settle(4_000)
    ask('b ')
    await settle(6_000)
    expect(heard.map((what) => what.slice(0, 14))).toEqual(['a token-failed', 'b token-failed'])
    await settle(10_000)
    expect(heard).toHaveLength(2)
  })

  it('do not hear what another one ended for them while being told', async () => {
    const { answers, getToken } = askedApp()
    const credentials = createCredentials(getToken, 10_000, systemClock)
    const heard: string[] = []
    const [first, second] = [createScope(systemClock), createScope(systemClock)]
    const on = { signedOut: () => {}, failed: () => {} }
    credentials.request('connect', first, {
      ...on,
      token() {
        heard.push('first')
        second.dispose()
      },
    })
    credentials.request('connect', second, { ...on, token: () => heard.push('second') })
    answers[0]!('t')
    await settle()
    expect(heard).toEqual(['first'])
  })

  it('ask anew once the request before was answered', async () => {
    const { requests, answers, getToken } = askedApp()
    const { heard, ask } = setUp(getToken)
    ask('a ')
    answers[0]!('t')
    await settle()
    ask('b ')
    answers[1]!('u')
    await settle()
    expect(requests).toHaveLength(2)
    expect(heard).toEqual(['a token t', 'b token u'])
  })

  it('get no cached token where the last one was refused: that request is made anew', async () => {
    const { requests, answers, getToken } = askedApp()
    const { heard, ask } = setUp(getToken)
    ask('a ')
    ask('b ', 'rejected')
    expect(requests.map(({ reason, signal }) => [reason, signal.aborted])).toEqual([
      ['connect', true],
      ['rejected', false],
    ])
    answers[0]!('old')
    await settle()
    expect(heard).toEqual([])
    answers[1]!('new')
    await settle()
    expect(heard).toEqual(['b token new'])
  })

  it('join a request for a fresh token, whatever their own reason', async () => {
    const { requests, answers, getToken } = askedApp()
    const { heard, ask } = setUp(getToken)
    ask('a ', 'rejected')
    ask('b ')
    ask('c ', 'rejected')
    answers[0]!('new')
    await settle()
    expect(requests).toHaveLength(1)
    expect(heard).toEqual(['a token new', 'b token new', 'c token new'])
  })
})

describe('another user', () => {
  it('never gets the token that was asked for in the name of the one before', async () => {
    const { requests, answers, getToken } = askedApp()
    const { credentials, heard, ask } = setUp(getToken)
    ask('before ')
    credentials.forget()
    expect(requests[0]?.signal.aborted).toBe(true)
    ask('after ')
    answers[0]!('of the one before')
    answers[1]!('of the one after')
    await settle(20_000)
    expect(heard).toEqual(['after token of the one after'])
  })
})
