// One operation on a QueryClient. Through a hub and a binding it is bind-query-client.test.ts.
import { QueryClient } from '@tanstack/react-query'
import { describe, expect, it } from 'vitest'
import { createApply } from '../../src/query/apply.ts'
import { invalidate, patch, remove, upsert } from '../../src/query/operations.ts'

function setUp() {
  const queryClient = new QueryClient()
  const invalidated: string[] = []
  const stale: string[] = []
  const apply = createApply(queryClient, {
    invalidate: ({ queryHash }) => invalidated.push(queryHash),
    markStale: ({ queryHash }) => stale.push(queryHash),
    dispose: () => {},
  })
  return { queryClient, apply, invalidated, stale }
}

describe('an operation', () => {
  it('reaches every query its target names, and no other', () => {
    const { queryClient, apply, invalidated } = setUp()
    for (const key of [['goals', 'open'], ['goals', 'done'], ['issues']])
      queryClient.setQueryData(key, [{ id: 1, name: 'a' }])
    apply(patch(['goals'], { name: 'b' }, { id: 1 }))
    apply(invalidate({ predicate: ({ queryKey }) => queryKey[0] === 'issues' }))
    expect(queryClient.getQueryData(['goals', 'open'])).toEqual([{ id: 1, name: 'b' }])
    expect(queryClient.getQueryData(['goals', 'done'])).toEqual([{ id: 1, name: 'b' }])
    expect(queryClient.getQueryData(['issues'])).toEqual([{ id: 1, name: 'a' }])
    expect(invalidated).toEqual(['["issues"]'])
  })

  it('touches nothing that already is as it says', () => {
    const { queryClient, apply } = setUp()
    queryClient.setQueryData(['goal'], { id: 1, name: 'a' }, { updatedAt: 7 })
    const before = queryClient.getQueryState(['goal'])
    apply(patch(['goal'], { name: 'a' }))
    apply(remove(['goal'], 9))
    expect(queryClient.getQueryState(['goal'])).toBe(before)
  })

  it('does not bring a removed query back', () => {
    const { queryClient, apply } = setUp()
    queryClient.setQueryData(['goal'], { id: 1 })
    queryClient.removeQueries({ queryKey: ['goal'] })
    apply(patch(['goal'], { name: 'b' }))
    apply(upsert(['goal'], { id: 2 }, { where: () => true }))
    expect(queryClient.getQueryCache().getAll()).toEqual([])
  })

  it('may remove queries itself, in the middle of its own updater', () => {
    const { queryClient, apply } = setUp()
    queryClient.setQueryData(['goal'], { name: 'a' })
    apply(
      patch<{ name: string }>(['goal'], (goal) => {
        queryClient.removeQueries({ queryKey: ['goal'] })
        return { ...goal, name: 'b' }
      }),
    )
    expect(queryClient.getQueryData(['goal'])).toBeUndefined()
  })

  it('on what never loaded leaves it stale, however it came to be', () => {
    const { queryClient, apply, stale, invalidated } = setUp()
    queryClient.getQueryCache().build(queryClient, { queryKey: ['goals'] })
    apply(patch(['goals'], { name: 'b' }))
    apply(upsert(['goals'], { id: 2 }, { where: () => true }))
    apply(remove(['goals'], 2))
    expect(stale).toHaveLength(3)
    expect(invalidated).toEqual([])
  })

  it('that fails on one query is done to the others, then says what failed', () => {
    const { queryClient, apply, invalidated } = setUp()
    queryClient.setQueryData(['goals', 1], null)
    queryClient.setQueryData(['goals', 2], { name: 'a' })
    expect(() => apply(patch<{ name: string }>(['goals'], (goal) => ({ name: `${goal.name}b` })))).toThrow(TypeError)
    expect(queryClient.getQueryData(['goals', 2])).toEqual({ name: 'ab' })
    expect(invalidated).toEqual(['["goals",1]'])
  })
})
