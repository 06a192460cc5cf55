import { queryOptions } from '@tanstack/react-query'
import { describe, expect, it } from 'vitest'
import { filtersOf, keyOf } from '../../src/query/targets.ts'

describe('a target', () => {
  it('is a key, filters, a predicate, or the options of one query', () => {
    const predicate = () => true
    const options = queryOptions({ queryKey: ['goal', 7], queryFn: () => 1 })
    expect(filtersOf(['goals'])).toEqual({ queryKey: ['goals'] })
    expect(filtersOf({ queryKey: ['goals'], type: 'active' })).toEqual({ queryKey: ['goals'], type: 'active' })
    expect(filtersOf({ predicate })).toEqual({ predicate })
    expect(filtersOf(predicate)).toEqual({ predicate })
    expect(filtersOf(options)).toEqual({ queryKey: ['goal', 7], exact: true })
  })

  it('that names no query is refused, and says what names one', () => {
    for (const target of [undefined, null, 'goals', 7]) {
      expect(() => filtersOf(target as never)).toThrow('names no query')
    }
    expect(() => filtersOf('goals' as never)).toThrow('aimed at "goals"')
    expect(() => filtersOf(7 as never)).toThrow(expect.objectContaining({ code: 'invalid-operation' }))
  })

  it('for one query is its key or its options', () => {
    const options = queryOptions({ queryKey: ['goal', 7], queryFn: () => 1 })
    expect(keyOf(['goal', 7])).toEqual(['goal', 7])
    expect(keyOf(options)).toEqual(['goal', 7])
  })
})
