import { queryOptions } from '@tanstack/react-query'
import { describe, expectTypeOf, it } from 'vitest'
import {
  type ConnectionView,
  createRealtime,
  defineEvents,
  type LiveStatus,
  payload,
  type Realtime,
  useLiveHighlight,
  useLiveStatus,
  useRealtime,
  useRealtimeConnection,
} from '../../src/index.ts'
import { buildEvent, createTestRealtime, eventFactory } from '../../src/testing/index.ts'
import { renderWithRealtime } from '../../src/testing/react/index.ts'

interface Goal {
  id: string
  name: string
}
const events = defineEvents({
  'goal.created': payload<{ goal: Goal }>(),
  'goal.removed': payload<{ goalId: number }>(),
})
declare const goal: Goal
const goals = queryOptions({ queryKey: ['goals'], queryFn: () => [goal] })

describe('hooks', () => {
  it('give what the selector returns, and the whole state without one', () => {
    expectTypeOf(useRealtimeConnection((link) => link.status === 'connected')).toBeBoolean()
    expectTypeOf(useRealtimeConnection()).toEqualTypeOf<ConnectionView>()
  })

  it('tell the states of the link apart by their name', () => {
    const link = useRealtimeConnection()
    if (link.name === 'reconnecting') expectTypeOf(link.retryAt).toBeNumber()
    // @ts-expect-error no such state
    void (link.status === 'online')
    // @ts-expect-error no such state
    void (useRealtime().status === 'online')
  })

  it('take the key of queryOptions wherever a query is named', () => {
    expectTypeOf(useLiveStatus(goals.queryKey)).toEqualTypeOf<LiveStatus>()
    void useLiveHighlight(goals.queryKey)
    createRealtime({ url: '/realtime', streams: { 'tenant:*': [goals.queryKey, ['issues']] } })
  })
})

describe('a client', () => {
  it('keeps the table it was made with, as a type', () => {
    expectTypeOf(createRealtime({ url: '/realtime', events })).toEqualTypeOf<Realtime<typeof events>>()
  })
})

describe('the test kit', () => {
  it('builds events with the type and the payload that it was given', () => {
    const event = buildEvent('goal.created', { payload: { goal } })
    expectTypeOf(event.type).toEqualTypeOf<'goal.created'>()
    expectTypeOf(event.payload).toEqualTypeOf<{ goal: Goal }>()
  })

  it('builds the events of a table, and no other', () => {
    const build = eventFactory(events)
    expectTypeOf(build('goal.removed', { payload: { goalId: 7 } }).payload).toEqualTypeOf<{ goalId: number }>()
    // @ts-expect-error not a number
    build('goal.removed', { payload: { goalId: '7' } })
    // @ts-expect-error no such event
    build('goal.renamed')
  })

  it('tells rules their payloads, as an app does', () => {
    const rules = {
      'goal.created': (event: { payload: { goal: Goal } }) => void event.payload.goal.name,
    }
    createTestRealtime({ events, rules })
    renderWithRealtime(null, {
      events,
      rules: { 'goal.removed': (event) => void expectTypeOf(event.payload).toEqualTypeOf<{ goalId: number }>() },
    })
    renderWithRealtime(null, {
      events,
      // @ts-expect-error no such event
      rules: { 'goal.renamed': () => {} },
    })
  })
})
