import { QueryClient } from '@tanstack/react-query'
import { describe, expect, it } from 'vitest'
import { queriesFedBy, type StreamBindings } from '../../src/query/bindings.ts'

const queryClient = new QueryClient()
for (const key of [['goals'], ['goal', 1], ['issues'], ['weather']]) queryClient.setQueryData(key, {})
const bindings: StreamBindings = { 'tenant:*': [['goals'], ['issues']], 'goal:*': [['goal'], ['goals']] }
const fed = (streams: readonly string[] | 'all', table?: StreamBindings) =>
  queriesFedBy(queryClient, streams, table)
    .map(({ queryKey }) => String(queryKey[0]))
    .toSorted()

describe('the queries a stream feeds', () => {
  it('are those of its rows in the table', () => {
    expect(fed(['tenant:3'], bindings)).toEqual(['goals', 'issues'])
    expect(fed(['goal:1', 'goal:2'], bindings)).toEqual(['goal', 'goals'])
  })

  it('are those of all rows where it is not known which stream', () => {
    expect(fed('all', bindings)).toEqual(['goal', 'goals', 'issues'])
  })

  it('are all there are where the table says nothing of it', () => {
    expect(fed(['user:1'], bindings)).toHaveLength(4)
    expect(fed(['tenant:3'])).toHaveLength(4)
    expect(fed('all')).toHaveLength(4)
  })
})
