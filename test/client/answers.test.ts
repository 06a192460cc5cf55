import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { systemClock } from '../../src/base/clock.ts'
import { createScope } from '../../src/base/scope.ts'
import { createAnswers } from '../../src/client/answers.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => {
  expect(vi.getTimerCount()).toBe(0)
  vi.useRealTimers()
})

function setUp() {
  const missed: string[] = []
  const scope = createScope(systemClock)
  const answers = createAnswers(scope, 10_000, (what) => missed.push(what))
  return { missed, scope, answers }
}

describe('an answer', () => {
  it('that does not come in time is said once', () => {
    const { answers, missed } = setUp()
    answers.expect('resume', 'the resume')
    vi.advanceTimersByTime(9_999)
    expect(missed).toEqual([])
    expect(answers.has('resume')).toBe(true)
    vi.advanceTimersByTime(1)
    expect(missed).toEqual(['the resume'])
    expect(answers.has('resume')).toBe(false)
    vi.advanceTimersByTime(60_000)
    expect(missed).toHaveLength(1)
  })

  it('that comes is not missed, nor is one nobody waits for', () => {
    const { answers, missed } = setUp()
    answers.expect('s1', 'a subscription')
    answers.received('s1')
    answers.received('s2')
    expect([answers.has('s1'), answers.has('s2')]).toEqual([false, false])
    expect(vi.getTimerCount()).toBe(0)
    vi.advanceTimersByTime(60_000)
    expect(missed).toEqual([])
  })

  it('is waited for beside others', () => {
    const { answers, missed } = setUp()
    answers.expect('s1', 'the first')
    vi.advanceTimersByTime(5_000)
    answers.expect('s2', 'the second')
    answers.received('s1')
    vi.advanceTimersByTime(10_000)
    expect(missed).toEqual(['the second'])
  })

  it('that is asked for again has its whole time again', () => {
    const { answers, missed } = setUp()
    answers.expect('s1', 'before')
    vi.advanceTimersByTime(9_000)
    answers.expect('s1', 'after')
    vi.advanceTimersByTime(9_999)
    expect(missed).toEqual([])
    vi.advanceTimersByTime(1)
    expect(missed).toEqual(['after'])
  })

  it('is not missed once the link, or the client, is gone', () => {
    const { answers, missed, scope } = setUp()
    for (const key of ['s1', 's2']) answers.expect(key, key)
    answers.clear()
    expect(vi.getTimerCount()).toBe(0)
    expect(answers.has('s1')).toBe(false)
    answers.expect('s3', 's3')
    scope.dispose()
    vi.advanceTimersByTime(60_000)
    expect(missed).toEqual([])
  })
})
