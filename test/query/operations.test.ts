import { describe, expect, it } from 'vitest'
import { invalidate, type Operation, patch, remove, set, upsert } from '../../src/query/operations.ts'

const update = (operation: Operation) => (operation.kind === 'patch' ? operation.update : undefined)!

describe('operations', () => {
  it('are data', () => {
    expect(remove(['goals'], 7)).toEqual({ kind: 'remove', target: ['goals'], id: 7 })
    expect(invalidate(['goals'])).toEqual({ kind: 'invalidate', target: ['goals'] })
    expect(set(['goal', 7], { id: 7 })).toEqual({ kind: 'set', target: ['goal', 7], value: { id: 7 } })
    expect(upsert(['goals'], { id: 7 })).toEqual({ kind: 'upsert', target: ['goals'], entity: { id: 7 }, at: 'end' })
    expect(patch<{ done: boolean }>(['goal', 7], { done: true }, { id: 7 })).toMatchObject({
      kind: 'patch',
      target: ['goal', 7],
      id: 7,
    })
  })

  it('carry what they were told', () => {
    const version = ({ v }: { id: number; v: number }) => v
    const where = () => true
    const sort = () => 0
    const lens = { get: () => [], set: (data: never) => data }
    const options = { version, where, sort, lens, at: 'start', confirm: false } as const
    expect(upsert(['goals'], { id: 7, v: 1 }, options)).toMatchObject(options)
    expect(patch<{ id: number; v: number }>(['goal'], { v: 2 }, { version, confirm: false })).toMatchObject({
      version,
      confirm: false,
    })
    expect(remove(['goals'], 7, { lens, confirm: false })).toMatchObject({ lens, confirm: false })
    expect(set(['goal'], 1, { version: () => 1 })).toHaveProperty('version')
    expect(invalidate(['goals'], { minGapMs: 5, spreadMs: 7 })).toMatchObject({ minGapMs: 5, spreadMs: 7 })
  })

  it('merge plain changes into a plain object and keep it where nothing changes', () => {
    const goal = { id: 7, name: 'Ship', tags: ['a'] }
    const next = update(patch<typeof goal>(['goal'], { name: 'Sail' }))(goal) as typeof goal
    expect(next).toEqual({ id: 7, name: 'Sail', tags: ['a'] })
    expect(next.tags).toBe(goal.tags)
    expect(update(patch<typeof goal>(['goal'], { name: 'Ship' }))(goal)).toBe(goal)
  })

  it('merge into an object without a prototype', () => {
    const bare = Object.assign(Object.create(null) as { name: string }, { name: 'a' })
    expect(update(patch<{ name: string }>(['goal'], { name: 'b' }))(bare)).toEqual({ name: 'b' })
  })

  it('refuse plain changes for anything else, and say what to do', () => {
    for (const data of [[1], 'text', 7, null, undefined, new Map()]) {
      expect(() => update(patch<{ name: string }>(['goal'], { name: 'x' }))(data)).toThrow(
        'Give it a function from the old value to the new one',
      )
    }
  })

  it('take a function as it is', () => {
    expect(update(patch<number[]>(['n'], (list) => [...list, 2]))([1])).toEqual([1, 2])
  })

  it('name some fields where they are plain changes, and the whole where they are a function', () => {
    expect(patch<{ name: string }>(['goal'], { name: 'x' })).toMatchObject({ isPartial: true })
    expect(patch<{ name: string }>(['goal'], (goal) => goal)).toMatchObject({ isPartial: false })
  })
})
