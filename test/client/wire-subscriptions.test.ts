import { describe, expect, it } from 'vitest'
import { subscribeFrame, unionFrames, unionOf, unionParams } from '../../src/client/wire-subscriptions.ts'

describe('a subscription to a livecache server', () => {
  it('goes out as it is', () => {
    const spec = { events: ['goal.*'], filters: { status: 'open' }, streams: ['tenant:1'] }
    expect(subscribeFrame({ id: 's1', spec }, null)).toEqual({ type: 'subscribe', id: 's1', ...spec })
    expect(subscribeFrame({ id: 's1', spec: { events: ['a'] } }, null)).toEqual({
      type: 'subscribe',
      id: 's1',
      events: ['a'],
    })
  })

  it('has its patterns spelled out for one that takes none, as far as the types are known', () => {
    const known = ['goal.created', 'goal.removed', 'issue.created']
    const eventsFor = (...events: string[]) => subscribeFrame({ id: 's1', spec: { events } }, known).events
    expect(eventsFor('goal.*', 'x')).toEqual(['goal.created', 'goal.removed', 'x'])
    expect(eventsFor('note.*')).toEqual(['note.*'])
  })
})

describe('what a plain server is asked for', () => {
  it('is the union of all subscriptions', () => {
    expect(unionOf([{ events: ['a', 'b'] }, { events: ['b', 'c'] }], [])).toEqual({
      events: ['a', 'b', 'c'],
      filters: null,
    })
    expect(unionOf([], [])).toEqual({ events: [], filters: null })
  })

  it('has filters only where all agree', () => {
    const filters = { minAmount: 0, status: 'success' }
    expect(
      unionOf(
        [
          { events: ['a'], filters },
          { events: ['b'], filters: { status: 'success', minAmount: 0 } },
        ],
        [],
      ),
    ).toEqual({
      events: ['a', 'b'],
      filters,
    })
    expect(unionOf([{ events: ['a'], filters }, { events: ['b'] }], []).filters).toBeNull()
  })

  it('is everything once a pattern cannot be spelled out', () => {
    expect(unionOf([{ events: ['goal.*'] }], ['goal.created']).events).toEqual(['goal.created'])
    expect(unionOf([{ events: ['a'] }, { events: ['goal.*'] }], []).events).toBeNull()
  })

  it('is said by one frame, and what is gone is taken back first', () => {
    const before = unionOf([{ events: ['a', 'b'] }], [])
    const after = unionOf([{ events: ['b', 'c'], filters: { x: 1 } }], [])
    expect(unionFrames(null, before, 'e7')).toEqual([{ type: 'subscribe', events: ['a', 'b'], lastEventId: 'e7' }])
    expect(unionFrames(before, after, null)).toEqual([
      { type: 'unsubscribe', events: ['a'] },
      { type: 'subscribe', events: ['b', 'c'], filters: { x: 1 } },
    ])
    expect(unionFrames(before, unionOf([], []), null)).toEqual([{ type: 'unsubscribe', events: ['a', 'b'] }])
  })

  it('leaves `events` out where it wants everything', () => {
    expect(unionFrames(null, { events: null, filters: null }, null)).toEqual([{ type: 'subscribe' }])
  })

  it('stands in the address too', () => {
    expect(unionParams({ events: ['a', 'b'], filters: { minAmount: 0, status: ['x', 'y'], none: null } })).toEqual({
      events: 'a,b',
      minAmount: '0',
      status: 'x,y',
    })
    expect(unionParams({ events: null, filters: null })).toEqual({})
  })
})
