import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { systemClock } from '../../src/base/clock.ts'
import { createScope } from '../../src/base/scope.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => {
  vi.unstubAllGlobals()
  vi.useRealTimers()
})

describe('a scope', () => {
  it('ends what it owns in reverse order, once', () => {
    const scope = createScope(systemClock)
    const ended: string[] = []
    for (const name of ['first', 'second', 'third']) scope.own(() => ended.push(name))
    scope.dispose()
    scope.dispose()
    expect(ended).toEqual(['third', 'second', 'first'])
    expect(scope.disposed).toBe(true)
  })

  it('ends a thing early when asked to, and then no more', () => {
    const scope = createScope(systemClock)
    const undo = vi.fn()
    const release = scope.own(undo)
    release()
    release()
    scope.dispose()
    expect(undo).toHaveBeenCalledOnce()
  })

  it('ends at once what it is given too late', () => {
    const scope = createScope(systemClock)
    scope.dispose()
    const undo = vi.fn()
    scope.own(undo)
    expect(undo).toHaveBeenCalledOnce()
  })

  it('ends the rest when one undo throws, and hides no error', () => {
    const tasks: (() => void)[] = []
    vi.stubGlobal('queueMicrotask', (task: () => void) => tasks.push(task))
    const scope = createScope(systemClock)
    scope.timeout(() => {}, 1000)
    scope.own(() => {
      throw new Error('mine')
    })
    scope.dispose()
    expect(vi.getTimerCount()).toBe(0)
    expect(tasks).toHaveLength(1)
    expect(tasks[0]).toThrow('mine')
  })
})

describe('timers of a scope', () => {
  it('run once, and are then forgotten', () => {
    const scope = createScope(systemClock)
    const run = vi.fn()
    scope.timeout(run, 10)
    vi.advanceTimersByTime(100)
    scope.dispose()
    expect(run).toHaveBeenCalledOnce()
  })

  it('are gone when it ends', () => {
    const scope = createScope(systemClock)
    const run = vi.fn()
    scope.timeout(run, 10)
    scope.child().timeout(run, 20)
    expect(vi.getTimerCount()).toBe(2)
    scope.dispose()
    expect(vi.getTimerCount()).toBe(0)
    vi.advanceTimersByTime(100)
    expect(run).not.toHaveBeenCalled()
  })

  it('do not start in a scope that ended', () => {
    const scope = createScope(systemClock)
    scope.dispose()
    scope.timeout(() => {}, 10)
    scope.child().timeout(() => {}, 10)
    expect(vi.getTimerCount()).toBe(0)
  })

  it('may end the scope they belong to', () => {
    const scope = createScope(systemClock)
    scope.timeout(() => scope.dispose(), 10)
    scope.timeout(() => {}, 20)
    vi.advanceTimersByTime(10)
    expect(vi.getTimerCount()).toBe(0)
  })
})

describe('a child', () => {
  it('ends with its parent', () => {
    const scope = createScope(systemClock)
    const child = scope.child()
    scope.dispose()
    expect(child.disposed).toBe(true)
  })

  it('ends alone, before its parent', () => {
    const scope = createScope(systemClock)
    const child = scope.child()
    const undo = vi.fn()
    child.own(undo)
    child.dispose()
    expect(scope.disposed).toBe(false)
    scope.dispose()
    expect(undo).toHaveBeenCalledOnce()
  })

  it('of a scope that ended is born ended', () => {
    const scope = createScope(systemClock)
    scope.dispose()
    expect(scope.child().disposed).toBe(true)
  })
})
