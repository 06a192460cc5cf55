// One operation on the data of one query. On a QueryClient it is live-cache.test.ts.
import { describe, expect, it, vi } from 'vitest'
import { change, type ChangeContext, draftData, isOlder } from '../../src/query/change.ts'
import { everyPage, type Lens } from '../../src/query/lists.ts'
import { type DataOperation, type Operation, patch, remove, set, upsert } from '../../src/query/operations.ts'
import { createTombstones } from '../../src/query/tombstones.ts'

interface Goal {
  id: number
  name: string
  v?: number
}
const a: Goal = { id: 1, name: 'a', v: 1 }
const b: Goal = { id: 2, name: 'b', v: 5 }
const c: Goal = { id: 3, name: 'c', v: 1 }
const version = ({ v }: Goal) => v
const sort = (one: Goal, other: Goal) => one.name.localeCompare(other.name)
const key = ['goals']

/** Does it to the data; answers what came of it. */
function done(data: unknown, operation: Operation, given: Partial<ChangeContext> = {}) {
  const draft = draftData(data)
  const context = { queryKey: key, limit: () => null, allows: everyPage, gone: createTombstones(), ...given }
  const outcome = change(draft, operation as DataOperation, context)
  return { outcome, data: draft.data }
}

describe('set', () => {
  it('replaces the data', () => {
    expect(done(a, set(key, b))).toEqual({ outcome: 'done', data: b })
    expect(done(undefined, set(key, b))).toEqual({ outcome: 'done', data: b })
  })

  it('leaves newer data alone', () => {
    expect(done(b, set(key, { ...b, v: 4 }, { version: version as never }))).toEqual({
      outcome: 'older',
      data: b,
    })
  })
})

describe('a patch of the whole', () => {
  it('merges fields, or takes what a function makes', () => {
    expect(done(a, patch<Goal>(key, { name: 'z' }))).toEqual({ outcome: 'done', data: { ...a, name: 'z' } })
    expect(
      done(
        [1],
        patch<number[]>(key, (list) => [...list, 2]),
      ),
    ).toEqual({ outcome: 'done', data: [1, 2] })
  })

  it('is done where everything is as it says, and keeps the data by reference', () => {
    const { outcome, data } = done(a, patch<Goal>(key, { name: 'a' }))
    expect(outcome).toBe('done')
    expect(data).toBe(a)
  })

  it('that is older leaves the data alone', () => {
    const older = patch<Goal>(key, (goal) => ({ ...goal, name: 'z', v: 4 }), { version })
    expect(done(b, older)).toEqual({ outcome: 'older', data: b })
  })

  it('that is older and names some fields says that others may be lacking', () => {
    expect(done(b, patch<Goal>(key, { name: 'z', v: 4 }, { version }))).toEqual({ outcome: 'part', data: b })
  })

  it('of the same version is done', () => {
    expect(done(b, patch<Goal>(key, { name: 'z', v: 5 }, { version })).outcome).toBe('done')
  })
})

describe('a patch of one entity', () => {
  const rename = (id: number) => patch<Goal>(key, { name: 'z' }, { id })

  it('changes it in a list, and keeps the others by reference', () => {
    const { outcome, data } = done([a, b], rename(2))
    expect(outcome).toBe('done')
    expect(data).toEqual([a, { ...b, name: 'z' }])
    expect((data as Goal[])[0]).toBe(a)
  })

  it('keeps the list by reference where everything is as it says', () => {
    const list = [a, b]
    expect(done(list, patch<Goal>(key, { name: 'b' }, { id: 2 })).data).toBe(list)
  })

  it('does nothing to a list without it', () => {
    const list = [a, b]
    const { outcome, data } = done(list, rename(9))
    expect(outcome).toBe('none')
    expect(data).toBe(list)
  })

  it('changes the query that holds just this entity, and no other', () => {
    expect(done(a, rename(1))).toEqual({ outcome: 'done', data: { ...a, name: 'z' } })
    expect(done(a, rename(2))).toEqual({ outcome: 'none', data: a })
    expect(done(7, rename(2))).toEqual({ outcome: 'none', data: 7 })
  })

  it('that is older leaves it alone, and says so where others may be lacking', () => {
    const whole = patch<Goal>(key, (goal) => ({ ...goal, name: 'z', v: 4 }), { id: 2, version })
    const part = patch<Goal>(key, { name: 'z', v: 4 }, { id: 2, version })
    for (const data of [[a, b], b]) {
      expect(done(data, whole)).toEqual({ outcome: 'older', data })
      expect(done(data, part)).toEqual({ outcome: 'part', data })
    }
  })

  it('is older than a page that holds it already', () => {
    const data = { pages: [[a], [b]], pageParams: [0, 1] }
    expect(done(data, rename(1), { allows: (page) => page === 1 })).toEqual({ outcome: 'older', data })
    expect(done(data, rename(2), { allows: (page) => page === 1 }).outcome).toBe('done')
  })
})

describe('remove', () => {
  it('takes the entity out of a list', () => {
    expect(done([a, b], remove(key, 1))).toEqual({ outcome: 'done', data: [b] })
  })

  it('does nothing to a list without it, which stays the same', () => {
    const list = [a, b]
    const { outcome, data } = done(list, remove(key, 9))
    expect(outcome).toBe('none')
    expect(data).toBe(list)
  })

  it('leaves to a fetch what becomes of a query that holds just this entity', () => {
    expect(done(a, remove(key, 1))).toEqual({ outcome: 'unknown', data: a })
    expect(done(a, remove(key, 2))).toEqual({ outcome: 'none', data: a })
    expect(done({ count: 3 }, remove(key, 2)).outcome).toBe('none')
  })

  it('is older than a page that holds it already', () => {
    const data = { pages: [[a], [b]], pageParams: [0, 1] }
    expect(done(data, remove(key, 1), { allows: (page) => page === 1 })).toEqual({ outcome: 'older', data })
  })

  it('is remembered in the version that the event names, also by a list without it', () => {
    const gone = createTombstones()
    done([a], remove(key, 2), { gone, entityVersion: 5 })
    done([a], remove(key, 1), { gone, entityVersion: 3 })
    expect([gone.isGone(2, 5), gone.isGone(2, 6)]).toEqual([true, false])
    expect([gone.isGone(1, 3), gone.isGone(1, 4)]).toEqual([true, false])
  })
})

describe('an upsert of what a list holds', () => {
  const next = { ...b, name: 'z' }

  it('replaces it where it stands', () => {
    expect(done([a, b, c], upsert(key, next))).toEqual({ outcome: 'done', data: [a, next, c] })
    expect(done([a, b, c], upsert(key, next, { where: () => true, at: 'start' }))).toEqual({
      outcome: 'done',
      data: [a, next, c],
    })
  })

  it('takes it away where it belongs no longer', () => {
    expect(done([a, b, c], upsert(key, next, { where: () => false }))).toEqual({ outcome: 'done', data: [a, c] })
  })

  it('replaces it and leaves the rest to a fetch where nobody knows', () => {
    expect(done([a, b], upsert(key, next, { where: () => undefined }))).toEqual({ outcome: 'unknown', data: [a, next] })
  })

  it('moves it where its place has changed', () => {
    expect(done([a, b, c], upsert(key, next, { sort })).data).toEqual([a, c, next])
    const first = { ...c, name: '0' }
    expect(done([a, b, c], upsert(key, first, { sort })).data).toEqual([first, a, b])
    const inPlace = { ...b, name: 'bb' }
    expect(done([a, b, c], upsert(key, inPlace, { sort })).data).toEqual([a, inPlace, c])
  })

  it('moves it from page to page', () => {
    const data = { pages: [[a, b], [c]], pageParams: [0, 1] }
    expect(done(data, upsert(key, next, { sort })).data).toMatchObject({ pages: [[a], [c, next]] })
  })

  it('moves it off the list where its place is beyond what is held', () => {
    const limit = () => ({ item: c })
    expect(done([a, b, c], upsert(key, next, { sort }), { limit })).toEqual({ outcome: 'done', data: [a, c] })
  })

  it('that is older leaves it alone', () => {
    const older = { ...next, v: 4 }
    for (const where of [() => true, () => false]) {
      expect(done([a, b], upsert(key, older, { version, where }))).toEqual({ outcome: 'older', data: [a, b] })
    }
  })

  it('is older than a page that holds it already', () => {
    const data = { pages: [[a], [b]], pageParams: [0, 1] }
    expect(done(data, upsert(key, next), { allows: (page) => page === 0 })).toEqual({ outcome: 'older', data })
  })

  it('does nothing where it is only for lists without it', () => {
    const operation = { ...upsert(key, next, { where: () => false }), onlyIfAbsent: true } as Operation
    expect(done([a, b], operation)).toEqual({ outcome: 'none', data: [a, b] })
  })
})

describe('an upsert of what a list lacks', () => {
  it('adds it where it belongs, at the end, the start, or its place', () => {
    const where = () => true
    expect(done([a, b], upsert(key, c, { where }))).toEqual({ outcome: 'done', data: [a, b, c] })
    expect(done([a, b], upsert(key, c, { where, at: 'start' })).data).toEqual([c, a, b])
    expect(done([a, c], upsert(key, b, { where, sort })).data).toEqual([a, b, c])
  })

  it('leaves the list alone where it does not belong', () => {
    const list = [a]
    const { outcome, data } = done(list, upsert(key, b, { where: () => false }))
    expect(outcome).toBe('none')
    expect(data).toBe(list)
  })

  it('leaves it to a fetch where nobody knows', () => {
    expect(done([a], upsert(key, b))).toEqual({ outcome: 'unknown', data: [a] })
    expect(done([a], upsert(key, b, { where: () => undefined }))).toEqual({ outcome: 'unknown', data: [a] })
  })

  it('asks with the entity and the key of the query', () => {
    const where = vi.fn(() => true)
    done([a], upsert(key, b, { where }), { queryKey: ['goals', 'open'] })
    expect(where).toHaveBeenCalledExactlyOnceWith(b, ['goals', 'open'])
  })

  it('leaves it to the pages that are not held where its place is beyond', () => {
    const limit = () => ({ item: b })
    const where = () => true
    expect(done([a, b], upsert(key, c, { where }), { limit }).outcome).toBe('none')
    expect(done([a, b], upsert(key, c, { where, sort }), { limit })).toEqual({ outcome: 'none', data: [a, b] })
    expect(done([b], upsert(key, a, { where, sort }), { limit })).toEqual({ outcome: 'done', data: [a, b] })
  })

  it('adds it where it is only for lists without it', () => {
    const operation = { ...upsert(key, b, { where: () => true }), onlyIfAbsent: true } as Operation
    expect(done([a], operation)).toEqual({ outcome: 'done', data: [a, b] })
  })
})

describe('what has left a list', () => {
  const where = ({ name }: Goal) => name !== 'done'
  const upsertOf = (goal: Goal) => upsert(key, goal, { where, version })

  it('by an upsert does not come back with an older one', () => {
    const gone = createTombstones()
    expect(done([a, b], upsertOf({ id: 2, name: 'done', v: 6 }), { gone }).data).toEqual([a])
    expect(done([a], upsertOf({ id: 2, name: 'b', v: 5 }), { gone })).toEqual({ outcome: 'older', data: [a] })
    expect(done([a], upsertOf({ id: 2, name: 'b', v: 7 }), { gone }).outcome).toBe('done')
  })

  it('is known before it came', () => {
    const gone = createTombstones()
    expect(done([a], upsertOf({ id: 2, name: 'done', v: 6 }), { gone }).outcome).toBe('none')
    expect(done([a], upsertOf({ id: 2, name: 'b', v: 5 }), { gone }).outcome).toBe('older')
  })

  it('by a removal does not come back in the same version either', () => {
    const gone = createTombstones()
    done([a, b], remove(key, 2), { gone, entityVersion: 5 })
    expect(done([a], upsertOf(b), { gone }).outcome).toBe('older')
    expect(done([a], upsertOf({ ...b, v: 6 }), { gone }).outcome).toBe('done')
  })
})

describe('an upsert of a query that holds one entity', () => {
  it('replaces the same entity, and leaves another alone', () => {
    const next = { ...a, name: 'z' }
    expect(done(a, upsert(key, next))).toEqual({ outcome: 'done', data: next })
    expect(done(a, upsert(key, b))).toEqual({ outcome: 'none', data: a })
  })

  it('leaves a newer one alone', () => {
    expect(done(b, upsert(key, { ...b, v: 4 }, { version }))).toEqual({ outcome: 'older', data: b })
  })

  it('leaves to a fetch what holds neither a list nor an entity', () => {
    for (const data of [7, null, { count: 3 }]) expect(done(data, upsert(key, b))).toEqual({ outcome: 'unknown', data })
  })
})

describe('a lens', () => {
  const lens = {
    get: ({ goals }: { goals: Goal[] }) => goals,
    set: (data: { goals: Goal[] }, goals: Goal[]) => ({ ...data, goals }),
  } as unknown as Lens

  it('shows where the list is', () => {
    const data = { goals: [a, b], more: true }
    expect(done(data, patch<Goal>(key, { name: 'z' }, { id: 1, lens })).data).toEqual({
      goals: [{ ...a, name: 'z' }, b],
      more: true,
    })
    expect(done(data, remove(key, 1, { lens })).data).toEqual({ goals: [b], more: true })
    expect(done(data, upsert(key, c, { lens, where: () => true })).data).toEqual({ goals: [a, b, c], more: true })
  })

  it('that shows no list leaves the query for what it is', () => {
    expect(done(a, patch<Goal>(key, { name: 'z' }, { id: 1, lens }))).toEqual({
      outcome: 'done',
      data: { ...a, name: 'z' },
    })
  })
})

describe('what a function of the app throws', () => {
  it('is thrown on', () => {
    const fails = () => {
      throw new Error('boom')
    }
    expect(() => done([a, b], patch<Goal>(key, fails, { id: 1 }))).toThrow('boom')
    expect(() => done([a, b], upsert(key, c, { where: fails }))).toThrow('boom')
    expect(() => done([a, b], upsert(key, c, { where: () => true, sort: fails }))).toThrow('boom')
    expect(() => done([a, b], upsert(key, a, { version: fails }))).toThrow('boom')
  })
})

describe('a draft of data', () => {
  const context = { queryKey: key, limit: () => null, allows: everyPage, gone: createTombstones() }
  const run = (draft: ReturnType<typeof draftData>, ...operations: Operation[]) => {
    for (const operation of operations) change(draft, operation as DataOperation, context)
  }

  it('takes many operations, on whatever the one before left', () => {
    const draft = draftData([a])
    run(
      draft,
      upsert(key, b, { where: () => true }),
      remove(key, 1),
      set(key, [c]),
      patch<Goal>(key, { v: 9 }, { id: 3 }),
    )
    expect(draft.data).toEqual([{ ...c, v: 9 }])
  })

  it('is read between them', () => {
    const draft = draftData([a, b])
    run(draft, remove(key, 1))
    expect(draft.data).toEqual([b])
    run(draft, remove(key, 2))
    expect(draft.data).toEqual([])
  })

  it('remembers that a total may have moved', () => {
    const draft = draftData({ total: 1, items: [a] })
    run(draft, patch<Goal>(key, { name: 'z' }, { id: 1 }))
    expect(draft.movedTotals).toBe(false)
    run(draft, remove(key, 1))
    expect(draft.movedTotals).toBe(true)
    expect(draft.data).toEqual({ total: 1, items: [] })
    run(draft, set(key, { total: 0, items: [] }))
    expect(draft.movedTotals).toBe(true)
  })
})

describe('of two versions', () => {
  it('the lower is older, the same is not', () => {
    expect([4, 5, 6].map((v) => isOlder({ v }, b, version as never))).toEqual([true, false, false])
  })

  it('nobody can tell where one is unknown, or nothing reads them', () => {
    expect(isOlder({}, b, version as never)).toBe(false)
    expect(isOlder({ v: 1 }, {}, version as never)).toBe(false)
    expect(isOlder({ v: 1 }, b, undefined)).toBe(false)
  })
})
