import { describe, expectTypeOf, it } from 'vitest'
import { defineEvents, payload, type RealtimeEvent } from '../../src/protocol/index.ts'
import { defineToastRules, RealtimeToasts, type ToastRules } from '../../src/toasts/index.ts'

interface Goal {
  id: number
  name: string
}
const events = defineEvents({
  'goal.created': payload<{ goal: Goal }>(),
  'goal.removed': payload<{ goalId: number }>(),
})

describe('rules for toasts', () => {
  it('know the payload of their event from the table', () => {
    const rules = defineToastRules(events, {
      'goal.created': (event) => {
        expectTypeOf(event.payload).toEqualTypeOf<{ goal: Goal }>()
        expectTypeOf(event.type).toEqualTypeOf<'goal.created'>()
        return { title: event.payload.goal.name, priority: 'high' }
      },
      'goal.*': (event) => {
        expectTypeOf(event.payload).toEqualTypeOf<{ goal: Goal } | { goalId: number }>()
        return [{ title: 'a' }, { title: 'b' }]
      },
    })
    expectTypeOf(rules).toEqualTypeOf<ToastRules<typeof events>>()
  })

  it('refuse an event that is not in the table', () => {
    defineToastRules(events, {
      // @ts-expect-error no such event
      'goal.creatd': () => null,
    })
  })

  it('refuse what is no toast', () => {
    defineToastRules(events, {
      // @ts-expect-error no title
      'goal.created': () => ({ description: 'a' }),
      // @ts-expect-error no such priority
      'goal.removed': () => ({ title: 'a', priority: 'urgent' }),
    })
  })

  it('without a table do not pretend to know a payload, and take the app at its word', () => {
    const rules: ToastRules = {
      anything: (event) => {
        expectTypeOf(event.payload).toBeUnknown()
        return null
      },
      told: ({ payload: goal }: RealtimeEvent<Goal>) => ({ title: goal.name }),
    }
    void rules
  })

  it('are taken by the component with whatever table they know', () => {
    RealtimeToasts({ rules: defineToastRules(events, { 'goal.created': () => null }) })
    const untyped: ToastRules = {}
    RealtimeToasts({ rules: untyped })
    // The demo has registered its events.
    RealtimeToasts({
      rules: {
        'goal.*': (event) => {
          expectTypeOf(event.payload).not.toBeUnknown()
          expectTypeOf(event.payload).not.toBeAny()
          return null
        },
      },
    })
    RealtimeToasts({
      rules: {
        // @ts-expect-error no such event
        'goal.creatd': () => null,
      },
    })
  })
})

it('lets the tables of several rooms be spread into one', () => {
  const goals = defineEvents({ 'goal.made': payload<{ name: string }>() })
  const payments = defineEvents({ paid: payload<{ amount: number }>() })
  const all = defineEvents({ ...goals, ...payments })
  const goalToasts = defineToastRules(goals, { 'goal.made': ({ payload: goal }) => ({ title: goal.name }) })
  const paymentToasts = defineToastRules(payments, { paid: ({ payload: { amount } }) => ({ title: String(amount) }) })
  const together: ToastRules<typeof all> = { ...goalToasts, ...paymentToasts }
  expectTypeOf(together).toExtend<ToastRules<typeof all>>()
})
