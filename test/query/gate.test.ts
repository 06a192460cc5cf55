import { describe, expect, it } from 'vitest'
import { createGateQueue, maxWaiting } from '../../src/query/gate.ts'

function setUp() {
  const listeners = new Set<() => void>()
  const done: string[] = []
  let isOpen = false
  const gate = {
    isOpen: () => isOpen,
    onOpen(listener: () => void) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
  }
  const queue = createGateQueue({
    gate,
    together: (run) => {
      done.push('(')
      run()
      done.push(')')
    },
    onTooMany: () => done.push('all'),
  })
  const open = () => {
    isOpen = true
    for (const listener of listeners) listener()
  }
  return { queue, done, open, listeners }
}

describe('a gate that is shut', () => {
  it('holds back what comes, and does it in order and together once it opens', () => {
    const { queue, done, open } = setUp()
    queue.passEvents(1, () => done.push('a'))
    queue.pass(() => done.push('b'))
    queue.passEvents(1, () => done.push('c'))
    expect(done).toEqual([])
    open()
    expect(done).toEqual(['(', 'a', 'b', 'c', ')'])
    queue.pass(() => done.push('d'))
    expect(done.at(-1)).toBe('d')
  })

  it('gives up events that are too many, once, and nothing else', () => {
    const { queue, done, open } = setUp()
    queue.pass(() => done.push('a'))
    queue.passEvents(maxWaiting, () => done.push('events'))
    queue.passEvents(1, () => done.push('one too many'))
    queue.passEvents(1, () => done.push('and more'))
    queue.pass(() => done.push('b'))
    open()
    expect(done).toEqual(['(', 'a', 'all', 'b', ')'])
  })

  it('is listened to until the undo is called', () => {
    const { queue, listeners } = setUp()
    queue.dispose()
    expect(listeners.size).toBe(0)
  })
})

it('no gate is an open one', () => {
  const done: string[] = []
  const queue = createGateQueue({ gate: undefined, together: (run) => run(), onTooMany: () => {} })
  queue.pass(() => done.push('a'))
  queue.passEvents(1, () => done.push('b'))
  queue.dispose()
  expect(done).toEqual(['a', 'b'])
})
