import { describe, expectTypeOf, it } from 'vitest'
import { defineEvents, payload, type PayloadOf, type StandardSchema } from '../../src/protocol/index.ts'

interface Goal {
  id: string
  title: string
}

const events = defineEvents({
  'goal.created': payload<{ goal: Goal }>(),
  'goal.removed': payload<{ goalId: string }>(),
  tick: payload<number>(),
})

describe('defineEvents', () => {
  it('knows its types by name', () => {
    expectTypeOf<keyof typeof events>().toEqualTypeOf<'goal.created' | 'goal.removed' | 'tick'>()
  })

  it('knows the payload of each', () => {
    expectTypeOf<PayloadOf<(typeof events)['goal.created']>>().toEqualTypeOf<{ goal: Goal }>()
    expectTypeOf<PayloadOf<(typeof events)['tick']>>().toEqualTypeOf<number>()
  })

  it('takes what a schema returns for the payload, not what it reads', () => {
    interface DateSchema {
      readonly '~standard': {
        readonly version: 1
        readonly vendor: string
        readonly validate: (value: unknown) => { readonly value: Date } | { readonly issues: { message: string }[] }
        readonly types?: { readonly input: string; readonly output: Date }
      }
    }
    expectTypeOf<PayloadOf<DateSchema>>().toEqualTypeOf<Date>()
    expectTypeOf(defineEvents).toBeCallableWith({ dated: {} as DateSchema })
  })

  it('takes schemas that answer with a promise as far as types go, since a validator may do either', () => {
    type Either = StandardSchema<Goal>['~standard']['validate']
    expectTypeOf<Promise<{ value: Goal }>>().toExtend<ReturnType<Either>>()
  })

  it('refuses what is no schema', () => {
    // @ts-expect-error -- a class is no schema
    defineEvents({ 'goal.created': Date })
    // @ts-expect-error -- neither is a name
    defineEvents({ 'goal.created': 'Goal' })
  })
})

describe('payload', () => {
  it('gives a payload its type, and is unknown where none is named', () => {
    expectTypeOf(payload<Goal>()).toEqualTypeOf<StandardSchema<Goal>>()
    expectTypeOf<PayloadOf<ReturnType<typeof payload>>>().toBeUnknown()
  })

  it('of what is no schema is never', () => {
    expectTypeOf<PayloadOf<string>>().toBeNever()
  })
})
