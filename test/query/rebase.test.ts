// What becomes of one result. With a real fetch and observers it is tanstack-alone.test.ts, with all orders convergence.test.ts.
import { QueryClient, type QueryKey } from '@tanstack/react-query'
import { describe, expect, it } from 'vitest'
import { type Cause, ownCause } from '../../src/query/cause.ts'
import { createJournal } from '../../src/query/journal.ts'
import { invalidate, type Operation, patch, remove, upsert } from '../../src/query/operations.ts'
import { createQueryIndex } from '../../src/query/query-index.ts'
import { isTooOld, rebase } from '../../src/query/rebase.ts'
import { createRecord, type Fetch, learn, type Positions } from '../../src/query/record.ts'

interface Goal {
  id: number
  v: number
  name?: string
}

const key: QueryKey = ['goals']
const version = ({ v }: Goal) => v
const at = (seq: number): Cause => ({ ...ownCause('rule'), stream: 'tenant:3', epoch: 'e1', seq })
const asOf = (seq: number, epoch = 'e1'): Map<string, Positions> => new Map([['', { 'tenant:3': { epoch, seq } }]])

/** @param base what was held when the fetch began */
function setUp(base?: unknown) {
  const queryClient = new QueryClient()
  const cache = queryClient.getQueryCache()
  if (base !== undefined) queryClient.setQueryData(key, base)
  const query = cache.build(queryClient, queryClient.defaultQueryOptions({ queryKey: key }))
  const record = createRecord(query)
  const journal = createJournal(() => 0)
  const errors: unknown[] = []
  const tools = { journal, index: createQueryIndex(cache), onError: (error: unknown) => errors.push(error) }
  const did = (operation: Operation, cause: Cause = ownCause('rule')) => {
    if (operation.kind !== 'invalidate') learn(record, operation)
    journal.pin()
    journal.add(operation, cause)
  }
  const fetched = (more: Partial<Fetch> = {}): Fetch => ({
    place: journal.place,
    tick: journal.tick(),
    isMore: false,
    unpin: () => {},
    asOf: new Map(),
    isForeign: false,
    ...more,
  })
  const settle = (result: unknown, fetch: Fetch) => {
    for (const [page, positions] of fetch.asOf) record.asOf.set(page, positions)
    return rebase(record, result, fetch, tools)
  }
  return { record, journal, errors, did, fetched, settle }
}

const open = (goal: Goal) => upsert(key, goal, { where: () => true, sort: (a, b) => a.id - b.id })

describe('the result of a fetch', () => {
  it('has done to it again what was done since the fetch began, and nothing from before', () => {
    const { did, fetched, settle } = setUp([])
    did(open({ id: 1, v: 1 }))
    const fetch = fetched()
    did(open({ id: 2, v: 1 }))
    did(open({ id: 3, v: 1 }))
    did(remove(key, 3))
    const { data, repeated } = settle([{ id: 9, v: 1 }], fetch)
    expect(data).toEqual([
      { id: 2, v: 1 },
      { id: 9, v: 1 },
    ])
    expect(repeated).toHaveLength(3)
  })

  it('that says how new it is has done to it again just what it lacks, however early that was', () => {
    const { did, fetched, settle } = setUp([])
    for (const [id, seq] of [
      [1, 1],
      [2, 2],
      [3, 3],
    ] as const)
      did(open({ id, v: 1 }), at(seq))
    const { data, mustRefetch } = settle([{ id: 1, v: 1 }], fetched({ asOf: asOf(1) }))
    expect(data).toEqual([1, 2, 3].map((id) => ({ id, v: 1 })))
    expect(mustRefetch).toBe(false)
  })

  it('that lacks what only a fetch can tell has to be fetched again', () => {
    const { did, fetched, settle } = setUp([])
    did(invalidate(key), at(2))
    expect(settle([], fetched({ asOf: asOf(1) })).mustRefetch).toBe(true)
    expect(settle([], fetched({ asOf: asOf(2) })).mustRefetch).toBe(false)
  })

  it('keeps what was held in a newer version, in its place by `sort`, however late the fetch began', () => {
    const sort = (a: Goal, b: Goal) => b.v - a.v
    const { record, did, fetched, settle } = setUp([{ id: 1, v: 1 }])
    did(upsert(key, { id: 1, v: 5 }, { version, sort, where: () => true }))
    record.base = [
      { id: 1, v: 5 },
      { id: 2, v: 2 },
    ]
    const result = [
      { id: 2, v: 3 },
      { id: 1, v: 1 },
    ]
    expect(settle(result, fetched()).data).toEqual([
      { id: 1, v: 5 },
      { id: 2, v: 3 },
    ])
  })

  it('does not bring back what is known to have gone', () => {
    const { record, did, fetched, settle } = setUp([])
    did(upsert(key, { id: 1, v: 1 }, { version, where: () => true }))
    record.gone.removed(1, 4)
    expect(settle([{ id: 1, v: 3 }], fetched()).data).toEqual([])
    expect(settle([{ id: 1, v: 5 }], fetched()).data).toEqual([{ id: 1, v: 5 }])
  })

  it('names what nothing but a fetch can confirm: the last change without a version', () => {
    const { did, fetched, settle } = setUp({ id: 1, v: 1 })
    const fetch = fetched()
    did(patch<Goal>(key, { name: 'a' }))
    did(patch<Goal>(key, { name: 'b' }, { confirm: false }))
    const { data, unconfirmed } = settle({ id: 1, v: 1 }, fetch)
    expect(data).toEqual({ id: 1, v: 1, name: 'b' })
    expect(unconfirmed?.place).toBe(0)
  })

  it('survives an updater that throws: it is told, and the query fetched again', () => {
    const { did, fetched, settle, errors } = setUp({ id: 1, v: 1 })
    const fetch = fetched()
    did(
      patch<Goal>(key, () => {
        throw new Error('boom')
      }),
    )
    const { data, mustRefetch } = settle({ id: 1, v: 2 }, fetch)
    expect(data).toEqual({ id: 1, v: 2 })
    expect(mustRefetch).toBe(true)
    expect(errors).toHaveLength(1)
  })

  it('with one page more keeps the others as they are now, not as they were when it was asked for', () => {
    const page = (...items: Goal[]) => ({ items, next: 1 })
    const { record, fetched, settle } = setUp({ pages: [page({ id: 1, v: 1 })], pageParams: [0] })
    record.base = { pages: [page({ id: 1, v: 2 })], pageParams: [0] }
    const result = { pages: [page({ id: 1, v: 1 }), page({ id: 2, v: 1 })], pageParams: [0, 1] }
    expect(settle(result, fetched({ isMore: true })).data).toEqual({
      pages: [page({ id: 1, v: 2 }), page({ id: 2, v: 1 })],
      pageParams: [0, 1],
    })
  })

  it('holds nothing twice over its pages: what was fetched last stays', () => {
    const { fetched, settle } = setUp()
    const result = {
      pages: [[{ id: 1, v: 1 }], [{ id: 1, v: 2 }]],
      pageParams: [0, 1],
    }
    expect(settle(result, fetched()).data).toEqual({ pages: [[], [{ id: 1, v: 2 }]], pageParams: [0, 1] })
  })
})

describe('of two pages that hold the same', () => {
  it('the newer one keeps it, whichever was fetched last', () => {
    const { record, fetched, settle } = setUp()
    record.asOf = new Map(['[0]', '[1]'].map((name, index) => [name, { 'tenant:3': { epoch: 'e1', seq: 9 - index } }]))
    const result = { pages: [[{ id: 1, v: 2 }], [{ id: 1, v: 1 }]], pageParams: [0, 1] }
    expect(settle(result, fetched()).data).toEqual({ pages: [[{ id: 1, v: 2 }], []], pageParams: [0, 1] })
  })
})

describe('a result is too old', () => {
  it('where it is older than the one before it', () => {
    const { record, journal, fetched } = setUp([])
    record.asOf = asOf(5)
    expect(isTooOld(record, fetched({ asOf: asOf(4) }), journal)).toBe(true)
    expect(isTooOld(record, fetched({ asOf: asOf(5) }), journal)).toBe(false)
  })

  it('where it is older than anything that is remembered', () => {
    const { record, journal, fetched } = setUp([])
    journal.raiseFloor('tenant:3', { epoch: 'e1', seq: 7 })
    expect(isTooOld(record, fetched({ asOf: asOf(6) }), journal)).toBe(true)
    expect(isTooOld(record, fetched({ asOf: asOf(7) }), journal)).toBe(false)
  })

  it('where its log was replaced since', () => {
    const { record, journal, fetched } = setUp([])
    journal.raiseFloor('tenant:3', { epoch: 'e1', seq: 7 })
    journal.raiseFloor('tenant:3', { epoch: 'e2', seq: 0 })
    expect(isTooOld(record, fetched({ asOf: asOf(9, 'e1') }), journal)).toBe(true)
    expect(isTooOld(record, fetched({ asOf: asOf(0, 'e2') }), journal)).toBe(false)
  })

  it('where what is held is of a log that nobody has heard of yet; but not for ever', () => {
    const { record, journal, fetched } = setUp([])
    journal.raiseFloor('tenant:3', { epoch: 'e1', seq: 0 })
    record.asOf = asOf(0, 'e2')
    expect(isTooOld(record, fetched({ asOf: asOf(9, 'e1') }), journal)).toBe(true)
    record.uselessResults = 5
    expect(isTooOld(record, fetched({ asOf: asOf(9, 'e1') }), journal)).toBe(false)
  })

  it('never where there is nothing to keep', () => {
    const { record, journal, fetched } = setUp()
    journal.raiseFloor('tenant:3', { epoch: 'e1', seq: 7 })
    expect(isTooOld(record, fetched({ asOf: asOf(1) }), journal)).toBe(false)
  })
})
