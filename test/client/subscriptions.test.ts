import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { systemClock } from '../../src/base/clock.ts'
import { createScope } from '../../src/base/scope.ts'
import { createSubscriptions, keyOf } from '../../src/client/subscriptions.ts'
import type { RealtimeEvent } from '../../src/protocol/index.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => {
  expect(vi.getTimerCount()).toBe(0)
  vi.useRealTimers()
})

const event = (type: string, payload: unknown = {}) => ({ type, payload }) as RealtimeEvent

function setUp() {
  const said: string[] = []
  const errors: unknown[] = []
  const subscriptions = createSubscriptions({
    scope: createScope(systemClock),
    releaseMs: 1000,
    onJoin: ({ id, spec }) => said.push(`join ${id} ${spec.events.join()}`),
    onJoinAgain: ({ id }) => said.push(`again ${id}`),
    onLeave: ({ id }) => said.push(`leave ${id}`),
    onError: (error) => errors.push(error),
  })
  return { subscriptions, said, errors }
}

describe('subscriptions', () => {
  it('subscribe with the first user and leave a second after the last', () => {
    const { subscriptions, said } = setUp()
    const first = subscriptions.add({ events: ['a'] }, 'app', () => {})
    const second = subscriptions.add({ events: ['a'] }, 'app', () => {})
    first()
    vi.advanceTimersByTime(5000)
    expect(said).toEqual(['join s1 a', 'again s1'])
    second()
    second()
    vi.advanceTimersByTime(999)
    expect(said).toEqual(['join s1 a', 'again s1'])
    vi.advanceTimersByTime(1)
    expect(said).toEqual(['join s1 a', 'again s1', 'leave s1'])
  })

  it('are known by who listens: one that two phases share is one of both, until each has left', () => {
    const { subscriptions } = setUp()
    const inPhase = () => (['cache', 'app'] as const).map((phase) => subscriptions.inPhase(phase).map(({ id }) => id))
    const leave = subscriptions.add({ events: ['a'] }, 'cache', () => {})
    subscriptions.add({ events: ['a'] }, 'cache', () => {})()
    subscriptions.add({ events: ['a'] }, 'app', () => {})
    subscriptions.add({ events: ['b'] }, 'app', () => {})
    expect(inPhase()).toEqual([['s1'], ['s1', 's2']])
    leave()
    expect(inPhase()).toEqual([[], ['s1', 's2']])
    vi.advanceTimersByTime(1000)
  })

  it('stay through a remount', () => {
    const { subscriptions, said } = setUp()
    subscriptions.add({ events: ['a'] }, 'app', () => {})()
    subscriptions.add({ events: ['a'] }, 'app', () => {})
    vi.advanceTimersByTime(5000)
    expect(said).toEqual(['join s1 a', 'again s1'])
  })

  it('of which the last one left are another one afterwards', () => {
    const { subscriptions, said } = setUp()
    subscriptions.add({ events: ['a'] }, 'app', () => {})()
    vi.advanceTimersByTime(1000)
    subscriptions.add({ events: ['a'] }, 'app', () => {})
    expect(said).toEqual(['join s1 a', 'leave s1', 'join s2 a'])
  })

  it('can be found by what they ask for, until they are left for good', () => {
    const { subscriptions } = setUp()
    const leave = subscriptions.add({ events: ['b', 'a'] }, 'app', () => {})
    const second = subscriptions.add({ events: ['c'] }, 'cache', () => {})
    expect(subscriptions.find({ events: ['a', 'b'] })?.id).toBe('s1')
    expect(subscriptions.find({ events: ['a'] })).toBeUndefined()
    expect(subscriptions.current.map(({ id }) => id)).toEqual(['s1', 's2'])
    leave()
    expect(subscriptions.find({ events: ['a', 'b'] })?.id).toBe('s1')
    second()
    vi.advanceTimersByTime(1000)
    expect(subscriptions.find({ events: ['a', 'b'] })).toBeUndefined()
    expect(subscriptions.current).toEqual([])
  })

  it('hand each listener what it asked for, in order, the cache before the app', () => {
    const { subscriptions } = setUp()
    const heard: string[] = []
    const hear = (who: string) => (events: readonly RealtimeEvent[]) =>
      heard.push(`${who}: ${events.map(({ type }) => type).join(' ')}`)
    subscriptions.add({ events: ['goal.*'] }, 'app', hear('app'))
    subscriptions.add({ events: ['*'] }, 'cache', hear('cache'))
    subscriptions.add({ events: ['issue.created'] }, 'app', hear('other'))
    subscriptions.deliver([event('goal.a'), event('x'), event('goal.b')])
    expect(heard).toEqual(['cache: goal.a x goal.b', 'app: goal.a goal.b'])
  })

  it('apply filters again in the client, for servers that ignore them', () => {
    const { subscriptions } = setUp()
    const heard: unknown[] = []
    subscriptions.add({ events: ['paid'], filters: { minAmount: 10 } }, 'app', (events) =>
      heard.push(...events.map(({ payload }) => payload)),
    )
    subscriptions.deliver([event('paid', { amount: 9 }), event('paid', { amount: 10 })])
    expect(heard).toEqual([{ amount: 10 }])
  })

  it('serve the others when one throws', () => {
    const { subscriptions, errors } = setUp()
    const heard: string[] = []
    subscriptions.add({ events: ['a'] }, 'app', () => {
      throw new Error('boom')
    })
    subscriptions.add({ events: ['a'] }, 'app', () => heard.push('served'))
    subscriptions.deliver([event('a')])
    expect(heard).toEqual(['served'])
    expect(errors).toEqual([new Error('boom')])
  })

  it('do not serve a listener that another one removed meanwhile', () => {
    const { subscriptions } = setUp()
    const heard: string[] = []
    subscriptions.add({ events: ['a'] }, 'app', () => second())
    const second = subscriptions.add({ events: ['a'] }, 'app', () => heard.push('late'))
    subscriptions.deliver([event('a')])
    expect(heard).toEqual([])
  })
})

describe('the key of a subscription', () => {
  it('is the same however the same is said', () => {
    expect(keyOf({ events: ['b', 'a', 'a'], filters: { x: 1, y: undefined, z: null, w: 2 } })).toBe(
      keyOf({ events: ['a', 'b'], filters: { w: 2, x: 1 } }),
    )
    expect(keyOf({ events: ['a'], streams: ['t:1', 't:2'] })).toBe(keyOf({ events: ['a'], streams: ['t:2', 't:1'] }))
  })

  it('tells apart what differs', () => {
    const keys = [
      { events: ['a'] },
      { events: ['a'], streams: [] },
      { events: ['a'], filters: { min: 0 } },
      { events: ['a'], filters: { min: '0' } },
      { events: ['a', 'b'] },
      { events: ['a,b'] },
    ].map(keyOf)
    expect(new Set(keys).size).toBe(keys.length)
  })
})
