// What is hoped for, on top of what is known. When it begins and ends is hopes.ts, through mutations.
import { type Query, QueryClient, type QueryKey } from '@tanstack/react-query'
import { describe, expect, it, vi } from 'vitest'
import { type DataOperation, type Operation, patch, remove, set, upsert } from '../../src/query/operations.ts'
import { createOptimistic, withRealId } from '../../src/query/optimistic.ts'
import { createQueryIndex } from '../../src/query/query-index.ts'
import { createRecord } from '../../src/query/record.ts'

interface Goal {
  id: number | string
  name: string
}
const a: Goal = { id: 1, name: 'a' }
const b: Goal = { id: 2, name: 'b' }
const where = () => true
const data = (...operations: Operation[]) => operations as DataOperation[]

function setUp(base: unknown = [a], options: object = {}) {
  const queryClient = new QueryClient()
  const cache = queryClient.getQueryCache()
  const add = (queryKey: QueryKey): Query =>
    cache.build(queryClient, { ...queryClient.defaultQueryOptions({ queryKey }), ...options })
  const query = add(['goals'])
  queryClient.setQueryData(['goals'], base)
  const onError = vi.fn()
  const optimistic = createOptimistic(createQueryIndex(cache), onError)
  const record = createRecord(query)
  return { optimistic, record, query, add, onError }
}

describe('what is hoped for', () => {
  it('lies over what is known, which stays as it is', () => {
    const { optimistic, record } = setUp()
    optimistic.add('m1', data(upsert(['goals'], b, { where }), patch<Goal>(['goals'], { name: 'z' }, { id: 1 })))
    expect(optimistic.over(record)).toEqual([{ id: 1, name: 'z' }, b])
    expect(record.base).toEqual([a])
  })

  it('lies over in the order it was begun', () => {
    const { optimistic, record } = setUp()
    for (const name of ['x', 'y']) optimistic.add(name, data(patch<Goal>(['goals'], { name }, { id: 1 })))
    expect(optimistic.over(record)).toEqual([{ id: 1, name: 'y' }])
  })

  it('is taken away by itself, and leaves all others', () => {
    const { optimistic, record } = setUp()
    const first = optimistic.add('m1', data(patch<Goal>(['goals'], { name: 'x' }, { id: 1 })))
    optimistic.add('m2', data(upsert(['goals'], b, { where })))
    optimistic.end(first)
    expect(optimistic.over(record)).toEqual([a, b])
    expect([optimistic.get('m1'), optimistic.get('m2')?.mutationId]).toEqual([undefined, 'm2'])
    expect([...optimistic.all].map(({ mutationId }) => mutationId)).toEqual(['m2'])
  })

  it('lies over whatever is known by then', () => {
    const { optimistic, record } = setUp()
    optimistic.add('m1', data(patch<Goal>(['goals'], { name: 'x' }, { id: 1 })))
    record.base = [b, { id: 1, name: 'renamed' }]
    expect(optimistic.over(record)).toEqual([b, { id: 1, name: 'x' }])
  })

  it('is nothing where there is nothing: the data is the very same', () => {
    const { optimistic, record } = setUp()
    expect(optimistic.over(record)).toBe(record.base)
    optimistic.add('m1', data(patch<Goal>(['issues'], { name: 'x' })))
    expect(optimistic.over(record)).toBe(record.base)
    record.base = undefined
    optimistic.add('m2', data(set(['goals'], [b])))
    expect(optimistic.over(record)).toBeUndefined()
  })

  it('knows the queries it is about', () => {
    const { optimistic, query, add } = setUp()
    const issues = add(['issues'])
    const hope = optimistic.add(
      'm1',
      data(patch<Goal>(['goals'], { name: 'x' }, { id: 1 }), remove(['issues'], 1), remove(['goals'], 2)),
    )
    expect(optimistic.queriesOf(hope)).toEqual([query, issues])
    expect(optimistic.on(query)).toEqual([hope])
    hope.fulfilled.add(query)
    expect(optimistic.queriesOf(hope)).toEqual([issues])
    expect(optimistic.on(query)).toEqual([])
  })

  it('lies no longer over what holds the change itself', () => {
    const { optimistic, record, query } = setUp()
    optimistic.add('m1', data(patch<Goal>(['goals'], { name: 'x' }, { id: 1 }))).fulfilled.add(query)
    expect(optimistic.over(record)).toBe(record.base)
  })

  it('goes beyond no page that is held', () => {
    const pages = { pages: [[a]], pageParams: [0] }
    const { optimistic, record } = setUp(pages, { getNextPageParam: () => 1 })
    optimistic.add('m1', data(upsert(['goals'], b, { where })))
    expect(optimistic.over(record)).toEqual(pages)
    optimistic.add('m2', data(upsert(['goals'], b, { where, at: 'start' })))
    expect(optimistic.over(record)).toEqual({ pages: [[b, a]], pageParams: [0] })
  })

  it('is done as far as it can be where an operation throws, which is told', () => {
    const { optimistic, record, onError } = setUp()
    const boom = new Error('boom')
    const fails = patch<Goal>(
      ['goals'],
      () => {
        throw boom
      },
      { id: 1 },
    )
    optimistic.add('m1', data(fails, upsert(['goals'], b, { where })))
    expect(optimistic.over(record)).toEqual([a, b])
    expect(onError).toHaveBeenCalledExactlyOnceWith(boom)
  })
})

describe('a real id', () => {
  const temp = { id: 'temp-1', name: 'new' }

  it('takes the place of the temporary one', () => {
    const operations = data(
      upsert(['goals'], temp, { where }),
      patch<Goal>(['goals'], { name: 'x' }, { id: 'temp-1' }),
      remove(['goals'], 'temp-1'),
      set(['goal'], temp),
    )
    expect(withRealId(operations, 'temp-1', 7)).toMatchObject([
      { kind: 'upsert', entity: { id: 7, name: 'new' }, onlyIfAbsent: true, where },
      { kind: 'patch', id: 7 },
      { kind: 'remove', id: 7 },
      { kind: 'set', value: { id: 7, name: 'new' } },
    ])
  })

  it('leaves what is about others by reference', () => {
    const operations = data(
      upsert(['goals'], b),
      patch<Goal>(['goals'], { name: 'x' }, { id: 1 }),
      patch<Goal>(['goal'], { name: 'x' }),
      remove(['goals'], 1),
      set(['goal'], b),
      set(['count'], 7),
    )
    const real = withRealId(operations, 'temp-1', 7)
    for (const [index, operation] of operations.entries()) expect(real[index]).toBe(operation)
  })

  it('does not change what was given', () => {
    const operations = data(upsert(['goals'], temp, { where }))
    withRealId(operations, 'temp-1', 7)
    expect(operations).toMatchObject([{ entity: { id: 'temp-1' } }])
    expect(temp.id).toBe('temp-1')
  })

  it('is shown once, and gives way to the server’s own copy', () => {
    const { optimistic, record, query } = setUp()
    const hope = optimistic.add('m1', data(upsert(['goals'], temp, { where })))
    expect(optimistic.over(record)).toEqual([a, temp])
    hope.operations = withRealId(hope.operations, 'temp-1', 7)
    expect(optimistic.over(record)).toEqual([a, { id: 7, name: 'new' }])
    record.base = [a, { id: 7, name: 'by the server' }]
    expect(optimistic.over(record)).toEqual([a, { id: 7, name: 'by the server' }])
    expect(hope.fulfilled.has(query)).toBe(true)
    record.base = [a]
    expect(optimistic.over(record)).toEqual([a])
  })

  it('is hoped for as long as not all of it is there', () => {
    const { optimistic, record, query } = setUp()
    const hope = optimistic.add('m1', data(upsert(['goals'], temp, { where }), remove(['goals'], 1)))
    hope.operations = withRealId(hope.operations, 'temp-1', 7)
    record.base = [a, { id: 7, name: 'by the server' }]
    expect(optimistic.over(record)).toEqual([{ id: 7, name: 'by the server' }])
    expect(hope.fulfilled.has(query)).toBe(false)
  })
})
