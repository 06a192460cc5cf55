import { hashKey, QueryClient, type QueryKey, QueryObserver, queryOptions } from '@tanstack/react-query'
import * as fc from 'fast-check'
import { describe, expect, it, vi } from 'vitest'
import { createQueryIndex } from '../../src/query/query-index.ts'
import { filtersOf, type Target } from '../../src/query/targets.ts'

function setUp(...keys: unknown[][]) {
  const queryClient = new QueryClient()
  const cache = queryClient.getQueryCache()
  const add = (queryKey: QueryKey) => cache.build(queryClient, queryClient.defaultQueryOptions({ queryKey }))
  for (const key of keys) add(key)
  const index = createQueryIndex(cache)
  const found = (target: Target) =>
    index
      .find(target)
      .map(({ queryKey }) => hashKey(queryKey))
      .toSorted()
  return { queryClient, cache, add, index, found }
}

describe('a key', () => {
  const keys = [['goals'], ['goals', 'open'], ['goals', 'open', 1], ['goal', 1], [1], ['1']]

  it('names the queries that begin with it', () => {
    const { found } = setUp(...keys)
    expect(found(['goals'])).toEqual(['["goals","open",1]', '["goals","open"]', '["goals"]'])
    expect(found(['goals', 'open'])).toEqual(['["goals","open",1]', '["goals","open"]'])
    expect(found([])).toHaveLength(6)
    expect(found(['goals', 'closed'])).toEqual([])
  })

  it('tells numbers and text apart', () => {
    const { found } = setUp(...keys)
    expect(found([1])).toEqual(['[1]'])
    expect(found(['1'])).toEqual(['["1"]'])
  })

  it('that is meant exactly names one query', () => {
    const { found } = setUp(...keys)
    expect(found({ queryKey: ['goals'], exact: true })).toEqual(['["goals"]'])
    expect(found(queryOptions({ queryKey: ['goals', 'open'], queryFn: () => 1 }))).toEqual(['["goals","open"]'])
    expect(found({ queryKey: ['goals', 'closed'], exact: true })).toEqual([])
  })

  it('compares objects by what they hold, as far as it names it', () => {
    const { found } = setUp(
      ['goals', { status: 'open', page: 1 }],
      ['goals', { status: 'open', page: 2 }],
      ['goals', { status: 'done' }, 'x'],
      ['goals', ['open', 'late']],
    )
    expect(found(['goals', { status: 'open' }])).toHaveLength(2)
    expect(found(['goals', { status: 'open', page: 2 }])).toEqual(['["goals",{"page":2,"status":"open"}]'])
    expect(found(['goals', { status: 'done' }])).toEqual(['["goals",{"status":"done"},"x"]'])
    expect(found(['goals', { status: 'done' }, 'x'])).toHaveLength(1)
    expect(found(['goals', ['open']])).toEqual(['["goals",["open","late"]]'])
    expect(found({ queryKey: ['goals', { status: 'open' }], exact: true })).toEqual([])
    expect(found({ queryKey: ['goals', { page: 2, status: 'open' }], exact: true })).toHaveLength(1)
  })
})

describe('filters', () => {
  it('narrow down what the key names', () => {
    const { queryClient, cache, found } = setUp(['goals', 1], ['goals', 2], ['issues'])
    new QueryObserver(queryClient, { queryKey: ['goals', 1], queryFn: () => 1 }).subscribe(() => {})
    expect(found({ queryKey: ['goals'], type: 'active' })).toEqual(['["goals",1]'])
    expect(found({ queryKey: ['goals'], type: 'inactive' })).toEqual(['["goals",2]'])
    expect(found({ queryKey: ['goals'], fetchStatus: 'fetching' })).toEqual(['["goals",1]'])
    expect(found({ queryKey: ['goals'], predicate: (query) => query.queryKey[1] === 2 })).toEqual(['["goals",2]'])
    cache.clear()
  })

  it('without a key, and a predicate, are asked of all queries', () => {
    const { found } = setUp(['goals', 1], ['issues'])
    expect(found({ predicate: ({ queryKey }) => queryKey[0] === 'issues' })).toEqual(['["issues"]'])
    expect(found(({ queryKey }) => queryKey[0] === 'goals')).toEqual(['["goals",1]'])
    expect(found({})).toHaveLength(2)
  })

  it('of a key are asked only of the queries that the key leads to', () => {
    const { found } = setUp(['goals', 1], ['goals', 2], ['issues'])
    const predicate = vi.fn(() => true)
    found({ queryKey: ['goals'], predicate })
    expect(predicate).toHaveBeenCalledTimes(2)
  })
})

describe('a query', () => {
  it('that comes later is found, one that goes no longer', () => {
    const { cache, add, found } = setUp(['goals', 1])
    const query = add(['goals', 2])
    expect(found(['goals'])).toHaveLength(2)
    cache.remove(query)
    expect(found(['goals'])).toEqual(['["goals",1]'])
    cache.clear()
    expect(found([])).toEqual([])
  })

  it('that goes takes none of those below it along', () => {
    const { cache, add, found } = setUp(['goals', 1, 'notes'])
    cache.remove(add(['goals', 1]))
    cache.remove(add(['goals']))
    expect(found(['goals'])).toEqual(['["goals",1,"notes"]'])
  })

  it('that comes after the end is not followed any more', () => {
    const { cache, add, index, found } = setUp(['goals', 1])
    index.dispose()
    add(['goals', 2])
    expect(found(['goals'])).toEqual(['["goals",1]'])
    expect(cache.hasListeners()).toBe(false)
  })

  it('is named by a target, or not', () => {
    const { add, index } = setUp()
    const query = add(['goals', { status: 'open' }])
    expect(index.names(['goals'], query)).toBe(true)
    expect(index.names(['goals', { status: 'open' }], query)).toBe(true)
    expect(index.names({ queryKey: ['goals'], exact: true }, query)).toBe(false)
    expect(index.names(({ queryKey }) => queryKey[0] === 'issues', query)).toBe(false)
  })

  it('with a hash of its own is found by its key, also exactly', () => {
    const { queryClient, cache, index } = setUp()
    const queryKeyHashFn = (key: readonly unknown[]) => `own:${String(key[1])}`
    for (const id of [1n, 2n]) {
      cache.build(queryClient, queryClient.defaultQueryOptions({ queryKey: ['goal', id], queryKeyHashFn }))
    }
    const own = (target: Target) => index.find(target).map(({ queryHash }) => queryHash)
    expect(own(['goal'])).toEqual(['own:1', 'own:2'])
    expect(own(['goal', 2n])).toEqual(['own:2'])
    expect(own({ queryKey: ['goal', 2n], exact: true })).toEqual(['own:2'])
  })
})

// `undefined` and `null` are the same in a hash, and so to an exact target, but not in a tree: see the last tests.
const leaf = fc.constantFrom<unknown>('goals', 'goal', '1', 1, 0, -0, true, null, '', 'constructor', '__proto__')
const segment = fc.oneof(
  { weight: 4, arbitrary: leaf },
  { weight: 2, arbitrary: fc.dictionary(fc.constantFrom('a', 'b'), leaf, { maxKeys: 2, noNullPrototype: true }) },
  { weight: 1, arbitrary: fc.array(leaf, { maxLength: 2 }) },
)
const keyOfAny = fc.array(segment, { maxLength: 3 })

describe('the index', () => {
  it('finds just what the cache finds, whatever came and went', () => {
    const targetOf = (keys: unknown[][]) =>
      fc.record(
        {
          queryKey: keys.length > 0 ? fc.oneof(keyOfAny, fc.constantFrom(...keys), prefixOf(keys)) : keyOfAny,
          exact: fc.boolean(),
        },
        { requiredKeys: ['queryKey'] },
      )
    const prefixOf = (keys: unknown[][]) =>
      fc.tuple(fc.constantFrom(...keys), fc.nat({ max: 3 })).map(([key, length]) => key.slice(0, length))
    const findsTheSame = fc.property(
      fc
        .array(keyOfAny, { maxLength: 12 })
        .chain((keys) => fc.tuple(fc.constant(keys), fc.array(targetOf(keys), { minLength: 1, maxLength: 5 }))),
      fc.nat(12),
      fc.array(fc.nat(11), { maxLength: 6 }),
      ([keys, targets], before, gone) => {
        const { cache, add, index } = setUp(...keys.slice(0, before))
        for (const key of keys.slice(before)) add(key)
        for (const at of gone) {
          const query = keys[at] && cache.find({ queryKey: keys[at] })
          if (query) cache.remove(query)
        }
        for (const target of targets) {
          const wanted = cache.findAll(filtersOf(target))
          expect(new Set(index.find(target))).toEqual(new Set(wanted))
          expect(index.find(target)).toHaveLength(wanted.length)
        }
        index.dispose()
      },
    )
    fc.assert(findsTheSame, { numRuns: 500, seed: 11 })
  })

  it('finds a query by `null` for `undefined` in its key, where the target is exact', () => {
    const { add, index } = setUp()
    const query = add(['goal', undefined])
    const target = { queryKey: ['goal', null], exact: true }
    expect(new Set(index.find(target))).toEqual(new Set([query]))
  })

  it('finds what a hash of its own takes for the same, where the target is exact', () => {
    const { queryClient, cache, index } = setUp()
    const queryKeyHashFn = (key: readonly unknown[]) => String(key[0]).toLowerCase()
    const queryKey: QueryKey = ['Goals']
    const query = cache.build(queryClient, queryClient.defaultQueryOptions({ queryKey, queryKeyHashFn }))
    const target = { queryKey: ['goals'], exact: true }
    expect(new Set(index.find(target))).toEqual(new Set([query]))
  })
})
