import { infiniteQueryOptions, queryOptions, type InfiniteData } from '@tanstack/react-query'
import { describe, expectTypeOf, it } from 'vitest'
import { type DataOf, invalidate, type ItemOf, type Lens, patch, remove, set, upsert } from '../../src/query/index.ts'

interface Goal {
  id: number
  name: string
  version: number
}
declare const goal: Goal
const ofGoal = queryOptions({ queryKey: ['goal', 7], queryFn: () => goal })
const ofGoals = queryOptions({ queryKey: ['goals'], queryFn: () => [goal] })
const ofItems = queryOptions({ queryKey: ['items'], queryFn: () => ({ items: [goal], total: 1 }) })
const ofCount = queryOptions({ queryKey: ['count'], queryFn: () => 7 })
const ofPages = infiniteQueryOptions({
  queryKey: ['pages'],
  queryFn: () => ({ items: [goal] }),
  initialPageParam: 0,
  getNextPageParam: () => 1,
})

describe('the data of a target', () => {
  it('is what queryOptions and their keys say', () => {
    expectTypeOf<DataOf<typeof ofGoal>>().toEqualTypeOf<Goal>()
    expectTypeOf<DataOf<typeof ofGoal.queryKey>>().toEqualTypeOf<Goal>()
    expectTypeOf<DataOf<typeof ofGoals>>().toEqualTypeOf<Goal[]>()
    expectTypeOf<DataOf<typeof ofPages>>().toEqualTypeOf<InfiniteData<{ items: Goal[] }>>()
  })

  it('is unknown where nothing says it', () => {
    expectTypeOf<DataOf<readonly ['goals']>>().toBeUnknown()
    expectTypeOf<DataOf<{ queryKey: readonly ['goals']; type: 'active' }>>().toBeUnknown()
    expectTypeOf<DataOf<() => boolean>>().toBeUnknown()
  })
})

describe('the entity of a list', () => {
  it('is known of arrays, objects with items, and pages of both', () => {
    expectTypeOf<ItemOf<Goal[]>>().toEqualTypeOf<Goal>()
    expectTypeOf<ItemOf<readonly Goal[]>>().toEqualTypeOf<Goal>()
    expectTypeOf<ItemOf<{ items: Goal[]; total: number }>>().toEqualTypeOf<Goal>()
    expectTypeOf<ItemOf<InfiniteData<Goal[]>>>().toEqualTypeOf<Goal>()
    expectTypeOf<ItemOf<DataOf<typeof ofPages>>>().toEqualTypeOf<Goal>()
  })

  it('is unknown of anything else', () => {
    expectTypeOf<ItemOf<unknown>>().toBeUnknown()
    expectTypeOf<ItemOf<number>>().toBeUnknown()
    expectTypeOf<ItemOf<Goal>>().toBeUnknown()
  })
})

describe('patch', () => {
  it('takes fields of the data that queryOptions tell', () => {
    patch(ofGoal, { name: 'x' })
    patch(ofGoal.queryKey, { name: 'x' })
    patch(ofGoal, (old) => {
      expectTypeOf(old).toEqualTypeOf<Goal>()
      return { ...old, name: 'x' }
    })
    // @ts-expect-error no such field
    patch(ofGoal, { title: 'x' })
    // @ts-expect-error of another type
    patch(ofGoal, { name: 7 })
    // @ts-expect-error not the whole
    patch(ofGoal, (old) => ({ name: old.name }))
    // @ts-expect-error of another type
    patch(ofCount, (count) => String(count))
  })

  it('holds a function to it that does not name its parameter', () => {
    // @ts-expect-error not the whole
    patch(ofGoal, () => ({ name: 'x' }))
    // @ts-expect-error of another type
    patch(ofCount, () => 'x')
  })

  it('takes fields of the entity of a list, by its id', () => {
    patch(ofGoals, { name: 'x' }, { id: 7 })
    patch(ofItems, { name: 'x' }, { id: 7 })
    patch(ofPages, { name: 'x' }, { id: 7 })
    patch(
      ofGoals,
      (old) => {
        expectTypeOf(old).toEqualTypeOf<Goal>()
        return old
      },
      { id: 7, version: ({ version }) => version },
    )
    // @ts-expect-error no such field
    patch(ofGoals, { title: 'x' }, { id: 7 })
    // @ts-expect-error no such field in the version
    patch(ofGoals, { name: 'x' }, { id: 7, version: ({ v }) => Number(v) })
  })

  it('takes plain changes for plain objects alone', () => {
    patch(ofCount, (count) => count)
    patch(ofGoals, (goals) => goals.slice(1))
    patch(ofPages, (pages) => pages)
    // @ts-expect-error an array has no fields to merge
    patch(ofGoals, { length: 0 })
    // @ts-expect-error a number has none
    patch(ofCount, 8)
    // @ts-expect-error pages have none
    patch(ofPages, { pageParams: [] })
    // @ts-expect-error no more where the app says what they are
    patch<Goal[]>(['goals'], { length: 0 })
  })

  it('of a bare key is unknown, and wants to be told', () => {
    patch(['goal', 7], (old) => {
      expectTypeOf(old).toBeUnknown()
      return old
    })
    // @ts-expect-error fields of what?
    patch(['goal', 7], { name: 'x' })
    // @ts-expect-error fields of what?
    patch(['goals'], { name: 'x' }, { id: 7 })
    patch<Goal>(['goal', 7], { name: 'x' })
    patch<Goal>(['goals'], { name: 'x' }, { id: 7, version: ({ version }) => version })
    // @ts-expect-error no such field
    patch<Goal>(['goal', 7], { title: 'x' })
  })
})

describe('set', () => {
  it('takes the whole of the data that queryOptions tell', () => {
    set(ofGoal, goal)
    set(ofGoal.queryKey, goal, { version: ({ version }) => version })
    set(ofGoals, [goal])
    // @ts-expect-error a part of it
    set(ofGoal, { name: 'x' })
    // @ts-expect-error of another type
    set(ofCount, 'x')
  })

  it('takes anything for a bare key, and no filters', () => {
    set(['goal', 7], goal)
    // @ts-expect-error which query?
    set(() => true, goal)
    // @ts-expect-error which query?
    set({ type: 'active' }, goal)
  })
})

describe('upsert', () => {
  it('asks where an entity belongs, and in which order, with the entity it was given', () => {
    upsert(['goals'], goal, {
      where: (entity, queryKey) => {
        expectTypeOf(entity).toEqualTypeOf<Goal>()
        expectTypeOf(queryKey).toEqualTypeOf<readonly unknown[]>()
        return undefined
      },
      sort: (a, b) => {
        expectTypeOf([a, b]).toEqualTypeOf<Goal[]>()
        return a.version - b.version
      },
      version: (entity) => {
        expectTypeOf(entity).toEqualTypeOf<Goal>()
        return entity.version
      },
      at: 'start',
    })
    // @ts-expect-error no place of that name
    upsert(['goals'], goal, { at: 'middle' })
    // @ts-expect-error no number
    upsert(['goals'], goal, { sort: (a) => a.name })
  })

  it('takes what has an id, and nothing else', () => {
    upsert(['goals'], { id: 'x' })
    // @ts-expect-error without an id nobody knows which it is
    upsert(['goals'], { name: 'x' })
    // @ts-expect-error that is none
    upsert(['goals'], { id: null })
  })
})

describe('targets', () => {
  it('are keys, queryOptions, filters and predicates', () => {
    for (const target of [ofGoals, ofPages]) invalidate(target)
    invalidate(['goals'])
    invalidate({ queryKey: ['goals'], type: 'active' })
    invalidate({ predicate: ({ queryKey }) => queryKey[0] === 'goals' })
    invalidate(({ queryKey }) => queryKey[0] === 'goals')
    remove(ofGoals, 7)
    // @ts-expect-error a name is no key
    invalidate('goals')
    // @ts-expect-error no filter of that name
    invalidate({ key: ['goals'] })
  })
})

describe('a lens', () => {
  it('tells where a list is in data of any shape', () => {
    const lens: Lens<{ data: Goal[] }, Goal> = {
      get: ({ data }) => data,
      set: (old, data) => ({ ...old, data: [...data] }),
    }
    remove(['goals'], 7, { lens })
    upsert(['goals'], goal, { lens })
    patch<Goal>(['goals'], { name: 'x' }, { id: 7, lens })
  })
})
