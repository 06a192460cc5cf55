import { QueryClient, type QueryKey, QueryObserver } from '@tanstack/react-query'
import { describe, expect, it, vi } from 'vitest'
import type { RealtimeEvent } from '../../src/protocol/index.ts'
import { ignore, invalidate, patch, type RealtimeMeta } from '../../src/query/index.ts'
import { followMetaRules, indexRules, operationsOf, realtimeMeta } from '../../src/query/rules.ts'

const names = (index: ReturnType<typeof indexRules>, type: string) => index.for(type).map(({ name }) => name)
const eventOf = (type: string) => ({ type, payload: {} }) as RealtimeEvent

describe('rules', () => {
  it('are found by type and by pattern, in the order of the table', () => {
    const index = indexRules({ 'goal.*': () => {}, 'goal.created': () => {}, 'issue.created': () => {}, '*': () => {} })
    expect(names(index, 'goal.created')).toEqual(['goal.*', 'goal.created', '*'])
    expect(names(index, 'goal.activity.created')).toEqual(['goal.*', '*'])
    expect(names(index, 'goal')).toEqual(['*'])
  })

  it('of one type may be several, and run in their order', () => {
    const ran: string[] = []
    const index = indexRules({
      'goal.created': [() => void ran.push('first'), () => void ran.push('second')],
      'goal.*': () => void ran.push('third'),
    })
    for (const { run } of index.for('goal.created')) run(eventOf('goal.created'))
    expect(ran).toEqual(['first', 'second', 'third'])
    expect(names(index, 'goal.created')).toEqual(['goal.created', 'goal.created', 'goal.*'])
    expect(index.wanted).toEqual(['goal.created', 'goal.*'])
  })

  it('may be none, and are no rule then', () => {
    const index = indexRules({ 'goal.created': [], 'goal.closed': undefined })
    expect(names(index, 'goal.created')).toEqual([])
    expect(index.wanted).toEqual([])
  })

  it('want just what stands in the table', () => {
    expect(indexRules({ 'goal.*': () => {}, left: undefined }).wanted).toEqual(['goal.*'])
  })

  it('may ignore an event: it is heard and changes nothing', () => {
    const index = indexRules({ 'goal.seen': ignore })
    expect(index.wanted).toEqual(['goal.seen'])
    expect(index.for('goal.seen').flatMap(({ run }) => operationsOf(run(eventOf('goal.seen'))))).toEqual([])
  })

  it('are not found under names of an object', () => {
    const index = indexRules({ a: () => {} })
    expect(names(index, 'constructor')).toEqual([])
    expect(names(index, '__proto__')).toEqual([])
  })

  it('are found among any number of types that a server makes up', () => {
    const index = indexRules({ 'goal.*': () => {} })
    for (let type = 0; type < 2_500; type++) expect(names(index, `goal.${type}`)).toEqual(['goal.*'])
    expect(names(index, 'goal.0')).toEqual(['goal.*'])
  })

  it('may answer nothing, one operation or several', () => {
    const operation = invalidate(['goals'])
    expect(operationsOf(undefined)).toEqual([])
    expect(operationsOf(null)).toEqual([])
    expect(operationsOf(operation)).toEqual([operation])
    expect(operationsOf([operation, operation])).toEqual([operation, operation])
  })
})

describe('what a query says of itself', () => {
  it('is read from its meta, and is nothing where it says nothing of the kind', () => {
    const queryClient = new QueryClient()
    const metaOf = (meta: Record<string, unknown> | undefined) => {
      const queryKey: QueryKey = ['query', JSON.stringify(meta)]
      const options = queryClient.defaultQueryOptions({ queryKey, ...(meta && { meta }) })
      return realtimeMeta(queryClient.getQueryCache().build(queryClient, options))
    }
    expect(metaOf({ realtime: { on: 'goal.*', streams: ['goal:1'] } })).toEqual({ on: 'goal.*', streams: ['goal:1'] })
    for (const meta of [undefined, {}, { realtime: null }, { realtime: 'goal.*' }, { realtime: ['goal.*'] }]) {
      expect(metaOf(meta)).toEqual({})
    }
  })
})

describe('a rule that a query brings along', () => {
  function setUp(...early: [unknown[], RealtimeMeta][]) {
    const queryClient = new QueryClient()
    const cache = queryClient.getQueryCache()
    const add = (queryKey: QueryKey, realtime: RealtimeMeta) =>
      cache.build(queryClient, queryClient.defaultQueryOptions({ queryKey, meta: { realtime } }))
    for (const [key, meta] of early) add(key, meta)
    const wanted: string[] = []
    const metaRules = followMetaRules(cache, (events) => {
      wanted.push(...events)
      return () => {
        for (const event of events) wanted.splice(wanted.indexOf(event), 1)
      }
    })
    const operationsFor = (type: string) => metaRules.for(type).flatMap(({ run }) => operationsOf(run(eventOf(type))))
    return { queryClient, cache, add, metaRules, wanted, operationsFor }
  }

  it('has it fetched again, and just it, where nothing else is said', () => {
    const { add, operationsFor } = setUp()
    add(['goals', 'open'], { on: 'goal.renamed' })
    expect(operationsFor('goal.renamed')).toEqual([invalidate({ queryKey: ['goals', 'open'], exact: true })])
    expect(operationsFor('goal.created')).toEqual([])
  })

  it('does what it says, with the event and the key', () => {
    const { add, operationsFor } = setUp()
    const operation = patch<{ name: string }>(['goal', 1], { name: 'x' })
    const act = vi.fn(() => operation)
    add(['goal', 1], { on: 'goal.renamed', do: act })
    expect(operationsFor('goal.renamed')).toEqual([operation])
    expect(act).toHaveBeenCalledExactlyOnceWith(eventOf('goal.renamed'), ['goal', 1])
  })

  it('may be for several types and patterns, and runs once for each event', () => {
    const { add, metaRules, wanted } = setUp()
    add(['goals'], { on: ['goal.*', 'goal.renamed', 'issue.closed'] })
    expect(wanted).toEqual(['goal.*', 'goal.renamed', 'issue.closed'])
    expect(metaRules.for('goal.renamed').map(({ name }) => name)).toEqual(['meta.realtime'])
    expect(metaRules.for('goal.activity.created')).toHaveLength(1)
    expect(metaRules.for('issue.closed')).toHaveLength(1)
    expect(metaRules.for('issue.opened')).toHaveLength(0)
  })

  it('comes and goes with its query, asked for before or not', () => {
    const { add, cache, metaRules, wanted } = setUp()
    expect(metaRules.for('goal.renamed')).toHaveLength(0)
    const first = add(['goal', 1], { on: 'goal.renamed' })
    add(['goal', 2], { on: 'goal.*' })
    expect(metaRules.for('goal.renamed')).toHaveLength(2)
    cache.remove(first)
    expect(metaRules.for('goal.renamed')).toHaveLength(1)
    expect(wanted).toEqual(['goal.*'])
    cache.clear()
    expect(metaRules.for('goal.renamed')).toHaveLength(0)
    expect(wanted).toEqual([])
  })

  it('of a query that was there before holds too', () => {
    const { operationsFor, wanted } = setUp([['goals'], { on: 'goal.renamed' }])
    expect(operationsFor('goal.renamed')).toHaveLength(1)
    expect(wanted).toEqual(['goal.renamed'])
  })

  it('is the newest closure, as of the last render', () => {
    const { queryClient, operationsFor, wanted } = setUp()
    const optionsOf = (render: number) => ({
      queryKey: ['goals'],
      queryFn: () => 1,
      meta: { realtime: { on: 'goal.renamed', do: () => invalidate(['render', render]) } },
    })
    const observer = new QueryObserver(queryClient, optionsOf(1))
    observer.subscribe(() => {})
    for (const render of [2, 3]) observer.setOptions(optionsOf(render))
    expect(operationsFor('goal.renamed')).toEqual([invalidate(['render', 3])])
    expect(wanted).toEqual(['goal.renamed'])
    observer.destroy()
  })

  it('may come to hear other events, or none', () => {
    const { queryClient, metaRules, wanted } = setUp()
    const optionsOf = (on: string[] | undefined) => ({
      queryKey: ['goals'],
      queryFn: () => 1,
      meta: { realtime: { on } },
    })
    const observer = new QueryObserver(queryClient, optionsOf(['goal.renamed']))
    observer.subscribe(() => {})
    observer.setOptions(optionsOf(['goal.closed']))
    expect(wanted).toEqual(['goal.closed'])
    expect(metaRules.for('goal.renamed')).toHaveLength(0)
    expect(metaRules.for('goal.closed')).toHaveLength(1)
    observer.setOptions(optionsOf(undefined))
    expect(wanted).toEqual([])
    expect(metaRules.for('goal.closed')).toHaveLength(0)
    observer.destroy()
  })

  it('is not followed after the end', () => {
    const { add, cache, metaRules, wanted } = setUp([['goals'], { on: 'goal.renamed' }])
    metaRules.dispose()
    add(['issues'], { on: 'issue.closed' })
    expect(wanted).toEqual([])
    expect(cache.hasListeners()).toBe(false)
  })
})
