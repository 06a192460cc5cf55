import { describe, expectTypeOf, it } from 'vitest'
import * as z from 'zod'
import * as mini from 'zod/mini'
import { versions } from '../../src/protocol/define-events.ts'
import { defineEvents, payload, type PayloadOf, type StandardSchema } from '../../src/protocol/index.ts'
import { type EventTable, eventsJsonSchema, withJsonSchema } from '../../src/protocol/index.ts'

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

describe('versions', () => {
  interface GoalV1 {
    name: string
  }
  const goal = versions({
    schema: payload<Goal>(),
    current: 3,
    older: {
      1: {
        schema: payload<GoalV1>(),
        upcast(was) {
          expectTypeOf(was).toEqualTypeOf<GoalV1>()
          return { title: was.name }
        },
      },
      2: { upcast: (was: { title: string }) => ({ ...was, id: '' }) },
    },
  })

  it('are a row like any other, with the payload of the current version', () => {
    const table = defineEvents({ 'goal.created': goal, tick: payload<number>() })
    expectTypeOf<PayloadOf<(typeof table)['goal.created']>>().toEqualTypeOf<Goal>()
    expectTypeOf<PayloadOf<(typeof table)['tick']>>().toEqualTypeOf<number>()
  })

  it('tell an upcast its payload where its version has a schema, and else take the app at its word', () => {
    versions({
      schema: payload<Goal>(),
      current: 2,
      // @ts-expect-error -- the schema says otherwise
      older: {
        1: { schema: payload<GoalV1>(), upcast: (was: { other: number }) => was },
      },
    })
    versions({
      schema: payload<Goal>(),
      current: 2,
      older: {
        1: {
          upcast(was) {
            expectTypeOf(was).toBeUnknown()
            return was
          },
        },
      },
    })
  })

  it('need a schema of the current one, and an upcast of each that is older', () => {
    // @ts-expect-error -- no schema
    versions({ current: 1 })
    // @ts-expect-error -- no upcast
    versions({ schema: payload<Goal>(), current: 2, older: { 1: { schema: payload<GoalV1>() } } })
  })
})

describe('a table with JSON Schema', () => {
  const dated = z.object({ id: z.string(), at: z.string().transform((text) => new Date(text)) })
  type Dated = z.output<typeof dated>

  it('stays as inferred: what a schema returns, of every kind of row', () => {
    const table = defineEvents({
      zod: dated,
      mini: mini.object({ id: mini.string() }),
      named: payload<Goal>({ jsonSchema: { type: 'object' } }),
      with: withJsonSchema(dated, { type: 'object' }),
      versions: versions({
        schema: withJsonSchema(dated, {}),
        current: 2,
        older: {
          1: {
            schema: z.object({ was: z.string() }),
            upcast(was) {
              expectTypeOf(was).toEqualTypeOf<{ was: string }>()
              return was
            },
          },
        },
      }),
    })
    type Table = typeof table
    expectTypeOf<keyof Table>().toEqualTypeOf<'zod' | 'mini' | 'named' | 'with' | 'versions'>()
    expectTypeOf<PayloadOf<Table['zod']>>().toEqualTypeOf<Dated>()
    expectTypeOf<PayloadOf<Table['mini']>>().toEqualTypeOf<{ id: string }>()
    expectTypeOf<PayloadOf<Table['named']>>().toEqualTypeOf<Goal>()
    expectTypeOf<PayloadOf<Table['with']>>().toEqualTypeOf<Dated>()
    expectTypeOf<PayloadOf<Table['versions']>>().toEqualTypeOf<Dated>()
    expectTypeOf(table).toExtend<EventTable>()
    expectTypeOf(eventsJsonSchema).toBeCallableWith(table, { target: 'draft-07', id: 'https://example.com' })
  })

  it('takes what libraries call a JSON Schema', () => {
    expectTypeOf(withJsonSchema(dated, z.toJSONSchema(dated, { io: 'input' }))).toEqualTypeOf<StandardSchema<Dated>>()
  })

  it('refuses a description that describes nothing, and a dialect that is not written', () => {
    // @ts-expect-error -- what would it be
    payload<Goal>({})
    // @ts-expect-error -- a name is no JSON Schema
    payload<Goal>({ jsonSchema: 'Goal' })
    // @ts-expect-error -- not written
    eventsJsonSchema(events, { target: 'openapi-3.0' })
  })
})
