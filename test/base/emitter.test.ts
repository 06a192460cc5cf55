import { afterEach, describe, expect, it, vi } from 'vitest'
import { createEmitter, throwLater } from '../../src/base/emitter.ts'

function setUp() {
  const errors: unknown[] = []
  const heard: string[] = []
  const emitter = createEmitter<string>((error) => errors.push(error))
  const listener = (name: string) => (value: string) => void heard.push(`${name} ${value}`)
  return { emitter, errors, heard, listener }
}

describe('an emitter', () => {
  it('tells every listener, in the order they came', () => {
    const { emitter, heard, listener } = setUp()
    emitter.on(listener('a'))
    emitter.on(listener('b'))
    emitter.emit('1')
    expect(heard).toEqual(['a 1', 'b 1'])
  })

  it('calls the same function once for each time it was added, and each undo takes back one', () => {
    const { emitter, heard, listener } = setUp()
    const same = listener('a')
    const undoFirst = emitter.on(same)
    emitter.on(same)
    emitter.emit('1')
    undoFirst()
    undoFirst()
    emitter.emit('2')
    expect(heard).toEqual(['a 1', 'a 1', 'a 2'])
    expect(emitter.size).toBe(1)
  })

  it('no longer calls a listener that another one removed while emitting', () => {
    const { emitter, heard, listener } = setUp()
    const undos: (() => void)[] = []
    emitter.on(() => undos.forEach((undo) => undo()))
    undos.push(emitter.on(listener('removed')))
    emitter.on(listener('kept'))
    emitter.emit('1')
    expect(heard).toEqual(['kept 1'])
  })

  it('lets a listener remove itself without passing over the next one', () => {
    const { emitter, heard, listener } = setUp()
    const undo = emitter.on(() => undo())
    emitter.on(listener('next'))
    emitter.emit('1')
    expect(heard).toEqual(['next 1'])
    expect(emitter.size).toBe(1)
  })

  it('lets who joins during an emit hear only the next one', () => {
    const { emitter, heard, listener } = setUp()
    const undo = emitter.on(() => {
      undo()
      emitter.on(listener('late'))
    })
    emitter.emit('1')
    expect(heard).toEqual([])
    emitter.emit('2')
    expect(heard).toEqual(['late 2'])
  })

  it('reports what a listener threw, and serves the others', () => {
    const { emitter, errors, heard, listener } = setUp()
    const thrown = new Error('mine')
    emitter.on(() => {
      throw thrown
    })
    emitter.on(listener('b'))
    emitter.emit('1')
    expect(heard).toEqual(['b 1'])
    expect(errors).toEqual([thrown])
  })
})

describe('throwLater', () => {
  afterEach(() => void vi.unstubAllGlobals())

  it('throws outside of whoever called it', () => {
    const tasks: (() => void)[] = []
    vi.stubGlobal('queueMicrotask', (task: () => void) => tasks.push(task))
    const error = new Error('mine')
    expect(() => throwLater(error)).not.toThrow()
    expect(tasks).toHaveLength(1)
    expect(tasks[0]).toThrow(error)
  })
})
