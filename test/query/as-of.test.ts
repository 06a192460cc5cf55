import { type Query, QueryClient, type QueryKey } from '@tanstack/react-query'
import { describe, expect, it } from 'vitest'
import { encodeAsOf } from '../../src/protocol/as-of.ts'
import { asOf, forgetAsOf, takeAsOf, type WithHeaders } from '../../src/query/as-of.ts'

const at = (seq: number, epoch = 'e1') => ({ epoch, seq })
const response = (text: string, name = 'Livecache-As-Of') => new Response('{}', { headers: { [name]: text } })
const of = (positions: Parameters<typeof encodeAsOf>[0]) => response(encodeAsOf(positions))

function setUp(queryKey: readonly unknown[] = ['goals']) {
  const client = new QueryClient()
  const query: Query = client.getQueryCache().build(client, client.defaultQueryOptions({ queryKey }))
  const context = { client, queryKey }
  const taken = () => Object.fromEntries(takeAsOf(query))
  return { client, query, context, taken }
}

describe('asOf', () => {
  it('notes how new a response is, and returns it', () => {
    const { context, taken } = setUp()
    const answer = of({ 'tenant:3': at(7), 'user:1': at(2) })
    expect(asOf(context, answer)).toBe(answer)
    expect(taken()).toEqual({ '': { 'tenant:3': at(7), 'user:1': at(2) } })
  })

  it('reads the headers of other libraries, however they are written', () => {
    const text = encodeAsOf({ 'tenant:3': at(7) })
    const answers: WithHeaders[] = [
      { headers: { 'livecache-as-of': text, 'content-type': 'application/json' } },
      { headers: { 'LIVECACHE-AS-OF': text } },
      { headers: { get: (name: string) => (name === 'Livecache-As-Of' ? text : null) } },
    ]
    for (const answer of answers) {
      const { context, taken } = setUp()
      expect(asOf(context, answer)).toBe(answer)
      expect(taken()).toEqual({ '': { 'tenant:3': at(7) } })
    }
  })

  it('reads a header of another name', () => {
    const { context, taken } = setUp()
    asOf(context, response(encodeAsOf({ 'tenant:3': at(7) }), 'x-as-of'), { header: 'X-As-Of' })
    expect(taken()).toEqual({ '': { 'tenant:3': at(7) } })
    asOf(context, response(encodeAsOf({ 'tenant:3': at(7) }), 'x-as-of'))
    expect(taken()).toEqual({})
  })

  it('notes each page by the parameter it was fetched with', () => {
    const { context, taken } = setUp()
    asOf({ ...context, pageParam: 0 }, of({ 'tenant:3': at(7) }))
    asOf({ ...context, pageParam: { after: 'x' } }, of({ 'tenant:3': at(8) }))
    asOf({ ...context, pageParam: null }, of({ 'tenant:3': at(9) }))
    expect(taken()).toEqual({
      '[0]': { 'tenant:3': at(7) },
      '[{"after":"x"}]': { 'tenant:3': at(8) },
      '[null]': { 'tenant:3': at(9) },
    })
  })

  it('takes a response that does not say for any other', () => {
    const { context, taken } = setUp()
    const position = JSON.stringify(at(7))
    for (const text of ['', 'garbage', '7', 'null', '[]', '{"tenant:3":7}', '{"tenant:3":{"seq":1}}', position]) {
      const answer = response(text)
      expect(asOf(context, answer)).toBe(answer)
    }
    for (const headers of [{}, { 'livecache-as-of': 7 }, { 'livecache-as-of': ['a'] }]) asOf(context, { headers })
    expect(taken()).toEqual({})
  })

  it('notes nothing of a query that is not in the cache', () => {
    const { client, taken } = setUp()
    const answer = of({ 'tenant:3': at(7) })
    expect(asOf({ client, queryKey: ['issues'] }, answer)).toBe(answer)
    expect(taken()).toEqual({})
    expect(client.getQueryCache().getAll()).toHaveLength(1)
  })

  it('finds a query with a hash of its own', () => {
    const client = new QueryClient()
    const queryKey: QueryKey = ['goals']
    const options = client.defaultQueryOptions({ queryKey, queryKeyHashFn: () => 'own' })
    const query: Query = client.getQueryCache().build(client, options)
    asOf({ client, queryKey }, of({ 'tenant:3': at(7) }))
    expect(takeAsOf(query).size).toBe(1)
  })

  it('is refused without what its queryFn was given, and says what to pass', () => {
    for (const context of [undefined, {}, { queryKey: ['goals'] }]) {
      expect(() => asOf(context as never, of({}))).toThrow('Pass the context on')
    }
  })
})

describe('two answers for one page', () => {
  const noted = (...answers: Parameters<typeof encodeAsOf>[0][]) => {
    const { context, taken } = setUp()
    for (const answer of answers) asOf(context, of(answer))
    return taken()['']
  }

  it('count as the lower of them, whichever came first', () => {
    expect(noted({ 'tenant:3': at(7) }, { 'tenant:3': at(9) })).toEqual({ 'tenant:3': at(7) })
    expect(noted({ 'tenant:3': at(9) }, { 'tenant:3': at(7) })).toEqual({ 'tenant:3': at(7) })
    expect(noted({ a: at(1), b: at(2) }, { a: at(2), b: at(1) })).toEqual({ a: at(1), b: at(1) })
  })

  it('say nothing of a stream that only one names, or of which they name two logs', () => {
    expect(noted({ a: at(1), b: at(2) }, { a: at(1), c: at(3) })).toEqual({ a: at(1) })
    expect(noted({ a: at(1, 'e1') }, { a: at(1, 'e2') })).toEqual({})
  })

  it('may name a stream as a property of objects is named', () => {
    expect(noted({ constructor: at(1) }, { a: at(1) })).toEqual({})
    expect(noted({ constructor: at(2) }, { constructor: at(1) })).toEqual({ constructor: at(1) })
  })
})

describe('what was noted', () => {
  it('count only where their fetch was not cancelled, whichever came first', () => {
    const { context, taken } = setUp()
    const cancelled = new AbortController()
    const own = { ...context, signal: new AbortController().signal }
    asOf({ ...context, signal: cancelled.signal }, of({ 'tenant:3': at(5) }))
    asOf(own, of({ 'tenant:3': at(7) }))
    cancelled.abort()
    expect(taken()).toEqual({ '': { 'tenant:3': at(7) } })
    asOf(own, of({ 'tenant:3': at(7) }))
    asOf({ ...context, signal: cancelled.signal }, of({ 'tenant:3': at(5) }))
    expect(taken()).toEqual({ '': { 'tenant:3': at(7) } })
    asOf({ ...context, signal: cancelled.signal }, of({ 'tenant:3': at(5) }))
    expect(taken()).toEqual({})
  })

  it('do not look at the signal before their fetch has ended: TanStack Query treats who looks as who cancels', () => {
    const { context, taken } = setUp()
    let looks = 0
    const watched = {
      ...context,
      get signal() {
        looks++
        return new AbortController().signal
      },
    }
    asOf(watched, of({ 'tenant:3': at(7) }))
    expect(looks).toBe(0)
    expect(taken()).toEqual({ '': { 'tenant:3': at(7) } })
  })

  it('is taken once', () => {
    const { context, taken } = setUp()
    asOf(context, of({ 'tenant:3': at(7) }))
    expect(taken()).not.toEqual({})
    expect(taken()).toEqual({})
  })

  it('is forgotten when a new fetch begins', () => {
    const { context, query, taken } = setUp()
    asOf(context, of({ 'tenant:3': at(7) }))
    forgetAsOf(query)
    expect(taken()).toEqual({})
  })
})
