import { queryOptions } from '@tanstack/react-query'
import { describe, expect, it } from 'vitest'
import { filtersOf, invalidate, patch, remove, upsert } from '../../src/query/operations.ts'

const update = (operation: ReturnType<typeof patch>) => (operation.kind === 'patch' ? operation.update : undefined)!

describe('operations', () => {
  it('are data', () => {
    expect(remove(['goals'], 7)).toEqual({ kind: 'remove', target: ['goals'], id: 7 })
    expect(invalidate(['goals'])).toEqual({ kind: 'invalidate', target: ['goals'] })
    expect(upsert(['goals'], { id: 7 })).toEqual({ kind: 'upsert', target: ['goals'], entity: { id: 7 }, at: 'end' })
    expect(patch(['goal', 7], { done: true }, { id: 7 })).toMatchObject({ kind: 'patch', target: ['goal', 7], id: 7 })
  })

  it('merge plain changes into a plain object and keep it where nothing changes', () => {
    const goal = { id: 7, name: 'Ship', tags: ['a'] }
    const next = update(patch<typeof goal>(['goal'], { name: 'Sail' }))(goal) as typeof goal
    expect(next).toEqual({ id: 7, name: 'Sail', tags: ['a'] })
    expect(next.tags).toBe(goal.tags)
    expect(update(patch<typeof goal>(['goal'], { name: 'Ship' }))(goal)).toBe(goal)
  })

  it('refuse plain changes for anything else, and say what to do', () => {
    for (const data of [[1], 'text', 7, null, new Map()]) {
      expect(() => update(patch(['goal'], { name: 'x' }))(data)).toThrow(
        'Give it a function from the old value to the new one',
      )
    }
  })

  it('take a function as it is', () => {
    expect(update(patch<number[]>(['n'], (list) => [...list, 2]))([1])).toEqual([1, 2])
  })
})

describe('a target', () => {
  it('is a key, filters, a predicate, or the options of one query', () => {
    const predicate = () => true
    const options = queryOptions({ queryKey: ['goal', 7], queryFn: () => 1 })
    expect(filtersOf(['goals'])).toEqual({ queryKey: ['goals'] })
    expect(filtersOf({ queryKey: ['goals'], type: 'active' })).toEqual({ queryKey: ['goals'], type: 'active' })
    expect(filtersOf(predicate)).toEqual({ predicate })
    expect(filtersOf(options)).toEqual({ queryKey: ['goal', 7], exact: true })
  })

  it('that names no query is refused', () => {
    for (const target of [undefined, null, 'goals', 7])
      expect(() => filtersOf(target as never)).toThrow('names no query')
  })
})
