import { type Query, QueryClient, type QueryKey } from '@tanstack/react-query'
import { describe, expect, it } from 'vitest'
import { queriesBoundTo, queriesFedBy, type StreamBindings, streamsOf } from '../../src/query/bindings.ts'

const queryClient = new QueryClient()
const add = (queryKey: QueryKey, streams?: string[]): Query => {
  const options = queryClient.defaultQueryOptions({ queryKey, ...(streams && { meta: { realtime: { streams } } }) })
  return queryClient.getQueryCache().build(queryClient, options)
}
const goals = add(['goals'])
const goal = add(['goal', 1])
const weather = add(['weather'])
const own = add(['own'], ['goal:7', 'team:*'])
const ownGoals = add(['goals', 'own'], ['team:1'])
const nowhere = add(['nowhere'], [])
add(['issues'])

const bindings: StreamBindings = { 'tenant:*': [['goals'], ['issues']], 'goal:*': [['goal'], ['goals']] }
const keys = (queries: readonly Query[]) => queries.map(({ queryKey }) => queryKey.join('.')).toSorted()
const fed = (streams: readonly string[] | 'all', table?: StreamBindings) =>
  keys(queriesFedBy(queryClient, streams, table))
const bound = (streams: readonly string[] | 'all', table?: StreamBindings) =>
  keys(queriesBoundTo(queryClient, streams, table))

describe('the queries a stream feeds', () => {
  it('are those of its rows in the table', () => {
    expect(fed(['tenant:3'], bindings)).toEqual(['goals', 'issues'])
    expect(fed(['goal:1', 'goal:2'], bindings)).toEqual(['goal.1', 'goals'])
  })

  it('are those that name it themselves, whatever the table says of them', () => {
    expect(fed(['goal:7'], bindings)).toEqual(['goal.1', 'goals', 'own'])
    expect(fed(['team:1', 'tenant:3'], { ...bindings, 'team:*': [] })).toEqual(['goals', 'goals.own', 'issues', 'own'])
  })

  it('are those of all rows, and all that name any, where it is not known which stream', () => {
    expect(fed('all', bindings)).toEqual(['goal.1', 'goals', 'goals.own', 'issues', 'own'])
  })

  it('are all there are where the table says nothing of it, but for those that name others', () => {
    expect(fed(['user:1'], bindings)).toEqual(['goal.1', 'goals', 'issues', 'weather'])
    expect(fed(['tenant:3', 'user:1'], bindings)).toEqual(['goal.1', 'goals', 'issues', 'weather'])
    expect(fed(['tenant:3'])).toEqual(['goal.1', 'goals', 'issues', 'weather'])
    expect(fed(['goal:7'])).toEqual(['goal.1', 'goals', 'issues', 'own', 'weather'])
    expect(fed('all')).toEqual(['goal.1', 'goals', 'goals.own', 'issues', 'own', 'weather'])
  })

  it('are none where a row is empty', () => {
    expect(fed(['user:1'], { 'user:*': [] })).toEqual([])
    expect(fed([], bindings)).toEqual([])
  })
})

describe('the queries bound to a stream', () => {
  it('are those of the table and those that name it, and never others', () => {
    expect(bound(['tenant:3'], bindings)).toEqual(['goals', 'issues'])
    expect(bound(['goal:7'], bindings)).toEqual(['goal.1', 'goals', 'own'])
    expect(bound(['user:1'], bindings)).toEqual([])
    expect(bound('all', bindings)).toEqual(['goal.1', 'goals', 'goals.own', 'issues', 'own'])
  })

  it('are, without a table, those that name it', () => {
    expect(bound(['team:1'])).toEqual(['goals.own', 'own'])
    expect(bound(['tenant:3'])).toEqual([])
    expect(bound('all')).toEqual(['goals.own', 'own'])
  })

  it('are found by a pattern too, as a subscription names its streams', () => {
    expect(bound(['team:*'])).toEqual(['goals.own', 'own'])
    expect(bound(['goal:*'], bindings)).toEqual(['goal.1', 'goals', 'own'])
    expect(bound(['*'], bindings)).toEqual(['goal.1', 'goals', 'goals.own', 'issues', 'own'])
  })

  it('are named by filters and predicates as well', () => {
    const table: StreamBindings = {
      'user:1': [{ queryKey: ['goals'], exact: true }, ({ queryKey }) => queryKey[0] === 'weather'],
    }
    expect(bound(['user:1'], table)).toEqual(['goals', 'weather'])
  })
})

describe('the streams of a query', () => {
  it('are the rows that name it', () => {
    expect(streamsOf(queryClient, goals, bindings)).toEqual(['tenant:*', 'goal:*'])
    expect(streamsOf(queryClient, goal, bindings)).toEqual(['goal:*'])
  })

  it('are those it names itself, and no rows then', () => {
    expect(streamsOf(queryClient, own, bindings)).toEqual(['goal:7', 'team:*'])
    expect(streamsOf(queryClient, ownGoals, bindings)).toEqual(['team:1'])
    expect(streamsOf(queryClient, nowhere, bindings)).toEqual([])
  })

  it('are none where nothing says so', () => {
    expect(streamsOf(queryClient, weather, bindings)).toEqual([])
    expect(streamsOf(queryClient, goals, undefined)).toEqual([])
  })
})
