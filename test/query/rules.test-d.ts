import { describe, expectTypeOf, it } from 'vitest'
import { createRealtime, patch } from '../../src/query/index.ts'
import { defineEvents, payload, type RealtimeEvent } from '../../src/protocol/index.ts'

interface Goal {
  id: number
  name: string
}
const events = defineEvents({
  'goal.created': payload<{ goal: Goal }>(),
  'goal.removed': payload<{ goalId: number }>(),
})

describe('rules', () => {
  it('know the payload of their event from the argument `events`', () => {
    createRealtime({
      url: '/realtime',
      events,
      rules: {
        'goal.created': (event) => {
          expectTypeOf(event.payload).toEqualTypeOf<{ goal: Goal }>()
          expectTypeOf(event.type).toEqualTypeOf<'goal.created'>()
        },
        'goal.*': (event) => {
          expectTypeOf(event.payload).toEqualTypeOf<{ goal: Goal } | { goalId: number }>()
        },
      },
    })
  })

  it('refuse an event that is not in the table', () => {
    createRealtime({
      url: '/realtime',
      events,
      rules: {
        // @ts-expect-error no such event
        'goal.creatd': () => {},
      },
    })
  })

  it('without a table do not pretend to know a payload, and take the app at its word', () => {
    createRealtime({
      url: '/realtime',
      rules: {
        anything: (event) => {
          expectTypeOf(event.payload).toBeUnknown()
        },
        told: ({ payload: goal }: RealtimeEvent<Goal>) => patch<Goal>(['goal', goal.id], { name: goal.name }),
      },
    })
  })

  it('hold a patch to the shape of its data', () => {
    patch<Goal>(['goal', 1], { name: 'x' })
    // @ts-expect-error no such field
    patch<Goal>(['goal', 1], { title: 'x' })
  })
})
