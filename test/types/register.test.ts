// What `interface Register` does to the hooks. Whoever registers a table registers it for the whole program, so each of these is a program of its own.
import { describe, expect, it } from 'vitest'
import { complaintsOf } from '../compile.ts'

const app = `
import { expectTypeOf } from 'vitest'
import { defineEvents, defineToastRules, type EventName, payload, useRealtimeEvent } from 'livecache'

interface Goal { id: string; name: string }
const events = defineEvents({ 'goal.created': payload<{ goal: Goal }>(), 'goal.removed': payload<{ goalId: number }>() })
`

const hooks = `
export function Component() {
  useRealtimeEvent('goal.created', (event) => {
    expectTypeOf(event.payload).toEqualTypeOf<{ goal: Goal }>()
    expectTypeOf(event.type).toEqualTypeOf<'goal.created'>()
    // @ts-expect-error no such field
    void event.payload.goals
  })
  useRealtimeEvent('goal.*', ({ payload }) => expectTypeOf(payload).toEqualTypeOf<{ goal: Goal } | { goalId: number }>())
  useRealtimeEvent(['goal.created', 'goal.removed'], (event) => {
    if (event.type === 'goal.removed') expectTypeOf(event.payload).toEqualTypeOf<{ goalId: number }>()
  })
  useRealtimeEvent('of.another.server', ({ payload }) => expectTypeOf(payload).toBeUnknown())
  return null
}
export const name: EventName = 'goal.created'
export const toasts = defineToastRules({
  'goal.created': ({ payload }) => ({ title: payload.goal.name }),
  // @ts-expect-error no such event
  'goal.creatd': () => undefined,
})
`

const registered = (subpath: string) => `declare module '${subpath}' { interface Register { events: typeof events } }`

/** What the compiler says of an app; nothing where all is well. */
const compile = (code: string): string => complaintsOf([{ path: 'app.tsx', code }])

describe('a registered table', () => {
  it.each(['livecache', 'livecache/react'])(
    'tells the hooks and the toasts its payloads, registered with %s',
    (subpath) => {
      expect(compile(`${app}${registered(subpath)}${hooks}`)).toBe('')
    },
    30_000,
  )

  it('is what tells them: without it the same app does not compile', () => {
    expect(compile(`${app}export const table = events\n${hooks}`)).toContain('error TS')
  }, 30_000)
})

it('without a registered table payloads are unknown, never any', () => {
  const component = `
    import { expectTypeOf } from 'vitest'
    import { type EventOf, useRealtimeEvent } from 'livecache'
    export function Component() {
      useRealtimeEvent('goal.created', ({ payload }) => expectTypeOf(payload).toBeUnknown())
      useRealtimeEvent('goal.*', ({ payload }) => expectTypeOf(payload).toBeUnknown())
      expectTypeOf<EventOf<'goal.created'>['payload']>().toBeUnknown()
      return null
    }`
  expect(compile(component)).toBe('')
}, 30_000)
