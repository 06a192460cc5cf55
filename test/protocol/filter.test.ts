import { describe, expect, it, vi } from 'vitest'
import {
  isPattern,
  matchesAnyStream,
  matchesEventType,
  matchesFilters,
  matchesStream,
  matchesSubscription,
  streamsOverlap,
} from '../../src/protocol/index.ts'

describe('a pattern of events', () => {
  it.each([
    ['goal.created', 'goal.created'],
    ['*', 'goal'],
    ['*', 'goal.activity.created'],
    ['goal.*', 'goal.created'],
    ['goal.*', 'goal.activity.created'],
    ['*.created', 'goal.created'],
    ['goal.*.created', 'goal.activity.created'],
    ['goal.*.*', 'goal.activity.created'],
    ['goal.*.*', 'goal.activity.comment.created'],
    ['*.*', 'goal.created'],
  ])('%s takes %s', (pattern, type) => {
    expect(matchesEventType(pattern, type)).toBe(true)
  })

  it.each([
    ['goal.created', 'goal.updated'],
    ['goal.created', 'Goal.created'],
    ['goal.*', 'goal'],
    ['goal.*', 'goals.created'],
    ['*.created', 'goal.activity.created'],
    ['*.created', 'created'],
    ['goal.*.created', 'goal.created'],
    ['goal.*.created', 'goal.a.b.created'],
    ['*.*', 'goal'],
    // A star is a whole segment or a letter like any other.
    ['goal.crea*', 'goal.created'],
    ['**', 'goal.created'],
    ['goal:*', 'goal.created'],
    ['goal.?', 'goal.a'],
    ['goal|created', 'goal'],
    ['', 'goal'],
  ])('%s does not take %s', (pattern, type) => {
    expect(matchesEventType(pattern, type)).toBe(false)
  })

  it('is known by its star', () => {
    expect(['*', 'goal.*', 'goal.created'].map(isPattern)).toEqual([true, true, false])
  })
})

describe('a pattern of streams', () => {
  it('parts its segments by colons', () => {
    expect(matchesStream('tenant:*', 'tenant:3')).toBe(true)
    expect(matchesStream('tenant:*', 'tenant:3:user:7')).toBe(true)
    expect(matchesStream('*:3', 'tenant:3')).toBe(true)
    expect(matchesStream('tenant:*', 'tenant')).toBe(false)
    expect(matchesStream('tenant.*', 'tenant.3')).toBe(false)
  })

  it('may be one of several', () => {
    expect(matchesAnyStream(['user:7', 'tenant:*'], 'tenant:3')).toBe(true)
    expect(matchesAnyStream(['user:7'], 'tenant:3')).toBe(false)
    expect(matchesAnyStream([], 'tenant:3')).toBe(false)
  })
})

describe('a hostile pattern', () => {
  // A matcher that goes back and tries again needs more than 10^17 steps here: it would never answer.
  it('is answered where a matcher that backtracks would not be', () => {
    const pattern = `${'*.'.repeat(30)}x`
    const name = Array.from({ length: 60 }, () => 'a').join('.')
    expect(matchesEventType(pattern, name)).toBe(false)
    expect(matchesEventType('*a'.repeat(40), 'a'.repeat(20_000))).toBe(false)
    expect(matchesEventType('(a+)+$.*', `${'a'.repeat(60)}!.b`)).toBe(false)
  })

  it('costs one comparison for each of its segments', () => {
    const comparisons = (segments: number) => {
      const every = vi.spyOn(Array.prototype, 'every')
      let count = 0
      every.mockImplementation(function (this: unknown[], test) {
        for (const [index, item] of this.entries()) {
          count++
          if (!test(item, index, this)) return false
        }
        return true
      })
      matchesEventType(`${'*.'.repeat(segments - 1)}x`, `${'a.'.repeat(segments - 1)}y`)
      every.mockRestore()
      return count
    }
    expect([10, 100, 1000].map(comparisons)).toEqual([10, 100, 1000])
  })
})

describe('a filter', () => {
  const transaction = { amount: 50_000, status: 'SUCCESS', currency: 'NGN', createdAt: '2024-11-09T14:30:00Z' }
  const takes = (filters: Record<string, unknown>, payload: unknown = transaction) => matchesFilters(payload, filters)

  it('wants a field to be equal', () => {
    expect(takes({ currency: 'NGN' })).toBe(true)
    expect(takes({ currency: 'ngn' })).toBe(false)
    expect(takes({ amount: '50000' })).toBe(false)
    expect(takes({ paid: false }, { paid: false })).toBe(true)
  })

  it('compares status without regard to case, on either side', () => {
    expect(takes({ status: 'success' })).toBe(true)
    expect(takes({ status: 'SUCCESS' }, { status: 'Success' })).toBe(true)
    expect(takes({ status: ['failed', 'success'] })).toBe(true)
    expect(takes({ status: 'failed' })).toBe(false)
  })

  it('takes any value of a list, and nothing for an empty one', () => {
    expect(takes({ currency: ['USD', 'NGN'] })).toBe(true)
    expect(takes({ currency: ['USD', 'EUR'] })).toBe(false)
    expect(takes({ currency: [] })).toBe(false)
  })

  it('bounds a field by min and max, the bounds included', () => {
    expect(takes({ minAmount: 50_000, maxAmount: 50_000 })).toBe(true)
    expect(takes({ minAmount: 50_001 })).toBe(false)
    expect(takes({ maxAmount: 49_999 })).toBe(false)
  })

  it('of 0 is a filter', () => {
    expect(takes({ minAmount: 0 }, { amount: -1 })).toBe(false)
    expect(takes({ maxAmount: 0 })).toBe(false)
    expect(takes({ amount: 0 })).toBe(false)
    expect(takes({ minAmount: 0 }, { amount: 0 })).toBe(true)
  })

  it('bounds text by its order, so that dates work', () => {
    expect(takes({ minCreatedAt: '2024-11-01' })).toBe(true)
    expect(takes({ maxCreatedAt: '2024-11-01' })).toBe(false)
  })

  it('does not match what it cannot compare', () => {
    expect(takes({ minAmount: '1000' })).toBe(false)
    expect(takes({ minAmount: 1000 }, { amount: null })).toBe(false)
    expect(takes({ minAmount: 1000 }, { amount: '50000' })).toBe(false)
  })

  it('on a field that the event lacks does not apply to it', () => {
    expect(takes({ minAmount: 1000, status: 'success', owner: 'me' }, { wallet: 1 })).toBe(true)
    expect(takes({ status: 'success', minAmount: 1000 }, { amount: 5 })).toBe(false)
  })

  it('on a field that is there but null does apply', () => {
    expect(takes({ status: 'success' }, { status: null })).toBe(false)
  })

  it('prefers a field of its own name to a bound', () => {
    expect(takes({ minAmount: 10 }, { minAmount: 10, amount: 5 })).toBe(true)
    expect(takes({ minimum: 10 }, { imum: 1, minimum: 10 })).toBe(true)
  })

  it('is none where it was left out, undefined or null', () => {
    expect(matchesFilters(transaction, undefined)).toBe(true)
    expect(takes({})).toBe(true)
    expect(takes({ status: undefined, currency: null })).toBe(true)
  })

  it.each([['text'], [5], [null], [undefined]])(
    'has nothing to look at in a payload that has no fields: %j',
    (payload) => {
      expect(matchesFilters(payload, { status: 'success' })).toBe(true)
    },
  )

  it('sees a payload, not what every object inherits', () => {
    expect(takes({ constructor: 'x', toString: 'y', minConstructor: 1 }, { amount: 1 })).toBe(true)
  })
})

describe('a subscription', () => {
  const event = { type: 'goal.completed', payload: { status: 'Done' }, stream: 'tenant:3' }

  it('takes an event that fits one of its patterns, its streams and its filters', () => {
    const spec = { events: ['issue.*', 'goal.*'], streams: ['tenant:*'], filters: { status: 'done' } }
    expect(matchesSubscription(event, spec)).toBe(true)
    expect(matchesSubscription(event, { ...spec, events: ['issue.*'] })).toBe(false)
    expect(matchesSubscription(event, { ...spec, streams: ['user:7'] })).toBe(false)
    expect(matchesSubscription(event, { ...spec, filters: { status: 'open' } })).toBe(false)
  })

  it('without streams takes all of them, and events that have none', () => {
    expect(matchesSubscription({ type: 'a', payload: {} }, { events: ['a'] })).toBe(true)
    expect(matchesSubscription({ type: 'a', payload: {} }, { events: ['a'], streams: ['*'] })).toBe(false)
  })

  it('to no event takes none', () => {
    expect(matchesSubscription(event, { events: [] })).toBe(false)
  })
})

describe('two names or patterns of streams', () => {
  const overlap = (one: string, other: string) => [streamsOverlap(one, other), streamsOverlap(other, one)]

  it.each([
    ['tenant:3', 'tenant:3'],
    ['tenant:*', 'tenant:3'],
    ['tenant:*', 'tenant:3:audit'],
    ['tenant:*', 'tenant:*:audit'],
    ['*', 'tenant:3'],
    ['*', '*'],
    ['*:3', 'tenant:*'],
  ])('%s and %s can mean the same stream, whichever is asked first', (one, other) => {
    expect(overlap(one, other)).toEqual([true, true])
  })

  it.each([
    ['tenant:3', 'tenant:33'],
    ['tenant', 'tenant:*'],
    ['tenant:3', 'tenant:3:audit'],
    ['*:audit', 'tenant:3:audit'],
    ['*:3', 'tenant:4'],
    ['tenant:*', 'user:*'],
  ])('%s and %s cannot', (one, other) => {
    expect(overlap(one, other)).toEqual([false, false])
  })
})
